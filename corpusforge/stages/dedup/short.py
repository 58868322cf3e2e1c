"""Short texts: what their words say of a pair where shingles say too little.

One word that is another spoils as many of the few shingles of a short text whether it is a slip or
the price; a whole sentence more, at the end, spoils hardly any. So a pair of short texts is looked
at word by word first (see `docs/engine.md` for what each rule was measured to do):

- Facts: each has a figure, or a town, that the other has not: two texts.
- A sentence more: one is the other with sentences added at one end. It is another text if all that
  they share is one sentence, or two and what was added is a quarter; shingles decide otherwise.
- A frame: one stands in the other as a whole, with something before it and something after it, as
  menus and footers do: one text, down to a lower similarity.
- A word more: one has a word, no fact, that the other lacks, and all else: likewise.

Everything else is left to the shingles.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from corpusforge.stages.dedup.disk import Array
from corpusforge.stages.dedup.sketches import ENDS, FIGURE, PLACE, SAME

#: What the words of a pair say: two texts, one text, or nothing.
APART, COPY, OPEN = 0, 1, 2

Verdicts = np.ndarray[Any, np.dtype[np.uint8]]


def judge(first: Array, second: Array, threshold: float, shingle: int) -> Verdicts:
    """APART, COPY or OPEN for each pair of sketches; shape (pairs, 1 + SHORT) both.

    Least similarities follow the threshold and meet it at 1: with .7, sentences are added from .75,
    frames and single words from .6.
    """
    pairs = _Pairs(first, second, shingle)
    low, high = threshold - (1 - threshold) / 3, threshold + (1 - threshold) / 6
    verdicts = np.full(len(first), OPEN, np.uint8)
    verdicts[pairs.word_more() & (pairs.similarity >= low)] = COPY
    verdicts[_facts_differ(pairs)] = APART
    verdicts[pairs.framed(low)] = COPY
    more = pairs.sentence_more()
    verdicts[more & (pairs.sentences <= 1)] = APART
    verdicts[more & (pairs.sentences == 2) & (pairs.similarity < high)] = APART
    return verdicts


class _Pairs:
    """Pairs of sketches, the one with fewer words first, and how they lie upon each other.

    Attributes:
        short, long: the words without their ends; padded with 0.
        ends: does a sentence of the longer text end with this word?
        digits: hashes of all digits of both.
        short_words, long_words: how many there are.
        sentences: of the shorter text.
        prefix, suffix: words that both begin with, and end with; at most all of the shorter.
        similarity: Jaccard similarity if the longer one is the shorter one and a run of words.

    """

    def __init__(self, first: Array, second: Array, shingle: int) -> None:
        counts = np.stack([np.count_nonzero(each[:, 1:], axis=1) for each in (first, second)])
        swap = (counts[0] > counts[1])[:, None]
        short, long = np.where(swap, second, first), np.where(swap, first, second)
        self.short_words, self.long_words = np.sort(counts, axis=0)
        self.digits = short[:, 0], long[:, 0]
        self.short, self.long = short[:, 1:] & SAME, long[:, 1:] & SAME
        self.ends = (long[:, 1:] & ENDS) > 0
        self.sentences = np.count_nonzero(short[:, 1:] & ENDS, axis=1)
        place = np.arange(self.short.shape[1])
        inside = place < self.short_words[:, None]
        self.prefix = _run((self.short == self.long) & inside)
        at = np.maximum(self.short_words[:, None] - 1 - place, 0)
        beside = np.maximum(self.long_words[:, None] - 1 - place, 0)
        same = np.take_along_axis(self.short, at, 1) == np.take_along_axis(self.long, beside, 1)
        self.suffix = _run(same & inside)
        self._more = self.long_words > self.short_words
        self._at_end = self._more & (self.prefix == self.short_words)
        self._at_start = self._more & (self.suffix == self.short_words) & ~self._at_end
        apart = self._at_end | self._at_start
        sizes = [
            np.maximum(words - shingle + 1, 0) for words in (self.short_words, self.long_words)
        ]
        # A run inside the text also spoils what reaches across it.
        inner = np.minimum(np.minimum(self.prefix, self.short_words - self.prefix), shingle - 1)
        common = np.maximum(sizes[0] - np.where(apart, 0, inner), 0)
        self.similarity = common / np.maximum(sizes[0] + sizes[1] - common, 1)
        self._contained = sizes[0] / np.maximum(sizes[1], 1)

    def sentence_more(self) -> Array:
        """Whether the longer text is the shorter one and whole sentences at one of its ends."""
        last = np.where(self._at_end, self.short_words, self.long_words - self.short_words) - 1
        whole = np.take_along_axis(self.ends, np.maximum(last, 0)[:, None], 1)[:, 0]
        return np.asarray((self._at_end | self._at_start) & whole)

    def word_more(self) -> Array:
        """Whether it is the shorter one and a single word, no fact, somewhere inside it."""
        one = self.long_words - self.short_words == 1
        inside = one & (self.prefix + self.suffix >= self.short_words)
        at = np.minimum(self.prefix, self.long.shape[1] - 1)[:, None]
        fact = (np.take_along_axis(self.long, at, 1)[:, 0] & (FIGURE | PLACE)) > 0
        return np.asarray(inside & ~self._at_end & ~self._at_start & ~fact)

    def framed(self, least: float) -> Array:
        """Whether the shorter text is in the longer one, with words before it and after it."""
        found = np.zeros(len(self.short), np.bool_)
        more = self.long_words - self.short_words
        whole = self._at_end | self._at_start
        for row in np.flatnonzero((more > 1) & ~whole & (self._contained >= least)):
            words, around = int(self.short_words[row]), self.long[row]
            inner = self.short[row, :words]
            starts = 1 + np.flatnonzero(around[1 : int(more[row])] == inner[0])
            found[row] = any((around[at : at + words] == inner).all() for at in starts.tolist())
        return found


def _run(same: Array) -> Array:
    """How many of each row, from the first one on, are true without a break."""
    broken = ~same
    return np.where(broken.any(axis=1), broken.argmax(axis=1), same.shape[1])


def _facts_differ(pairs: _Pairs) -> Array:
    """Whether each of the two has a figure, or a town, that the other one has not.

    Digits that are the same one after the other are cut into figures in two ways: `10:30`, `1030`.
    """
    found = np.zeros(len(pairs.short), np.bool_)
    same = np.asarray(pairs.digits[0] == pairs.digits[1])
    kinds = np.where(same, PLACE, FIGURE | PLACE).astype(np.uint16)[:, None]
    short = np.where(pairs.short & kinds, pairs.short, 0)
    long = np.where(pairs.long & kinds, pairs.long, 0)
    both = short.any(axis=1) & long.any(axis=1)
    others = (np.sort(short, axis=1) != np.sort(long, axis=1)).any(axis=1)
    for row in np.flatnonzero(both & others):
        mine, other = (Counter(facts[row][facts[row] > 0].tolist()) for facts in (short, long))
        found[row] = bool(mine - other) and bool(other - mine)
    return found
