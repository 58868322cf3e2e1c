"""What people's answers change in the corpus: labels, texts, and personal data that was missed.

A correction is applied to the rows of the next version and written down: which column, from what to
what, by which answers. Personal data is masked whatever the gate says, as soon as the answers
decide it; labels and texts change only once the gate is passed.
"""

from __future__ import annotations

import hashlib
import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from corpusforge.annotation.aggregate import Outcome
from corpusforge.annotation.spans import read_spans
from corpusforge.language.labels import LABELS
from corpusforge.privacy.columns import moved_segments
from corpusforge.privacy.masking import Masked, mask
from corpusforge.privacy.spans import Span

#: One line for each change of a row; of texts only digests, as old ones may hold personal data.
CHANGES = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("column", pa.string(), nullable=False),
        pa.field("before", pa.string()),
        pa.field("after", pa.string()),
        pa.field("start", pa.int64()),
        pa.field("end", pa.int64()),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("wave", pa.string(), nullable=False),
        pa.field("method", pa.string(), nullable=False),
        pa.field("answers", pa.list_(pa.string()), nullable=False),
        pa.field("annotators", pa.list_(pa.string()), nullable=False),
    ]
)

#: Answers that change no row by themselves.
_WRONGLY_MASKED = "not_personal"


@dataclass(frozen=True)
class Corrected:
    """Rows with corrections applied, and what was changed."""

    rows: pa.Table
    changes: tuple[dict[str, Any], ...]  # rows of `CHANGES`


def correct(part: pa.Table, settled: Sequence[Outcome], policy: Any) -> Corrected:
    """Apply decided outcomes to the rows of a `WORK` part; the order of rows stays.

    Args:
        part: the rows; outcomes about other rows, or about text that has changed, do nothing.
        settled: decided outcomes.
        policy: of the masking that corrected texts go through before they are published.
    """
    by_record: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in settled:
        by_record[outcome.question.record].append(outcome)
    ids = part.column("id").to_pylist()
    touched = [place for place, name in enumerate(ids) if name in by_record]
    if not touched:
        return Corrected(part, ())
    changes: list[dict[str, Any]] = []
    rows = part.take(pa.array(touched, pa.int64())).to_pylist()
    for row in rows:
        mine = [o for o in by_record[row["id"]] if stands(o, row["text"])]
        changes += _language(row, [o for o in mine if o.question.kind == "language"])
        changes += _text(row, mine, policy)
    if not changes:
        return Corrected(part, ())
    changed = pa.Table.from_pylist(rows, schema=part.schema)
    order = list(range(part.num_rows))
    for number, place in enumerate(touched):
        order[place] = part.num_rows + number
    return Corrected(pa.concat_tables([part, changed]).take(pa.array(order)), tuple(changes))


def stands(outcome: Outcome, text: str) -> bool:
    """Whether what was asked about is still what stands in the text."""
    question = outcome.question
    return text[question.start : question.end] == question.text


