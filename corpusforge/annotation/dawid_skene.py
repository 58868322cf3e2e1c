"""Dawid and Skene's model: what the true labels are likely to be, and who errs in which way.

Dawid & Skene (1979), *Maximum Likelihood Estimation of Observer Error-Rates Using the EM
Algorithm*. Each task has one true label, drawn with the prior; each annotator gives label *k* to a
task of true label *j* with a probability of their own. EM starts from the shares of the answers,
and no step lowers the likelihood. Tasks whose truth is known (honeypots) keep it, and so tell the
model what the annotators are like.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpusforge.annotation.ratings import MISSING, Ratings

Float = NDArray[np.float64]

_LEAST = 1e-300  # stands for nothing where a logarithm is taken


class Model(NamedTuple):
    """What EM found."""

    posterior: Float  # (tasks, labels): probability of each label being the true one
    prior: Float  # (labels,)
    errors: Float  # (annotators, true label, answered label)
    likelihood: tuple[float, ...]  # logarithm, at the start of each step: never falling


def dawid_skene(
    found: Ratings,
    *,
    known: Mapping[str, str] | None = None,
    iterations: int = 200,
    tolerance: float = 1e-9,
) -> Model:
    """Fit the model to a matrix of answers.

    Args:
        found: the answers.
        known: true label of the tasks that have one.
        iterations: steps at most.
        tolerance: stop when a step gains less log-likelihood an answer than this.
    """
    tasks, annotators, labels = *found.codes.shape, len(found.labels)
    said = np.zeros((tasks, annotators, labels))
    rows, columns = np.nonzero(found.filled)
    said[rows, columns, found.codes[rows, columns]] = 1.0
    code = {label: index for index, label in enumerate(found.labels)}
    fixed = np.array([code.get((known or {}).get(t, ""), MISSING) for t in found.tasks], np.intp)
    posterior = _pinned(said.sum(1) / said.sum((1, 2))[:, None], fixed)
    # A known task can only be what it is.
    ruled_out = np.where(fixed[:, None] == MISSING, 0.0, np.log(np.maximum(posterior, _LEAST)))
    prior, errors = np.empty(0), np.empty(0)
    trace: list[float] = []
    for _ in range(iterations if tasks else 0):
        prior = posterior.mean(0)
        errors = np.einsum("tj,tak->ajk", posterior, said)
        errors /= np.maximum(errors.sum(2, keepdims=True), _LEAST)
        joint = np.log(np.maximum(prior, _LEAST)) + np.einsum(
            "tak,ajk->tj", said, np.log(np.maximum(errors, _LEAST))
        )
        joint += ruled_out
        top = joint.max(1, keepdims=True)
        total = np.exp(joint - top).sum(1)
        posterior = np.exp(joint - top) / total[:, None]
        trace.append(float((np.log(total) + top[:, 0]).sum()))
        if len(trace) > 1 and trace[-1] - trace[-2] < tolerance * max(1.0, said.sum()):
            break
    return Model(posterior, prior, errors, tuple(trace))


def _pinned(posterior: Float, fixed: NDArray[np.intp]) -> Float:
    """`posterior` with all weight on the label of each task in which it is known."""
    rows = np.flatnonzero(fixed != MISSING)
    posterior[rows] = 0.0
    posterior[rows, fixed[rows]] = 1.0
    return posterior
