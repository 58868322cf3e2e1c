"""Deciding by scores: the first rule whose limit a text fails is the reason it is dropped."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusforge.record import QUALITY
from corpusforge.stages.filter.config import Filter
from corpusforge.stages.filter.rules import RULES, Rule
from corpusforge.stages.filter.scored import outside
from corpusforge.stages.quality.stage import with_scores
from corpusforge.stages.stage import Context, Split, split

#: Extractors whose lines are those of a page or a table.
_LAYOUT = "^(pypdf|tesseract|xlsx|ods|csv)"

Scores = np.ndarray[Any, np.dtype[np.float32]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]


def filter(part: pa.Table, config: Filter, context: Context) -> Split:  # noqa: A001 - the kind's name
    """Keep the texts that pass every rule of their language; detail: score, limit, language.

    Scores are read from `quality` where a `quality` stage filled it in, and measured here where it
    did not. Reasons: `too_short`, those of `RULES`, and `model_score` for limits on what models
    gave.
    """
    del context
    if not _scored(part):
        part = with_scores(part)
    scores = _matrix(part.column("quality"))
    authored = _author_lines(part)
    labels = part.column("language").to_pylist()
    reasons = np.full(part.num_rows, None, dtype=object)
    details = np.full(part.num_rows, None, dtype=object)
    _drop_short(scores["words"], config.min_words, reasons, details)
    for label in sorted(set(labels), key=str):
        limits = config.limits_for(label)
        rows = np.array([each == label for each in labels], np.bool_)
        for rule in RULES:
            if rule.limit in limits:
                limit = np.float32(limits[rule.limit])
                failed = rows & (reasons == None) & _fails(rule, limit, scores, config)  # noqa: E711
                if rule.needs == "lines":
                    failed &= authored
                reasons[failed] = rule.reason
                details[failed] = [
                    _detail(rule, score, float(limit), label)
                    for score in scores[rule.score][failed].tolist()
                ]
    for row, failed in enumerate(outside(part, config.scores)):
        if failed is not None and reasons[row] is None:
            reasons[row], details[row] = "model_score", failed
    return split(
        part,
        pa.array(reasons, pa.string(), from_pandas=False),
        detail=pa.array(details, pa.string(), from_pandas=False),
    )


def _author_lines(part: pa.Table) -> Mask:
    """Which texts have the lines their author made.

    Lines of a PDF or a scan end where the page did, and those of a sheet are its rows: that few of
    them end in a full stop says nothing of the text.
    """
    made_by_layout = pc.match_substring_regex(part.column("extractor"), _LAYOUT)
    return np.asarray(pc.invert(pc.fill_null(made_by_layout, False)).to_numpy())


def _scored(part: pa.Table) -> bool:
    """Whether every row has scores of the present kind."""
    column = part.column("quality")
    return bool(
        column.type == QUALITY
        and column.null_count == 0
        and (part.num_rows == 0 or pc.struct_field(column, "lines").null_count == 0)
    )


def _matrix(column: pa.ChunkedArray) -> dict[str, Scores]:
    """Each score as an array, NaN where it is null."""
    found = {}
    for field in QUALITY:
        values = pc.struct_field(column, field.name).cast(pa.float32())
        found[field.name] = np.asarray(pc.fill_null(values, float("nan")).to_numpy())
    return found


def _drop_short(words: Scores, least: int, reasons: Any, details: Any) -> None:
    short = words < least
    reasons[short] = "too_short"
    details[short] = [f"{int(number)} words" for number in words[short]]


def _fails(rule: Rule, limit: np.float32, scores: dict[str, Scores], config: Filter) -> Mask:
    """Which texts fail a rule; a score that is null fails none."""
    score = scores[rule.score]
    failed = score < limit if rule.limit.startswith("min_") else score > limit
    if rule.needs:
        least = config.from_words if rule.needs == "words" else config.from_lines
        failed &= scores[rule.needs] >= least
    return np.asarray(failed)


def _detail(rule: Rule, score: float, limit: float, label: str | None) -> str:
    sign = "<" if rule.limit.startswith("min_") else ">"
    return f"{rule.score} {score:.3g} {sign} {limit:.3g} ({label or 'no language'})"
