"""Embeddings: the direction of a text's meaning, for near-duplicates that share few words."""

from __future__ import annotations

import numpy as np

from corpusforge.tokens.device import Device
from corpusforge.tokens.encoder import Encoded
from corpusforge.tokens.folder import open_folder
from corpusforge.tokens.scorers.config import ScorerConfig
from corpusforge.tokens.scorers.model import Model
from corpusforge.tokens.scorers.pooling import Pooled
from corpusforge.tokens.scorers.scorer import Column


class Embedding:
    """The pooled vector of a text, as whole numbers of which the largest is 127 or -127.

    A byte a dimension is enough for directions (the angle moves by about a thousandth), and sums of
    products of whole numbers are exact in any order, so that neighbours are the same everywhere.
    """

    def __init__(self, config: ScorerConfig, device: Device) -> None:
        self.name = config.name
        self.model = Model(open_folder(config.model, config.digest), config, device, "vectors")
        self.vocabulary = self.model.vocabulary
        self.pooled = Pooled(self.model, config.pooling)

    def score(self, encoded: Encoded) -> dict[str, Column]:
        """An int8 vector a text, under the name of the scorer."""
        return {self.name: quantised(self.pooled.vectors(encoded))}


def quantised(vectors: Column) -> Column:
    """Vectors scaled so that the largest number of each is 127, rounded; zero stays zero."""
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=0)
    scaled = np.divide(vectors * 127, largest, out=np.zeros_like(vectors), where=largest > 0)
    whole: Column = np.rint(scaled).astype(np.int8)
    return whole
