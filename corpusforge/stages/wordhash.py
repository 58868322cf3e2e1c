"""Words of a batch of texts as 64-bit hashes, in a few passes over arrays: no tokenizer.

A batch is joined, laid out as code points, and every code point is looked up in one table: marks
and tatweel vanish, whatever is neither letter nor digit separates, letters are folded (case, alef
forms, final ya and ta marbuta, decomposed accents, digits of any script). A word is a run of what
is left; its hash is a polynomial of its letters, read off one running sum. The rule is the same for
every script, so Darija, Tifinagh and French are compared by one measure.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Words = np.ndarray[Any, np.dtype[np.uint64]]
Index = np.ndarray[Any, np.dtype[np.int64]]
Points = np.ndarray[Any, np.dtype[np.uint32]]

#: Code points measured at a time; bounds memory at about 60 bytes a code point.
BATCH_CHARACTERS = 400_000

#: The same where words are hashed and nothing else: small enough for the processor's cache.
HASHED_CHARACTERS = 50_000

_DROP = 0
#: What stands for everything that is neither letter nor digit in `Layout.codes`.
SEPARATOR = 1
_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so it has an inverse modulo 2^64
_INVERSE = np.uint64(pow(0x9E3779B97F4A7C15, -1, 1 << 64))
_TABLED = 0x20000  # planes 0 and 1; beyond are ideographs, each its own letter
#: Categories that separate words; most code points of two planes are one of these.
_SEPARATORS = frozenset(
    ("Cn", "Co", "Cs", "Cc", "Zs", "Zl", "Zp", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po")
) | {"Sm", "Sc", "Sk", "So"}
#: Above this no letter without case is folded by `_ARABIC`.
_LAST_FOLDED = 0x6FF
_ARABIC = str.maketrans("أإآٱىةؤئ", "اااايهوي")


@dataclass(frozen=True)
class HashedWords:
    """The words of some texts, one after the other.

    Attributes:
        hashes: uint64, one a word.
        offsets: int64, `len(texts) + 1` positions in `hashes`: text i has the words from
            `offsets[i]` to `offsets[i + 1]`.
        lengths: int64, letters in each word after folding.

    """

    hashes: Words
    offsets: Index
    lengths: Index


def batches(sizes: Sequence[int], most: int = BATCH_CHARACTERS) -> Iterator[tuple[int, int]]:
    """Ranges of texts of about `most` code points together, from their sizes."""
    start, total = 0, 0
    for position, size in enumerate(sizes):
        if total and total + size > most:
            yield start, position
            start, total = position, 0
        total += size
    if start < len(sizes):
        yield start, len(sizes)


@dataclass(frozen=True)
class Layout:
    """A batch of texts as code points one after the other, and where words are among them.

    Attributes:
        points: uint32, every code point of the batch, a NUL after each text.
        keep: bool, one a code point: is it more than a mark or tatweel? All positions below count
            kept code points only.
        codes: uint32, the kept code points, folded; `SEPARATOR` between words.
        ends: int64, for each text, the position after its closing NUL.
        starts: int64, the first position of each word.
        stops: int64, the position after each word.

    """

    points: Points
    keep: np.ndarray[Any, np.dtype[np.bool_]]
    codes: Points
    ends: Index
    starts: Index
    stops: Index


def lay_out(texts: Sequence[str], *, numbers: bool = True) -> Layout:
    """The layout of a batch of texts; with `numbers` false, every digit counts as 0."""
    joined = "\0".join(texts) + "\0"
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    ends = np.cumsum(np.fromiter((len(t) + 1 for t in texts), np.int64, len(texts)))
    table = _table(numbers)
    if points.max() < _TABLED:
        codes = table.take(points)
    else:
        codes = np.where(points < _TABLED, table[np.minimum(points, _TABLED - 1)], points)
    # A text's closing NUL is a separator even where it stands beside dropped marks.
    keep = codes != _DROP
    dropped = np.flatnonzero(~keep)
    if len(dropped):
        codes = codes[keep]
        ends = ends - np.searchsorted(dropped, ends)
    # Where words begin and end, by turns; what stands before the first code is no letter.
    letter = np.concatenate(([False], codes != SEPARATOR))
    edges = np.flatnonzero(letter[1:] != letter[:-1])
    return Layout(
        points=points,
        keep=keep,
        codes=codes,
        ends=ends,
        starts=edges[::2],
        stops=edges[1::2],
    )


def hash_words(texts: Sequence[str], *, numbers: bool = True) -> HashedWords:
    """The hashed words of a batch of texts; with `numbers` false, every digit counts as 0."""
    return hash_layout(lay_out(texts, numbers=numbers))


def hash_layout(layout: Layout) -> HashedWords:
    """The hashed words of a batch that is laid out."""
    codes, starts, stops = layout.codes, layout.starts, layout.stops
    values = _letter_values(codes)
    powers, inverses = _powers(len(codes) + 1)
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum(np.multiply(values, powers[: len(codes)], out=values), out=sums[1:])
    hashes = _mix((sums[stops] - sums[starts]) * inverses[starts])
    offsets = np.concatenate(([0], np.searchsorted(starts, layout.ends)))
    return HashedWords(hashes, offsets.astype(np.int64), (stops - starts).astype(np.int64))


def _letter_values(codes: Points) -> Words:
    """What each folded code point adds to a word's hash: its mixed bits, 0 for a separator."""
    if len(codes) and codes.max() >= _TABLED:
        return np.where(codes != SEPARATOR, _mix(codes.astype(np.uint64)), np.uint64(0))
    return _value_table().take(codes)


