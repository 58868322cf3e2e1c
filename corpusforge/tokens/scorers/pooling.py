"""From the vectors of a text's tokens to one vector."""

from __future__ import annotations

from typing import Any

import numpy as np

from corpusforge.tokens.encoder import Encoded
from corpusforge.tokens.scorers.model import Model, finite
from corpusforge.tokens.scorers.scorer import Column


class Pooled:
    """One float32 vector a text: the mean of those of its windows, weighted by their tokens."""

    def __init__(self, model: Model, pooling: str, *, hidden: bool = True) -> None:
        self.model = model
        self.pooling = pooling
        self.hidden = hidden

    def vectors(self, encoded: Encoded) -> Column:
        """Shape [texts, dimensions]; zero for a text without tokens."""
        model = self.model
        found = model.windows(encoded)
        pooled = model.over(model.rows(encoded, found), self._pool)
        return weighted(found, pooled, (len(encoded.offsets) - 1, self.width), model)

    @property
    def width(self) -> int:
        """Dimensions of a vector."""
        network = self.model.network
        if self.hidden:
            return int(network.config.hidden_size)
        return int(network.get_input_embeddings().weight.shape[1])

    def _pool(self, ids: Any, mask: Any) -> list[Column]:
        """One vector a row, over all its tokens; in float32 whatever the model computes in."""
        network = self.model.network
        if self.hidden:
            states = network(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        else:
            states = network.get_input_embeddings()(ids).float()
        if self.pooling == "first":
            pooled = states[:, 0]
        elif self.pooling == "last":
            pooled = states[:, -1] if mask is None else _at_last(states, mask)
        elif mask is None:
            pooled = states.mean(1)
        else:
            weight = mask.unsqueeze(-1).float()
            pooled = (states * weight).sum(1) / weight.sum(1)
        return list(pooled.cpu().numpy())


def weighted(found: Any, values: list[Column], shape: tuple[int, int], model: Model) -> Column:
    """The mean of what was computed for the windows of each text, weighted by their tokens.

    `shape` is that of the result: [texts, numbers].
    """
    total = np.zeros(shape)
    tokens = np.zeros(shape[0])
    for (text, window), value in zip(found, values, strict=True):
        size = window.end - window.start
        total[text] += size * np.asarray(value, np.float64)
        tokens[text] += size
    finite(total, model.folder)
    return np.asarray(total / np.maximum(tokens, 1)[:, None])


def _at_last(states: Any, mask: Any) -> Any:
    last = mask.sum(1) - 1
    return states[range(len(states)), last]
