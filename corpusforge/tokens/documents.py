"""Canonical token files read back: documents as flat ids, with EOS after each where one is set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

Ids = np.ndarray[Any, np.dtype[np.int32]]
Lengths = np.ndarray[Any, np.dtype[np.int64]]


class Documents(NamedTuple):
    """Some documents end to end: document `i` is as long as `lengths[i]` says, EOS included."""

    names: pa.Array  # ids of their rows
    ids: Ids
    lengths: Lengths


def documents(paths: Sequence[Path], eos: int | None) -> Iterator[Documents]:
    """The documents of token files in order, a bounded number at a time."""
    for path in paths:
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                table = file.read_row_group(group, columns=["id", "input_ids"])
                yield _documents(table.combine_chunks(), eos)


def _documents(table: pa.Table, eos: int | None) -> Documents:
    names = _whole(table.column("id"))
    lists = _whole(table.column("input_ids"))
    offsets = lists.offsets.to_numpy()
    lengths = np.diff(offsets).astype(np.int64)
    ids: Ids = lists.values.to_numpy()[offsets[0] : offsets[-1]].astype(np.int32, copy=False)
    return Documents(names, *with_eos(ids, lengths, eos))


def with_eos(ids: Ids, lengths: Lengths, eos: int | None) -> tuple[Ids, Lengths]:
    """The ids with `eos` after each document, and the lengths with it."""
    if eos is None:
        return ids, lengths
    found = np.full(len(ids) + len(lengths), eos, np.int32)
    places = np.arange(len(ids)) + np.repeat(np.arange(len(lengths)), lengths)
    found[places] = ids
    return found, lengths + 1


def _whole(column: pa.ChunkedArray) -> pa.Array:
    found = column.combine_chunks()
    return found.chunk(0) if isinstance(found, pa.ChunkedArray) else found
