"""The frame: every text of a part that could be drawn, with its stratum, key and doubt.

Of a large part only those are kept that could be drawn whatever the other parts hold, with how many
texts each stratum has; so the whole frame never stands in memory.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa

from corpusforge.annotation.passages import segments, whole
from corpusforge.annotation.sampling import Design, order_key, shortlist
from corpusforge.errors import AnnotationError

#: Raise it with any change to what `candidates` gives: its results are kept.
FRAME_VERSION = 1

#: Columns of a `WORK` part it reads.
COLUMNS = (
    "id", "text", "language", "language_score", "language_margin", "scrubber",
    "script", "source", "domain", "license", "origin",
)  # fmt: skip

CANDIDATES = pa.schema(
    [
        pa.field("record", pa.string()),
        pa.field("start", pa.int64()),
        pa.field("end", pa.int64()),
        pa.field("key", pa.uint64()),
        pa.field("stratum", pa.string()),
        pa.field("doubt", pa.float64()),
        pa.field("language", pa.string()),
        pa.field("score", pa.float64()),
        # Texts of its stratum in the part, on one row of the stratum; zero on the others.
        pa.field("units", pa.int64()),
    ]
)

_PLACEHOLDER = re.compile(r"\[[A-Z_]{2,}\]")


def candidates(part: pa.Table, settings: dict[str, Any]) -> pa.Table:
    """The `CANDIDATES` of a part.

    Args:
        part: with `COLUMNS`.
        settings: of `Annotate` and the context: task, wave, seed, unit, max_characters, strata,
            tasks, uncertain, allocation.

    Raises:
        AnnotationError: ANN101, a text has not been scrubbed.
    """
    if part.column("scrubber").null_count:
        raise AnnotationError(
            "ANN101",
            "texts that were never scrubbed would be shown to annotators",
            where="stage annotate",
            hint="put the stage `scrub` before `annotate`",
        )
    texts = part.column("text").to_pylist()
    cut = whole if settings["unit"] == "record" else _Segments(settings["max_characters"])
    places = [(row, first, last) for row, text in enumerate(texts) for first, last in cut(text)]
    rows = np.array([row for row, _, _ in places], np.int64)
    spans = [texts[row][first:last] for row, first, last in places]
    languages, scores, margins = _languages(part, rows, spans, settings)
    ids = part.column("id").to_pylist()
    keys = np.array(
        [
            order_key(settings["seed"], settings["wave"], ids[row], first, last)
            for row, first, last in places
        ],
        np.uint64,
    )
    columns = [
        languages if name == "language" else part.column(name).take(rows).to_pylist()
        for name in settings["strata"]
    ]
    strata = [" · ".join(map(str, names)) for names in zip(*columns, strict=True)]
    strata = strata or ["all"] * len(places)
    doubt = _doubt(settings["task"], spans, margins)
    design = Design(settings["tasks"], settings["uncertain"], settings["allocation"])
    kept = shortlist(keys, strata, doubt, design)
    return pa.table(
        {
            "record": [ids[places[place][0]] for place in kept],
            "start": [places[place][1] for place in kept],
            "end": [places[place][2] for place in kept],
            "key": keys[kept],
            "stratum": [strata[place] for place in kept],
            "doubt": doubt[kept],
            "language": [languages[place] for place in kept],
            "score": scores[kept],
            "units": _units(strata, kept),
        },
        schema=CANDIDATES,
    )


class _Segments:
    """`segments` with its limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, text: str) -> Any:
        return segments(text, self.limit)


def _languages(
    part: pa.Table, rows: Any, spans: list[str], settings: dict[str, Any]
) -> tuple[list[str | None], Any, Any]:
    """Label, score and margin of each text: of the record, or of the segment by the model."""
    if settings["unit"] == "segment" and settings["task"] in {"language", "switching"}:
        from corpusforge.language.identify import identify

        found = identify(spans)
        return (
            found.column("label").to_pylist(),
            found.column("score").to_numpy().astype(np.float64),
            found.column("margin").to_numpy().astype(np.float64),
        )
    taken = part.take(rows)
    return (
        taken.column("language").to_pylist(),
        taken.column("language_score").cast(pa.float64()).to_numpy(),
        taken.column("language_margin").cast(pa.float64()).to_numpy(),
    )


def _doubt(task: str, spans: list[str], margins: Any) -> Any:
    """How doubtful each text is: how near the second label is, or how much was masked in it."""
    if task in {"language", "switching"}:
        return 1.0 - margins
    if task == "personal_data":
        return np.array([len(_PLACEHOLDER.findall(s)) / (1 + len(s.split())) for s in spans])
    return np.full(len(spans), np.nan)


def _units(strata: list[str], kept: Any) -> list[int]:
    sizes: dict[str, int] = {}
    for name in strata:
        sizes[name] = sizes.get(name, 0) + 1
    return [sizes.pop(strata[place], 0) for place in kept]
