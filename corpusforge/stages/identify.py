"""The `identify` stage: each record's language, segments and doubt, and which records stay."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Literal

import pyarrow as pa
from pydantic import Field, field_validator

from corpusforge.language import FILES, SHIPPED
from corpusforge.language.labels import LABELS
from corpusforge.stages.stage import Context, Split, StageConfig, split

Share = Annotated[float, Field(gt=0, lt=1)]


class Identify(StageConfig):
    """Find the language of each record and keep those in the languages wanted."""

    VERSION: ClassVar[str] = "1"

    kind: Literal["identify"] = "identify"
    keep: tuple[str, ...] | None = Field(
        None, min_length=1, description="Labels to keep; all of them where it is not stated."
    )
    min_score: Annotated[float, Field(ge=0, le=1)] = Field(
        0.0, description="Drop records whose label has a lower probability."
    )
    precision: dict[str, Share] = Field(
        default_factory=dict,
        description="Operating points: for a label, the share of the records kept under it that "
        "shall be right. The score this takes is looked up in the model's own table, measured on "
        "documents in which other languages are twenty times as many.",
    )
    uncertain: Literal["keep", "drop"] = Field(
        "keep",
        description="Records that a person should look at, such as dialects that could be a "
        "neighbour's. Kept ones carry the flag `uncertain`, by which annotation samples them.",
    )

    @field_validator("keep", "precision")
    @classmethod
    def _known(
        cls, value: tuple[str, ...] | dict[str, float] | None
    ) -> tuple[str, ...] | dict[str, float] | None:
        unknown = [label for label in value or () if label not in LABELS]
        if unknown:
            known = ", ".join(LABELS)
            raise ValueError(f"{unknown[0]!r} is not a language label; known: {known}")
        return value

    @field_validator("precision")
    @classmethod
    def _reachable(cls, value: dict[str, float]) -> dict[str, float]:
        from corpusforge.language.operating import threshold

        for label, wanted in value.items():
            threshold(label, wanted)
        return value

    def files(self) -> tuple[Path, ...]:
        """The shipped model: a new one is a new fingerprint."""
        return tuple(SHIPPED / name for name in FILES)


def identify(part: pa.Table, config: Identify, context: Context) -> Split:
    """Fill the language columns of a `WORK` part; drop what is unwanted, with the reason.

    Reasons: `language_unwanted` (detail: the label), `language_score` (below `min_score` or an
    operating point; detail: label and score), `language_uncertain` (detail: label and score).
    """
    _ = context
    from corpusforge.language.identify import identify as identified
    from corpusforge.language.model import load
    from corpusforge.language.operating import threshold

    model = load()
    found = identified(part.column("text"), model=model)
    columns = {
        "language": found.column("label"),
        "language_score": found.column("score"),
        "language_margin": found.column("margin"),
        "uncertain": found.column("uncertain"),
        "segments": found.column("segments"),
        "mixed": found.column("mixed"),
        "script": found.column("script"),
        "identifier": pa.array([model.version] * part.num_rows, pa.string()),
    }
    for name, column in columns.items():
        index = part.schema.get_field_index(name)
        field = part.schema.field(index)
        part = part.set_column(index, field, column.cast(field.type))
    floors = {label: threshold(label, wanted) for label, wanted in config.precision.items()}
    reasons: list[str | None] = []
    details: list[str | None] = []
    for label, score, doubt in zip(
        found.column("label").to_pylist(),
        found.column("score").to_pylist(),
        found.column("uncertain").to_pylist(),
        strict=True,
    ):
        reason = None
        detail = f"{label} {score:.3f}"
        if config.keep is not None and label not in config.keep:
            reason, detail = "language_unwanted", label
        elif score < max(config.min_score, floors.get(label, 0.0)):
            reason = "language_score"
        elif doubt and config.uncertain == "drop":
            reason = "language_uncertain"
        reasons.append(reason)
        details.append(detail if reason else None)
    return split(part, pa.array(reasons, pa.string()), detail=pa.array(details, pa.string()))
