"""Memory of a process: how often Python looks for garbage, and what is freed stays for the next."""

from __future__ import annotations

import atexit
import ctypes
import gc

#: New containers after which Python looks for cycles among them; its own rule is 700. A command
#: makes 100,000 while it loads, and two looks at them took 20 ms.
_CONTAINERS = 200_000
#: The largest array that glibc takes from its heap (more it does not accept), in bytes.
_ON_HEAP = 32 << 20
#: What may lie free at the end of the heap before glibc gives it back, in bytes.
_FREE = 64 << 20
#: mallopt(3): the parameters of those two.
_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD = -3, -1


def for_batches() -> None:
    """Set this process up for work in batches: few searches for garbage, few new pages.

    Python looks for cycles of garbage less often, and not at all where the process ends anyway.
    Rows and definitions are many and make none: by Python's own rule the search was a twentieth
    of the CPU time of a build, and the last one a tenth of a second of every command.

    The arrays of one batch are freed and asked for again by the next: with glibc's own limits
    each of them is new pages from the kernel, which were a fifth of its share of a build.
    """
    gc.set_threshold(_CONTAINERS)
    atexit.register(gc.freeze)
    set_limit = getattr(ctypes.CDLL(None), "mallopt", None)  # of glibc alone
    if set_limit is not None:
        set_limit(_M_MMAP_THRESHOLD, _ON_HEAP)
        set_limit(_M_TRIM_THRESHOLD, _FREE)
