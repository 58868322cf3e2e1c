"""Packing: documents end to end in rows of one length, with their boundaries.

The documents of a split are one stream of tokens. With `carry`, row r holds the tokens from
r * seq_len on, whatever file they come from; the task of a file writes the rows that begin in it
and reads the head of the next files for the last of them. So files are packed apart from each
other, and yet nothing is lost between them. With `drop` and `pad`, each file is a stream.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from corpusforge.tokens.columns import packed
from corpusforge.tokens.documents import Documents
from corpusforge.tokens.settings import Packing

#: Tokens made into rows at once.
_TOKENS = 1 << 21


class Share(NamedTuple):
    """What one file packs: where its rows begin, and how many tokens they take."""

    skip: int  # tokens at its head that a row of an earlier file holds
    tokens: int  # from there on, those of later files included; a multiple of seq_len
    short: int  # tokens that fill no row; 0 but for the last file that has any
    files: int  # files that are read, itself first


def shares(tokens: Sequence[int], packing: Packing) -> list[Share]:
    """What each file of a split packs, by the tokens in each, EOS included."""
    length = packing.seq_len
    if packing.remainder != "carry":
        return [Share(0, each - each % length, each % length, 1) for each in tokens]
    ends = np.cumsum(tokens).tolist()
    whole = ends[-1] - ends[-1] % length if ends else 0
    found = []
    for number, end in enumerate(ends):
        start = end - tokens[number]
        first, last = (min(-(-at // length) * length, whole) for at in (start, end))
        files = 1 + sum(last > other for other in ends[number:-1]) if last > first else 1
        skip = max(0, min(first - start, tokens[number]))
        # What is left at the end of the split is counted where its last token lies.
        short = max(0, end - max(whole, start))
        found.append(Share(skip, last - first, short, files))
    return found


def rows(
    found: Iterable[Documents], share: Share, packing: Packing, pad: int | None, language: str
) -> Iterator[pa.RecordBatch]:
    """The packed rows of one file's share; `pad` fills the last one where the policy says so."""
    length = packing.seq_len
    padded = packing.remainder == "pad" and share.short > 0
    wanted = share.tokens + (share.short if padded else 0)
    if wanted == 0:
        return
    block = max(1, _TOKENS // length) * length
    buffer = _Buffer()
    skip, taken = share.skip, 0
    for documents in found:
        cut = buffer.add(documents, skip, wanted - taken)
        skip -= cut.skipped
        taken += cut.taken
        while len(buffer.ids) >= block:
            yield _batch(buffer.take(block), length, language)
        if taken == wanted:
            break
    if len(buffer.ids) >= length:
        yield _batch(buffer.take(len(buffer.ids) // length * length), length, language)
    if len(buffer.ids):
        assert pad is not None
        yield _batch(buffer.take(len(buffer.ids)), length, language, pad)


class _Cut(NamedTuple):
    skipped: int
    taken: int


class _Piece(NamedTuple):
    """Tokens, and the documents they belong to: name, length here, position of the first token."""

    ids: np.ndarray[Any, np.dtype[np.int32]]
    names: pa.Array
    lengths: np.ndarray[Any, np.dtype[np.int64]]
    starts: np.ndarray[Any, np.dtype[np.int64]]


class _Buffer:
    """Tokens that wait for their row to be full."""

    def __init__(self) -> None:
        self.ids = np.zeros(0, np.int32)
        self.names = pa.array([], pa.string())
        self.lengths = np.zeros(0, np.int64)
        self.starts = np.zeros(0, np.int64)

    def add(self, documents: Documents, skip: int, room: int) -> _Cut:
        """Append documents without their first `skip` tokens, and no more than `room`."""
        total = len(documents.ids)
        first = min(skip, total)
        last = min(total, first + room)
        piece = _slice(
            _Piece(
                documents.ids,
                documents.names,
                documents.lengths,
                np.zeros(len(documents.lengths), np.int64),
            ),
            first,
            last,
        )
        self.ids = np.concatenate([self.ids, piece.ids])
        self.names = pa.concat_arrays([self.names, piece.names])
        self.lengths = np.concatenate([self.lengths, piece.lengths])
        self.starts = np.concatenate([self.starts, piece.starts])
        return _Cut(first, last - first)

    def take(self, count: int) -> _Piece:
        """The first `count` tokens; a document that goes on stays with the rest of it."""
        whole = _Piece(self.ids, self.names, self.lengths, self.starts)
        piece = _slice(whole, 0, count)
        rest = _slice(whole, count, len(self.ids))
        self.ids, self.names, self.lengths, self.starts = rest
        return piece


def _slice(piece: _Piece, first: int, last: int) -> _Piece:
    """The tokens from `first` to `last`, with the parts of documents that lie there."""
    ends = np.cumsum(piece.lengths)
    begins = ends - piece.lengths
    lows, highs = np.maximum(begins, first), np.minimum(ends, last)
    here = np.flatnonzero(highs > lows)
    return _Piece(
        piece.ids[first:last],
        piece.names.take(pa.array(here)),
        (highs - lows)[here],
        (piece.starts + lows - begins)[here],
    )


def _batch(piece: _Piece, length: int, language: str, pad: int | None = None) -> pa.RecordBatch:
    """Whole rows of tokens as Arrow, documents cut where rows end."""
    ids = piece.ids
    total = len(ids)
    count = -(-total // length)
    if total < count * length:
        ids = np.concatenate([ids, np.full(count * length - total, pad, np.int32)])
    # Segments: documents cut at the edges of rows.
    ends = np.cumsum(piece.lengths)
    edges = np.union1d(ends, np.minimum(np.arange(1, count + 1) * length, total))
    begins = np.concatenate([[0], edges[:-1]])
    document = np.searchsorted(ends, begins, side="right")
    row = begins // length
    starts = piece.starts[document] + begins - (ends - piece.lengths)[document]
    segments = np.bincount(row, minlength=count)
    offsets = np.concatenate([[0], np.cumsum(segments)]).astype(np.int32)
    used = np.minimum(np.full(count, length), total - np.arange(count) * length)
    bounds = np.insert(begins % length, offsets[1:], used)
    return pa.RecordBatch.from_arrays(
        [
            pa.FixedSizeListArray.from_arrays(pa.array(ids, pa.int32()), length),
            pa.array(used, pa.int32()),
            pa.ListArray.from_arrays(offsets, piece.names.take(pa.array(document))),
            pa.ListArray.from_arrays(
                offsets + np.arange(count + 1, dtype=np.int32), pa.array(bounds, pa.int32())
            ),
            pa.ListArray.from_arrays(offsets, pa.array(starts, pa.int32())),
            pa.array([language or None] * count, pa.string()),
        ],
        schema=packed(length),
    )
