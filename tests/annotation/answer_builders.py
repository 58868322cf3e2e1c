"""Annotators of known accuracies, their answers in a real ledger, and questions made from it."""

from __future__ import annotations

import json
import random

from corpusforge.annotation.ledger import AnswerVersion
from corpusforge.annotation.questions import questions

#: Annotator and how often he or she gives the true label.
ACCURACIES = {"amina@example.org": 0.95, "brahim@example.org": 0.85, "chama@example.org": 0.7}


def version(ledger, task, email, value, **fields):
    """One accepted answer, as `pull` keeps it."""
    facts = {
        "wave": task["wave"],
        "unique_id": f"{task['task'][:12]}-{email.partition('@')[0]}",
        "updated": "2026-11-20T10:00:00.000000Z",
        "created": "2026-11-20T10:00:00.000000Z",
        "task": task["task"],
        "annotator": ledger.pseudonym(email),
        "result": "[]",
        "value": json.dumps(value, ensure_ascii=False),
        "lead_time": 10.0,
        "state": "accepted",
        "reason": None,
        **fields,
    }
    return AnswerVersion(**facts)


def answer(ledger, wave, truth, labels, accuracies=None, seed=0):
    """Everybody answers every task of a wave; `truth` says what is right of a task's row."""
    rows = []
    # Keys are the ledger's own: what people answer must not hang on their order.
    for task in sorted(ledger.tasks(wave).to_pylist(), key=lambda t: (t["record"], t["role"])):
        right = truth(task)
        for email, accuracy in (accuracies or ACCURACIES).items():
            chance = random.Random(f"{seed} {email} {task['record']} {task['role']}")
            said = right
            if chance.random() >= accuracy:
                said = chance.choice([label for label in labels if label != right])
            rows.append(version(ledger, task, email, said, lead_time=chance.uniform(2, 30)))
    ledger.add_answers(rows)


def asked_of(ledger, wave=None, withheld=None):
    """The questions of a ledger with their answers."""
    return questions(ledger.tasks(wave), ledger.answers(wave), withheld)
