"""What a scorer is: token ids in, named columns out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np

from corpusforge.tokens.encoder import Encoded

Column = np.ndarray[Any, Any]


class Scorer(Protocol):
    """A model that scores texts by their token ids."""

    name: str
    #: Digest of the vocabulary whose ids it reads: `corpusforge.tokens.scorers.model.vocabulary`.
    vocabulary: str

    def score(self, encoded: Encoded) -> dict[str, Column]:
        """Named columns, one entry a text.

        A number is float32 (shape [texts]) and NaN where there is nothing to score; an embedding is
        int8 (shape [texts, dimensions]) and all zero there.

        Raises:
            TokenError: TOK033, one window does not fit into the device's memory; TOK034, the model
                gave something that is no number.

        """
        ...


def rounded(values: Iterable[float]) -> Column:
    """float32 with four significant digits: what is beyond them is the device's, not the text's."""
    return np.array([float(f"{value:.4g}") for value in values], np.float32)
