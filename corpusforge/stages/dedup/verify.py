"""Verification: what the bands brought together is a duplicate only if its shingles say so.

The share of equal MinHash values estimates the Jaccard similarity with a standard error of
sqrt(s (1 - s) / PERMUTATIONS), .031 at s = .8. Well above or below the threshold it decides; in
between, wherever both texts are at hand, their shingles are compared exactly. Estimating a range of
pairs is one task, hashing the shingles of a part another, comparing a range the third.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from corpusforge.stages.dedup.candidates import tasks, unpacked
from corpusforge.stages.dedup.components import Pairs
from corpusforge.stages.dedup.config import Dedup
from corpusforge.stages.dedup.disk import Array, Rows
from corpusforge.stages.dedup.pool import IN_PARTS, WITHDRAWN, Pool
from corpusforge.stages.dedup.short import APART, COPY, OPEN, judge
from corpusforge.stages.dedup.signatures import PERMUTATIONS
from corpusforge.stages.stage import Parts, Work
from corpusforge.stages.wordhash import batches, hash_words, shingles

#: Standard errors of the estimate within which texts are compared exactly.
_CERTAIN = 0.11
#: How far below the threshold an estimate may be for the words of short texts to be looked at.
_WORDS = 0.25
#: Estimated similarity at which two survivors still belong to one cluster of a split.
_CLUSTER = 0.5
#: Pairs of one task.
_RANGE = 500_000
#: Pairs looked at together.
_CHUNK = 20_000

_COPY, _DOUBT, _SIMILAR = 1, 2, 4
_SETS = pa.schema([("row", pa.int64()), ("shingles", pa.large_list(pa.uint64()))])


@dataclass(frozen=True)
class Verified:
    """Candidate pairs with what was found of each."""

    pairs: Rows
    verdicts: Rows

    def copies(self) -> Iterator[Pairs]:
        """Pairs at least as similar as the threshold."""
        return self._with(_COPY)

    def similar(self) -> Iterator[Pairs]:
        """Pairs similar enough for one cluster."""
        return self._with(_SIMILAR)

    def _with(self, bit: int) -> Iterator[Pairs]:
        for start, some in self.pairs.blocks(_RANGE):
            verdicts = self.verdicts.read(start, start + len(some))
            yield unpacked(some[(verdicts & bit) > 0])


def verify(pool: Pool, pairs: Rows, parts: Parts, config: Dedup, work: Work) -> Verified:
    """Decide every candidate pair."""
    verdicts = Rows(work.scratch / "verdicts", np.dtype(np.uint8))
    spans = [(start, min(len(pairs), start + _RANGE)) for start in range(0, len(pairs), _RANGE)]
    estimate = functools.partial(_estimate, pool, pairs, config.threshold, config.shingle)
    for found in tasks(work, estimate, spans):
        verdicts.append(found)
    needed = Rows(work.scratch / "needed", np.dtype(np.uint8)).fill(len(pool))
    doubtful = 0
    for start, some in pairs.blocks(_RANGE):
        doubts = some[(verdicts.read(start, start + len(some)) & _DOUBT) > 0]
        needed.put(unpacked(doubts).reshape(-1), 1)
        doubtful += len(doubts)
    if doubtful:
        _compare_all(pool, Verified(pairs, verdicts), needed, parts, config, work, spans)
    return Verified(pairs, verdicts)


def _compare_all(
    pool: Pool,
    verified: Verified,
    needed: Rows,
    parts: Parts,
    config: Dedup,
    work: Work,
    spans: Sequence[tuple[int, int]],
) -> None:
    folder = work.scratch / "shingles"
    folder.mkdir()
    items = [
        (number, parts.only(number))
        for number in range(len(parts))
        if needed.gather(pool.part(number)).any()
    ]
    hashing = functools.partial(_write_sets, pool, needed, config, folder)
    for _ in tasks(work, hashing, items):
        pass
    compare = functools.partial(_compare, pool, verified, config.threshold, folder)
    for (start, _), found in zip(spans, tasks(work, compare, spans), strict=True):
        verified.verdicts.put(np.arange(start, start + len(found)), found)


def _estimate(
    pool: Pool, pairs: Rows, threshold: float, shingle: int, span: tuple[int, int]
) -> Array:
    """What MinHash values, and the words of short texts, say of a range of pairs, as verdicts."""
    found = []
    for start in range(span[0], span[1], _CHUNK):
        some = unpacked(pairs.read(start, min(span[1], start + _CHUNK)))
        estimate = agreement(pool.digests, some)
        flags = pool.flags.gather(some.reshape(-1)).reshape(-1, 2)
        close = np.abs(estimate - threshold) <= _CERTAIN
        doubt = close & ((flags & IN_PARTS) > 0).all(axis=1)
        verdict = np.where(estimate >= threshold, _COPY, 0) | np.where(doubt, _DOUBT, 0)
        near = np.flatnonzero(estimate >= threshold - _WORDS)
        judged = _judge(pool, some[near], flags[near], threshold, shingle)
        told = judged != OPEN
        verdict[near[told]] = np.where(judged[told] == COPY, _COPY, 0)
        found.append((verdict | np.where(estimate >= _CLUSTER, _SIMILAR, 0)).astype(np.uint8))
    return np.concatenate(found)


def _judge(pool: Pool, pairs: Pairs, flags: Array, threshold: float, shingle: int) -> Array:
    """What the words of pairs of short texts say; OPEN where one is longer or has no sketch.

    Nothing speaks for what only resembles a withdrawn text.
    """
    found = np.full(len(pairs), OPEN, np.uint8)
    rows = pool.short.gather(pairs.reshape(-1)).reshape(-1, 2)
    short = np.flatnonzero((rows > 0).all(axis=1))
    if len(short):
        first, second = (pool.sketches.gather(rows[short, side]) for side in (0, 1))
        found[short] = judge(first, second, threshold, shingle)
        barred = ((flags[short] & WITHDRAWN) > 0).any(axis=1)
        found[short[barred & (found[short] == APART)]] = OPEN
    return found


def agreement(digests: Rows, pairs: Pairs) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Share of equal MinHash values of each pair: an estimate of their Jaccard similarity."""
    found = np.empty(len(pairs))
    for start in range(0, len(pairs), _CHUNK):
        some = pairs[start : start + _CHUNK]
        equal = digests.gather(some[:, 0]) == digests.gather(some[:, 1])
        found[start : start + _CHUNK] = np.count_nonzero(equal, axis=1) / PERMUTATIONS
    return found


