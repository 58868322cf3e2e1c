"""Sketches: the words of a short text in their order, ten bits each, and which of them are facts.

Of a text of a few dozen words the share of common shingles says too little: a price or a town that
differs spoils as many as a slip of the pen, and a sentence more spoils few. What `short` asks about
such texts it reads off their sketches, which published versions keep too. Ten bits a word tell
whether two texts that are known to be near have the same words, and not which words those are: many
words share each value, and most numbers of ten digits share theirs with millions.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pyarrow as pa

from corpusforge.privacy.places import TOWNS
from corpusforge.stages.dedup.disk import Array, Rows
from corpusforge.stages.dedup.signatures import SIGNATURES, signatures
from corpusforge.stages.wordhash import (
    HASHED_CHARACTERS,
    HashedWords,
    Layout,
    Words,
    batches,
    hash_layout,
    hash_words,
    lay_out,
    run_hashes,
)

#: Words of the longest text that has a sketch, about 650 characters.
SHORT = 100

#: Bits of a word of a sketch; what is beside its hash. No word is 0.
FIGURE, PLACE, WORD, ENDS = (np.uint16(1 << bit) for bit in (10, 11, 12, 13))
#: What makes two words one.
SAME = np.uint16(ENDS - 1)

#: `SIGNATURES` and the sketch, null for texts of more than `SHORT` words: uint16, first a hash of
#: all digits, one after the other, then one value a word.
SIGNED = pa.schema([*SIGNATURES, ("sketch", pa.binary())])

#: What stands between words and in them. A point ends a sentence only where there is a space too:
#: `3.26` and `example.ma` go on.
_LINE, _SPACE, _POINT, _DIGIT = (np.uint8(bit) for bit in (1, 2, 4, 8))
_NOUGHT, _NINE = ord("0"), ord("9")
_Flags = np.ndarray[Any, np.dtype[np.bool_]]


def signed(part: pa.Table, shingle: int, numbers: str) -> pa.Table:
    """The signatures and sketches of the texts of a part, in `SIGNED` columns."""
    table = signatures(part, shingle, numbers)
    column = sketches(part.column("text"), table.column("words").to_numpy(), numbers)
    return table.append_column(SIGNED.field("sketch"), column)


def sketches(column: pa.ChunkedArray, words: Array, numbers: str) -> pa.Array:
    """The sketches of a column of texts, from how many words each one has."""
    short = words <= SHORT
    texts = column.filter(pa.array(short)).to_pylist()
    found = [
        _sketches(lay_out(texts[start:stop], numbers=numbers == "keep"), figures=numbers == "keep")
        for start, stop in batches([len(text) for text in texts], HASHED_CHARACTERS)
    ]
    sizes = np.where(short, 1 + words.astype(np.int64), 0)
    return _column(np.concatenate([np.zeros(0, np.uint16), *found]), sizes)


def _sketches(layout: Layout, *, figures: bool) -> Array:
    """The sketches of a batch, one after the other."""
    words = hash_layout(layout)
    values = (words.hashes >> np.uint64(54)).astype(np.uint16) | WORD
    places, prefixes = _places()
    maybe = np.flatnonzero(prefixes.take(words.hashes >> np.uint64(48)))
    values[maybe[np.isin(words.hashes[maybe], places)]] |= PLACE
    points = layout.points
    points = points if len(points) == len(layout.codes) else points[layout.keep]
    signs = _signs().take(points, mode="clip")
    digit = (layout.codes >= _NOUGHT) & (layout.codes <= _NINE)
    signs[digit] = _DIGIT
    digits = np.zeros(len(layout.ends), np.uint16)
    if len(values):
        # What is in each word, and in the gap after it.
        edges = np.stack((layout.starts, layout.stops), axis=1).reshape(-1)
        inside, after = np.bitwise_or.reduceat(signs, edges).reshape(-1, 2).T
        values[(after & _LINE > 0) | (after & (_POINT | _SPACE) == _POINT | _SPACE)] |= ENDS
        if figures:
            values[inside & _DIGIT > 0] |= FIGURE
            digits = _digits(layout, digit)
    return np.insert(values, words.offsets[:-1], digits)


def _digits(layout: Layout, digit: _Flags) -> Array:
    """A hash of all digits of each text, 0 without any; how they are cut cannot be seen in it."""
    places = np.flatnonzero(digit)
    stops = np.searchsorted(places, layout.ends)
    starts = np.concatenate(([0], stops[:-1]))
    offsets = np.concatenate(([0], stops))
    apart = HashedWords(layout.codes[places].astype(np.uint64), offsets, np.diff(offsets))
    hashes = (run_hashes(apart, starts, stops) >> np.uint64(48)).astype(np.uint16)
    return np.where(stops > starts, hashes, np.uint16(0))


@functools.cache
def _signs() -> Array:
    """What a code point between words is; the last one stands for all beyond."""
    signs = np.zeros(0x2100, np.uint8)
    signs[[0x00, 0x0A, 0x0D, 0x2028, 0x2029]] = _LINE
    signs[[0x09, 0x20, 0xA0, 0x2009, 0x202F]] = _SPACE
    signs[[ord(mark) for mark in ".!?؟…۔"]] = _POINT
    return signs


@functools.cache
def _places() -> tuple[Words, _Flags]:
    """Hashes of the words that Morocco's towns are told by, the last ones of their names.

    And for each value of the first 16 bits whether a hash begins with it.
    """
    words = hash_words([name.replace("_", " ") for name in TOWNS.split()])
    hashes = np.unique(words.hashes[words.offsets[1:] - 1])
    prefixes = np.zeros(1 << 16, np.bool_)
    prefixes[hashes >> np.uint64(48)] = True
    return hashes, prefixes


def sketch_rows(column: pa.ChunkedArray | pa.Array) -> tuple[Array, Array]:
    """Which rows of a `sketch` column have one, and those, padded; shape (found, 1 + SHORT)."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    having = np.flatnonzero(array.is_valid().to_numpy(zero_copy_only=False))
    some = array.drop_null()
    offsets = np.frombuffer(some.buffers()[1], np.int32)[some.offset :][: len(some) + 1]
    rows = np.zeros((len(some), 1 + SHORT), np.uint16)
    if len(some):
        data = np.frombuffer(some.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
        rows[np.arange(1 + SHORT) < (np.diff(offsets) // 2)[:, None]] = data.view("<u2")
    return having, rows


def sketch_column(rows: Rows, numbers: Array) -> pa.Array:
    """The padded rows of these numbers as a `sketch` column; null for number 0."""
    found = rows.gather(numbers[numbers > 0])
    sizes = np.zeros(len(numbers), np.int64)
    sizes[numbers > 0] = 1 + np.count_nonzero(found[:, 1:], axis=1)
    kept = np.arange(found.shape[1]) < sizes[numbers > 0][:, None]
    return _column(found[kept], sizes)


def _column(values: Array, sizes: Array) -> pa.Array:
    """Sketches one after the other as a column, from how many values each one has; null for 0."""
    offsets = np.concatenate(([0], np.cumsum(2 * sizes))).astype(np.int32)
    data = np.ascontiguousarray(values, "<u2")
    buffers = [pa.array(sizes > 0).buffers()[1], pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.binary(), len(sizes), buffers)
