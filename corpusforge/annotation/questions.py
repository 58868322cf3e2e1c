"""A question and all that was answered to it: the shape every figure is computed from."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa


@dataclass(frozen=True)
class Reply:
    """One person's answer that counts."""

    annotator: str  # pseudonym
    value: Any
    seconds: float | None
    updated: str
    unique_id: str


@dataclass(frozen=True)
class Question:
    """A task of the ledger with its replies, sorted by annotator."""

    task: str
    wave: str
    kind: str
    role: str
    text: str
    record: str
    start: int
    end: int
    language: str | None
    stratum: str
    probability: float
    truth: Any
    prediction: Any  # what the model says, also where it was not shown
    replies: tuple[Reply, ...]

    @property
    def place(self) -> tuple[str, int, int]:
        """What the question is about: repeats and adjudications share it with the first one."""
        return self.record, self.start, self.end


def questions(
    tasks: pa.Table, answers: pa.Table, withheld: Mapping[str, Any] | None = None
) -> list[Question]:
    """Join a ledger's tasks and its accepted answers; of one person's on a task the latest counts.

    Args:
        tasks: as `Ledger.tasks` gives them.
        answers: as `Ledger.answers` gives them.
        withheld: what the model says of tasks that are shown without it, by task.
    """
    replies: dict[str, dict[str, Reply]] = defaultdict(dict)
    ordered = answers.sort_by([("updated", "ascending"), ("unique_id", "ascending")])
    for row in ordered.to_pylist():
        replies[row["task"]][row["annotator"]] = Reply(
            row["annotator"],
            json.loads(row["value"]),
            row["lead_time"],
            row["updated"],
            row["unique_id"],
        )
    hidden = withheld or {}
    return [
        _question(row, replies.get(row["task"], {}), hidden.get(row["task"]))
        for row in tasks.to_pylist()
    ]


def _question(row: Mapping[str, Any], replies: Mapping[str, Reply], hidden: Any) -> Question:
    shown = row["prediction"]
    return Question(
        **{name: row[name] for name in ("task", "wave", "kind", "role", "text", "record")},
        **{name: row[name] for name in ("start", "end", "language", "stratum", "probability")},
        truth=None if row["truth"] is None else json.loads(row["truth"]),
        prediction=hidden if shown is None else json.loads(shown),
        replies=tuple(replies[name] for name in sorted(replies)),
    )


def asked(found: Iterable[Question], *roles: str) -> list[Question]:
    """Those of some roles."""
    return [question for question in found if question.role in roles]
