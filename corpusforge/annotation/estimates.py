"""What a sample that people judged says of the whole corpus, with intervals.

Every question stands for one over its probability of texts (Horvitz & Thompson 1952). Where not all
that were drawn are decided, those decided stand for the others of their stratum. Shares and rates
are ratios of such sums; their variance is linearised, by stratum and with texts of one record taken
together, as they are alike (Särndal, Swensson & Wretman 1992, ch. 5). Intervals of shares are
Wilson's at the sample size that a simple random sample with that variance would have (Kish's where
all or none are right); those of rates are Fay and Feuer's (1997) for weighted counts, which have an
upper end even where nothing was found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpusforge.annotation.aggregate import Outcome, distance
from corpusforge.annotation.intervals import Interval, Z, wilson
from corpusforge.annotation.spans import read_spans
from corpusforge.annotation.tasks import OTHER, task_type

Float = NDArray[np.float64]

#: A placeholder hides something that was no personal data.
_WRONGLY = "not_personal"


@dataclass(frozen=True)
class Estimate:
    """One figure about the corpus, from people's answers to a sample of it."""

    kind: str  # task type
    measure: str  # precision, leakage, over_masking, rating, share, error_rate
    about: str  # a label, a domain, or nothing
    value: float
    low: float  # 95 % interval
    high: float
    texts: int  # decided, that say something of it
    drawn: int  # of the wave
    wave: str
    measured: str  # ISO date of the last answer behind it

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


class Sample(NamedTuple):
    """Decided questions as arrays, one row each."""

    weight: Float  # how many texts each stands for
    cell: NDArray[np.intp]  # stratum and way of being drawn
    cluster: NDArray[np.intp]  # record
    fraction: Float  # by cell: decided over the texts there
    outcomes: tuple[Outcome, ...]


def sample(settled: Sequence[Outcome]) -> Sample:
    """The weights of decided questions: those of a stratum carry what its open ones would."""
    drawn: dict[tuple[str, str, float], int] = defaultdict(int)
    answered: dict[tuple[str, str, float], int] = defaultdict(int)
    for outcome in settled:
        drawn[_cell(outcome)] += 1
        answered[_cell(outcome)] += outcome.decided
    decided = tuple(outcome for outcome in settled if outcome.decided)
    cells = sorted(cell for cell, count in answered.items() if count)
    code = {cell: index for index, cell in enumerate(cells)}
    records = {outcome.question.record: None for outcome in decided}
    number = {record: index for index, record in enumerate(sorted(records))}
    return Sample(
        np.array([drawn[_cell(o)] / answered[_cell(o)] / o.question.probability for o in decided]),
        np.array([code[_cell(o)] for o in decided], np.intp),
        np.array([number[o.question.record] for o in decided], np.intp),
        np.array([cell[2] * answered[cell] / drawn[cell] for cell in cells]),
        decided,
    )


def _cell(outcome: Outcome) -> tuple[str, str, float]:
    question = outcome.question
    return question.wave, question.stratum, question.probability


def estimates(settled: Sequence[Outcome]) -> list[Estimate]:
    """What can be said of the corpus by the outcomes of one kind of question in one wave."""
    if not any(outcome.decided for outcome in settled):
        return []
    return _SAY[settled[0].question.kind](sample(settled), len(settled))


def ratio(found: Sample, above: Float, below: Float) -> tuple[float, float]:
    """A weighted ratio and its variance.

    Args:
        found: the sample.
        above: by question, what is counted.
        below: by question, out of what; its weighted sum is not zero.
    """
    total = float(found.weight @ below)
    value = float(found.weight @ above) / total
    score = found.weight * (above - value * below) / total
    variance = 0.0
    for cell in range(len(found.fraction)):
        mine = found.cell == cell
        sums = np.bincount(found.cluster[mine], score[mine])
        sums = sums[np.unique(found.cluster[mine])]
        count = len(sums)
        if count > 1:
            spread = float(((sums - sums.mean()) ** 2).sum())
            variance += max(0.0, 1 - found.fraction[cell]) * count / (count - 1) * spread
    return value, variance


def share(found: Sample, right: NDArray[np.bool_], among: NDArray[np.bool_]) -> Interval:
    """The share of `right` among the texts in `among`."""
    value, variance = ratio(found, (right & among).astype(float), among.astype(float))
    weights = found.weight[among]
    alike = float(weights.sum() ** 2 / (weights**2).sum())
    size = value * (1 - value) / variance if variance > 0 else alike
    if variance == 0 and (found.fraction[found.cell[among]] >= 1).all():
        return Interval(value, value, value)  # every text was looked at
    return wilson(value, max(1.0, size))


