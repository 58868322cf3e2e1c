"""Adjudication: what several people could not settle is put before a senior, once.

A wave of adjudication shows each open question with the answers that were given, their authors
named A, B, C in an order that changes from question to question. One answer is asked for, and wins.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from corpusforge.annotation.aggregate import ADJUDICATION, Outcome
from corpusforge.annotation.frozen import freeze
from corpusforge.annotation.gate import Gate, judge
from corpusforge.annotation.ledger import Ledger, Wave
from corpusforge.annotation.projects import manifest_of
from corpusforge.annotation.questions import Question, asked
from corpusforge.annotation.tasks import Prediction, Task

_NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Drawn(NamedTuple):
    """A wave of adjudication that was drawn now."""

    name: str
    tasks: int


def draw_adjudication(ledger: Ledger, kind: str, gate: Gate) -> list[Drawn]:
    """Draw a wave for what stayed open in each wave of a kind that is answered; once a wave.

    A wave is answered when it is closed, or every question of it has the answers it asks for.
    """
    found = freeze(ledger).questions()
    known = {wave.name for wave in ledger.waves()}
    drawn = []
    for wave in ledger.waves():
        name = wave.name + ADJUDICATION
        if wave.kind != kind or wave.name.endswith(ADJUDICATION) or name in known:
            continue
        mine = [question for question in found if question.wave == wave.name]
        if not _answered(wave, mine):
            continue
        judged = judge(kind, mine, gate, honeypots=False)
        open_ = [o for o in judged.outcomes if not o.decided and len(o.replies) >= gate.answers]
        if not open_:
            continue
        tasks = [_task(ledger, name, outcome) for outcome in open_]
        kept = ("seed", "model", "policy", "dataset", "version")
        facts = {key: wave.manifest[key] for key in kept if key in wave.manifest}
        manifest = manifest_of(kind, **facts, answers_per_task=1, adjudicates=wave.name)
        ledger.add_wave(name, kind, manifest, tasks)
        drawn.append(Drawn(name, len(tasks)))
    return drawn


def _answered(wave: Wave, found: Sequence[Question]) -> bool:
    wanted = int(wave.manifest.get("answers_per_task", 1))
    first = asked(found, "plain", "blind")
    return bool(first) and (
        wave.state == "closed" or all(len(question.replies) >= wanted for question in first)
    )


def _task(ledger: Ledger, wave: str, outcome: Outcome) -> Task:
    question = outcome.question
    replies = sorted(
        outcome.replies,
        key=lambda reply: hashlib.sha256(f"{question.task}\0{reply.annotator}".encode()).digest(),
    )
    return Task(
        ledger.key(wave, question.kind, question.record, question.start, question.end, "open"),
        wave,
        question.kind,
        question.text,
        question.record,
        question.start,
        question.end,
        language=question.language,
        stratum=question.stratum,
        probability=question.probability,
        role="adjudication",
        alternatives=tuple(
            Prediction(reply.value, 0.0, _NAMES[place % len(_NAMES)])
            for place, reply in enumerate(replies)
        ),
    )
