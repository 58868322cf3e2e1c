"""Names of persons that a token classifier finds in a text."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from corpusforge.errors import TokenError
from corpusforge.tokens.ahead import Ahead
from corpusforge.tokens.device import Device
from corpusforge.tokens.encoder import Encoded, open_oracle
from corpusforge.tokens.file import read_tokenizer
from corpusforge.tokens.folder import open_folder
from corpusforge.tokens.scorers.config import ScorerConfig
from corpusforge.tokens.scorers.model import Model, finite
from corpusforge.tokens.scorers.scorer import Column

#: Texts whose places of tokens are held at once.
_TEXTS = 256


class Span(NamedTuple):
    """A name: half-open code points of the text, mean probability of its tokens, its words."""

    start: int
    end: int
    score: float
    words: str


class Found(NamedTuple):
    """What was found in some texts, and what that took."""

    spans: list[list[Span]]
    tokens: int
    waited: float  # seconds the device had to wait for ids


class Names:
    """Runs of tokens that are more probably a person's name than not, widened to whole words."""

    def __init__(self, config: ScorerConfig, device: Device) -> None:
        self.name = config.name
        self.least = config.min_score
        folder = open_folder(config.model, config.digest)
        self.model = Model(folder, config, device, "tagger")
        self.vocabulary = self.model.vocabulary
        self.overlap = self.model.size // 4 if config.overlap is None else config.overlap
        self.outputs = person_outputs(folder.config, config.labels, str(folder.path))
        self._engine = open_oracle(read_tokenizer(folder.path))
        self._engine.encode_special_tokens = True

    def find(self, texts: Sequence[str]) -> Found:
        """The names in each text, in order; the CPU encodes ahead of the device."""
        batches = [texts[start : start + _TEXTS] for start in range(0, len(texts), _TEXTS)]
        ahead: Ahead[Sequence[str], tuple[Encoded, list[Any]]] = Ahead(self._encode, batches)
        found: list[list[Span]] = []
        tokens = 0
        for batch, (encoded, places) in zip(batches, ahead, strict=True):
            probabilities = self._probabilities(encoded)
            bounds: list[int] = list(map(int, encoded.offsets))
            tokens += bounds[-1]
            for text, where, (start, end) in zip(
                batch, places, itertools.pairwise(bounds), strict=True
            ):
                found.append(list(spans(text, where, probabilities[start:end], self.least)))
        return Found(found, tokens, ahead.waited)

    def _encode(self, texts: Sequence[str]) -> tuple[Encoded, list[Any]]:
        """The ids of texts, and where in its text each token stands."""
        encodings = self._engine.encode_batch(list(texts), add_special_tokens=False)
        ids = [np.array(encoding.ids, np.int32) for encoding in encodings]
        offsets = np.cumsum([0, *map(len, ids)], dtype=np.int64)
        encoded = Encoded(np.concatenate([np.zeros(0, np.int32), *ids]), offsets)
        return encoded, [encoding.offsets for encoding in encodings]

    def _probabilities(self, encoded: Encoded) -> Column:
        """How probably each token belongs to a name: the sum over its labels for persons."""
        model = self.model
        found = model.windows(encoded, self.overlap, ahead=True)
        before = len(model.prefix)

        def persons(ids: Any, mask: Any) -> list[Column]:
            logits = model.network(input_ids=ids, attention_mask=mask).logits.float()
            return list(logits.softmax(-1)[..., self.outputs].sum(-1).cpu().numpy())

        values = model.over(model.rows(encoded, found), persons)
        result = np.zeros(len(encoded.ids))
        for (text, window), value in zip(found, values, strict=True):
            own = value[before + window.first - window.start : before + window.last - window.start]
            at = encoded.offsets[text] + window.first
            result[at : at + len(own)] = own
        return np.asarray(finite(result, model.folder))


def person_outputs(config: dict[str, Any], labels: Sequence[str], where: str) -> list[int]:
    """The numbers of a model's outputs that stand for persons.

    Raises:
        TokenError: TOK031, none does.

    """
    known = {int(number): str(label) for number, label in (config.get("id2label") or {}).items()}
    found = [
        number
        for number, label in sorted(known.items())
        if (label[2:] if label[1:2] in "-_" and label[:1] in "BIESLU" else label) in labels
    ]
    if not found:
        raise TokenError(
            "TOK031",
            f"none of the model's labels is {' or '.join(labels)}",
            where=where,
            hint=f"its labels: {', '.join(known.values()) or 'none'}; say which with `labels`",
        )
    return found


def spans(
    text: str, places: Sequence[tuple[int, int]], probabilities: Column, least: float
) -> Iterator[Span]:
    """Names from the probabilities of tokens, and where in the text the tokens stand.

    Tokens at or over `least` that touch, or have nothing but blanks between them, are one name; it
    is widened to whole words, because half a masked name is still a name.
    """
    run: list[tuple[int, int, float]] = []
    for (start, end), probability in zip(places, probabilities.tolist(), strict=True):
        if end <= start or not text[start:end].strip():
            continue
        if probability < least:
            if run:
                yield from _span(text, run)
            run = []
            continue
        if run and text[run[-1][1] : start].strip():
            yield from _span(text, run)
            run = []
        run.append((start, end, probability))
    if run:
        yield from _span(text, run)


def _span(text: str, run: list[tuple[int, int, float]]) -> Iterator[Span]:
    start, end = run[0][0], max(end for _, end, _ in run)
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum() and not _mark(text[end - 1]):
        end -= 1
    if start == end:
        return
    while start and (text[start - 1].isalnum() or _mark(text[start - 1])):
        start -= 1
    while end < len(text) and (text[end].isalnum() or _mark(text[end])):
        end += 1
    score = sum(probability for _, _, probability in run) / len(run)
    yield Span(start, end, float(f"{score:.4g}"), text[start:end])


def _mark(character: str) -> bool:
    """Marks that stand inside words: vowel signs, tatweel, joiners."""
    import unicodedata

    return character in "ـ\u200c\u200d" or unicodedata.category(character) == "Mn"
