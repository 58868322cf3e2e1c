"""The texts a tokenizer is trained on, and those kept out to measure it: the same for any order.

Every text has a key, the hash of its words; the key alone decides. One in so many is kept out, and
of the others a language gives those with the least keys until its cap of words is full. So neither
the order of the inputs nor how they are cut into files is part of what comes out, a text that
stands twice counts once, and no text, in other case or spacing either, is on both sides.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

#: Words that are drawn of one language at most, for training and for measuring.
TRAINING_WORDS = 3_000_000
HELD_OUT_WORDS = 50_000

#: A language is repeated this often at most: more teaches its accidents, not its words.
REPEATS = 4


class Text(NamedTuple):
    """One text: its language, where it is from, under which licence."""

    text: str
    language: str
    source: str = ""
    license: str = ""
    held_out: bool = False  # whatever its key says: a release's test split


class Drawn:
    """The texts of one language with the least keys, until `words` words."""

    def __init__(self, words: int) -> None:
        self._limit = words
        self._heap: list[tuple[int, str, int]] = []  # negated key, text, words
        self._keys: set[int] = set()
        self.words = 0

    def add(self, key: int, text: str) -> None:
        """Draw a text, and let go of those that are no longer needed."""
        if key in self._keys:
            return
        count = len(text.split())
        self._keys.add(key)
        heapq.heappush(self._heap, (-key, text, count))
        self.words += count
        while self._heap and self.words - self._heap[0][2] >= self._limit:
            gone, _, words = heapq.heappop(self._heap)
            self._keys.discard(-gone)
            self.words -= words

    def texts(self) -> list[str]:
        """What was drawn, by key."""
        return [text for _, text, _ in sorted(self._heap, key=lambda each: -each[0])]


class Sample:
    """What was drawn of every language, and counts of all that was offered.

    Args:
        held_out: one text in so many is kept out of training.
        held_out_sources: whole sources that are kept out.
        words: cap of a language's words.

    """

    def __init__(
        self,
        held_out: int = 20,
        held_out_sources: Iterable[str] = (),
        words: int = TRAINING_WORDS,
    ) -> None:
        self._one_in = held_out
        self._sources = frozenset(held_out_sources)
        self._words = words
        self.training: dict[str, Drawn] = {}
        self.held_out: dict[str, Drawn] = {}
        self.offered: Counter[str] = Counter()
        self.sources: Counter[str] = Counter()
        self.licences: Counter[str] = Counter()

    def add(self, offered: Iterable[Text]) -> None:
        """Offer texts; those without a word are passed over."""
        for each in offered:
            words = each.text.split()
            if not words:
                continue
            key = text_key(each.text)
            self.offered[each.language] += 1
            out = each.held_out or each.source in self._sources or key % self._one_in == 0
            if out:
                side, limit = self.held_out, HELD_OUT_WORDS
            else:
                side, limit = self.training, self._words
                self.sources[each.source] += 1
                self.licences[each.license] += 1
            side.setdefault(each.language, Drawn(limit)).add(key // self._one_in, each.text)

    def training_texts(self, balance: float) -> Iterator[str]:
        """The texts to train on, each language as often as `shares` says."""
        for language, words in sorted(self.shares(balance).items()):
            drawn = self.training[language]
            texts = drawn.texts()
            left = float(words)
            while left > 0:
                for text in texts:
                    yield text
                    left -= len(text.split())
                    if left <= 0:
                        break

    def shares(self, balance: float) -> dict[str, int]:
        """Words that each language brings to training.

        With n words of a language and N of the largest, it is N (n / N)^balance: 1 takes all as it
        comes, 0 gives every language the same, a small one by repeating it, up to `REPEATS` times.
        """
        return shares({name: drawn.words for name, drawn in self.training.items()}, balance)

    def measured_texts(self) -> dict[str, list[str]]:
        """The texts kept out of training, by language."""
        return {name: self.held_out[name].texts() for name in sorted(self.held_out)}


def shares(words: Mapping[str, int], balance: float) -> dict[str, int]:
    """The rule of `Sample.shares`, from the words that there are of each language."""
    most = max(words.values(), default=0)
    return {
        name: min(round(most * (count / most) ** balance), REPEATS * count)
        for name, count in sorted(words.items())
        if count
    }


def text_key(text: str) -> int:
    """64 bits of a text's words, whatever their case and spacing."""
    words = " ".join(text.casefold().split()).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(words, digest_size=8).digest(), "big")
