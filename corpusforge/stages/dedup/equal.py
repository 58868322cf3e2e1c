"""Equal records: the same bytes, or the same words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from corpusforge.stages.dedup.components import Pairs
from corpusforge.stages.dedup.disk import Array
from corpusforge.stages.dedup.pool import Pool
from corpusforge.stages.dedup.sorting import Sorter

#: What makes records equal, then the record: as bytes they sort by both.
_ENTRY = np.dtype([("hash", "<u8", 2), ("record", ">u4")])
_KEY = np.dtype("S20")
_ROWS = 200_000


def equal_pairs(pool: Pool, folder: Path, memory: int) -> Iterator[Pairs]:
    """Each record with the least of those with its bytes, then of those with its words.

    A text without words equals only the same bytes. Bytes make words, so that the first kind would
    be enough to find within the second, were it not for indexes that other settings were made with.
    Shape (n, 2), the least first; a record that is the least itself is in no pair.
    """
    for field in ("content", "normal"):
        sorter = Sorter(folder / field, _ENTRY, _key, memory)
        for start, records in pool.records.blocks(_ROWS):
            entries = np.zeros(len(records), _ENTRY)
            entries["hash"] = records[field]
            entries["record"] = np.arange(start, start + len(records))
            sorter.add(entries if field == "content" else entries[records["words"] > 0])
        yield from _pairs(sorter.blocks())


def _key(entries: Array) -> Array:
    return entries.view(_KEY)


def _pairs(blocks: Iterator[Array]) -> Iterator[Pairs]:
    """Pairs of the least record of a group and another; groups reach from one block into the next.

    The blocks are sorted by hash and record.
    """
    last: Array = np.zeros((0, 2), np.uint64)
    least = 0
    for block in blocks:
        before = np.concatenate((last if len(last) else ~block["hash"][:1], block["hash"][:-1]))
        same = (block["hash"] == before).all(axis=1)
        records = block["record"].astype(np.int64)
        starts = np.maximum.accumulate(np.where(same, -1, np.arange(len(block))))
        leasts = np.where(starts < 0, least, records[np.maximum(starts, 0)])
        yield np.stack((leasts[same], records[same]), axis=1)
        last, least = block["hash"][-1:], int(leasts[-1])
