"""Counts of a file's rows that the release's documents speak of."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def figures(table: pa.Table) -> dict[str, Any]:
    """Counts of a file's rows that the release's documents speak of."""
    text = table.column("text")
    words = np.concatenate([np.zeros(0, np.int64), *map(count_words, text.chunks)])
    rights = _groups(
        table.select(["license", "source", "origin"]).append_column("words", pa.array(words)),
        ["license", "source", "origin"],
        [("words", "sum"), ("words", "count")],
    )
    named = _filled(table.select(["license", "attribution"]), "attribution")
    attributions: dict[str, set[str]] = defaultdict(set)
    for row in _groups(named, ["license", "attribution"], []):
        attributions[row["license"]].add(row["attribution"])
    licences: dict[str, dict[str, Any]] = {}
    sources: Counter[str] = Counter()
    origins: Counter[str] = Counter()
    for row in sorted(rights, key=lambda each: str(each["license"])):
        entry = licences.setdefault(row["license"], {"rows": 0, "words": 0})
        entry["rows"] += row["words_count"]
        entry["words"] += row["words_sum"]
        sources[row["source"]] += row["words_count"]
        origins[row["origin"]] += row["words_count"]
    dated = _filled(table.select(["source", "date"]), "date")
    dates = _groups(dated, ["source"], [("date", "min"), ("date", "max")])
    return {
        "language": table.column("language")[0].as_py(),
        "origin": table.column("origin")[0].as_py(),
        "text_bytes": int(pc.sum(pc.binary_length(text)).as_py()),
        "words": int(words.sum()),
        "licences": {
            licence: {**entry, "attributions": sorted(attributions[licence])}
            for licence, entry in licences.items()
        },
        "rights": sorted({(row["source"], row["license"]) for row in rights}),
        "sources": dict(sorted(sources.items())),
        "dates": {
            row["source"]: [row["date_min"], row["date_max"]]
            for row in sorted(dates, key=lambda each: str(each["source"]))
        },
        "pii": _masked(table.column("pii")),
        "origins": dict(sorted(origins.items())),
    }


def _filled(table: pa.Table, name: str) -> pa.Table:
    return table.filter(pc.not_equal(pc.coalesce(table.column(name), ""), ""))


def _groups(
    table: pa.Table, keys: list[str], aggregates: list[tuple[str, str]]
) -> list[dict[str, Any]]:
    """Groups of rows with equal keys, and what was asked of each, one dict a group."""
    found: list[dict[str, Any]] = (
        table.group_by(keys, use_threads=False).aggregate(aggregates).to_pylist()
    )
    return found


def _masked(column: pa.ChunkedArray) -> dict[str, int]:
    """Masked spans by type."""
    total: Counter[str] = Counter()
    for chunk in column.chunks:
        counts = chunk.flatten()
        for kind, count in zip(
            counts.field("type").to_pylist(), counts.field("count").to_pylist(), strict=True
        ):
            total[kind] += count
    return dict(sorted(total.items()))


def count_words(texts: pa.Array) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Runs of bytes that are no ASCII space, in each text; no text may be null."""
    found = np.zeros(len(texts), np.int64)
    for start in range(0, len(texts), _TEXTS_AT_A_TIME):
        some = texts.slice(start, _TEXTS_AT_A_TIME)
        offsets = np.frombuffer(some.buffers()[1], np.int32)[some.offset :][: len(some) + 1]
        data = some.buffers()[2]
        first, last = int(offsets[0]), int(offsets[-1])
        if data is None or first == last:
            continue
        some_bytes = np.frombuffer(data, np.uint8)[first:last]
        inside = some_bytes != _SPACES[0]
        for space in _SPACES[1:]:
            inside &= some_bytes != space
        begins = inside.copy()
        np.greater(inside[1:], inside[:-1], out=begins[1:])
        edges = (offsets - first).tolist()
        for place, (head, end) in enumerate(itertools.pairwise(edges), start):
            if head < end:
                begins[head] = inside[head]
                found[place] = np.count_nonzero(begins[head:end])
    return found


#: Small enough for the processor's cache.
_TEXTS_AT_A_TIME = 50
_SPACES = (32, 10, 9, 13, 12)
