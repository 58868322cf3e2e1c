"""Candidate pairs: which records share a band of their signatures.

Bands are scattered on disk by the top bits of their hash into buckets that do not look at each
other: scattering a range of records is one task, finding the pairs of a bucket another, and the
sorted pairs of all buckets are merged. Memory follows the size of a bucket, not of the corpus.

A pair (a < b) is kept as one number, a · 2^32 + b, so that numbers sort as pairs do.
"""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from corpusforge.stages.dedup.components import Pairs
from corpusforge.stages.dedup.disk import Array, Rows
from corpusforge.stages.dedup.signatures import BANDS, ROWS
from corpusforge.stages.dedup.sorting import merged
from corpusforge.stages.stage import Work

Digests = np.ndarray[Any, np.dtype[np.uint32]]
Packed = np.ndarray[Any, np.dtype[np.uint64]]

_ENTRY = np.dtype([("hash", np.uint64), ("record", np.uint32)])
_PAIR = np.dtype(np.uint64)
#: Records whose bands one task scatters, at least; at most so many tasks.
_RANGE, _RANGES = 1_000_000, 64
#: Bytes that sorting a bucket takes for each of its own.
_SORTING = 6
#: Bytes that a record's bands take while they are scattered.
_SCATTERING = 4_000


def candidates(digests: Rows, alone: Rows, work: Work, memory: int) -> Rows:
    """Sorted packed pairs of the records marked in `alone` that share a band, each once."""
    folder = work.scratch / "bands"
    count = len(digests)
    size = max(_RANGE, -(-count // _RANGES))
    buckets = max(1, count * BANDS * _ENTRY.itemsize * _SORTING // max(1, memory))
    scatter = functools.partial(_scatter, digests, alone, folder, buckets, memory)
    ranges = [(start, min(count, start + size)) for start in range(0, count, size)]
    for _ in tasks(work, scatter, ranges):
        pass
    find = functools.partial(_pairs_of_bucket, folder)
    runs = [run for run in tasks(work, find, range(buckets)) if run is not None]
    found = Rows(work.scratch / "candidates", _PAIR)
    last = -1
    for block in merged(runs, np.asarray, memory, folder):
        once = np.unique(block)
        once = once[1:] if int(once[0]) == last else once
        found.append(once)
        last = int(block[-1])
    shutil.rmtree(folder, ignore_errors=True)
    return found


def tasks(work: Work, function: Callable[[Any], Any], items: Any) -> Iterator[Any]:
    """Run items on the workers; a single one here, as it is not worth the way."""
    items = list(items)
    return map(function, items) if len(items) == 1 else work.map(function, items)


def _scatter(
    digests: Rows, alone: Rows, folder: Path, buckets: int, memory: int, span: tuple[int, int]
) -> None:
    """Write the bands of a range of records into a file a bucket: ``bands/BUCKET/START``."""
    chunk = max(1_000, memory // _SCATTERING)
    name = f"{span[0]:010d}"
    for bucket in range(buckets):
        (folder / f"{bucket:06d}").mkdir(parents=True, exist_ok=True)
        (folder / f"{bucket:06d}" / name).unlink(missing_ok=True)  # of a task that was killed
    for start in range(span[0], span[1], chunk):
        stop = min(span[1], start + chunk)
        chosen = np.flatnonzero(alone.read(start, stop))
        hashes = band_hashes(digests.read(start, stop)[chosen])
        entries: Array = np.empty(hashes.size, _ENTRY)
        entries["hash"] = hashes.ravel()
        entries["record"] = np.repeat((start + chosen).astype(np.uint32), BANDS)
        if buckets == 1:
            Rows(folder / "000000" / name, _ENTRY).append(entries)
            continue
        bucket_of = (entries["hash"] >> np.uint64(32)) * np.uint64(buckets) >> np.uint64(32)
        order = np.argsort(bucket_of, kind="stable")
        entries = np.asarray(entries[order])
        edges = np.searchsorted(bucket_of[order], np.arange(buckets + 1))
        for bucket in np.flatnonzero(np.diff(edges)):
            Rows(folder / f"{bucket:06d}" / name, _ENTRY).append(
                entries[edges[bucket] : edges[bucket + 1]]
            )


def band_hashes(digests: Digests) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """A 64-bit hash of each band, shape (records, BANDS); equal bands of two places differ."""
    rows = digests.reshape(len(digests), BANDS, ROWS)
    combined = np.arange(BANDS, dtype=np.uint64)[None, :] + np.uint64(0x243F6A8885A308D3)
    combined = np.repeat(combined, len(digests), axis=0)
    for place in range(ROWS):
        combined = (combined ^ rows[:, :, place].astype(np.uint64)) * np.uint64(0x9FB21C651E98DF25)
        combined ^= combined >> np.uint64(32)
    return combined


def _pairs_of_bucket(folder: Path, bucket: int) -> Rows | None:
    """The sorted pairs of a bucket, as a run for merging; None where there are none."""
    files = sorted((folder / f"{bucket:06d}").glob("*"))
    entries = np.concatenate([np.zeros(0, _ENTRY), *(np.fromfile(f, _ENTRY) for f in files)])
    pairs = pairs_of(entries["hash"], entries["record"].astype(np.int64))
    if len(pairs) == 0:
        return None
    run = Rows(folder / f"pairs-{bucket:06d}", _PAIR)
    run.path.unlink(missing_ok=True)
    run.append(packed(pairs))
    return run


def pairs_of(hashes: np.ndarray[Any, Any], records: np.ndarray[Any, Any]) -> Pairs:
    """Pairs of records with equal hashes: each with the least of its group and with the one before.

    All pairs of a group of n would be n²; the least one alone would miss duplicates of each other
    in a group whose least member only looks alike. Both together are 2n.
    """
    order = np.argsort(hashes)
    sorted_hashes = hashes[order]
    same = sorted_hashes[1:] == sorted_hashes[:-1]
    # Most hashes are alone: only the others are put into order of their records.
    shared = np.concatenate((same, [False])) | np.concatenate(([False], same))
    if not shared.any():
        return np.zeros((0, 2), np.int64)
    hashes, records = sorted_hashes[shared], records[order[shared]]
    order = np.lexsort((records, hashes))
    hashes, records = hashes[order], records[order]
    new = np.concatenate(([True], hashes[1:] != hashes[:-1]))
    starts = np.maximum.accumulate(np.where(new, np.arange(len(hashes)), 0))
    member = np.flatnonzero(~new)
    to_least = np.stack((records[starts[member]], records[member]), axis=1)
    to_previous = np.stack((records[member - 1], records[member]), axis=1)
    pairs = np.concatenate((to_least, to_previous))
    return unique_pairs(pairs[pairs[:, 0] != pairs[:, 1]])


def unique_pairs(pairs: Pairs) -> Pairs:
    """Pairs with the smaller record first, sorted, each once."""
    return unpacked(np.unique(packed(np.sort(pairs, axis=1))))


def packed(pairs: Pairs) -> Packed:
    """Pairs of records below 2^32 as one number each."""
    left, right = (pairs[:, side].astype(np.uint64) for side in (0, 1))
    return np.asarray(left << np.uint64(32) | right)


def unpacked(numbers: Array) -> Pairs:
    """What `packed` made a number of; shape (n, 2)."""
    halves = (numbers >> np.uint64(32), numbers & np.uint64(0xFFFFFFFF))
    return np.stack([half.astype(np.int64) for half in halves], axis=1)