def _write_sets(
    pool: Pool, needed: Rows, config: Dedup, folder: Path, item: tuple[int, Parts]
) -> None:
    """The shingle sets of a part's records that are needed, in a file a part."""
    number, parts = item
    rows = np.flatnonzero(needed.gather(pool.part(number)))
    texts = parts.read(number, ["text"]).column("text").take(pa.array(rows)).to_pylist()
    sets = sets_of_texts(texts, config.shingle, numbers=config.numbers == "keep")
    offsets = np.concatenate(([0], np.cumsum([len(each) for each in sets])))
    values = pa.LargeListArray.from_arrays(
        pa.array(offsets, pa.int64()), pa.array(np.concatenate(sets), pa.uint64())
    )
    table = pa.table([pa.array(rows, pa.int64()), values], schema=_SETS)
    with pa.ipc.new_file(str(folder / f"{number:07d}"), _SETS) as writer:
        writer.write_table(table)


def _compare(
    pool: Pool, verified: Verified, threshold: float, folder: Path, span: tuple[int, int]
) -> Array:
    """The final verdicts of a range of pairs."""
    found = []
    for start in range(span[0], span[1], _CHUNK):
        stop = min(span[1], start + _CHUNK)
        verdicts = verified.verdicts.read(start, stop)
        doubtful = np.flatnonzero(verdicts & _DOUBT)
        pairs = unpacked(verified.pairs.read(start, stop)[doubtful])
        sets = _read_sets(pool, np.unique(pairs), folder)
        copies = [
            jaccard(sets[first], sets[second]) >= threshold
            for first, second in zip(pairs[:, 0].tolist(), pairs[:, 1].tolist(), strict=True)
        ]
        verdicts[doubtful] = verdicts[doubtful] & _SIMILAR | np.array(copies, np.uint8) * _COPY
        found.append(verdicts)
    return np.concatenate(found)


def _read_sets(pool: Pool, records: Array, folder: Path) -> dict[int, Array]:
    places = pool.records.gather(records)["place"].astype(np.int64)
    order = np.argsort(places)
    records, places = records[order], places[order]
    part_of = np.searchsorted(pool.starts, places, side="right") - 1
    found: dict[int, Array] = {}
    for part in np.unique(part_of).tolist():
        mine = part_of == part
        with pa.memory_map(str(folder / f"{part:07d}")) as file:
            table = pa.ipc.open_file(file).read_all().combine_chunks()
            rows = table.column("row").to_numpy()
            at = np.searchsorted(rows, places[mine] - pool.starts[part])
            lists = table.column("shingles").chunk(0)
            values, offsets = lists.values.to_numpy(), lists.offsets.to_numpy()
            for record, position in zip(records[mine].tolist(), at.tolist(), strict=True):
                found[record] = values[offsets[position] : offsets[position + 1]].copy()
    return found


def jaccard(first: Array, second: Array) -> float:
    """Share of what is in both of what is in either; sorted, each value once."""
    if len(first) == 0 or len(second) == 0:
        return float(len(first) == len(second))
    where = np.searchsorted(first, second)
    common = int((first[np.minimum(where, len(first) - 1)] == second).sum())
    return common / (len(first) + len(second) - common)


def sets_of_texts(texts: Sequence[str], shingle: int, *, numbers: bool) -> list[Array]:
    """Sorted unique shingle hashes of each text."""
    found = []
    for start, stop in batches([len(text) for text in texts]):
        hashes, offsets = shingles(hash_words(texts[start:stop], numbers=numbers), shingle)
        found += [np.unique(hashes[offsets[i] : offsets[i + 1]]) for i in range(len(offsets) - 1)]
    return found
