"""Memory of a process: how often Python looks for garbage in it."""

from __future__ import annotations

import gc

#: New containers after which Python looks for cycles among them; its own rule is 700.
_CONTAINERS = 50_000


def collect_less() -> None:
    """Look for cycles of garbage less often: rows and definitions are many and make none.

    By Python's own rule that was a twentieth of the CPU time of a build.
    """
    gc.set_threshold(_CONTAINERS)
