"""Texts through the scorers of a recipe: encoded ahead by the CPU, scored on the device."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from corpusforge.tokens.ahead import Ahead
from corpusforge.tokens.device import Device
from corpusforge.tokens.encoder import Encoded, Encoder, encoder_for_task
from corpusforge.tokens.scorers import Scorer, ScorerConfig, load_scorers
from corpusforge.tokens.scorers.names import Names, Span

#: Texts that go through encoder and models at once.
_TEXTS = 512
_CHARACTERS = 2_000_000
#: On so many of a task's texts the fast encoder is held against the oracle.
_PROVED = 32


@dataclass
class Scored:
    """What the scorers gave for some texts, and how long the device had to wait for ids."""

    columns: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    names: list[list[Span]] | None = None
    tokens: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    waited: float = 0.0
    facts: dict[str, str] = field(default_factory=dict)


class Workbench:
    """The models of a recipe on one device, ready for any number of texts."""

    def __init__(self, configs: Sequence[ScorerConfig], device: Device) -> None:
        self.device = device
        named = [config for config in configs if config.kind == "names"]
        self.names = [Names(config, device) for config in named]
        others = [config for config in configs if config.kind != "names"]
        self.scorers: dict[str, list[Scorer]] = {}  # by vocabulary: texts are encoded once for each
        self._folders: dict[str, Path] = {}
        for config, scorer in zip(others, load_scorers(others, device), strict=True):
            self.scorers.setdefault(scorer.vocabulary, []).append(scorer)
            self._folders.setdefault(scorer.vocabulary, config.model)

    def score(self, texts: Sequence[str]) -> Scored:
        """The columns of all scorers for some texts, and the names in them."""
        started = time.perf_counter()
        found = Scored(facts=self.device.facts())
        for vocabulary, scorers in self.scorers.items():
            encoder = encoder_for_task(self._folders[vocabulary], texts[:_PROVED])
            self._through(encoder, scorers, texts, found)
        for names in self.names:
            found.names, found.tokens[names.name], waited = names.find(texts)
            found.waited += waited
        found.seconds = time.perf_counter() - started
        return found

    def _through(
        self, encoder: Encoder, scorers: list[Scorer], texts: Sequence[str], found: Scored
    ) -> None:
        batches: Ahead[Sequence[str], Encoded] = Ahead(encoder.encode, _chunks(texts))
        columns: dict[str, list[np.ndarray[Any, Any]]] = {}
        for encoded in batches:
            for scorer in scorers:
                for name, column in scorer.score(encoded).items():
                    columns.setdefault(name, []).append(column)
                tokens = found.tokens.get(scorer.name, 0)
                found.tokens[scorer.name] = tokens + len(encoded.ids)
        found.waited += batches.waited
        found.columns |= {name: np.concatenate(parts) for name, parts in columns.items()}
        found.facts["encoder"] = f"{encoder.engine} {encoder.version}"
        if encoder.reason:
            found.facts["encoder_reason"] = encoder.reason


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    start = size = 0
    for number, text in enumerate(texts):
        if number > start and (number - start == _TEXTS or size + len(text) > _CHARACTERS):
            yield texts[start:number]
            start, size = number, 0
        size += len(text)
    yield texts[start:]
