"""Labels from any fastText model: a team's own identifier, topic or register model.

The shipped identifier is `identify`; this stage is for those who bring another.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, ClassVar, Literal

import pyarrow as pa
from pydantic import Field

from corpusforge.arrow import text_bytes
from corpusforge.language.labels import LABELS
from corpusforge.stages.stage import Context, Split, StageConfig, split

_PREFIX = "__label__"


class Fasttext(StageConfig):
    """Fill `language` from a fastText model, of three windows of each text."""

    kind: Literal["fasttext"] = "fasttext"
    model: Path = Field(description="Model file, .bin or .ftz, relative to the recipe.")
    labels: dict[str, str] = Field(
        default_factory=dict, description="The model's labels in ours: fr: fra_Latn."
    )
    keep: tuple[str, ...] | None = Field(None, description="Labels to keep; all where not stated.")
    min_score: float = Field(0.0, ge=0, le=1, description="Least probability of the best label.")
    window: int = Field(
        400, ge=50, description="Characters of each of three windows: start, middle and end."
    )

    VERSION: ClassVar[str] = "2"
    LIBRARIES: ClassVar[tuple[str, ...]] = ("fasttext-community",)


def fasttext(part: pa.Table, config: Fasttext, context: Context) -> Split:
    """Fill `language` and `language_score`; drop labels that are unwanted or too uncertain.

    Reasons: ``language_unwanted`` (detail: the label), ``language_score`` (label and score).
    """
    del context
    model = _model(str(config.model))
    texts = [
        windows(text, config.window)
        for chunk in part.column("text").chunks
        for text in text_bytes(chunk)
    ]
    found, scores = model.predict(texts, 1) if texts else ([], [])
    labels, reasons, details = [], [], []
    for names, probabilities in zip(found, scores, strict=True):
        name = names[0].removeprefix(_PREFIX) if names else "und"
        label = config.labels.get(name, name)
        score = min(1.0, float(probabilities[0])) if names else 0.0
        labels.append((label, score))
        reason = None
        if config.keep is not None and label not in config.keep:
            reason = "language_unwanted"
        elif score < config.min_score:
            reason = "language_score"
        reasons.append(reason)
        details.append(f"{label} {score:.3f}" if reason else None)
    columns = {
        "language": pa.array([label for label, _ in labels], pa.string()),
        "language_score": pa.array([score for _, score in labels], pa.float32()),
        "script": pa.array([_script(label) for label, _ in labels], pa.string()),
        "identifier": pa.array([f"fasttext {config.model.name}"] * len(labels), pa.string()),
    }
    for name, column in columns.items():
        where = part.schema.get_field_index(name)
        part = part.set_column(where, part.schema.field(where), column)
    return split(part, pa.array(reasons, pa.string()), detail=pa.array(details, pa.string()))


def windows(text: bytes | memoryview, size: int) -> str:
    """Start, middle and end of a text as one line of three times `size` characters.

    All of it where it is short. The text is UTF-8, and of a long one no more is decoded than what
    these windows can take: the middle one begins about the middle byte.
    """
    wide = 4 * size  # bytes: no character takes more than four
    if len(text) <= 3 * wide:
        return str(text, "utf-8", "ignore").replace("\n", " ")
    middle = (len(text) - wide) // 2
    start, inside, end = (
        str(piece, "utf-8", "ignore")
        for piece in (text[:wide], text[middle : middle + wide], text[-wide:])
    )
    return f"{start[:size]} {inside[:size]} {end[-size:]}".replace("\n", " ")


def _script(label: str) -> str | None:
    if label in LABELS:
        return LABELS[label].script
    return label[-4:] if label[-5:-4] == "_" else None


@functools.cache
def _model(path: str) -> Any:
    import fasttext as library

    return library.load_model(path)
