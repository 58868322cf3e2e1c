"""Which lines a model has seen: their keys, kept beside the model, to keep benchmarks apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpusforge.errors import LanguageError
from corpusforge.language import SHIPPED
from corpusforge.language.pool import Line, line_key

FILE = "trained.npy"


def trained_keys(lines: Iterable[Line]) -> NDArray[np.uint32]:
    """The first 32 bits of each line's `line_key`, sorted, once each.

    Of 10,000 unseen lines about one is taken for a seen one, which costs a benchmark that line.
    """
    return np.unique(np.array([_short(line.text) for line in lines], np.uint32))


def seen(texts: Sequence[str], folder: Path = SHIPPED) -> NDArray[np.bool_]:
    """Which texts, or copies of them, the model in `folder` was trained on.

    Raises:
        LanguageError: LNG001 when the folder has no list of keys.

    """
    keys = _keys(folder)
    wanted = np.array([_short(text) for text in texts], np.uint32)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.asarray(keys[place] == wanted)


@cache
def _keys(folder: Path) -> NDArray[np.uint32]:
    try:
        return np.asarray(np.load(folder / FILE))
    except (OSError, ValueError) as error:
        raise LanguageError(
            "LNG001",
            "the list of trained lines cannot be read",
            where=str(folder / FILE),
            hint="reinstall the package, or train a model with `corpusforge language train`",
        ) from error


def _short(text: str) -> int:
    return int(line_key(text)[:8], 16)
