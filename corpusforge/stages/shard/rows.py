"""Rows as they are published, and the config and split that each belongs to."""

from __future__ import annotations

import functools
import hashlib
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusforge.arrow import text_bytes
from corpusforge.record import PROVENANCE, PUBLISHED, conform
from corpusforge.stages.stage import Context

#: Of rows, from 0.
Numbers = np.ndarray[Any, np.dtype[np.int64]]

_SHARE_BITS = 1 << 32
#: What a published row must have; an id and a source every row has.
_FILLED = ("language", "license", "origin", "text")
#: The columns that say which config and split a row belongs to, and how large it is.
KEYED = ("id", "language", "origin", "license", "cluster", "text")


def config_name(language: str, origin: str, licence: str, context: Context) -> str:
    """The config of a row: its language, plus whatever sets it apart from the plain configs."""
    name = language
    if origin != context.origin:
        name += f"-{origin}"
    if context.mode == "collection" and licence != context.license:
        name += f"-{_slug(licence)}"
    return name


def _slug(licence: str) -> str:
    return "".join(c if c.isalnum() or c == "." else "-" for c in licence.lower()).strip("-")


def taken(table: pa.Table, numbers: Numbers) -> pa.Table:
    """The rows of these numbers, in their order; `take` would copy a table in pieces whole."""
    if len(numbers) and (numbers == np.arange(numbers[0], numbers[0] + len(numbers))).all():
        return table.slice(int(numbers[0]), len(numbers))
    pieces = table.to_batches()
    starts = np.cumsum([0, *(piece.num_rows for piece in pieces)])
    where = np.searchsorted(starts, numbers, side="right") - 1
    found = [
        pieces[piece].take(pa.array(numbers[where == piece] - starts[piece]))
        for piece in np.unique(where)
    ]
    order = np.empty(len(numbers), np.int64)
    order[np.argsort(where, kind="stable")] = np.arange(len(numbers))
    return pa.Table.from_batches(found).combine_chunks().take(pa.array(order))


def publishable(part: pa.Table) -> pa.ChunkedArray:
    """Which rows of a `WORK` table have all that a published row must have."""
    return functools.reduce(pc.and_, [pc.is_valid(part.column(name)) for name in _FILLED])


def split_of(cluster: str, context: Context) -> str:
    """The split of the rows of a cluster of near-duplicates, by a hash that never moves."""
    if not context.splits:
        return "train"
    digest = hashlib.sha256(f"{context.seed}\0{cluster}".encode()).digest()
    draw = int.from_bytes(digest[:4], "big") / _SHARE_BITS
    for name, share in context.splits:
        if draw < share:
            return name
        draw -= share
    return "train"


def keys_of(part: pa.Table, context: Context) -> tuple[Numbers, list[tuple[str, str]]]:
    """For each row, the index of its (config, split) in the list returned beside."""
    codes = np.zeros(part.num_rows, np.int64)
    values: list[list[str]] = []
    for name in ("language", "origin", "license"):
        column = part.column(name).combine_chunks().dictionary_encode()
        values.append(column.dictionary.to_pylist())
        codes = codes * len(values[-1]) + column.indices.to_numpy()
    splits = ["train", *(name for name, _ in context.splits)]
    codes *= len(splits)
    if context.splits:
        clusters = pc.coalesce(part.column("cluster"), part.column("id")).to_pylist()
        codes += [splits.index(split_of(cluster, context)) for cluster in clusters]
    known: dict[tuple[str, str], int] = {}
    found, index = np.unique(codes, return_inverse=True)
    places = np.zeros(len(found), np.int64)
    for number, code in enumerate(found.tolist()):
        code, split = divmod(code, len(splits))  # noqa: PLW2901 - digits of one number
        code, licence = divmod(code, len(values[2]))  # noqa: PLW2901
        language, origin = divmod(code, len(values[1]))
        name = config_name(values[0][language], values[1][origin], values[2][licence], context)
        places[number] = known.setdefault((name, splits[split]), len(known))
    return places[index], list(known)


def published(part: pa.Table) -> pa.Table:
    """The `PUBLISHED` columns of a `WORK` table."""
    provenance = pa.StructArray.from_arrays(
        [
            pa.array(part.column(name).combine_chunks(), pa.string())
            for name in ("acquired", "key", "extractor", "identifier", "scrubber")
        ],
        fields=list(PROVENANCE),
    )
    digests = pa.array(text_digests(part.column("text")), pa.string())
    table = part.append_column("provenance", provenance)
    return conform(table.append_column("text_sha256", digests), PUBLISHED)


def text_digests(texts: pa.ChunkedArray) -> list[str]:
    """SHA-256 (64 hex digits) of each text's UTF-8, read where it lies."""
    return [
        hashlib.sha256(text).hexdigest() for chunk in texts.chunks for text in text_bytes(chunk)
    ]
