"""Which labels are taken for which: a table of counts, and precision, recall and F1 a label."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpusforge.annotation.ratings import MISSING, Ratings


class LabelScore(NamedTuple):
    """How one label fares against the truth; None where nothing was there to be divided by."""

    label: str
    support: int  # answers whose truth is the label
    answered: int  # answers that say the label
    precision: float | None
    recall: float | None
    f1: float | None


def confusion(
    truth: NDArray[np.int32], answers: NDArray[np.int32], labels: int
) -> NDArray[np.int64]:
    """Counts by (truth, answer), shape (labels, labels); pairs with a missing side are left out."""
    both = (truth != MISSING) & (answers != MISSING)
    cells = truth[both].astype(np.int64) * labels + answers[both]
    return np.bincount(cells, minlength=labels * labels).reshape(labels, labels)


def against(found: Ratings, truth: dict[str, str]) -> NDArray[np.int64]:
    """All answers to the tasks whose truth is known, counted by (truth, answer)."""
    code = {label: index for index, label in enumerate(found.labels)}
    known = np.array([code.get(truth.get(task, ""), MISSING) for task in found.tasks], np.int32)
    wide = np.broadcast_to(known.reshape(-1, 1), found.codes.shape)
    return confusion(wide.ravel(), found.codes.ravel(), len(found.labels))


def coincidences(found: Ratings) -> NDArray[np.float64]:
    """Krippendorff's coincidence matrix, shape (labels, labels): who disagrees, without a truth.

    Each ordered pair of answers to a task counts 1 / (answers − 1); rows sum to the answers.
    """
    counts = found.counts().astype(np.float64)
    answers = counts.sum(1)
    counts = counts[answers >= 2]
    scale = 1 / (counts.sum(1) - 1)
    result: NDArray[np.float64] = (counts * scale[:, None]).T @ counts
    result[np.diag_indices(len(result))] -= (counts * scale[:, None]).sum(0)
    return result


def scores(cells: NDArray[np.int64], labels: tuple[str, ...]) -> tuple[LabelScore, ...]:
    """Precision, recall and F1 of each label from its counts by (truth, answer)."""
    found = []
    for index, label in enumerate(labels):
        right = int(cells[index, index])
        support, answered = int(cells[index].sum()), int(cells[:, index].sum())
        found.append(
            LabelScore(
                label,
                support,
                answered,
                right / answered if answered else None,
                right / support if support else None,
                2 * right / (support + answered) if support + answered else None,
            )
        )
    return tuple(found)
