"""The `score` stage: what models say of each text, as named scores, names and an embedding."""

from __future__ import annotations

import functools
from collections import Counter
from typing import ClassVar, Literal, Self

import numpy as np
import pyarrow as pa
from pydantic import Field, model_validator

from corpusforge.record import EMBEDDING, WORK, conform
from corpusforge.stages.stage import (
    Context,
    Split,
    StageConfig,
    keep_all,
    with_facts,
)
from corpusforge.tokens.device import Device, Wanted, find_device
from corpusforge.tokens.scorers.config import ScorerConfig
from corpusforge.tokens.scoring import Scored, Workbench


class Score(StageConfig):
    """Let models score each text: perplexity, quality, an embedding, the names in it."""

    VERSION: ClassVar[str] = "1"
    LIBRARIES: ClassVar[tuple[str, ...]] = ("tokenizers", "torch", "transformers")

    kind: Literal["score"] = "score"
    scorers: tuple[ScorerConfig, ...] = Field(min_length=1, description="The models.")
    gpus: Literal[0, 1] = Field(0, description="GPUs each task asks the cluster for: none, or one.")
    device: Wanted | None = Field(
        None,
        description="auto: a GPU where there is one, else the CPU; cuda: a GPU or a refusal; cpu. "
        "Not stated, it is cuda with `gpus: 1` and auto without.",
    )

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        twice = [name for name, n in Counter(each.name for each in self.scorers).items() if n > 1]
        if twice:
            raise ValueError(f"two scorers have the name {twice[0]}")
        kinds = Counter(each.kind for each in self.scorers)
        for kind in ("embedding", "names"):
            if kinds[kind] > 1:
                raise ValueError(f"a record has room for one scorer of kind {kind}")
        if self.gpus and self.device == "cpu":
            raise ValueError("gpus: 1 asks for a GPU that device: cpu would leave idle")
        return self

    @property
    def devices(self) -> int:
        """GPUs each task asks the cluster for."""
        return self.gpus

    def require(self) -> None:
        """Refuse a machine without the device that is wanted.

        Raises:
            TokenError: TOK001, a package is missing; TOK030, there is no GPU.

        """
        find_device(self.device, self.gpus)


def score(part: pa.Table, config: Score, context: Context) -> Split:
    """Fill `scores`, `names` and `embedding` of a `WORK` part; every record is kept.

    A text with nothing to score (an empty one) gets no score. Scores of an earlier `score` stage
    stay before these. The receipt names device, engines and versions.

    Raises:
        TokenError: TOK001, TOK030 as `find_device`; TOK031, TOK032 for a model; TOK033, memory;
            TOK034, a value that is no number.

    """
    del context
    part = conform(part, WORK)
    device = find_device(config.device, config.gpus)
    found = _workbench(config.scorers, device).score(part.column("text").to_pylist())
    numbers = [each.name for each in config.scorers if each.kind in ("perplexity", "quality")]
    columns = {"scores": _scores(part.column("scores"), found, numbers)}
    for each in config.scorers:
        if each.kind == "embedding":
            columns["embedding"] = _embedding(found.columns[each.name])
    if found.names is not None:
        rows = [[span._asdict() for span in spans] for spans in found.names]
        columns["names"] = pa.array(rows, WORK.field("names").type)
    for name, column in columns.items():
        index = part.schema.get_field_index(name)
        part = part.set_column(index, part.schema.field(index), column)
    return keep_all(with_facts(part, found.facts))


@functools.lru_cache(maxsize=2)  # a recipe may score before filtering and again before masking
def _workbench(configs: tuple[ScorerConfig, ...], device: Device) -> Workbench:
    """Models are loaded once a worker."""
    return Workbench(configs, device)


def _scores(before: pa.ChunkedArray, found: Scored, names: list[str]) -> pa.Array:
    """The scores of each record, in the order of the recipe; null for one that has none."""
    rows: list[list[dict[str, object]]] = [list(row or ()) for row in before.to_pylist()]
    for name in names:
        for row, value in zip(rows, found.columns[name].tolist(), strict=True):
            if value == value:  # noqa: PLR0124 - false for NaN alone
                row.append({"name": name, "value": value})
    return pa.array([row or None for row in rows], WORK.field("scores").type)


def _embedding(vectors: np.ndarray[tuple[int, int], np.dtype[np.int8]]) -> pa.Array:
    rows, width = vectors.shape
    offsets = pa.array(np.arange(rows + 1, dtype=np.int32) * width)
    # A vector of zeros has no direction: the text was empty.
    return pa.ListArray.from_arrays(
        offsets,
        pa.array(vectors.ravel()),
        type=EMBEDDING,
        mask=pa.array(~vectors.any(axis=1)),
    )
