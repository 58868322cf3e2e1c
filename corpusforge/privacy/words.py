"""Words of folded texts as arrays: where each begins and ends, its hash, and its shape."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from corpusforge.privacy.fold import Batch, fold, lowered, page

# A word's hash is sum(symbol[i] * BASE**i) modulo 2**64, so that prefix sums give the hash of
# every word at once: (sum at end - sum at start) * BASE**-start. BASE is odd, hence invertible.
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)

_UPPER, _LOWER, _LETTER, _DIGIT = 1, 2, 4, 8


@cache
def _kinds() -> Any:
    """For each symbol: letter, digit, upper or lower case (bits)."""
    kinds = np.zeros(256, np.uint8)
    kinds[ord("A") : ord("Z") + 1] = _LETTER | _UPPER
    kinds[ord("a") : ord("z") + 1] = _LETTER | _LOWER
    kinds[0x80:0xD8] = _LETTER
    kinds[0xF1] = _LETTER
    kinds[ord("0") : ord("9") + 1] = _DIGIT
    return kinds


_powers: tuple[Any, Any] = (np.ones(1, np.uint64), np.ones(1, np.uint64))


def _powers_up_to(size: int) -> tuple[Any, Any]:
    """BASE**i and BASE**-i for i below `size`, kept for the next call."""
    global _powers  # noqa: PLW0603 — a table that only grows, the same in every process
    if _powers[0].size < size:
        room = max(size, 1 << 16)
        ones = np.ones(room, np.uint64)
        forward, backward = ones.copy(), ones
        forward[1:] = _BASE
        backward[1:] = _INVERSE
        _powers = np.cumprod(forward), np.cumprod(backward)
    return _powers


def word_hash(word: str) -> int:
    """The hash that `split_words` gives `word` (any spelling that folds to the same)."""
    return folded_hash(page(word))


def folded_hash(word: str) -> int:
    """`word_hash` of a word that is folded already (symbols as Latin-1)."""
    total = 0
    for place, symbol in enumerate(lowered(word).encode("latin-1")):
        total += (symbol + 1) * pow(_BASE, place, 1 << 64)
    return total & 0xFFFFFFFFFFFFFFFF


@dataclass(frozen=True)
class Words:
    """The words of a batch, in order; equal-length arrays."""

    start: Any
    end: Any
    hash: Any
    #: The hash of all but the first symbol: Arabic words carry "and", "to" and "with" in front.
    tail_hash: Any
    #: Begins with a capital; is all capitals; holds a letter.
    capital: Any
    upper: Any
    letters: Any
    #: Index of the text it is in.
    text: Any


def split_words(batch: Batch) -> Words:
    """Maximal runs of letters and digits."""
    kinds = _kinds().take(batch.codes)
    inside = (kinds & (_LETTER | _DIGIT)) != 0
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    start, end = edges[0::2], edges[1::2]
    symbols = np.frombuffer(lowered(batch.string).encode("latin-1"), np.uint8)
    forward, backward = _powers_up_to(symbols.size)
    sums = np.zeros(symbols.size + 1, np.uint64)
    np.cumsum((symbols.astype(np.uint64) + np.uint64(1)) * forward[: symbols.size], out=sums[1:])
    hashes = (sums[end] - sums[start]) * backward[start]
    # All kinds of symbol that there are in each word.
    among = np.bitwise_or.reduceat(kinds, edges)[0::2] if edges.size else kinds[:0]

    return Words(
        start,
        end,
        hashes,
        (sums[end] - sums[start + 1]) * backward[start + 1],
        capital=(kinds[start] & _UPPER) != 0,
        upper=(among & (_UPPER | _LOWER)) == _UPPER,
        letters=(among & _LETTER) != 0,
        text=np.searchsorted(batch.ends, start, side="right"),
    )


class Dictionary:
    """Values of known words, looked up for all words of a batch at once."""

    def __init__(self, hashes: Any, values: Any) -> None:
        """A hash that is given twice has the bits of both values."""
        order = np.argsort(hashes, kind="stable")
        ordered = hashes[order]
        first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: ordered.size])
        self._hashes = ordered[first]
        self._values = np.bitwise_or.reduceat(values[order], first) if first.size else values
        # Most words of a text are in no dictionary: a flag for each of 2**18 classes of hashes,
        # small enough for the processor's cache, spares them the search.
        self._classes = np.zeros(1 << 18, np.bool_)
        self._classes[_class_of(self._hashes)] = True

    @classmethod
    def of_bits(cls, entries: Iterable[tuple[str, int]]) -> Dictionary:
        """Words with bit masks; a word given twice has the bits of both."""
        words, masks = zip(*entries, strict=True)
        batch = fold(["\n".join(words)])
        found = split_words(batch)
        # Entries of several words ("isem-iw") match no word of a text: left out with their line.
        line = np.cumsum(batch.codes == ord("\n"))[found.start]
        alone = np.bincount(line, minlength=len(words))[line] == 1
        return cls(found.hash[alone], np.array(masks, np.uint64)[line[alone]])

    @classmethod
    def of_folded(cls, entries: Iterable[tuple[str, int]]) -> Dictionary:
        """The same for words that are folded already."""
        words, masks = zip(*entries, strict=True)
        hashes = np.array([folded_hash(word) for word in words], np.uint64)
        return cls(hashes, np.array(masks, np.uint64))

    def look_up(self, hashes: Any) -> Any:
        """The value of each hash, 0 for unknown words."""
        values = np.zeros(hashes.size, self._values.dtype)
        likely = np.flatnonzero(self._classes[_class_of(hashes)])
        wanted = hashes[likely]
        place = np.searchsorted(self._hashes, wanted)
        place[place == self._hashes.size] = 0
        values[likely] = np.where(self._hashes[place] == wanted, self._values[place], 0)
        return values


def _class_of(hashes: Any) -> Any:
    if hashes.dtype == np.uint32:
        return hashes >> np.uint32(14)
    return (hashes * np.uint64(_BASE)) >> np.uint64(46)
