"""The shipped model: hashed linear tables, one a script, and the probabilities they give.

A table holds an int8 weight for each (bucket, label). A text's evidence is the sum of the rows of
all its features; divided by a power of their number it is the logit vector of a softmax. Summing
rows per word first gives, at no further cost, the evidence of each word, from which segments are
cut. Nothing here keeps state: arrays are read-only maps of the shipped files, so threads and
forked processes share them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpusforge.errors import LanguageError
from corpusforge.language import FILES, SHIPPED
from corpusforge.language.features import (
    FEATURES_VERSION,
    Words,
    gram_buckets,
    letters_of,
    word_buckets,
    words_of,
)
from corpusforge.language.folding import ARAB, LATN, OTHER, TFNG, Folded, fold

# Features of a line of ten words: words' evidence is in the logits of a line like that.
_USUAL_FEATURES = 200

_BIAS = np.uint64(0x8080808080808080)
_EVEN = np.uint64(0x00FF00FF00FF00FF)
_BYTE = np.uint64(8)


def packed(table: NDArray[np.int8]) -> NDArray[np.uint64]:
    """An int8 table of 8 or 16 labels as one or two words a row, each byte 128 more than it was."""
    return np.ascontiguousarray(table).view(np.uint64) ^ _BIAS


class LaneSums:
    """Sums of packed table rows, eight labels to a machine word in two sets of 16-bit lanes.

    Adding bytes as they lie in a 64-bit word takes a few operations on one-dimensional arrays where
    numpy would loop over rows of eight: five times quicker. A lane holds 257 rows.
    """

    def __init__(self, size: int, width: int) -> None:
        self._even = np.zeros((width, size), np.uint64)
        self._odd = np.zeros((width, size), np.uint64)
        self._added = 0

    def add(self, lanes: NDArray[np.uint64], buckets: NDArray[np.uint32]) -> None:
        """Add one table row at each place."""
        for column in range(lanes.shape[1]):
            rows = lanes[:, column][buckets]
            self._even[column] += rows & _EVEN
            rows >>= _BYTE
            rows &= _EVEN
            self._odd[column] += rows
        self._added += 1

    def rows(self, labels: int) -> NDArray[np.int32]:
        """The sum at each place, shape (places, labels)."""
        return self._unpacked(self._even, self._odd, np.array(self._added), labels)

    def sums(self, offset: NDArray[np.int64], labels: int) -> NDArray[np.int32]:
        """Sums from each offset to the next, shape (offsets, labels)."""
        size = self._even.shape[1]
        lengths = np.diff(np.append(offset, size))
        if not len(offset):
            return np.zeros((0, labels), np.int32)
        if int(lengths.max()) * self._added > 257:
            # A word too long for the lanes: no language has it, so it may take the slow way.
            return np.add.reduceat(self.rows(labels), offset, axis=0)
        even = np.stack([np.add.reduceat(column, offset) for column in self._even])
        odd = np.stack([np.add.reduceat(column, offset) for column in self._odd])
        return self._unpacked(even, odd, lengths * self._added, labels)

    @staticmethod
    def _unpacked(
        even: NDArray[np.uint64], odd: NDArray[np.uint64], added: NDArray[np.int64], labels: int
    ) -> NDArray[np.int32]:
        width, size = even.shape
        result = np.empty((size, width, 8), np.int32)
        for column in range(width):
            result[:, column, 0::2] = even[column].view(np.uint16).reshape(-1, 4)
            result[:, column, 1::2] = odd[column].view(np.uint16).reshape(-1, 4)
        result -= (added * 128).astype(np.int32).reshape(-1, 1, 1)
        return result.reshape(size, width * 8)[:, :labels]


@dataclass(frozen=True)
class ScriptModel:
    """The classifier of one script."""

    script: int
    labels: tuple[str, ...]
    lanes: NDArray[np.uint64]  # the table packed for `LaneSums`: (buckets, 1 or 2)
    step: float  # the weight that one unit of the table stands for
    bias: NDArray[np.float32]
    power: float  # logits = evidence / features ** power
    orders: range
    temperature: float
    #: Labels told apart from the rest before they are told from each other (see `sharpen`).
    families: tuple[tuple[int, ...], ...]
    sharpness: float

    @property
    def bits(self) -> int:
        """Binary digits of a bucket."""
        return len(self.lanes).bit_length() - 1

    def word_evidence(
        self, folded: Folded, words: Words
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Sums of table rows for each word, shape (words, labels), and how many features it has."""
        letters = letters_of(folded, words.start, words.end)
        size = len(letters.codes) - 1
        total = LaneSums(size, self.lanes.shape[1])
        for buckets in gram_buckets(letters, self.orders, self.bits):
            total.add(self.lanes, buckets)
        evidence = total.sums(letters.offset, len(self.labels))
        lengths = (words.end - words.start).astype(np.int32)
        # Letters, then for each further order the n-grams of " word ".
        count = lengths.copy()
        for order in self.orders:
            if order > 1:
                count += np.maximum(lengths + 3 - order, 0)
        whole = LaneSums(len(lengths), self.lanes.shape[1])
        for buckets in word_buckets(letters, words.text, self.bits):
            whole.add(self.lanes, buckets)
            count += buckets != 0
        evidence += whole.rows(len(self.labels))
        return evidence, count

    def probabilities(
        self, evidence: NDArray[np.int64], features: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Calibrated probabilities of this script's labels, one row a text."""
        scale = self.step / np.maximum(features, 1) ** self.power
        logits = (evidence * scale[:, None] + self.bias) / self.temperature
        return sharpen(softmax(logits), self.families, self.sharpness).astype(np.float32)


class Scores(NamedTuple):
    """What the model says about a batch.

    `probabilities` is (texts, labels) over `Model.labels`; `letters` counts each text's letters by
    script code, shape (texts, 5). `words` and `evidence` (words, labels) are kept for segments.
    """

    probabilities: NDArray[np.float32]
    letters: NDArray[np.int64]
    folded: Folded
    words: Words
    evidence: NDArray[np.float32]


@dataclass(frozen=True)
class Model:
    """Script gate, one classifier a script, and the thresholds that came with them."""

    version: str
    labels: tuple[str, ...]
    folding: NDArray[np.uint16]
    scripts: tuple[ScriptModel, ...]
    card: dict[str, Any]

    def score(self, texts: Sequence[str]) -> Scores:
        """Score a batch of texts (keep batches near 100,000 letters: they fit the cache)."""
        folded = fold(texts, self.folding)
        words = words_of(folded)
        count = len(texts)
        letters = np.zeros((count, OTHER + 1), np.int64)
        np.add.at(letters, (words.text, words.script), words.end - words.start)
        totals = letters.sum(1)
        result = np.zeros((count, len(self.labels)), np.float32)
        evidence = np.zeros((len(words.start), len(self.labels)), np.float32)
        column = {label: index for index, label in enumerate(self.labels)}
        for script in self.scripts:
            mine = np.flatnonzero(words.script == script.script)
            if not mine.size:
                continue
            part = words.take(mine)
            sums, features = script.word_evidence(folded, part)
            columns = np.array([column[label] for label in script.labels])
            unit = script.step / _USUAL_FEATURES**script.power
            evidence[mine[:, None], columns] = sums * np.float32(unit)
            texts_with, first = np.unique(part.text, return_index=True)
            pooled = np.add.reduceat(sums.astype(np.int64), first, axis=0)
            amount = np.add.reduceat(features.astype(np.int64), first)
            share = letters[texts_with, script.script] / totals[texts_with]
            result[texts_with[:, None], columns] = (
                script.probabilities(pooled, amount) * share[:, None]
            )
        with_letters = np.maximum(totals, 1)
        result[:, column["zgh_Tfng"]] = letters[:, TFNG] / with_letters
        result[:, column["und"]] = np.where(totals > 0, letters[:, OTHER] / with_letters, 1.0)
        return Scores(result, letters, folded, words, evidence)


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows of `logits` as probabilities."""
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)  # type: ignore[no-any-return]


def sharpen(
    probabilities: NDArray[np.float64], families: Sequence[Sequence[int]], sharpness: float
) -> NDArray[np.float64]:
    """Gather a family's probability on its likeliest members; the family's sum stays.

    Neighbouring dialects share most of their words, so each alone may get less than a label outside
    the family though together they are likelier. Gathering decides for the family first.
    """
    result = probabilities.copy()
    for family in families:
        columns = list(family)
        members = probabilities[:, columns]
        mass = members.sum(1, keepdims=True)
        # Long texts are so sure that members vanish: then they share what there is, nothing.
        members = np.maximum(members, 1e-300)
        powers = (members / members.max(1, keepdims=True)) ** sharpness
        result[:, columns] = mass * powers / powers.sum(1, keepdims=True)
    return result


@cache
def load(folder: Path = SHIPPED) -> Model:
    """The model in a folder; read once a process, shared by its threads and forks.

    Raises:
        LanguageError: LNG001 when a file is missing, LNG002 when it is of another version.

    """
    try:
        card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        arrays = {name: np.load(folder / name, mmap_mode="r") for name in FILES[1:]}
    except (OSError, ValueError) as error:
        raise LanguageError(
            "LNG001",
            "the language model cannot be read",
            where=str(folder),
            hint="reinstall the package, or train one with `corpusforge language train`",
        ) from error
    if card.get("features_version") != FEATURES_VERSION:
        raise LanguageError(
            "LNG002",
            f"the model has features of version {card.get('features_version')}, "
            f"this program reads {FEATURES_VERSION}",
            where=str(folder),
            hint="train it anew with `corpusforge language train`",
        )
    scripts = tuple(
        _script_model(script, np.asarray(arrays[file]), card["scripts"][name])
        for script, name, file in ((ARAB, "Arab", "arab.npy"), (LATN, "Latn", "latn.npy"))
    )
    labels = (*(label for script in scripts for label in script.labels), "zgh_Tfng", "und")
    return Model(card["version"], labels, np.asarray(arrays["folding.npy"]), scripts, card)


def _script_model(script: int, table: NDArray[np.int8], card: dict[str, Any]) -> ScriptModel:
    labels = tuple(card["labels"])
    return ScriptModel(
        script=script,
        labels=labels,
        lanes=packed(table),
        step=card["step"],
        bias=np.array(card["bias"], np.float32),
        power=card["power"],
        orders=range(card["orders"][0], card["orders"][1] + 1),
        temperature=card["temperature"],
        families=tuple(tuple(labels.index(x) for x in family) for family in card["families"]),
        sharpness=card["sharpness"],
    )
