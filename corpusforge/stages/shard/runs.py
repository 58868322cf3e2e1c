"""Runs: the rows of each file brought together, in memory where they are few and else on disk."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusforge.record import PUBLISHED
from corpusforge.stages.shard.rows import (
    KEYED,
    Numbers,
    keys_of,
    publishable,
    published,
    taken,
)
from corpusforge.stages.stage import Context, Parts

#: Bytes of text that are brought together in memory; more goes through files.
_IN_MEMORY = 128_000_000

#: A config and a split.
Key = tuple[str, str]


class Run(NamedTuple):
    """The rows of one file, in any order: file `number` of the `files` of a config and split."""

    key: Key
    number: int
    files: int
    #: `PUBLISHED` rows, or the Arrow file that holds them.
    rows: pa.Table | Path


class Gathered(NamedTuple):
    """The runs of a release, and the numbers of the parts that hold rows nobody may publish."""

    runs: list[Run]
    unfit: frozenset[int]


def in_memory(parts: Parts, context: Context, target: int) -> Gathered | None:
    """The runs of parts that hold little text together; None where they hold more.

    Args:
        parts: `WORK` parts.
        context: says which rows are of one config and split.
        target: bytes of text in a file.

    """
    tables: list[pa.Table] = []
    found: dict[Key, list[Numbers]] = defaultdict(list)
    sizes: Counter[Key] = Counter()
    unfit: set[int] = set()
    start = 0
    for number in range(len(parts)):
        part = _fit(parts.read(number), number, unfit)
        index, keys = keys_of(part, context)
        sizes.update(_sizes(part, index, keys))
        if sizes.total() > _IN_MEMORY:
            return None
        tables.append(published(part))
        for key, mine in zip(keys, _places(index, len(keys)), strict=True):
            found[key].append(mine + start)
        start += part.num_rows
    runs: list[Run] = []
    for key in sorted(found):
        runs += _cut(key, pa.concat_tables(tables), np.concatenate(found[key]), sizes[key], target)
    return Gathered(runs, frozenset(unfit))


def _cut(key: Key, rows: pa.Table, mine: Numbers, size: int, target: int) -> Iterator[Run]:
    """The runs of some of the rows, each in the order that its file will have."""
    ids = rows.column("id").take(pa.array(mine))
    count = _files(size, target)
    bucket = buckets(ids, count)
    order = pc.sort_indices(ids).to_numpy()
    for number in np.unique(bucket).tolist():
        of_file = order if count == 1 else order[bucket[order] == number]
        yield Run(key, number, count, taken(rows, mine[of_file]))


def on_disk(parts: Parts, context: Context, target: int, folder: Path) -> Gathered:
    """The same through Arrow files in `folder`: the parts are read twice and none is held."""
    sizes: Counter[Key] = Counter()
    unfit: set[int] = set()
    for number in range(len(parts)):
        part = _fit(parts.read(number, KEYED), number, unfit)
        sizes.update(_sizes(part, *keys_of(part, context)))
    counts = {key: _files(size, target) for key, size in sizes.items()}
    writers: dict[Run, Any] = {}
    try:
        for number in range(len(parts)):
            for run, rows in _scattered(parts.read(number), context, folder, counts):
                if run not in writers:
                    Path(run.rows).parent.mkdir(parents=True, exist_ok=True)
                    writers[run] = pa.ipc.new_file(str(run.rows), PUBLISHED)
                writers[run].write_table(rows)
    finally:
        for writer in writers.values():
            writer.close()
    return Gathered(sorted(writers), frozenset(unfit))


def _scattered(
    part: pa.Table, context: Context, folder: Path, counts: dict[Key, int]
) -> Iterator[tuple[Run, pa.Table]]:
    """The rows of a part, run by run."""
    part = part.filter(publishable(part))
    index, keys = keys_of(part, context)
    rows = published(part)
    for key, mine in zip(keys, _places(index, len(keys)), strict=True):
        bucket = buckets(rows.column("id").take(pa.array(mine)), counts[key])
        for number in np.unique(bucket).tolist():
            path = folder / key[0] / f"{key[1]}-{number:05d}.arrow"
            yield (
                Run(key, number, counts[key], path),
                rows.take(pa.array(mine[bucket == number])),
            )


def _fit(part: pa.Table, number: int, unfit: set[int]) -> pa.Table:
    """The rows that may be published; the part's number goes to `unfit` where there are others."""
    fits = publishable(part)
    if pc.all(fits).as_py() is False:
        unfit.add(number)
        return part.filter(fits)
    return part


def _sizes(part: pa.Table, index: Numbers, keys: list[Key]) -> dict[Key, int]:
    """Bytes of text under each key."""
    lengths = pc.binary_length(part.column("text")).to_numpy()
    totals = np.bincount(index, weights=lengths, minlength=len(keys))
    return {key: int(total) for key, total in zip(keys, totals, strict=True)}


def _files(size: int, target: int) -> int:
    return max(1, -(-size // target))


def _places(index: Numbers, keys: int) -> Iterator[Numbers]:
    """The rows of each key."""
    return (np.flatnonzero(index == position) for position in range(keys))


def buckets(ids: pa.ChunkedArray, count: int) -> Numbers:
    """Which of `count` files each id belongs to: by its first 32 bits, in equal shares."""
    digits = "".join(pc.utf8_slice_codeunits(ids, 0, 8).to_pylist())
    heads = np.frombuffer(bytes.fromhex(digits), ">u4").astype(np.int64)
    return np.asarray((heads * count) >> 32)
