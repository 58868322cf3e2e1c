"""The recipe keys of the `annotate` stage."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from corpusforge.annotation.gate import Gate
from corpusforge.annotation.sampling import Allocation, Design
from corpusforge.language import FILES, SHIPPED
from corpusforge.stages.stage import StageConfig

Kind = Literal["language", "switching", "personal_data", "quality", "domain", "transcription"]
Stratum = Literal["language", "source", "script", "domain", "license", "origin"]
Share = Annotated[float, Field(ge=0, le=1)]

#: Kinds for which something tells how doubtful a text is.
DOUBTED = frozenset({"language", "switching", "personal_data"})


class Annotate(StageConfig):
    """Draw texts for people to judge, without waiting for them, and use what they have judged."""

    VERSION: ClassVar[str] = "1"
    BARRIER: ClassVar[bool] = True
    LIBRARIES: ClassVar[tuple[str, ...]] = ("numpy", "pyarrow", "scipy")
    CONTEXT: ClassVar[tuple[str, ...]] = (
        "dataset", "seed", "answers", "mode", "license", "origin", "splits",
    )  # fmt: skip

    kind: Literal["annotate"] = "annotate"
    task: Kind = Field(description="What people are asked about each text.")
    wave: int = Field(
        1,
        ge=1,
        le=9_999,
        description="Number of the wave. What was drawn under a number stays as it is, whatever "
        "becomes of the corpus; the next number draws anew.",
    )
    tasks: int = Field(300, ge=1, le=100_000, description="Texts to draw.")
    unit: Literal["segment", "record"] = Field(
        "segment", description="What a text is: a line of a record, or all of it."
    )
    max_characters: int = Field(
        400,
        ge=40,
        le=20_000,
        description="Longer lines are cut behind a sentence or at a space.",
    )
    uncertain: Share | None = Field(
        None,
        description="Share of the texts taken because the model doubts them most, the others by "
        "chance; .3 where something tells doubt (language, switching, personal_data), else 0.",
    )
    strata: tuple[Stratum, ...] = Field(
        ("language",),
        max_length=3,
        description="Columns by which the texts are grouped before they are drawn.",
    )
    allocation: Allocation = Field(
        "equal", description="Texts of each group: as many as of the others, or by its size."
    )
    blind: Share = Field(
        0.1, description="Share of the texts shown without the model's answer, to measure its pull."
    )
    repeats: Share = Field(
        0.05, description="Share of the texts asked twice, to measure how steady people are."
    )
    honeypots: Path | None = Field(
        None,
        description="JSON lines with `text` and `value`, the right answer, of invented texts that "
        "are laid among the others.",
    )
    honeypot_share: Share = Field(
        0.1, description="Honeypots over texts; fewer where the file has fewer."
    )
    answers: int = Field(3, ge=1, le=20, description="Answers to ask for, a text.")
    order: Literal["random", "uncertain"] = Field(
        "random", description="Order in which people get the texts."
    )
    gate: Gate = Field(
        Gate(), description="What answers must reach to be gold and to correct the corpus."
    )
    corrections: Literal["apply", "keep"] = Field(
        "apply",
        description="Whether labels and texts are corrected by answers that passed the gate. "
        "Personal data that people found is masked either way.",
    )
    policy: str = Field("law-09-08", description="Masking policy for texts that people have typed.")

    @model_validator(mode="after")
    def _doubt(self) -> Annotate:
        if self.uncertain and self.task not in DOUBTED:
            message = (
                f"nothing tells which texts are doubtful for {self.task!r}: leave `uncertain` out"
            )
            raise ValueError(message)
        if self.gate.answers > self.answers:
            message = (
                f"the gate needs {self.gate.answers} answers a text and only {self.answers} are "
                "asked for: raise `answers` or lower `gate.answers`"
            )
            raise ValueError(message)
        return self

    @property
    def name(self) -> str:
        """The name of its wave."""
        return f"{self.task}-{self.wave}"

    @property
    def design(self) -> Design:
        """How many texts are drawn, and how."""
        doubtful = self.uncertain
        if doubtful is None:
            doubtful = 0.3 if self.task in DOUBTED else 0.0
        return Design(self.tasks, doubtful, self.allocation)

    def files(self) -> tuple[Path, ...]:
        """The language model, where it labels segments and pre-annotates."""
        return tuple(SHIPPED / name for name in FILES) if self.task in DOUBTED else ()
