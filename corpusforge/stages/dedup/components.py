"""Connected components of pairs, on disk: which records belong together.

Every record points at a smaller record of its set, or at itself where it is the least. Pairs come
in batches of bounded size; the least records of a batch are joined in memory and written back. So
one pass over the pairs is enough, in whatever order they come.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from corpusforge.stages.dedup.disk import Array, Rows

_AT_A_TIME = 500_000

Pairs = np.ndarray[Any, np.dtype[np.int64]]


class Components:
    """The sets that pairs of records make of `count` records.

    Args:
        least: an array of uint32 that does not exist yet, or is what another one left.
        count: records there are.

    """

    def __init__(self, least: Rows, count: int) -> None:
        self.least = least
        self.count = count
        if not least.path.exists():
            for start in range(0, count, _AT_A_TIME):
                least.append(np.arange(start, min(count, start + _AT_A_TIME), dtype=np.uint32))

    def join(self, pairs: Pairs) -> None:
        """Put the two records of each pair into one set; shape (n, 2)."""
        for start in range(0, len(pairs), _AT_A_TIME):
            some = pairs[start : start + _AT_A_TIME]
            roots = self._roots(some.reshape(-1))
            known, place = np.unique(roots, return_inverse=True)
            small = components(len(known), place.reshape(-1, 2))
            moved = np.flatnonzero(small != np.arange(len(known)))
            self.least.put(known[moved], known[small[moved]])

    def settle(self) -> Rows:
        """Point every record at the least one of its set; returns that array."""
        for start in range(0, self.count, _AT_A_TIME):
            labels = self.least.read(start, min(self.count, start + _AT_A_TIME))
            moved = np.flatnonzero(labels != np.arange(start, start + len(labels)))
            if len(moved):
                self.least.put(start + moved, self._roots(labels[moved]))
        return self.least

    def _roots(self, records: Array) -> Array:
        roots = records.astype(np.int64)
        while True:
            above = self.least.gather(roots).astype(np.int64)
            if (above == roots).all():
                return roots
            roots = above


def components(count: int, pairs: Pairs) -> Pairs:
    """The least member of the connected component of each of `count` records, in memory."""
    label: Pairs = np.arange(count, dtype=np.int64)
    while len(pairs):
        low = np.minimum(label[pairs[:, 0]], label[pairs[:, 1]])
        before = label.copy()
        np.minimum.at(label, label[pairs[:, 0]], low)
        np.minimum.at(label, label[pairs[:, 1]], low)
        np.minimum.at(label, pairs[:, 0], low)
        np.minimum.at(label, pairs[:, 1], low)
        label = label[label]
        if (label == before).all():
            break
    return label
