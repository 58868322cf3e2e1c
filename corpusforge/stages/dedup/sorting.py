"""Sorting more rows than fit in memory: sorted runs on disk, merged block by block.

Memory is bounded by the setting, whatever comes in: a run is a quarter of it, and never more than
`_FAN` runs are merged at a time. Few rows never touch the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from corpusforge.stages.dedup.disk import Array, Rows

#: Runs merged at once; more are merged in rounds.
_FAN = 64

#: Of some rows, an array that sorts as they do.
Key = Callable[[Array], Array]


class Sorter:
    """Takes rows in any order and gives them back sorted.

    Args:
        folder: where runs are written; made when it is needed.
        dtype: what a row is.
        key: of some rows, a plain array that sorts as they do.
        memory: bytes it may use.

    """

    def __init__(self, folder: Path, dtype: np.dtype[Any], key: Key, memory: int) -> None:
        self.folder = folder
        self.dtype = dtype
        self.key = key
        self.memory = memory
        self._held: list[Array] = []
        self._bytes = 0
        self._runs: list[Rows] = []

    def add(self, rows: Array) -> None:
        """Take rows of the sorter's type."""
        if len(rows) == 0:
            return
        self._held.append(rows)
        self._bytes += rows.nbytes
        if self._bytes > self.memory // 4:
            self._spill()

    def blocks(self) -> Iterator[Array]:
        """All rows, sorted, some at a time; once."""
        if not self._runs:
            if self._held:
                yield self._sorted()
            return
        if self._held:
            self._spill()
        yield from merged(self._runs, self.key, self.memory, self.folder)

    def _sorted(self) -> Array:
        rows = _joined(self._held, self.dtype)
        self._held, self._bytes = [], 0
        return np.asarray(rows[np.argsort(self.key(rows), kind="stable")])

    def _spill(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        run = Rows(self.folder / f"run-{len(self._runs):06d}", self.dtype)
        run.append(self._sorted())
        self._runs.append(run)


def merged(runs: Sequence[Rows], key: Key, memory: int, folder: Path) -> Iterator[Array]:
    """The rows of sorted runs as one sorted sequence of blocks; the runs' files are removed."""
    runs = list(runs)
    level = 0
    while len(runs) > _FAN:
        level += 1
        longer = []
        for start in range(0, len(runs), _FAN):
            run = Rows(folder / f"merged-{level}-{start:06d}", runs[start].dtype)
            run.path.parent.mkdir(parents=True, exist_ok=True)
            for block in _merge(runs[start : start + _FAN], key, memory):
                run.append(block)
            longer.append(run)
        runs = longer
    yield from _merge(runs, key, memory)


def _merge(runs: Sequence[Rows], key: Key, memory: int) -> Iterator[Array]:
    sources = [_Source(run, key) for run in runs if len(run)]
    for source in sources:
        source.rows_at_a_time = max(64, memory // 4 // (len(sources) * source.run.dtype.itemsize))
        source.refill()
    while sources:
        # Whatever is at most the least of the last rows at hand can be told apart for good.
        bound = np.sort(np.concatenate([source.keys[-1:] for source in sources]))[:1]
        taken = _joined([source.take(bound) for source in sources], sources[0].run.dtype)
        yield taken[np.argsort(key(taken), kind="stable")]
        for source in sources:
            if len(source.rows) == 0:
                source.refill()
        for source in [source for source in sources if len(source.rows) == 0]:
            source.run.path.unlink()
            sources.remove(source)


def _joined(some: Sequence[Array], dtype: np.dtype[Any]) -> Array:
    """Rows one after the other; left to itself numpy would turn them to its own byte order."""
    return np.concatenate(some, dtype=dtype)


class _Source:
    """One run while it is merged: the rows at hand and their keys."""

    def __init__(self, run: Rows, key: Key) -> None:
        self.run = run
        self.key = key
        self.rows_at_a_time = 0
        self.rows: Array = np.zeros(0, run.dtype)
        self.keys: Array = np.zeros(0)
        self._next = 0

    def refill(self) -> None:
        """Read the next rows; none are left when there are none after it."""
        stop = min(len(self.run), self._next + self.rows_at_a_time)
        self.rows = self.run.read(self._next, stop)
        self.keys = self.key(self.rows)
        self._next = stop

    def take(self, bound: Array) -> Array:
        """The rows at hand up to the one value of `bound`."""
        count = int(np.searchsorted(self.keys, bound, side="right")[0])
        taken, self.rows, self.keys = self.rows[:count], self.rows[count:], self.keys[count:]
        return taken
