"""Memory of a process: how often Python looks for garbage, and what is freed stays for the next."""

from __future__ import annotations

import atexit
import ctypes
import gc
import sys

#: New containers after which Python looks for cycles among them; its own rule is 700. A command
#: makes 100,000 while it loads, and two looks at them took 20 ms.
_CONTAINERS = 200_000
#: The largest array that glibc takes from its heap (more it does not accept), in bytes.
_ON_HEAP = 32 << 20
#: What may lie free at the end of the heap before glibc gives it back, in bytes.
_FREE = 64 << 20
#: mallopt(3): the parameters of those two.
_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD = -3, -1
#: prctl(2): no huge pages for this process.
_PR_SET_THP_DISABLE = 41


def for_batches() -> None:
    """Set this process up for work in batches: few searches for garbage, few new pages.

    Python looks for cycles of garbage less often, and not at all where the process ends anyway.
    Rows and definitions are many and make none: by Python's own rule the search was a twentieth
    of the CPU time of a build, and the last one a tenth of a second of every command.

    The arrays of one batch are freed and asked for again by the next: with glibc's own limits
    each of them is new pages from the kernel, which were a fifth of its share of a build. Arrow's
    pool asks for huge pages, of which a table in the making uses little before it moves on: to
    clear them was a sixth of the time of a rebuild after a change of policy.
    """
    gc.set_threshold(_CONTAINERS)
    atexit.register(gc.freeze)
    if sys.platform == "linux":
        system = ctypes.CDLL(None)
        system.prctl(_PR_SET_THP_DISABLE, 1, 0, 0, 0)
        if hasattr(system, "mallopt"):  # glibc has it, musl has not
            system.mallopt(_M_MMAP_THRESHOLD, _ON_HEAP)
            system.mallopt(_M_TRIM_THRESHOLD, _FREE)
