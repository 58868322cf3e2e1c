"""The gate: what answers must reach before they are called gold."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from corpusforge.annotation.aggregate import Outcome, Rule, outcomes
from corpusforge.annotation.quality import Quality, quality, trusted_weights
from corpusforge.annotation.questions import Question
from corpusforge.annotation.tasks import task_type

#: Below so many honeypots nobody is barred: three of four can be bad luck.
_ENOUGH = 5


class Gate(BaseModel):
    """What answers must reach before they are published as gold and correct the corpus."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    alpha: float = Field(
        default=0.67,
        ge=-1,
        le=1,
        description="Krippendorff's alpha at least; .67 is the least that conclusions are drawn "
        "from, .8 is good.",
    )
    answers: int = Field(default=2, ge=1, le=20, description="Answers a task needs.")
    tasks: int = Field(default=30, ge=1, description="Tasks that must be decided.")
    honeypots: float = Field(
        default=0.8,
        ge=0,
        le=1,
        description="Share of honeypots answered rightly, of all annotators together and of each "
        "one: who falls below it after five has no vote. Not asked where the stage has none.",
    )
    majority: float = Field(
        default=0.75,
        gt=0.5,
        le=1,
        description="Share of the votes that decides at once. Below it Dawid and Skene's model of "
        "the annotators decides, or a senior does.",
    )
    posterior: float = Field(
        default=0.9,
        gt=0.5,
        le=1,
        description="Posterior probability from which that model decides.",
    )

    @property
    def rule(self) -> Rule:
        """How several answers become one."""
        return Rule(self.answers, self.majority, self.posterior)


class Judged(BaseModel):
    """Questions of one kind, judged: figures, outcomes, and what they lack to be gold."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    quality: Quality  # of everybody
    counted: Quality  # of those whose votes count: what the gate looks at
    outcomes: tuple[Outcome, ...]
    barred: tuple[str, ...]  # annotators without a vote
    lacking: tuple[str, ...]  # empty: it is gold

    @property
    def decided(self) -> list[Outcome]:
        """Outcomes that have a value."""
        return [outcome for outcome in self.outcomes if outcome.decided]


def judge(
    kind: str, found: Sequence[Question], gate: Gate, *, honeypots: bool, seed: int = 0
) -> Judged:
    """Weigh the annotators, decide the questions of a kind, and hold them against the gate.

    Args:
        kind: the task type.
        found: questions of one wave or several, adjudications among them.
        gate: what is asked of them.
        honeypots: whether honeypots were laid, so that somebody must have answered some.
        seed: of the interval of alpha.
    """
    mine = [question for question in found if question.kind == kind]
    first = quality(kind, mine, seed=seed)
    barred = frozenset(
        person.annotator
        for person in first.annotators
        if person.honeypots.of >= _ENOUGH
        and person.honeypots.right < gate.honeypots * person.honeypots.of
    )
    counted = quality(kind, _without(mine, barred), seed=seed) if barred else first
    settled = outcomes(mine, gate.rule, weights=trusted_weights(first), barred=barred)
    return Judged(
        quality=first,
        counted=counted,
        outcomes=tuple(settled),
        barred=tuple(sorted(barred)),
        lacking=tuple(_lacking(counted, settled, gate, honeypots=honeypots)),
    )


def _nothing_marked(found: Quality) -> bool:
    """Spans that nobody marked anywhere: alpha does not exist, and yet all agree."""
    return task_type(found.kind).answer == "spans" and found.alpha.tasks > 0


def _without(found: Sequence[Question], barred: frozenset[str]) -> list[Question]:
    from dataclasses import replace

    return [
        replace(q, replies=tuple(r for r in q.replies if r.annotator not in barred)) for q in found
    ]


def _lacking(
    found: Quality, settled: Sequence[Outcome], gate: Gate, *, honeypots: bool
) -> list[str]:
    lacks = []
    decided = sum(outcome.decided for outcome in settled)
    if decided < gate.tasks:
        waiting = sum(len(outcome.replies) < gate.answers for outcome in settled)
        lacks.append(
            f"{decided} tasks are decided and {gate.tasks} are needed: {waiting} wait for "
            f"answers ({gate.answers} each), {len(settled) - decided - waiting} for a senior"
        )
    if found.alpha.value is None and not _nothing_marked(found):
        lacks.append(f"Krippendorff's alpha does not exist: {found.alpha.why}")
    elif found.alpha.value is not None and found.alpha.value < gate.alpha:
        lacks.append(f"Krippendorff's alpha is {found.alpha.value:.2f}, {gate.alpha:g} is needed")
    if honeypots and found.honeypots.value is None:
        lacks.append("no honeypot has been answered")
    elif found.honeypots.value is not None and found.honeypots.value < gate.honeypots:
        lacks.append(
            f"{found.honeypots.value:.0%} of the honeypots were answered rightly, "
            f"{gate.honeypots:.0%} are needed"
        )
    return lacks
