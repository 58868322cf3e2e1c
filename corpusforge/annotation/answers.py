"""Between values and Label Studio's results; nothing that does not fit the text is believed.

Label Studio checks no result: labels outside the configuration, ranges outside the text and text
that is not there are all taken. So everything is checked here, in code points.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corpusforge.annotation.tasks import TaskType

#: Names in the configuration: of the control, and of the object it is about.
CONTROL, OBJECT = "answer", "text"

_MOST_STARS = 5


class Unreadable(Exception):  # noqa: N818 - a verdict on an answer, not a failure of ours
    """An answer that cannot be believed; `reason` is one of `REASONS`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


#: Why an answer is put aside.
REASONS = {
    "skipped": "the annotator skipped the task",
    "empty": "nothing was answered",
    "malformed": "the result has not the form the configuration gives",
    "label": "a label that the configuration does not have",
    "control": "a control or object that the configuration does not have",
    "offsets": "a span outside the text, or empty",
    "span_text": "a span whose text is not what stands there",
    "overlap": "spans of two languages on the same characters",
    "task_text": "the task's text was changed in Label Studio",
    "task_unknown": "the answer is on a task that was never pushed",
    "author": "one account wrote the answer in another's name",
    "double": "the same person answered the task again; the last answer counts",
}


def read_answer(kind: TaskType, result: list[dict[str, Any]], text: str) -> Any:
    """The value of a result, see `tasks.Answer`.

    Raises:
        Unreadable: with a reason of `REASONS`.
    """
    if not isinstance(result, list) or not all(isinstance(item, dict) for item in result):
        raise Unreadable("malformed", "not a list of regions")
    for item in result:
        if item.get("from_name") != CONTROL or item.get("to_name") != OBJECT:
            names = f"{item.get('from_name')!r} to {item.get('to_name')!r}"
            raise Unreadable("control", names)
        if not isinstance(item.get("value"), dict):
            raise Unreadable("malformed", "a region without a value")
    if kind.answer == "spans":
        return _spans(kind, result, text)
    if not result:
        raise Unreadable("empty")
    if len(result) > 1:
        raise Unreadable("malformed", f"{len(result)} answers to one question")
    value = result[0]["value"]
    if kind.answer == "choice":
        return _choice(kind, value)
    if kind.answer == "rating":
        return _rating(value)
    return _text(value)


def _choice(kind: TaskType, value: dict[str, Any]) -> str:
    chosen = value.get("choices")
    if not isinstance(chosen, list) or len(chosen) != 1 or not isinstance(chosen[0], str):
        raise Unreadable("malformed", "one choice is wanted")
    if chosen[0] not in kind.labels:
        raise Unreadable("label", chosen[0])
    return chosen[0]


def _rating(value: dict[str, Any]) -> int:
    stars = value.get("rating")
    if isinstance(stars, bool) or not isinstance(stars, int):
        raise Unreadable("malformed", "a rating is a whole number")
    if not 1 <= stars <= _MOST_STARS:
        raise Unreadable("label", str(stars))
    return stars


def _text(value: dict[str, Any]) -> str:
    written = value.get("text")
    if isinstance(written, str):
        written = [written]
    if not isinstance(written, list) or not all(isinstance(line, str) for line in written):
        raise Unreadable("malformed", "a text is wanted")
    whole = "\n".join(written)
    if not whole.strip():
        raise Unreadable("empty")
    return whole


def _spans(kind: TaskType, result: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    spans = sorted(
        (_span(kind, item["value"], text) for item in result),
        key=lambda span: (span["start"], span["end"], span["label"]),
    )
    # The same span marked twice is one span.
    spans = [span for place, span in enumerate(spans) if place == 0 or span != spans[place - 1]]
    if kind.granularity == "word":
        for before, after in pairwise(spans):
            if after["start"] < before["end"]:
                raise Unreadable("overlap", f"{before['start']} to {after['end']}")
    return spans


def _span(kind: TaskType, value: dict[str, Any], text: str) -> dict[str, Any]:
    labels, start, end = value.get("labels"), value.get("start"), value.get("end")
    if not isinstance(labels, list) or len(labels) != 1:
        raise Unreadable("malformed", "a span has one label")
    if labels[0] not in kind.labels:
        raise Unreadable("label", str(labels[0]))
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
        raise Unreadable("offsets", f"{start} to {end} of {len(text)}")
    # Label Studio writes a line break inside a span as the two characters \ and n.
    shown = value.get("text")
    if shown is not None and shown not in (text[start:end], text[start:end].replace("\n", "\\n")):
        raise Unreadable("span_text", f"{start} to {end}")
    return {"start": start, "end": end, "label": labels[0]}


def as_result(kind: TaskType, value: Any, text: str) -> list[dict[str, Any]]:
    """A value as a result; `read_answer` gives the value back.

    Raises:
        Unreadable: the value does not fit the task type or the text.
    """
    if kind.answer == "choice":
        regions = [{"type": "choices", "value": {"choices": [value]}}]
    elif kind.answer == "rating":
        regions = [{"type": "rating", "value": {"rating": value}}]
    elif kind.answer == "text":
        regions = [{"type": "textarea", "value": {"text": [value]}}]
    else:
        regions = [
            {
                "type": "labels",
                "value": {
                    "start": span["start"],
                    "end": span["end"],
                    "text": text[span["start"] : span["end"]],
                    "labels": [span["label"]],
                },
            }
            for span in value
        ]
    result: list[dict[str, Any]] = [
        {"id": f"p{place}", "from_name": CONTROL, "to_name": OBJECT, **region}
        for place, region in enumerate(regions)
    ]
    if result:
        read_answer(kind, result, text)
    return result