def rate(found: Sample, counts: Float, sizes: Float, per: float) -> Interval:
    """Weighted counts over weighted sizes, `per` so much, with Fay and Feuer's interval."""
    from scipy.special import gammaincinv

    total = float(found.weight @ sizes)
    value, variance = ratio(found, counts, sizes)
    # Counts vary at least as Poisson's do, however alike the texts of the sample are.
    variance = max(variance, float(found.weight**2 @ counts) / total**2)
    most = float(found.weight.max()) / total
    low = 0.0
    if value > 0:
        low = variance / value * float(gammaincinv(value**2 / variance, 0.025))
    upper, spread = value + most, variance + most**2
    high = spread / upper * float(gammaincinv(upper**2 / spread, 0.975))
    return Interval(per * value, per * low, per * high)


def _made(
    found: Sample, drawn: int, measure: str, about: str, size: int, said: Interval
) -> Estimate:
    first = found.outcomes[0].question
    last = max(reply.updated for outcome in found.outcomes for reply in outcome.replies)
    return Estimate(
        first.kind, measure, about, *said, texts=size, drawn=drawn, wave=first.wave,
        measured=last[:10],
    )  # fmt: skip


def _language(found: Sample, drawn: int) -> list[Estimate]:
    said = np.array([o.question.language or "" for o in found.outcomes])
    truth = np.array([str(o.value) for o in found.outcomes])
    offered = task_type("language").labels
    meant = np.array([label if label in offered else OTHER for label in said.tolist()])
    right = meant == truth
    every = np.ones(len(said), np.bool_)
    rows = [_made(found, drawn, "precision", "", len(said), share(found, right, every))]
    for label in sorted(set(said.tolist())):
        among = said == label
        rows.append(
            _made(found, drawn, "precision", label, int(among.sum()), share(found, right, among))
        )
    return rows


def _words(found: Sample) -> Float:
    return np.array([float(len(o.question.text.split())) for o in found.outcomes])


def _personal(found: Sample, drawn: int) -> list[Estimate]:
    spans = [read_spans(o.value) for o in found.outcomes]
    missed = np.array([float(sum(s.label != _WRONGLY for s in each)) for each in spans])
    wrongly = np.array([float(sum(s.label == _WRONGLY for s in each)) for each in spans])
    words = _words(found)
    size = len(spans)
    return [
        _made(found, drawn, "leakage", "", size, rate(found, missed, words, 10_000)),
        _made(found, drawn, "over_masking", "", size, rate(found, wrongly, words, 10_000)),
    ]


def _quality(found: Sample, drawn: int) -> list[Estimate]:
    stars = np.array([float(o.value) for o in found.outcomes])
    value, variance = ratio(found, stars, np.ones(len(stars)))
    half = Z * float(np.sqrt(variance))
    said = Interval(value, max(1.0, value - half), min(5.0, value + half))
    return [_made(found, drawn, "rating", "", len(stars), said)]


def _domain(found: Sample, drawn: int) -> list[Estimate]:
    named = np.array([str(o.value) for o in found.outcomes])
    every = np.ones(len(named), np.bool_)
    return [
        _made(
            found, drawn, "share", label, int((named == label).sum()),
            share(found, named == label, every),
        )
        for label in sorted(set(named.tolist()), key=lambda label: (label == OTHER, label))
    ]  # fmt: skip


def _transcription(found: Sample, drawn: int) -> list[Estimate]:
    lengths = np.array([float(max(1, len(o.question.text))) for o in found.outcomes])
    edits = np.array([distance(o.question.text, str(o.value)) for o in found.outcomes]) * lengths
    said = rate(found, edits, lengths, 100)
    return [_made(found, drawn, "error_rate", "", len(lengths), said)]


def _switching(found: Sample, drawn: int) -> list[Estimate]:
    lengths = np.array([float(max(1, len(o.question.text))) for o in found.outcomes])
    marked = np.array(
        [float(sum(s.end - s.start for s in read_spans(o.value))) for o in found.outcomes]
    )
    value, variance = ratio(found, marked, lengths)
    half = Z * float(np.sqrt(variance))
    said = Interval(value, max(0.0, value - half), min(1.0, value + half))
    return [_made(found, drawn, "share", "", len(lengths), said)]


_SAY: dict[str, Callable[[Sample, int], list[Estimate]]] = {
    "language": _language,
    "personal_data": _personal,
    "quality": _quality,
    "domain": _domain,
    "transcription": _transcription,
    "switching": _switching,
}
