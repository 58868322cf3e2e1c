"""Arrays on disk: fixed-width rows that are read in order, gathered by number, or set in place.

Nothing of a large array stays in memory beyond the call that asked for it. Rows here and there are
read, not mapped: for one row of a mapped file the system may map two megabytes around it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

#: Bytes up to which an array may as well be in memory as a whole.
_SMALL = 16 << 20
#: Rows that are this near to each other are read together, what lies between them too.
_NEAR = 2_048
#: Rows read together; bounds memory at `_NEAR` + their width each.
_ROWS = 8_192
#: Values of a sorted array that are kept in memory to find the others by.
_SIGNPOSTS = 1 << 18


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
        if self._small():
            return np.asarray(self.read(0, len(self))[numbers])
        found = np.empty((len(numbers), self.width) if self.width else len(numbers), self.dtype)
        numbers = numbers.astype(np.int64)
        order = np.argsort(numbers, kind="stable")
        with self.path.open("rb", buffering=0) as file:
            for start in range(0, len(order), _ROWS):
                some = order[start : start + _ROWS]
                found[some] = self._stretches(file.fileno(), numbers[some]).rows()
        return found

    def put(self, numbers: Array, values: Any) -> None:
        """Set the rows of these numbers, to one value or to one each; for plain rows."""
        values = np.broadcast_to(np.asarray(values, self.dtype), (len(numbers),))
        if self._small():
            rows = self.read(0, len(self))
            rows[numbers] = values
            rows.tofile(self.path)
            return
        numbers = numbers.astype(np.int64)
        order = np.argsort(numbers, kind="stable")
        with self.path.open("r+b", buffering=0) as file:
            for start in range(0, len(order), _ROWS):
                some = order[start : start + _ROWS]
                stretches = self._stretches(file.fileno(), numbers[some])
                stretches.put(values[some])
                stretches.write(file.fileno())

    def _small(self) -> bool:
        return len(self) * self._bytes <= _SMALL

    @property
    def _bytes(self) -> int:
        return self.dtype.itemsize * max(1, self.width)

    def _stretches(self, file: int, numbers: Array) -> _Stretches:
        """Read what the sorted numbers ask for."""
        gaps = np.diff(numbers) * self._bytes
        first = np.flatnonzero(np.concatenate(([True], gaps > _NEAR + self._bytes)))
        last = np.concatenate((first[1:] - 1, [len(numbers) - 1]))
        offsets = numbers[first] * self._bytes
        sizes = (numbers[last] + 1) * self._bytes - offsets
        starts = np.concatenate(([0], np.cumsum(sizes)))
        data = np.empty(int(starts[-1]), np.uint8)
        view = data.data
        for start, size, offset in zip(
            starts[:-1].tolist(), sizes.tolist(), offsets.tolist(), strict=True
        ):
            _read_into(file, view[start : start + size], offset)
        stretch = np.repeat(np.arange(len(first)), last - first + 1)
        at = starts[stretch] + numbers * self._bytes - offsets[stretch]
        return _Stretches(self, data, starts, offsets, at // self._bytes)

    def _shaped(self, flat: Array) -> Array:
        return flat.reshape(-1, self.width) if self.width else flat


@dataclass(frozen=True)
class _Stretches:
    """Stretches of a file, one after the other in memory, and where the rows asked for are."""

    of: Rows
    data: Array
    starts: Array
    offsets: Array
    at: Array

    def rows(self) -> Array:
        """The rows asked for."""
        return np.asarray(self._all()[self.at])

    def put(self, values: Array) -> None:
        """Set them."""
        self._all()[self.at] = values

    def write(self, file: int) -> None:
        """Write the stretches back."""
        view = self.data.data
        for start, stop, offset in zip(
            self.starts[:-1].tolist(), self.starts[1:].tolist(), self.offsets.tolist(), strict=True
        ):
            done = start
            while done < stop:
                done += os.pwrite(file, view[done:stop], offset + done - start)

    def _all(self) -> Array:
        flat = self.data.view(self.of.dtype)
        return flat.reshape(-1, self.of.width) if self.of.width else flat


def _read_into(file: int, view: memoryview, offset: int) -> None:
    done = 0
    while done < len(view):
        count = os.preadv(file, [view[done:]], offset + done)
        if count == 0:
            raise EOFError("an array on disk ends too early")
        done += count


class Sorted:
    """Sorted plain rows, to look values up in; some of them are signposts in memory."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self._every = max(1, -(-len(rows) // _SIGNPOSTS))
        posts = [
            block[-start % self._every :: self._every] for start, block in rows.blocks(_SIGNPOSTS)
        ]
        self._posts = np.concatenate(posts) if posts else np.zeros(0, rows.dtype)

    def find(self, wanted: Array) -> tuple[Array, Array]:
        """For each value, a row where it stands if it does, and whether it does."""
        if len(self._posts) == 0:
            return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), bool)
        post = np.maximum(np.searchsorted(self._posts, wanted, side="right") - 1, 0)
        at = post * self._every
        last = np.minimum(at + self._every, len(self.rows)) - 1
        while (at < last).any():
            middle = (at + last + 1) // 2
            below = self.rows.gather(middle) <= wanted
            at, last = np.where(below, middle, at), np.where(below, last, middle - 1)
        return at, self.rows.gather(at) == wanted


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
