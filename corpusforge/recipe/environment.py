"""``${env:NAME}`` in the few keys that allow it, and the refusal of secrets everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from corpusforge.recipe.document import Document
from corpusforge.recipe.keys import configs, model_at, model_in
from corpusforge.recipe.models import Recipe
from corpusforge.recipe.problem import Path, RecipeProblem
from corpusforge.recipe.secrets import is_secret, names_secret

_REFERENCE = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}")


def substitute(
    document: Document, environment: Mapping[str, str]
) -> tuple[Any, list[RecipeProblem]]:
    """The data with environment values filled in where that is allowed, and what was refused.

    A model allows it for a field by ``json_schema_extra={"env": True}``.
    """
    problems: list[RecipeProblem] = []

    def fill(value: Any, path: Path) -> Any:
        if isinstance(value, dict):
            return {key: fill(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [fill(item, (*path, index)) for index, item in enumerate(value)]
        if not isinstance(value, str):
            return value
        model = model_at(path[:-1], document.data) if path else None
        problem = _refused(document, path, value, model, environment)
        if problem is not None:
            problems.append(problem)
            return value
        return _REFERENCE.sub(lambda match: environment[match[1]], value)

    return fill(document.data, ()), problems


def _refused(
    document: Document,
    path: Path,
    value: str,
    model: type[BaseModel] | None,
    environment: Mapping[str, str],
) -> RecipeProblem | None:
    """Why this text may not stand here, as far as secrets and the environment go."""
    key = str(path[-1]) if path else ""
    # A key that a model knows (`token` of a tokenizer) is no secret by its name alone.
    unknown = model is None or key not in model.model_fields
    if is_secret(value) or (value and unknown and names_secret(key)):
        return document.problem(
            "RCP016",
            path,
            "this looks like a secret, and recipes are published",
            found="a secret",
            hint="take it out, change it where it is used, and set it in the environment "
            "(HF_TOKEN, LABEL_STUDIO_API_KEY)",
        )
    if "${" not in value:
        return None
    if model is None or not _allows(model, key):
        return document.problem(
            "RCP017",
            path,
            "the environment is not read here",
            found=value,
            hint="${env:NAME} is allowed in: " + ", ".join(allowing()),
        )
    if "${" in _REFERENCE.sub("", value):
        return document.problem(
            "RCP017", path, f'"{value}" is not a reference', found=value, hint="write ${env:NAME}"
        )
    for name in _REFERENCE.findall(value):
        if name not in environment:
            return document.problem(
                "RCP018",
                path,
                f"environment variable {name} is not set",
                found=value,
                hint=f"set {name}, or write the value",
            )
    return None


def allowing() -> list[str]:
    """The keys in which ``${env:NAME}`` is read."""

    def within(model: type[BaseModel], prefix: str) -> Iterator[str]:
        for name, info in model.model_fields.items():
            if _allows(model, name):
                yield prefix + name
            inner = model_in(info.annotation)
            if inner is not None and name not in {"sources", "stages"}:
                yield from within(inner, f"{prefix}{name}.")

    found = list(within(Recipe, ""))
    for group in ("sources", "stages"):
        for kind, model in configs(group).items():
            found += within(model, f"{group}[kind: {kind}].")
    return found


def _allows(model: type[BaseModel], key: str) -> bool:
    info = model.model_fields.get(key)
    extra = info.json_schema_extra if info else None
    return isinstance(extra, dict) and bool(extra.get("env"))
