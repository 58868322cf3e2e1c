"""Limits on scores that models gave: `scores` of a `filter` stage."""

from __future__ import annotations

from typing import Self

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from corpusforge.language.labels import LABELS


class Range(BaseModel):
    """Least and greatest value of a score; what is not stated has no limit."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    min: float | None = Field(None, description="Least value that stays.")
    max: float | None = Field(None, description="Greatest value that stays.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is greater than max: nothing would stay")
        return self

    def failed(self, value: float) -> str | None:
        """How a value fails, such as ``912 > 900``; None where it does not."""
        if self.min is not None and value < self.min:
            return f"{value:.4g} < {self.min:.4g}"
        if self.max is not None and value > self.max:
            return f"{value:.4g} > {self.max:.4g}"
        return None


class ScoreLimit(Range):
    """The range of a score, and those that hold for single languages instead."""

    languages: dict[str, Range] = Field(
        {}, description="Ranges for single languages; each stands in the place of the general one."
    )

    @field_validator("languages")
    @classmethod
    def _labels(cls, value: dict[str, Range]) -> dict[str, Range]:
        unknown = sorted(set(value) - set(LABELS))
        if unknown:
            message = f"no such language: {', '.join(unknown)}; use labels such as ary_Arab"
            raise ValueError(message)
        return value

    def range_of(self, label: str | None) -> Range:
        """The range that holds for a language."""
        return self.languages.get(label or "", self)


def outside(part: pa.Table, limits: dict[str, ScoreLimit]) -> list[str | None]:
    """For each record, the first limit that its scores fail, in words; None where none does.

    A record without a score of that name fails nothing: it was too short to be scored.
    """
    found: list[str | None] = [None] * part.num_rows
    if not limits or "scores" not in part.column_names:
        return found
    labels = part.column("language").to_pylist()
    for number, (scores, label) in enumerate(
        zip(part.column("scores").to_pylist(), labels, strict=True)
    ):
        values = {each["name"]: each["value"] for each in scores or ()}
        for name, limit in limits.items():
            if name not in values:
                continue
            failed = limit.range_of(label).failed(values[name])
            if failed is not None:
                found[number] = f"{name} {failed} ({label or 'no language'})"
                break
    return found
