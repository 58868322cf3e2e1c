"""What a recipe says of a scorer."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal["perplexity", "quality", "embedding", "names"]

#: Fields that only some kinds read.
_ONLY: dict[str, tuple[Kind, ...]] = {
    "head": ("quality",),
    "over": ("quality",),
    "output": ("quality",),
    "label": ("quality",),
    "pooling": ("embedding", "quality"),
    "labels": ("names",),
    "min_score": ("names",),
    "overlap": ("perplexity", "names"),
}


class ScorerConfig(BaseModel):
    """One model and what it is asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(
        pattern=r"^[a-z][a-z0-9_]{0,47}$",
        description="Name of the score, by which `filter` and readers of the dataset know it.",
    )
    kind: Kind = Field(
        description="perplexity of a causal language model; a quality head; an embedding, for "
        "near-duplicates; names that a token classifier finds, for `scrub`."
    )
    model: Path = Field(
        description="Folder with config.json, model.safetensors and tokenizer.json."
    )
    digest: str | None = Field(
        None,
        pattern=r"^sha256:[0-9a-f]{64}$",
        description="Digest the folder must have: sha256 of the output of `sha256sum *` in it.",
    )
    window: int = Field(
        1024,
        ge=16,
        le=32768,
        description="Most tokens read at once; less where the model reads less. Longer texts are "
        "read in several windows.",
    )
    overlap: int | None = Field(
        None,
        ge=0,
        description="Tokens that two windows share, as context; a quarter of the window where it "
        "is not stated. For perplexity and names.",
    )
    head: Path | None = Field(
        None,
        description="For quality: a safetensors file with the layers of a linear or MLP head over "
        "the model's vectors; without it the model has a head itself.",
    )
    over: Literal["hidden", "embeddings"] = Field(
        "hidden",
        description="For quality: what `head` reads, the mean of the model's last hidden states or "
        "of its input embeddings, which takes no more than a look-up.",
    )
    output: Literal["probability", "value"] = Field(
        "probability",
        description="For quality: a probability (sigmoid of one output, softmax of several), or "
        "the output as it is, for models trained to give a grade.",
    )
    label: str | None = Field(
        None, description="For quality with several outputs: the label meant; else the last one."
    )
    pooling: Literal["mean", "first", "last"] = Field(
        "mean", description="How the vectors of tokens become one: see the model's card."
    )
    labels: tuple[str, ...] = Field(
        ("PER", "PERS", "PERSON"),
        min_length=1,
        description="For names: the model's labels, without B- and I-, that name a person.",
    )
    min_score: float = Field(
        0.5, ge=0, le=1, description="For names: least probability of a name's words."
    )

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        for field, kinds in _ONLY.items():
            stated = getattr(self, field) != type(self).model_fields[field].default
            if stated and self.kind not in kinds:
                raise ValueError(f"{field} has no meaning for {self.kind}; remove it")
        if self.overlap is not None and self.overlap > self.window // 2:
            raise ValueError(f"overlap is more than half of the window ({self.window})")
        if self.head is None and self.over != "hidden":
            raise ValueError("over says what `head` reads; name a head, or remove it")
        return self
