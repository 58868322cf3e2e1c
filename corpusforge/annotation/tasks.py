"""What annotators are asked: the six task types, and a task of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from corpusforge.annotation.choices import (
    DOMAINS,
    LANGUAGES,
    OTHER,
    PERSONAL_DATA,
    RATINGS,
    SWITCHED,
    UNSURE,
    Choice,
)
from corpusforge.errors import AnnotationError

__all__ = [
    "OTHER",
    "TASK_TYPES",
    "UNSURE",
    "Prediction",
    "Task",
    "TaskType",
    "check_tasks",
    "task_type",
]

#: How an answer is read, and what its value is as JSON:
#: choice: a code, "ary_Arab"; spans: [{"start": 0, "end": 4, "label": "fra_Latn"}, …] by position;
#: rating: 1 to 5; text: the corrected text.
Answer = Literal["choice", "spans", "rating", "text"]
Granularity = Literal["symbol", "word"]
#: plain: as drawn. blind: without pre-annotation. honeypot: the truth is known. repeat: asked
#: before, of the same people. adjudication: answers disagreed, a senior decides.
Role = Literal["plain", "blind", "honeypot", "repeat", "adjudication"]


@dataclass(frozen=True)
class TaskType:
    """One kind of question.

    `choices` are the codes that are stored, with the names that are shown and their keys.
    """

    name: str
    answer: Answer
    title: str
    choices: tuple[Choice, ...] = ()
    granularity: Granularity = "word"

    @property
    def labels(self) -> tuple[str, ...]:
        """The codes an answer may hold, in the order they are shown."""
        return tuple(choice.code for choice in self.choices)

    def config(self) -> str:
        """Label Studio's labelling configuration (XML) for it."""
        from corpusforge.annotation.configs import labelling_config

        return labelling_config(self)

    def read(self, result: list[dict[str, Any]], text: str) -> Any:
        """The value of an answer to a task whose text is `text`.

        Raises:
            Unreadable: the answer does not fit the configuration or the text; says why.
        """
        from corpusforge.annotation.answers import read_answer

        return read_answer(self, result, text)

    def result(self, value: Any, text: str) -> list[dict[str, Any]]:
        """A value as Label Studio writes results: for pre-annotations; the inverse of `read`."""
        from corpusforge.annotation.answers import as_result

        return as_result(self, value, text)


TASK_TYPES: dict[str, TaskType] = {
    kind.name: kind
    for kind in (
        TaskType("language", "choice", "Language of a segment", LANGUAGES),
        TaskType("switching", "spans", "Code-switched spans", SWITCHED, "word"),
        TaskType("personal_data", "spans", "Personal-data review", PERSONAL_DATA, "symbol"),
        TaskType("quality", "rating", "Quality of a text", RATINGS),
        TaskType("domain", "choice", "Domain of a text", DOMAINS),
        TaskType("transcription", "text", "Correction of a transcription"),
    )
}


def task_type(name: str) -> TaskType:
    """The task type of that name.

    Raises:
        AnnotationError: ANN001, there is none.
    """
    try:
        return TASK_TYPES[name]
    except KeyError:
        raise AnnotationError(
            "ANN001",
            f"no task type is called {name!r}",
            hint="task types: " + ", ".join(TASK_TYPES),
        ) from None


@dataclass(frozen=True)
class Prediction:
    """What a model would answer: shown to annotators, never to those of a blind task."""

    value: Any  # as an answer's value
    score: float  # confidence, 0 to 1; Label Studio serves the lowest first
    model: str  # name and version


@dataclass(frozen=True)
class Task:
    """One question about one text.

    Annotators see `text`, the prediction and nothing else; Label Studio holds those and `key`.
    Where the text comes from, why it was drawn and what is known of it stay in the ledger.
    """

    key: str  # opaque: `Ledger.key`
    wave: str
    kind: str  # name of the task type
    text: str  # scrubbed
    record: str  # id of the record it is from
    start: int  # code points of the record's scrubbed text, half-open
    end: int
    language: str | None = None  # predicted label of the text
    stratum: str = ""  # what it was drawn from, as the sampler names it
    probability: float = 1.0  # inclusion probability: 0 < p <= 1
    role: Role = "plain"
    truth: Any = None  # honeypots: the value that is right
    prediction: Prediction | None = None
    #: Adjudication: the answers that disagreed, their authors named A, B, C in `model`.
    alternatives: tuple[Prediction, ...] = ()


def check_tasks(wave: str, kind: str, tasks: Sequence[Task]) -> None:
    """Refuse tasks that cannot be asked in a wave.

    Raises:
        AnnotationError: ANN001, there is no such type; ANN013, a task is not fit to be asked.
    """
    from corpusforge.annotation.answers import Unreadable

    asked = task_type(kind)
    seen: set[str] = set()
    for task in tasks:
        wrong = ""
        if task.wave != wave or task.kind != kind:
            wrong = f"it is of wave {task.wave}, type {task.kind}"
        elif task.key in seen:
            wrong = "its key is there twice: a repeat needs `copy`"
        elif not task.text.strip():
            wrong = "its text is empty"
        elif not 0 < task.probability <= 1:
            wrong = f"its inclusion probability is {task.probability}"
        elif (task.truth is None) == (task.role == "honeypot"):
            wrong = "honeypots have a truth, other tasks have none"
        elif task.role == "blind" and (task.prediction or task.alternatives):
            wrong = "a blind task has a pre-annotation"
        else:
            values = [task.truth] if task.truth is not None else []
            shown = task.alternatives + ((task.prediction,) if task.prediction else ())
            values += [prediction.value for prediction in shown]
            try:
                for value in values:
                    asked.result(value, task.text)
            except (Unreadable, KeyError, TypeError) as error:
                wrong = f"its truth or pre-annotation does not fit: {error}"
        if wrong:
            raise AnnotationError(
                "ANN013",
                f"a task cannot be asked: {wrong}",
                where=f"wave {wave}, record {task.record}",
                hint="nothing of the wave was written; correct what draws it",
            )
        seen.add(task.key)
