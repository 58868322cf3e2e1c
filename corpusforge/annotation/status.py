"""How far the waves of a dataset are, and how good the answers are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from corpusforge.annotation.aggregate import ADJUDICATION
from corpusforge.annotation.agreement import Alpha
from corpusforge.annotation.frozen import Frozen
from corpusforge.annotation.gate import Gate, Judged, judge
from corpusforge.annotation.ledger import Ledger, Wave
from corpusforge.annotation.quality import Quality


@dataclass(frozen=True)
class WaveStatus:
    """One wave: what was asked, what came back, what is decided."""

    wave: str
    kind: str
    state: str  # drawn, pushing, open, closed
    tasks: dict[str, int]  # by role
    wanted: int  # answers asked for, over all tasks
    answers: int  # that count
    put_aside: dict[str, int]  # by reason
    unanswered: int  # tasks without an answer that counts
    decided: int  # of the plain and blind tasks
    waiting: int  # of them, with too few answers
    unsettled: int  # of them, for a senior
    by_method: dict[str, int]  # decided tasks
    gate: Gate
    lacking: tuple[str, ...]
    barred: tuple[str, ...]
    counted: Alpha | None  # alpha of those who have a vote; None where all have
    quality: Quality | None  # None of waves of adjudication

    @property
    def passed(self) -> bool:
        """Whether its answers are gold."""
        return self.quality is not None and not self.lacking

    def as_json(self) -> dict[str, Any]:
        """Plain values; what does not exist is null."""
        plain = {
            name: value
            for name, value in vars(self).items()
            if name not in {"gate", "quality", "lacking", "barred", "counted"}
        }
        return {
            **plain,
            "gate": {
                **self.gate.model_dump(),
                "passed": self.passed,
                "lacking": list(self.lacking),
                "barred": list(self.barred),
                "alpha_without_barred": self.counted and self.counted._asdict(),
            },
            "quality": None if self.quality is None else _plain(self.quality),
        }


def _plain(found: Quality) -> dict[str, Any]:
    body = found.as_json()
    body["annotators"] = [asdict(person) for person in found.annotators]
    return body


def status(ledger: Ledger, gates: Mapping[str, Gate] | None = None) -> list[WaveStatus]:
    """Every wave of a ledger, in the order they were drawn.

    Args:
        ledger: of the dataset.
        gates: by task type, as a recipe states them; else as stated when the wave was drawn.
    """
    waves = ledger.waves()
    whole = Frozen(
        ledger.tasks(), ledger.answers(), {wave.name: wave.manifest for wave in waves}
    ).questions()
    aside = ledger.answers(accepted=False)
    reasons: dict[str, Counter[str]] = {wave.name: Counter() for wave in waves}
    for name, reason in zip(
        aside.column("wave").to_pylist(), aside.column("reason").to_pylist(), strict=True
    ):
        reasons[name][reason] += 1
    found = []
    for wave in waves:
        gate = (gates or {}).get(wave.kind) or gate_of(wave)
        mine = [q for q in whole if q.wave == wave.name]
        related = [q for q in whole if q.wave in {wave.name, wave.name + ADJUDICATION}]
        judged = None
        if not wave.name.endswith(ADJUDICATION):
            seed = int(wave.manifest.get("seed", 0))
            pots = any(question.role == "honeypot" for question in mine)
            judged = judge(wave.kind, related, gate, honeypots=pots, seed=seed)
        roles = Counter(question.role for question in mine)
        each = int(wave.manifest.get("answers_per_task", 1))
        found.append(
            WaveStatus(
                wave=wave.name,
                kind=wave.kind,
                state=wave.state,
                tasks=dict(sorted(roles.items())),
                wanted=each * len(mine),
                answers=sum(len(question.replies) for question in mine),
                put_aside=dict(sorted(reasons[wave.name].items())),
                unanswered=sum(not question.replies for question in mine),
                gate=gate,
                quality=judged.quality if judged else None,
                **_settled(judged, gate),
            )
        )
    return found


def gate_of(wave: Wave) -> Gate:
    """The gate that was stated when a wave was drawn."""
    return Gate.model_validate(wave.manifest.get("gate", {}))


def _settled(judged: Judged | None, gate: Gate) -> dict[str, Any]:
    if judged is None:
        empty: dict[str, Any] = {"decided": 0, "waiting": 0, "unsettled": 0, "by_method": {}}
        return {**empty, "lacking": (), "barred": (), "counted": None}
    open_ = [outcome for outcome in judged.outcomes if not outcome.decided]
    waiting = sum(len(outcome.replies) < gate.answers for outcome in open_)
    methods = Counter(outcome.method for outcome in judged.decided)
    return {
        "decided": len(judged.decided),
        "waiting": waiting,
        "unsettled": len(open_) - waiting,
        "by_method": dict(sorted(methods.items())),
        "lacking": judged.lacking,
        "barred": judged.barred,
        "counted": judged.counted.alpha if judged.barred else None,
    }
