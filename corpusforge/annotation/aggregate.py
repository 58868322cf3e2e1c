"""From several answers to one: majority, Dawid and Skene, or a senior where neither is clear.

The rule, for a question with the answers it needs:

1. A senior's answer (adjudication) wins.
2. Choices: a label with the weight of a clear majority (`Rule.majority`) is taken. Else the
   posterior of Dawid and Skene's model decides if it reaches `Rule.posterior` and names a label
   that no other outvotes. Else the question stays open, for adjudication.
3. Ratings: the median, if all answers lie within one star of it; else open.
4. Spans: what more than half marked, character by character, if the votes on marked characters
   agree with it to `Rule.majority` and none is tied; else open.
5. Texts: the answer nearest to all others, if it differs from them by at most `Rule.distance` of
   its characters on average; else open.

A majority for "unsure" leaves a question open. Honeypots and repeats are nobody's vote.
"""

from __future__ import annotations

import statistics
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from corpusforge.annotation.dawid_skene import dawid_skene
from corpusforge.annotation.questions import Question, Reply, asked
from corpusforge.annotation.ratings import ratings
from corpusforge.annotation.spans import most_marked, read_spans
from corpusforge.annotation.tasks import UNSURE, task_type

#: How an answer came about, in words for people.
METHODS = {
    "adjudicated": "decided by a senior annotator",
    "unanimous": "all annotators agree",
    "majority": "a clear majority of the annotators",
    "model": "Dawid and Skene's model of the annotators",
    "median": "median of ratings within one star",
    "nearest": "the text nearest to the others",
    "open": "not decided",
}


@dataclass(frozen=True)
class Rule:
    """When several answers are one."""

    answers: int = 2  # a question with fewer waits
    majority: float = 0.75  # share of the weight that is clear
    posterior: float = 0.9  # of Dawid and Skene's model
    distance: float = 0.1  # of texts: edits a character


@dataclass(frozen=True)
class Outcome:
    """What a question's answers amount to; `value` is None while it is open, `why` says why."""

    question: Question
    value: Any
    method: str  # a key of `METHODS`
    confidence: float  # share of the weight, posterior, or agreement on characters; 0 to 1
    replies: tuple[Reply, ...]  # that it rests on
    why: str = ""

    @property
    def decided(self) -> bool:
        """Whether there is a value."""
        return self.method != "open"


def outcomes(
    found: Sequence[Question],
    rule: Rule,
    *,
    weights: Mapping[str, float] | None = None,
    barred: frozenset[str] = frozenset(),
) -> list[Outcome]:
    """The outcome of every plain or blind question, in the order given.

    Args:
        found: questions of one kind, of one or several waves.
        rule: when an answer is clear.
        weights: what annotators' votes weigh, 1 where not stated.
        barred: annotators whose votes do not count (they failed the honeypots); seniors excepted.
    """
    seniors = {
        (question.wave.removesuffix(ADJUDICATION), *question.place): question.replies
        for question in asked(found, "adjudication")
        if question.replies
    }
    posteriors = _posteriors(found, barred)
    results = []
    for question in asked(found, "plain", "blind"):
        senior = seniors.get((question.wave, *question.place))
        votes = tuple(reply for reply in question.replies if reply.annotator not in barred)
        if senior:
            last = max(senior, key=lambda reply: (reply.updated, reply.unique_id))
            behind = (*votes, last)
            results.append(Outcome(question, last.value, "adjudicated", 1.0, behind))
        elif len(votes) < rule.answers:
            why = f"{len(votes)} of {rule.answers} answers"
            results.append(Outcome(question, None, "open", 0.0, votes, why))
        else:
            decide = _DECIDE[task_type(question.kind).answer]
            results.append(decide(question, votes, rule, weights or {}, posteriors))
    return results


#: Appended to the name of a wave to name the wave that decides its open questions.
ADJUDICATION = "-adjudication"

Posteriors = Mapping[str, Mapping[str, float]]


def _posteriors(found: Sequence[Question], barred: frozenset[str]) -> Posteriors:
    """Dawid and Skene's posterior of each label of each question with choices, fitted a wave."""
    result: dict[str, dict[str, float]] = {}
    for wave in sorted({q.wave for q in found if task_type(q.kind).answer == "choice"}):
        mine = [q for q in asked(found, "plain", "blind", "honeypot") if q.wave == wave]
        matrix = ratings(
            (question.task, reply.annotator, str(reply.value))
            for question in mine
            for reply in question.replies
            if reply.annotator not in barred
        )
        known = {q.task: str(q.truth) for q in mine if q.role == "honeypot"}
        if not matrix.tasks:
            continue
        model = dawid_skene(matrix, known=known)
        for task, row in zip(matrix.tasks, model.posterior, strict=True):
            result[task] = dict(zip(matrix.labels, row.tolist(), strict=True))
    return result


