"""Gold: decided answers as rows of a dataset, each linked to the answers it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from corpusforge.annotation.aggregate import Outcome
from corpusforge.annotation.spans import read_spans
from corpusforge.language.labels import LABELS

#: Kinds whose gold is published. That of `personal_data` is not: it would point at what must go.
PUBLISHED = {
    "language": "Texts whose language people have told",
    "switching": "Code-switched texts in which people have marked the languages",
    "quality": "Texts whose quality people have rated from 1 to 5",
    "domain": "Texts whose domain people have named",
    "transcription": "Texts as transcribed and as corrected by people",
}


def _field(name: str, kind: Any, words: str, *, nullable: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=nullable, metadata={"description": words})


_SPAN = pa.struct(
    [
        _field("start", pa.int32(), "First character of the span in text."),
        _field("end", pa.int32(), "Character behind its last."),
        _field("label", pa.string(), "Language of the span."),
    ]
)

#: What people said, by kind: the column and what it holds.
_SAID = {
    "language": _field("language", pa.string(), "Language of the text, as people told it."),
    "switching": _field("spans", pa.list_(_SPAN), "Spans in other languages than the rest."),
    "quality": _field("rating", pa.float32(), "Quality from 1 to 5, the median of the answers."),
    "domain": _field("domain", pa.string(), "Domain of the text, as people named it."),
    "transcription": _field("corrected", pa.string(), "The text as people corrected it."),
}


def columns(kind: str) -> pa.Schema:
    """The columns of the gold of a kind."""
    return pa.schema(
        [
            _field("id", pa.string(), "Id of the gold row: its record and the characters of it."),
            _field("record", pa.string(), "Id of the row of the corpus that the text is from."),
            _field("start", pa.int64(), "First character of the text in the record."),
            _field("end", pa.int64(), "Character behind its last."),
            _field("text", pa.string(), "The text that people were asked about."),
            _SAID[kind],
            _field("predicted", pa.string(), "Language that the model gave it.", nullable=True),
            _field("votes", pa.int32(), "Answers it rests on."),
            _field("method", pa.string(), "How several answers became one."),
            _field("confidence", pa.float32(), "Share of the votes, or posterior; 0 to 1."),
            _field("probability", pa.float64(), "With which the text was drawn."),
            _field("wave", pa.string(), "Wave of questions it was asked in."),
            _field("answers", pa.list_(pa.string()), "Ids of the answers, kept by the builder."),
            _field("annotators", pa.list_(pa.string()), "Their authors, as pseudonyms."),
            _field("license", pa.string(), "Licence of the record."),
            _field("attribution", pa.string(), "Who is to be named.", nullable=True),
        ]
    )


def gold_id(record: str, start: int, end: int) -> str:
    """The id of a gold row."""
    return f"{record}:{start}-{end}"


def publishable(outcome: Outcome) -> bool:
    """Whether an outcome says something that can stand in a dataset."""
    if not outcome.decided or outcome.question.kind not in PUBLISHED:
        return False
    return outcome.question.kind != "language" or outcome.value in LABELS


def gold_row(outcome: Outcome, row: Mapping[str, Any]) -> dict[str, Any]:
    """The gold row of a decided outcome about a row of the corpus."""
    question = outcome.question
    value = outcome.value
    if question.kind == "switching":
        value = [span._asdict() for span in read_spans(value)]
    return {
        "id": gold_id(question.record, question.start, question.end),
        "record": question.record,
        "start": question.start,
        "end": question.end,
        "text": question.text,
        _SAID[question.kind].name: value,
        "predicted": question.language,
        "votes": len(outcome.replies),
        "method": outcome.method,
        "confidence": outcome.confidence,
        "probability": question.probability,
        "wave": question.wave,
        "answers": sorted(reply.unique_id for reply in outcome.replies),
        "annotators": sorted({reply.annotator for reply in outcome.replies}),
        "license": row["license"],
        "attribution": row["attribution"],
    }


def gold_table(kind: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Gold rows of one kind, by id; of two waves that asked the same the later one counts."""
    latest = {row["id"]: row for row in sorted(rows, key=lambda row: (row["wave"], row["id"]))}
    ordered = [dict(latest[name]) for name in sorted(latest)]
    return pa.Table.from_pylist(ordered, columns(kind))
