"""How far annotators agree: Krippendorff's alpha with its interval, Cohen's kappa by pairs.

Alpha is one minus observed over expected disagreement (Krippendorff 2018, *Content Analysis*,
ch. 12). Disagreement of two values is their squared distance: of numbers for interval data, of unit
vectors for labels, where it is the same for any two that differ. So both kinds come from the same
three sums over the values of a task, and a bootstrap over tasks is one product of matrices.
"""

from __future__ import annotations

import itertools
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpusforge.annotation.ratings import MISSING, Ratings

Metric = Literal["nominal", "interval"]
Float = NDArray[np.float64]

#: Resamples behind an interval: its ends move by less than a hundredth between seeds.
RESAMPLES = 1000
_CELLS = 4_000_000  # of resample weights held at a time


class Alpha(NamedTuple):
    """Krippendorff's alpha: 1 full agreement, 0 what chance gives, below 0 worse than chance.

    `value` is None where alpha does not exist, and `why` says for what lack.
    """

    value: float | None
    low: float | None  # 95 % interval, percentiles of the bootstrap over tasks
    high: float | None
    tasks: int  # with two answers or more: the others say nothing of agreement
    answers: int  # on those tasks
    why: str = ""


class Pair(NamedTuple):
    """Two annotators on the tasks both answered."""

    first: str
    second: str
    tasks: int
    agreement: float | None  # share of the tasks with the same label
    kappa: float | None  # Cohen's; None where both always give the same one label


def alpha(
    found: Ratings, metric: Metric = "nominal", *, seed: int = 0, resamples: int = RESAMPLES
) -> Alpha:
    """Krippendorff's alpha of a matrix of answers, cells may be missing.

    Raises:
        ValueError: `metric` is interval and a label is not a number.
    """
    if metric == "interval":
        numbers = found.values()
        middle = float(np.nanmean(numbers)) if found.filled.any() else 0.0
        values: Float = (numbers - middle)[:, :, np.newaxis]
    else:
        codes = found.codes[:, :, None]
        chosen = (codes == np.arange(len(found.labels))).astype(np.float64)
        values = np.where(codes == MISSING, np.nan, chosen)
    sums = moments(values)
    return from_moments(sums, np.arange(len(sums)), seed=seed, resamples=resamples)


def moments(values: Float, weights: Float | None = None) -> Float:
    """The sums alpha is made of, a row a unit: answers, disagreement, squares, values.

    Args:
        values: shape (units, annotators, coordinates), all NaN where there is no answer.
        weights: how often each unit counts (the length of a run of characters), 1 where absent.

    Returns:
        Shape (units, 3 + coordinates); zero for units with fewer than two answers.
    """
    filled: NDArray[np.bool_] = np.zeros(values.shape[:2], np.bool_)
    if values.shape[2]:
        filled = ~np.isnan(values[:, :, 0])
    held = np.where(filled[..., np.newaxis], values, 0.0)
    answers = filled.sum(1).astype(np.float64)
    total = held.sum(1)
    squares = (held**2).sum((1, 2))
    pairs = np.maximum(answers - 1, 1)
    apart = (answers * squares - (total**2).sum(1)) / pairs
    sums: Float = np.column_stack([answers, apart, squares, total])
    sums[answers < 2] = 0.0
    return sums if weights is None else sums * weights[:, None]


def from_moments(
    sums: Float, tasks: NDArray[np.intp], *, seed: int = 0, resamples: int = RESAMPLES
) -> Alpha:
    """Alpha from the `moments` of units, its interval from resampling the tasks they belong to.

    Args:
        sums: as `moments` gives them.
        tasks: the number of the task each unit is part of.
        seed: of the resampling.
        resamples: how many; 0 for no interval.
    """
    count = int(tasks.max()) + 1 if len(tasks) else 0
    by_task: Float = np.zeros((count, sums.shape[1]))
    np.add.at(by_task, tasks, sums)
    by_task = by_task[by_task[:, 0] > 0]
    number, answers = len(by_task), round(float(by_task[:, 0].sum()))
    if number == 0:
        return Alpha(None, None, None, 0, 0, "no task has answers of two annotators")
    value = _alpha(by_task.sum(0)[None])[0]
    if np.isnan(value):
        return Alpha(None, None, None, number, answers, "all answers are the same one")
    drawn = _resampled(by_task, seed, resamples)
    drawn = drawn[np.isfinite(drawn)]
    if number < 2 or not len(drawn) or len(drawn) < resamples / 2:
        return Alpha(float(value), None, None, number, answers)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Alpha(float(value), float(low), float(high), number, answers)


def _alpha(totals: Float) -> Float:
    """Alpha of each row of summed moments; NaN where nothing could have differed."""
    answers, apart, squares = totals[:, 0], totals[:, 1], totals[:, 2]
    expected = answers * squares - (totals[:, 3:] ** 2).sum(1)
    # One value only leaves rounding where zero belongs.
    none = expected <= 1e-9 * np.maximum(answers * squares, 1.0)
    return np.where(none, np.nan, 1 - (answers - 1) * apart / np.where(none, 1.0, expected))


def _resampled(by_task: Float, seed: int, resamples: int) -> Float:
    """Alpha of `resamples` draws of as many tasks, with replacement."""
    number = len(by_task)
    chance = np.random.default_rng(seed)
    step = max(1, _CELLS // number)
    found: list[Float] = []
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        draws = chance.multinomial(number, np.full(number, 1 / number), size=size)
        found.append(_alpha(draws @ by_task))
    return np.concatenate(found) if found else np.empty(0)


def kappa(first: NDArray[np.int32], second: NDArray[np.int32]) -> float | None:
    """Cohen's kappa of two annotators' codes for the same tasks (Cohen 1960).

    None where there is no task, or both give one and the same label to all.
    """
    if not len(first):
        return None
    labels = int(max(first.max(), second.max())) + 1
    shares = [np.bincount(codes, minlength=labels) / len(codes) for codes in (first, second)]
    chance = float(shares[0] @ shares[1])
    if chance >= 1.0 - 1e-12:
        return None
    return float(((first == second).mean() - chance) / (1 - chance))


def pairwise(found: Ratings) -> tuple[Pair, ...]:
    """Every two annotators who share a task, in the order of their names."""
    pairs = []
    for first, second in itertools.combinations(range(len(found.annotators)), 2):
        both = (found.codes[:, [first, second]] != MISSING).all(1)
        one, other = found.codes[both, first], found.codes[both, second]
        if len(one):
            pairs.append(
                Pair(
                    found.annotators[first],
                    found.annotators[second],
                    len(one),
                    float((one == other).mean()),
                    kappa(one, other),
                )
            )
    return tuple(pairs)