@functools.cache
def _value_table() -> Words:
    values = _mix(np.arange(_TABLED, dtype=np.uint64))
    values[SEPARATOR] = 0
    return values


def run_hashes(words: HashedWords, starts: Index, stops: Index) -> Words:
    """A 64-bit hash of each run of words, `words.hashes[start:stop]` for each start and stop."""
    powers, inverses = _powers(len(words.hashes) + 1)
    terms = words.hashes * powers[: len(words.hashes)]
    sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(terms)))
    return _mix(
        (sums[stops] - sums[starts]) * inverses[starts] + (stops - starts).astype(np.uint64)
    )


def shingles(words: HashedWords, size: int) -> tuple[Words, Index]:
    """Hashes of every `size` neighbouring words, and the offsets of each text in them.

    A text with fewer words than `size` has one shingle, of all its words; one without words has
    none. No shingle reaches from one text into the next.
    """
    counts = np.diff(words.offsets)
    per_text = np.where(counts >= size, counts - size + 1, np.minimum(counts, 1))
    offsets = np.concatenate(([0], np.cumsum(per_text)))
    first = np.repeat(words.offsets[:-1] - offsets[:-1], per_text) + np.arange(offsets[-1])
    reach = np.repeat(np.minimum(counts, size), per_text)
    combined: Words = np.zeros(len(first), np.uint64)
    if len(first) and int(reach.min()) == size:
        # Of neighbours in all the batch, of which those within one text are taken.
        last = len(words.hashes) - size + 1
        combined = words.hashes[:last].copy()
        for place in range(1, size):
            np.multiply(combined, _BASE, out=combined)
            combined += words.hashes[place : place + last]
        return _mix(combined.take(first) + np.uint64(size)), offsets
    for place in range(size):
        inside = place < reach
        word = words.hashes[np.minimum(first + place, max(0, len(words.hashes) - 1))]
        step = combined * _BASE + word
        combined = np.where(inside, step, combined)
    return _mix(combined + reach.astype(np.uint64)), offsets


def sequence_hashes(words: HashedWords) -> tuple[Words, Words]:
    """Two independent 64-bit hashes of each text's whole sequence of words."""
    salted = _mix(words.hashes + np.uint64(0xD1B54A32D192ED03))
    return _sequences(words.hashes, words.offsets), _sequences(salted, words.offsets)


def _sequences(hashes: Words, offsets: Index) -> Words:
    powers, inverses = _powers(len(hashes) + 1)
    sums = np.zeros(len(hashes) + 1, np.uint64)
    np.cumsum(hashes * powers[: len(hashes)], out=sums[1:])
    starts, stops = offsets[:-1], offsets[1:]
    return _mix((sums[stops] - sums[starts]) * inverses[starts])


def _mix(values: Words) -> Words:
    """The finaliser of splitmix64 (Steele, Lea and Flood, 2014): spreads every bit."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


_power_cache: dict[str, tuple[Words, Words]] = {}


def _powers(count: int) -> tuple[Words, Words]:
    """At least `count` powers of the base, and of its inverse, modulo 2^64."""
    found = _power_cache.get("powers")
    if found is None or len(found[0]) < count:
        size = max(count, BATCH_CHARACTERS + 2)
        found = _power_series(_BASE, size), _power_series(_INVERSE, size)
        _power_cache["powers"] = found
    return found


def _power_series(base: np.uint64, size: int) -> Words:
    series = np.full(size, base, np.uint64)
    series[0] = 1
    return np.cumprod(series)


@functools.cache
def _table(numbers: bool) -> np.ndarray[Any, np.dtype[np.uint32]]:  # noqa: FBT001 - cached key
    """For each code point of planes 0 and 1: dropped, separator, or the letter it folds to."""
    table = np.full(_TABLED, SEPARATOR, np.uint32)
    # Hangul and the ideographs decompose into nothing that folds.
    plain = [*range(0x3400, 0xA000), *range(0xAC00, 0xD7A4)]
    table[plain] = plain
    category, decomposition = unicodedata.category, unicodedata.decomposition
    for first, last in ((0, 0x3400), (0xA000, 0xAC00), (0xD7A4, 0xD800), (0xE000, _TABLED)):
        letters = [chr(point) for point in range(first, last)]
        for point, letter, kind in zip(
            range(first, last), letters, map(category, letters), strict=True
        ):
            if kind in _SEPARATORS:
                continue
            if kind == "Lo" and point > _LAST_FOLDED and not decomposition(letter):
                table[point] = point
            else:
                table[point] = _fold(letter, numbers=numbers)
    return table


def _fold(character: str, *, numbers: bool) -> int:
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf") or character == "ـ":
        return _DROP
    if category == "Nd":
        return ord(str(unicodedata.digit(character))) if numbers else ord("0")
    if category[0] not in "LN" and category != "Mc":
        return SEPARATOR
    base = unicodedata.normalize("NFKD", character).lower().translate(_ARABIC)
    letters = [c for c in base if unicodedata.category(c)[0] in "LN"]
    return ord(letters[0]) if letters else ord(character)
