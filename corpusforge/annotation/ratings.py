"""Answers as a matrix: a row a task, a column an annotator, a code of a label in each cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: The code of a cell nobody filled.
MISSING = -1


@dataclass(frozen=True)
class Ratings:
    """Which label each annotator gave each task.

    `codes` has the shape (tasks, annotators) and holds positions in `labels`, or `MISSING`. All
    three names are sorted, so that the same answers give the same matrix in whatever order they
    came.
    """

    tasks: tuple[str, ...]
    annotators: tuple[str, ...]
    labels: tuple[str, ...]
    codes: NDArray[np.int32]

    @property
    def filled(self) -> NDArray[np.bool_]:
        """Which cells hold an answer, shape (tasks, annotators)."""
        found: NDArray[np.bool_] = self.codes != MISSING
        return found

    def counts(self) -> NDArray[np.int64]:
        """How many annotators gave each label to each task, shape (tasks, labels)."""
        found = np.zeros((len(self.tasks), len(self.labels)), np.int64)
        for label in range(len(self.labels)):
            found[:, label] = (self.codes == label).sum(1)
        return found

    def values(self) -> NDArray[np.float64]:
        """The labels as numbers, NaN where there is no answer: for ratings from 1 to 5.

        Raises:
            ValueError: a label is not a number.
        """
        numbers = np.array([float(label) for label in self.labels], np.float64)
        if not len(numbers):
            return np.full(self.codes.shape, np.nan)
        return np.where(self.filled, numbers[np.maximum(self.codes, 0)], np.nan)


def ratings(answers: Iterable[tuple[str, str, str]], *, labels: Sequence[str] = ()) -> Ratings:
    """The matrix of (task, annotator, label) triples; of two in one cell the later counts.

    Args:
        answers: triples in the order they were given.
        labels: labels that have a code even where nobody chose them.
    """
    cells = {(task, annotator): label for task, annotator, label in answers}
    tasks = sorted({task for task, _ in cells})
    annotators = sorted({annotator for _, annotator in cells})
    names = sorted({*labels, *cells.values()})
    row, column, code = (_positions(each) for each in (tasks, annotators, names))
    codes = np.full((len(tasks), len(annotators)), MISSING, np.int32)
    for (task, annotator), label in cells.items():
        codes[row[task], column[annotator]] = code[label]
    return Ratings(tuple(tasks), tuple(annotators), tuple(names), codes)


def _positions(names: Sequence[Any]) -> dict[Any, int]:
    return {name: index for index, name in enumerate(names)}
