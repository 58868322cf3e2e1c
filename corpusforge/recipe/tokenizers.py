"""The stages `tokenize` of a recipe: whether their tokenizers can be used at all."""

from __future__ import annotations

import importlib.util
from pathlib import Path as File
from typing import Any

from corpusforge.errors import TokenError
from corpusforge.recipe.document import Document
from corpusforge.recipe.problem import Path, RecipeProblem


def token_problems(document: Document, base: File) -> list[RecipeProblem]:
    """A missing package, a file that is no tokenizer, an unknown EOS, one name used twice."""
    listed = document.data.get("stages")
    stages = [
        (index, stage)
        for index, stage in enumerate(listed if isinstance(listed, list) else [])
        if isinstance(stage, dict) and stage.get("kind") == "tokenize"
    ]
    if not stages:
        return []
    from corpusforge.tokens.settings import tokenizer_label

    problems: list[RecipeProblem] = []
    first: dict[str, int] = {}
    for index, stage in stages:
        here: Path = ("stages", index)
        problems += _installed(document, here)
        named = stage.get("tokenizer")
        if not isinstance(named, str) or "\0" in named or not named.strip():
            continue
        problems += _usable(document, here, stage, base / named)
        label = str(stage.get("name") or tokenizer_label(File(named)))
        if label in first:
            line = document.mark(("stages", first[label], "kind")).line
            problems.append(
                document.problem(
                    "RCP025",
                    (*here, "name" if "name" in stage else "tokenizer"),
                    f'two stages call their tokens "{label}" (the first on line {line})',
                    found=label,
                    hint="give each a `name` of its own: it names the configs, tokens-NAME",
                )
            )
        first.setdefault(label, index)
    return problems


def _installed(document: Document, here: Path) -> list[RecipeProblem]:
    if importlib.util.find_spec("tokenizers") is not None:
        return []
    return [
        document.problem(
            "TOK001",
            (*here, "kind"),
            "the package tokenizers is not installed",
            hint="pip install 'corpusforge[tokenize]'",
        )
    ]


def _usable(
    document: Document, here: Path, stage: dict[str, Any], place: File
) -> list[RecipeProblem]:
    if not place.exists():
        return []  # said of every file that is missing
    from corpusforge.tokens.file import read_tokenizer, token_id

    try:
        read_tokenizer(place)
    except TokenError as error:
        return [_problem(document, (*here, "tokenizer"), error, str(stage["tokenizer"]))]
    eos = stage.get("eos")
    try:
        if isinstance(eos, str):
            token_id(place, eos)
    except TokenError as error:
        return [_problem(document, (*here, "eos"), error, str(eos))]
    return []


def _problem(document: Document, path: Path, error: TokenError, found: str) -> RecipeProblem:
    return document.problem(error.code, path, error.message, found=found, hint=error.hint)
