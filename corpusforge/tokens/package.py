"""The packages of the extra `tokenize`, and what to say where they are missing."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
from typing import Any

from corpusforge.errors import TokenError


def extra(module: str) -> Any:
    """A module that the extra `tokenize` installs.

    Raises:
        TokenError: TOK001, it is not installed.

    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise TokenError(
            "TOK001",
            f"the package {module} is not installed",
            hint="pip install 'corpusforge[tokenize]'",
        ) from error


def version(distribution: str) -> str:
    """The installed version of a distribution."""
    return importlib.metadata.version(distribution)


def limit_threads(threads: int = 1) -> None:
    """Let the encoders of this process use `threads` threads instead of one a core of the machine.

    Call it at the start of a task, inside the worker and before the first encoder is loaded: the
    engines read these settings once, and their threads do not outlive a fork.
    """
    os.environ["TOKENIZERS_PARALLELISM"] = "true" if threads > 1 else "false"
    os.environ["RAYON_NUM_THREADS"] = str(threads)
