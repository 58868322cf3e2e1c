"""How good the answers to a kind of question are: agreement, honeypots, repeats, anchoring, time.

Annotators are pseudonyms throughout.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from corpusforge.annotation.aggregate import distance
from corpusforge.annotation.agreement import Alpha, Pair, alpha, pairwise
from corpusforge.annotation.confusion import LabelScore, against, coincidences, scores
from corpusforge.annotation.intervals import Interval, difference, wilson
from corpusforge.annotation.questions import Question, Reply, asked
from corpusforge.annotation.ratings import Ratings, ratings
from corpusforge.annotation.spans import Span, character_alpha, read_spans, span_score
from corpusforge.annotation.tasks import task_type


@dataclass(frozen=True)
class Share:
    """`right` of `of`, with its 95 % interval; all None where there was nothing."""

    right: int
    of: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class SpanPair:
    """Two annotators' spans on the texts both read: F1 exact and with overlap."""

    first: str
    second: str
    tasks: int
    exact: float | None
    overlap: float | None


@dataclass(frozen=True)
class Anchoring:
    """How much oftener the model's answer is given where it was shown than where it was not."""

    shown: Share
    blind: Share
    effect: float | None  # difference of the two shares
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Annotator:
    """One person's figures."""

    annotator: str
    answers: int
    honeypots: Share  # answered as the truth says
    repeats: Share  # answered as the first time
    agreement: Share  # same answer as another person, over all pairs
    seconds: float | None  # median a task


@dataclass(frozen=True)
class Quality:
    """All of it, for one kind of question."""

    kind: str
    alpha: Alpha
    pairs: tuple[Pair, ...]
    spans: tuple[SpanPair, ...]
    labels: tuple[LabelScore, ...]  # against the honeypots' truth
    confused: tuple[tuple[str, str, float], ...]  # two labels, how often one met the other
    honeypots: Share
    repeats: Share
    anchoring: Anchoring
    annotators: tuple[Annotator, ...]
    seconds: float | None  # median of all answers

    def as_json(self) -> dict[str, Any]:
        """Plain values; what does not exist is null."""
        return {
            **asdict(self),
            "alpha": self.alpha._asdict(),
            "pairs": [pair._asdict() for pair in self.pairs],
            "labels": [label._asdict() for label in self.labels],
        }


def quality(kind: str, found: Sequence[Question], *, seed: int = 0) -> Quality:
    """The figures of the questions of one kind; adjudications are no part of agreement.

    Alpha is nominal for choices, by interval for ratings, by character for spans, and nominal on
    the texts as written (spaces apart) for corrections.
    """
    mine = [question for question in found if question.kind == kind]
    first = asked(mine, "plain", "blind", "honeypot")
    voted = asked(mine, "plain", "blind")
    same = _same(kind)
    matrix = _matrix(kind, first)
    truth = {q.task: _label(kind, q.truth) for q in first if q.role == "honeypot"}
    is_choice = task_type(kind).answer == "choice"
    names = sorted({r.annotator for q in mine if q.role != "adjudication" for r in q.replies})
    before = {(q.wave, *q.place): q for q in voted}
    return Quality(
        kind=kind,
        alpha=_alpha(kind, voted, seed),
        pairs=pairwise(matrix) if task_type(kind).answer in {"choice", "rating"} else (),
        spans=_span_pairs(voted) if task_type(kind).answer == "spans" else (),
        labels=scores(against(matrix, truth), matrix.labels) if is_choice else (),
        confused=_confused(_matrix(kind, voted)) if is_choice else (),
        honeypots=_share(_honeypots(mine, same)),
        repeats=_share(_repeats(mine, before, same)),
        anchoring=_anchoring(voted, same),
        annotators=tuple(
            Annotator(
                name,
                sum(r.annotator == name for q in mine for r in q.replies),
                _share(_honeypots(mine, same, name)),
                _share(_repeats(mine, before, same, name)),
                _share(_agreements(voted, same, name)),
                _median(mine, name),
            )
            for name in names
        ),
        seconds=_median(mine),
    )


def trusted_weights(found: Quality) -> dict[str, float]:
    """What each annotator's vote weighs: accuracy on honeypots, as if two more were half right.

    With no honeypot everybody weighs the same.
    """
    return {
        person.annotator: 2 * (person.honeypots.right + 1) / (person.honeypots.of + 2)
        for person in found.annotators
    }


def _label(kind: str, value: Any) -> str:
    if task_type(kind).answer == "text":
        return " ".join(str(value).split())
    return str(value)


