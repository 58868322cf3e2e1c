"""The recipe keys of `filter`."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, field_validator

from corpusforge.language.labels import LABELS
from corpusforge.stages.filter.rules import RULES, Limits
from corpusforge.stages.filter.scored import ScoreLimit
from corpusforge.stages.filter.thresholds import limits_of, table_digest
from corpusforge.stages.stage import StageConfig


class Filter(StageConfig):
    """Drop records whose text is not worth training on, by rules with limits for each language."""

    kind: Literal["filter"] = "filter"
    min_words: int = Field(5, ge=0, description="Least words of a text.")
    rules: Literal["language", "none"] = Field(
        "language",
        description="Where limits come from: the table of the text's language, or nowhere, so "
        "that only `min_words` and the limits stated here decide.",
    )
    from_words: int = Field(
        50,
        ge=1,
        description="Rules that count words leave shorter texts alone: questions, answers, "
        "messages.",
    )
    from_lines: int = Field(
        12, ge=1, description="Rules that count lines leave texts with fewer lines alone."
    )
    limits: Limits = Field(Limits(), description="Limits for every language.")
    languages: dict[str, Limits] = Field(
        {}, description="Limits for single languages; they go before `limits`."
    )
    scores: dict[str, ScoreLimit] = Field(
        {}, description="Limits on scores that models gave in a stage `score`, by their names."
    )

    VERSION: ClassVar[str] = f"3-{table_digest()}"

    @field_validator("languages")
    @classmethod
    def _labels(cls, value: dict[str, Limits]) -> dict[str, Limits]:
        unknown = sorted(set(value) - set(LABELS))
        if unknown:
            message = f"no such language: {', '.join(unknown)}; use labels such as ary_Arab"
            raise ValueError(message)
        return value

    def limits_for(self, label: str | None) -> dict[str, float]:
        """The limits that hold for a label, by rule; a rule that is not in it is off."""
        found = limits_of(label) if self.rules == "language" else {}
        for stated in (self.limits, self.languages.get(label or "", Limits())):
            for rule in RULES:
                limit = getattr(stated, rule.limit)
                if limit == "off":
                    found.pop(rule.limit, None)
                elif limit is not None:
                    found[rule.limit] = limit
        return found