def _language(row: dict[str, Any], settled: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Labels of segments; and of the row, where most of its text was judged to be another."""
    changes = []
    known = [outcome for outcome in settled if outcome.value in LABELS]
    for outcome in known:
        question = outcome.question
        if row["segments"]:
            before = row["segments"]
            row["segments"] = _relabelled(before, question.start, question.end, outcome.value)
            if row["segments"] != before:
                labels = sorted({s["language"] for s in _inside(before, question)})
                changes.append(_change(row, outcome, "segments", "+".join(labels), outcome.value))
    weight: dict[str, int] = defaultdict(int)
    for outcome in known:
        weight[outcome.value] += _letters(outcome.question.text)
    best = max(sorted(weight), key=lambda label: weight[label], default=None)
    if best is None or 2 * weight[best] <= _letters(row["text"]) or best == row["language"]:
        return changes
    behind = [outcome for outcome in known if outcome.value == best]
    changes.append(_change(row, behind[0], "language", row["language"], best, behind))
    row |= {
        "language": best,
        "script": LABELS[best].script,
        "language_score": min(outcome.confidence for outcome in behind),
        "uncertain": False,
        "identifier": f"people:{behind[0].question.wave}",
    }
    return changes


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _inside(segments: Sequence[Mapping[str, Any]], question: Any) -> list[Mapping[str, Any]]:
    return [s for s in segments if s["start"] < question.end and question.start < s["end"]]


def _relabelled(
    segments: Sequence[Mapping[str, Any]], start: int, end: int, label: str
) -> list[dict[str, Any]]:
    """Segments with the range given a label; neighbours of one label become one."""
    pieces: list[dict[str, Any]] = []
    for segment in segments:
        first, last = segment["start"], segment["end"]
        cuts = sorted({first, last, *(c for c in (start, end) if first < c < last)})
        for left, right in itertools.pairwise(cuts):
            held = label if start <= left and right <= end else segment["language"]
            if pieces and pieces[-1]["language"] == held and pieces[-1]["end"] == left:
                pieces[-1]["end"] = right
            else:
                pieces.append({"start": left, "end": right, "language": held})
    return pieces


def _text(row: dict[str, Any], settled: Sequence[Outcome], policy: Any) -> list[dict[str, Any]]:
    """Personal data masked where people found it, and corrected transcriptions."""
    text = row["text"]
    edits: list[tuple[Span, str, Outcome]] = []
    for outcome in settled:
        if outcome.question.kind == "personal_data":
            base = outcome.question.start
            edits += [
                (Span(base + s.start, base + s.end, s.label, 1.0), f"[{s.label}]", outcome)
                for s in read_spans(outcome.value)
                if s.label != _WRONGLY_MASKED
            ]
    if not edits:
        # Where names were missed, a text that was typed anew may hold them still: it waits.
        for outcome in settled:
            question = outcome.question
            if question.kind != "transcription" or outcome.value == question.text:
                continue
            place = Span(question.start, question.end, "TEXT", 1.0)
            edits.append((place, mask([str(outcome.value)], policy)[0].text, outcome))
    edits = _apart(edits)
    if not edits:
        return []
    pieces, at = [], 0
    for span, replacement, _ in edits:
        pieces += [text[at : span.start], replacement]
        at = span.end
    masked = Masked(
        "".join([*pieces, text[at:]]),
        tuple(span for span, _, _ in edits),
        tuple(replacement for _, replacement, _ in edits),
    )
    segments = pa.chunked_array([pa.array([row["segments"]], _SEGMENTS)])
    row["segments"] = moved_segments(segments, [masked])[0].as_py()
    row["text"] = masked.text
    counts = {entry["type"]: entry["count"] for entry in row["pii"] or ()}
    for span, _, outcome in edits:
        if outcome.question.kind == "personal_data":
            counts[span.type] = counts.get(span.type, 0) + 1
    if counts:
        row["pii"] = [{"type": kind, "count": count} for kind, count in sorted(counts.items())]
    by_task = {outcome.question.task: outcome for _, _, outcome in edits}
    return [
        _change(row, outcome, "text", _digest(text), _digest(masked.text))
        for _, outcome in sorted(by_task.items())
    ]


_SEGMENTS = pa.list_(
    pa.struct([("start", pa.int32()), ("end", pa.int32()), ("language", pa.string())])
)


def _apart(edits: list[tuple[Span, str, Outcome]]) -> list[tuple[Span, str, Outcome]]:
    """Edits in order of position; of two that overlap the one that begins first."""
    kept: list[tuple[Span, str, Outcome]] = []
    for edit in sorted(edits, key=lambda edit: (edit[0].start, -edit[0].end, edit[0].type)):
        if not kept or kept[-1][0].end <= edit[0].start:
            kept.append(edit)
    return kept


def _digest(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _change(
    row: Mapping[str, Any],
    outcome: Outcome,
    column: str,
    before: str | None,
    after: str | None,
    behind: Sequence[Outcome] = (),
) -> dict[str, Any]:
    replies = [reply for each in behind or (outcome,) for reply in each.replies]
    return {
        "id": row["id"],
        "column": column,
        "before": before,
        "after": after,
        "start": outcome.question.start,
        "end": outcome.question.end,
        "kind": outcome.question.kind,
        "wave": outcome.question.wave,
        "method": outcome.method,
        "answers": sorted({reply.unique_id for reply in replies}),
        "annotators": sorted({reply.annotator for reply in replies}),
    }
