"""How likely a word is a name: a table of known words, and letter n-grams for the others.

The shipped model holds no word: a table from 32-bit hashes of folded words to a rounded log-odds
of name against common word, and hashed weights of letter n-grams. data/README.md says what it was
trained on.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from corpusforge.privacy import NAME_MODEL
from corpusforge.privacy.fold import lowered
from corpusforge.privacy.skeleton import consonants, skeleton
from corpusforge.privacy.words import Dictionary, folded_hash

#: The shipped model.
MODEL = NAME_MODEL

#: Log-odds (base 2) are kept as 0 to 15, which stand for -4 to 11.
LOWEST = -4
#: What role a name has: bits.
GIVEN, SURNAME = 1, 2
#: The byte of a word that is in no table.
UNKNOWN = 255

#: n-gram weights for each script.
BUCKETS = 1 << 14


class Likelihood(NamedTuple):
    """Log-odds (base 2) of name against common word, its role (bits), and whether it is known."""

    odds: float
    role: int
    known: bool


class Lexicon:
    """The tables of a model file."""

    def __init__(self, path: Path = MODEL) -> None:
        with np.load(path, allow_pickle=False) as model:
            self._hashes = model["hashes"]
            self._values = model["values"]
            self._skeletons = model["skeletons"]
            self._skeleton_values = model["skeleton_values"]
            self._weights = model["weights"].astype(np.float32) * float(model["scale"])
            self._bias = model["bias"].astype(float)
        # Only names are looked for in every word of a text; the byte of a name is never 0.
        names = (self._values >> 4) > 0
        self._names = Dictionary(self._hashes[names], self._values[names])
        self.of = lru_cache(maxsize=1 << 15)(self._of)

    def names(self, hashes: Any) -> Any:
        """The byte of each 64-bit word hash that is a name (role << 4 | odds - LOWEST), else 0."""
        return self._names.look_up(shortened(hashes))

    def look_up(self, hashes: Any) -> Any:
        """The byte of each 64-bit word hash; `UNKNOWN` where absent."""
        short = shortened(hashes)
        place = np.searchsorted(self._hashes, short)
        place[place == self._hashes.size] = 0
        return np.where(self._hashes[place] == short, self._values[place], UNKNOWN).astype(np.uint8)

    def _of(self, word: str) -> Likelihood:
        """The likelihood of one folded word (symbols as Latin-1), by table, skeleton or letters."""
        value = int(self.look_up(np.array([folded_hash(word)], np.uint64))[0])
        if value != UNKNOWN:
            return Likelihood((value & 15) + LOWEST, value >> 4, known=True)
        letters = self.letters(word)
        for form, bonus in ((skeleton(word), 0.0), ("\2" + consonants(word), -2.5)):
            if len(form) < 4:
                continue
            short = shortened(np.array([folded_hash("\3" + form)], np.uint64))
            place = int(np.searchsorted(self._skeletons, short)[0])
            if place < self._skeletons.size and self._skeletons[place] == short[0]:
                value = int(self._skeleton_values[place])
                odds = (value & 15) + LOWEST + bonus
                return Likelihood(max(min(odds, 4.0), letters), value >> 4, known=False)
        return Likelihood(letters, 0, known=False)

    def letters(self, word: str) -> float:
        """Log-odds of a folded word by its letters alone, -6 to 6."""
        script = script_of(word)
        places = ngram_places(word)
        total = float(self._weights[script][places].sum()) + float(self._bias[script])
        return max(-6.0, min(6.0, total))


def shortened(hashes: Any) -> Any:
    """32 bits of 64-bit word hashes."""
    mixed = hashes * np.uint64(0x9E3779B97F4A7C15)
    return (mixed >> np.uint64(32)).astype(np.uint32)


def script_of(word: str) -> int:
    """0 Latin, 1 Arabic, 2 Tifinagh, by the first letter of a folded word."""
    first = word[:1]
    if first < "\x80":
        return 0
    return 1 if first < "\xa0" else 2


def ngram_places(word: str) -> Any:
    """Buckets of the letter n-grams (1 to 4, with word edges) of a folded word."""
    text = "\4" + lowered(word) + "\5"
    places = []
    for size in (1, 2, 3, 4):
        for start in range(len(text) - size + 1):
            total = size
            for char in text[start : start + size]:
                total = (total * 0x01000193 ^ ord(char)) & 0xFFFFFFFF
            places.append(((total * 0x9E3779B1) & 0xFFFFFFFF) >> 18)
    return np.array(places, np.int64)


@cache
def lexicon() -> Lexicon:
    """The shipped model, loaded once a process."""
    return Lexicon()
