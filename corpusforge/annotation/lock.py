"""One router at a time: Label Studio knows no uniqueness, so pushes and pulls hold a lock."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from corpusforge.annotation.ledger import Ledger
from corpusforge.errors import AnnotationError

_WAIT = 900.0


@contextmanager
def routing(ledger: Ledger, report: Callable[..., None], *, wait: float = _WAIT) -> Iterator[None]:
    """Hold the ledger's lock; wait for another push or pull of the dataset to end.

    Raises:
        AnnotationError: ANN015, it did not end within `wait` seconds.
    """
    handle = os.open(ledger.folder / "annotation.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + wait
        told = False
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                owner = os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
                if time.monotonic() > deadline:
                    raise AnnotationError(
                        "ANN015",
                        f"another push or pull of {ledger.dataset} goes on (process {owner})",
                        where=str(ledger.folder),
                        hint="wait for it to end, or stop it; what it did is kept",
                    ) from None
                if not told:
                    report("waiting", process=owner)
                    told = True
                time.sleep(0.2)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode("ascii"), 0)
        yield
    finally:
        os.close(handle)