def _matrix(kind: str, found: Sequence[Question]) -> Ratings:
    if task_type(kind).answer == "spans":
        return ratings([])
    return ratings((q.task, r.annotator, _label(kind, r.value)) for q in found for r in q.replies)


def _alpha(kind: str, found: Sequence[Question], seed: int) -> Alpha:
    answer = task_type(kind).answer
    if answer != "spans":
        metric = "interval" if answer == "rating" else "nominal"
        return alpha(_matrix(kind, found), metric, seed=seed)  # type: ignore[arg-type]
    return character_alpha(
        {q.task: {r.annotator: read_spans(r.value) for r in q.replies} for q in found if q.replies},
        {q.task: len(q.text) for q in found},
        seed=seed,
    )


Same = Callable[[Any, Any], bool]


def _same(kind: str) -> Same:
    """When two values of a kind are the same answer."""
    answer = task_type(kind).answer
    if answer == "spans":
        return lambda one, other: read_spans(one) == read_spans(other)
    if answer == "text":
        return lambda one, other: distance(str(one), str(other)) == 0.0
    return lambda one, other: bool(one == other)


def _share(hits: Sequence[bool]) -> Share:
    if not hits:
        return Share(0, 0, None, None, None)
    found = wilson(sum(hits) / len(hits), len(hits))
    return Share(sum(hits), len(hits), found.value, found.low, found.high)


def _replies(question: Question, name: str | None) -> list[Reply]:
    return [r for r in question.replies if name is None or r.annotator == name]


def _honeypots(found: Sequence[Question], same: Same, name: str | None = None) -> list[bool]:
    return [
        same(reply.value, question.truth)
        for question in asked(found, "honeypot")
        for reply in _replies(question, name)
    ]


def _repeats(
    found: Sequence[Question],
    before: dict[tuple[str, str, int, int], Question],
    same: Same,
    name: str | None = None,
) -> list[bool]:
    hits = []
    for question in asked(found, "repeat"):
        once = before.get((question.wave, *question.place))
        earlier = {reply.annotator: reply for reply in once.replies} if once else {}
        hits += [
            same(reply.value, earlier[reply.annotator].value)
            for reply in _replies(question, name)
            if reply.annotator in earlier
        ]
    return hits


def _agreements(found: Sequence[Question], same: Same, name: str) -> list[bool]:
    hits = []
    for question in found:
        for mine in _replies(question, name):
            hits += [same(mine.value, r.value) for r in question.replies if r.annotator != name]
    return hits


def _anchoring(found: Sequence[Question], same: Same) -> Anchoring:
    def follows(role: str) -> Share:
        return _share(
            [
                same(reply.value, question.prediction)
                for question in asked(found, role)
                if question.prediction is not None
                for reply in question.replies
            ]
        )

    shown, blind = follows("plain"), follows("blind")
    if shown.value is None or blind.value is None:
        return Anchoring(shown, blind, None, None, None)
    gap = difference(_interval(shown), _interval(blind))
    return Anchoring(shown, blind, gap.value, gap.low, gap.high)


def _interval(share: Share) -> Interval:
    return Interval(share.value or 0.0, share.low or 0.0, share.high or 0.0)


def _span_pairs(found: Sequence[Question]) -> tuple[SpanPair, ...]:
    shared: dict[tuple[str, str], list[tuple[tuple[Span, ...], tuple[Span, ...]]]] = {}
    for question in found:
        for one, other in itertools.combinations(question.replies, 2):
            pair = read_spans(one.value), read_spans(other.value)
            shared.setdefault((one.annotator, other.annotator), []).append(pair)
    results = []
    for (one_name, other_name), pairs in sorted(shared.items()):
        score = span_score(pairs)
        results.append(SpanPair(one_name, other_name, len(pairs), score.exact, score.overlap))
    return tuple(results)


def _confused(found: Ratings) -> tuple[tuple[str, str, float], ...]:
    """Pairs of labels by how often people disagree on them, most often first."""
    cells = coincidences(found)
    pairs = [
        (found.labels[a], found.labels[b], round(float(cells[a, b] + cells[b, a]), 6))
        for a, b in itertools.combinations(range(len(found.labels)), 2)
        if cells[a, b]
    ]
    return tuple(sorted(pairs, key=lambda pair: (-pair[2], pair[:2])))


def _median(found: Sequence[Question], name: str | None = None) -> float | None:
    times = [r.seconds for q in found for r in _replies(q, name) if r.seconds is not None]
    return statistics.median(times) if times else None
