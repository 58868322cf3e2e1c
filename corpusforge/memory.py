"""Garbage of a process: how often Python looks for it."""

from __future__ import annotations

import atexit
import gc

#: New containers after which Python looks for cycles among them; its own rule is 700.
_CONTAINERS = 50_000


def collect_less() -> None:
    """Look for cycles of garbage less often, and not at all where the process ends anyway.

    Rows and definitions are many and make none: by Python's own rule the search was a twentieth
    of the CPU time of a build, and the last one a tenth of a second of every command.
    """
    gc.set_threshold(_CONTAINERS)
    atexit.register(gc.freeze)
