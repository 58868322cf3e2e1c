"""The `labelled` stage: records whose language people have stated, for evaluation datasets."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import pyarrow as pa
from pydantic import Field

from corpusforge.language.labels import LABELS
from corpusforge.stages.stage import Context, Split, StageConfig, split


class Labelled(StageConfig):
    """Take the language of each record from the label it came with, not from a model."""

    VERSION: ClassVar[str] = "1"

    kind: Literal["labelled"] = "labelled"
    column: Literal["title", "domain", "source"] = Field(
        "title",
        description="The column that holds the label: `title` or `domain` as read from the file "
        "(`fields: {title: language}`), or `source`, the id of the source.",
    )
    labels: dict[str, str] = Field(
        default_factory=dict,
        description="What other names of labels mean, such as `darija: ary_Arab`.",
    )
    trained: Literal["drop", "keep"] = Field(
        "drop",
        description="Texts that the shipped identifier was trained on, copies included: a "
        "benchmark that holds them measures memory.",
    )

    def files(self) -> tuple[Path, ...]:
        """The list of lines the shipped model was trained on."""
        from corpusforge.language import SHIPPED
        from corpusforge.language.trained import FILE

        return (SHIPPED / FILE,) if self.trained == "drop" else ()


def labelled(part: pa.Table, config: Labelled, context: Context) -> Split:
    """Fill `language` of a `WORK` part from `column`.

    Reasons: `label_unknown` (detail: the label, cut at 40 characters, or none) and `trained`.
    `title` and `domain` are emptied where they held the label: it is the language now.
    """
    _ = context
    stated = part.column(config.column).to_pylist()
    languages = [config.labels.get(str(label), str(label)) if label else None for label in stated]
    known = [language in LABELS and language != "und" for language in languages]
    if config.trained == "drop" and part.num_rows:
        from corpusforge.language.trained import seen

        old = seen([text or "" for text in part.column("text").to_pylist()])
    else:
        old = np.zeros(part.num_rows, np.bool_)
    reasons = [
        "label_unknown" if not good else "trained" if gone else None
        for good, gone in zip(known, old, strict=True)
    ]
    details = [
        (str(label)[:40] if label else "no label") if reason == "label_unknown" else None
        for label, reason in zip(stated, reasons, strict=True)
    ]
    filled = {
        "language": pa.array(
            [x if good else None for x, good in zip(languages, known, strict=True)], pa.string()
        ),
        "script": pa.array(
            [
                LABELS[str(x)].script if good else None
                for x, good in zip(languages, known, strict=True)
            ],
            pa.string(),
        ),
        "identifier": pa.array(["stated"] * part.num_rows, pa.string()),
    }
    if config.column != "source":
        filled[config.column] = pa.nulls(part.num_rows, pa.string())
    for name, column in filled.items():
        index = part.schema.get_field_index(name)
        part = part.set_column(index, part.schema.field(index), column)
    return split(part, pa.array(reasons, pa.string()), detail=pa.array(details, pa.string()))