def _choice(
    question: Question,
    votes: tuple[Reply, ...],
    rule: Rule,
    weights: Mapping[str, float],
    posteriors: Posteriors,
) -> Outcome:
    support: dict[str, float] = {}
    for vote in votes:
        label = str(vote.value)
        support[label] = support.get(label, 0.0) + weights.get(vote.annotator, 1.0)
    total = sum(support.values())
    first = min(support, key=lambda label: (-support[label], label))
    share = support[first] / total
    if share >= rule.majority:
        method = "unanimous" if len(support) == 1 else "majority"
        return _unless_unsure(question, votes, first, method, share)
    posterior = posteriors[question.task]
    likely = max(sorted(posterior), key=lambda label: posterior[label])
    if posterior[likely] >= rule.posterior and support.get(likely, 0.0) >= support[first]:
        return _unless_unsure(question, votes, likely, "model", posterior[likely])
    said = ", ".join(f"{label} {support[label] / total:.2f}" for label in sorted(support))
    why = f"no clear majority ({said}) and a posterior of {posterior[likely]:.2f} for {likely}"
    return Outcome(question, None, "open", share, votes, why)


def _unless_unsure(
    question: Question, votes: tuple[Reply, ...], label: str, method: str, share: float
) -> Outcome:
    if label == UNSURE:
        return Outcome(question, None, "open", share, votes, "the annotators are unsure")
    return Outcome(question, label, method, share, votes)


def _rating(
    question: Question,
    votes: tuple[Reply, ...],
    rule: Rule,
    weights: Mapping[str, float],
    posteriors: Posteriors,
) -> Outcome:
    del rule, weights, posteriors
    stars = sorted(float(vote.value) for vote in votes)
    middle = statistics.median(stars)
    near = sum(abs(star - middle) <= 1 for star in stars) / len(stars)
    if near < 1:
        why = f"ratings from {stars[0]:g} to {stars[-1]:g}"
        return Outcome(question, None, "open", near, votes, why)
    method = "unanimous" if stars[0] == stars[-1] else "median"
    return Outcome(question, middle, method, near, votes)


def _spans(
    question: Question,
    votes: tuple[Reply, ...],
    rule: Rule,
    weights: Mapping[str, float],
    posteriors: Posteriors,
) -> Outcome:
    del posteriors
    marked = most_marked({vote.annotator: read_spans(vote.value) for vote in votes}, weights)
    if marked.tied or marked.share < rule.majority:
        why = "as many marked it as not" if marked.tied else f"agreement of {marked.share:.2f}"
        return Outcome(question, None, "open", marked.share, votes, why)
    value = [span._asdict() for span in marked.spans]
    method = "unanimous" if marked.share == 1.0 else "majority"
    return Outcome(question, value, method, marked.share, votes)


def _text(
    question: Question,
    votes: tuple[Reply, ...],
    rule: Rule,
    weights: Mapping[str, float],
    posteriors: Posteriors,
) -> Outcome:
    del weights, posteriors
    texts = [str(vote.value) for vote in votes]
    apart = np.array([[distance(one, other) for other in texts] for one in texts])
    means = apart.sum(1) / (len(texts) - 1) if len(texts) > 1 else apart.sum(1)
    order = sorted(range(len(texts)), key=lambda place: (means[place], texts[place]))
    best = order[0]
    if means[best] > rule.distance:
        why = f"the nearest text is {means[best]:.2f} edits a character from the others"
        return Outcome(question, None, "open", float(1 - means[best]), votes, why)
    method = "unanimous" if means.max() == 0 else "nearest"
    return Outcome(question, texts[best], method, float(1 - means[best]), votes)


def distance(one: str, other: str) -> float:
    """Edits (insert, delete, replace) between two texts over the length of the longer; 0 to 1.

    Composed letters and runs of spaces are the same thing (NFC).
    """
    first, second = (" ".join(unicodedata.normalize("NFC", text).split()) for text in (one, other))
    if first == second:
        return 0.0
    if len(first) < len(second):
        first, second = second, first
    codes = np.frombuffer(second.encode("utf-32-le", "surrogatepass"), np.uint32)
    steps = np.arange(len(codes) + 1)
    row = steps.copy()
    for letter in first:
        cost = np.minimum(row[1:] + 1, row[:-1] + (codes != ord(letter)))
        # Insertions run along the row: the least of all before, plus the way from there.
        row = np.minimum.accumulate(np.concatenate([[row[0] + 1], cost]) - steps) + steps
    return float(row[-1]) / len(first)


_DECIDE = {"choice": _choice, "rating": _rating, "spans": _spans, "text": _text}
