"""Arrays on disk: fixed-width rows that are read in order, gathered by number, or set in place.

Nothing of such an array stays in memory beyond the call that asked for it: pages are given back to
the system, which may keep them cached while nothing else needs the room.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

#: Rows touched between two times that pages are given back; the system maps up to 64 KB for each.
_TOUCH = 2_048
#: Below this an array may as well stay mapped.
_SMALL = 64 << 20


@dataclass(frozen=True)
class Rows:
    """Rows of one type in one file; travels to workers by its path.

    Attributes:
        path: the file.
        dtype: what a row is.
        width: values in a row; 0 for plain ones, so that the array has one dimension.

    """

    path: Path
    dtype: np.dtype[Any]
    width: int = 0

    def __len__(self) -> int:
        try:
            return self.path.stat().st_size // (self.dtype.itemsize * max(1, self.width))
        except FileNotFoundError:
            return 0

    def append(self, rows: Array) -> None:
        """Add rows at the end; one process at a time."""
        if len(rows):
            with self.path.open("ab") as file:
                np.ascontiguousarray(rows, self.dtype).tofile(file)

    def fill(self, count: int) -> Rows:
        """Become `count` rows of zeros; returns itself."""
        with self.path.open("wb") as file:
            file.truncate(count * self.dtype.itemsize * max(1, self.width))
        return self

    def read(self, start: int, stop: int) -> Array:
        """Rows `start` to `stop`."""
        each = max(1, self.width)
        if stop <= start:
            return self._shaped(np.zeros(0, self.dtype))
        flat = np.fromfile(
            self.path,
            self.dtype,
            count=(stop - start) * each,
            offset=start * each * self.dtype.itemsize,
        )
        return self._shaped(flat)

    def blocks(self, rows: int) -> Iterator[tuple[int, Array]]:
        """All rows in order, some at a time, each block with the number of its first row."""
        count = len(self)
        for start in range(0, count, rows):
            yield start, self.read(start, min(count, start + rows))

    def gather(self, numbers: Array) -> Array:
        """The rows of these numbers, in their order."""
        found = np.empty((len(numbers), self.width) if self.width else len(numbers), self.dtype)
        if len(numbers) == 0:
            return found
        mapped = self._map("r")
        for start in range(0, len(numbers), _TOUCH):
            found[start : start + _TOUCH] = mapped[numbers[start : start + _TOUCH]]
            _release(mapped)
        return found

    def put(self, numbers: Array, values: Any) -> None:
        """Set the rows of these numbers, to one value or to one each; for plain rows."""
        if len(numbers) == 0:
            return
        mapped = self._map("r+")
        values = np.broadcast_to(np.asarray(values, self.dtype), (len(numbers),))
        for start in range(0, len(numbers), _TOUCH):
            mapped[numbers[start : start + _TOUCH]] = values[start : start + _TOUCH]
            _release(mapped)

    def positions(self, wanted: Array, chunk: int = _TOUCH) -> Array:
        """For sorted rows: where each wanted value stands, or would stand."""
        found = np.zeros(len(wanted), np.int64)
        if len(self) == 0 or len(wanted) == 0:
            return found
        mapped = self._map("r")
        for start in range(0, len(wanted), chunk):
            found[start : start + chunk] = np.searchsorted(mapped, wanted[start : start + chunk])
            _release(mapped)
        return found

    def _map(self, mode: Any) -> Any:
        mapped = np.memmap(self.path, self.dtype, mode)
        return mapped.reshape(-1, self.width) if self.width else mapped

    def _shaped(self, flat: Array) -> Array:
        return flat.reshape(-1, self.width) if self.width else flat


def _release(mapped: Any) -> None:
    """Give the pages of a mapped file back; what was written to them is in the file."""
    if mapped.nbytes > _SMALL:
        mapped._mmap.madvise(mmap.MADV_DONTNEED)  # noqa: SLF001 - numpy has no other way


def rebatched(blocks: Iterable[Array], rows: int) -> Iterator[Array]:
    """The same rows in blocks of exactly `rows`, the last one shorter."""
    held: list[Array] = []
    count = 0
    for block in blocks:
        held.append(block)
        count += len(block)
        while count >= rows:
            joined = np.concatenate(held)
            yield joined[:rows]
            held, count = [joined[rows:]], count - rows
    if count:
        yield np.concatenate(held)
