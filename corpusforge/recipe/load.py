"""From a recipe file to a frozen recipe, or to every problem it has."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from corpusforge.errors import CorpusforgeError, RecipeError
from corpusforge.recipe.checks import check
from corpusforge.recipe.complete import complete
from corpusforge.recipe.document import Document, parse
from corpusforge.recipe.environment import substitute
from corpusforge.recipe.keys import configs_in
from corpusforge.recipe.models import Recipe, recipe_of
from corpusforge.recipe.problem import Path as Place
from corpusforge.recipe.problem import RecipeProblem, nearest
from corpusforge.recipe.validation import guess_kinds, validate

#: A recipe is written by people; anything larger was given by mistake.
MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class Loaded:
    """A recipe that passed every check that needs no network."""

    recipe: Recipe
    path: Path
    #: The directory relative paths of the recipe start from.
    base: Path
    #: File of the human answers; it need not exist yet.
    datasheet: Path
    #: The resolved recipe (defaults filled in, words as written) as canonical JSON.
    canonical: bytes
    #: SHA-256 of `canonical`, 64 hex digits: comments and layout do not count.
    sha256: str
    #: Things that are lawful and allowed but that a steward should know.
    warnings: tuple[CorpusforgeError, ...]
    document: Document

    def where(self, path: Place) -> str:
        """``file:line:column`` of a place such as ``("sources", 0, "license")``."""
        return self.document.where(path)


def load_recipe(path: str | Path) -> Loaded:
    """Read, validate and resolve a recipe.

    Raises:
        RecipeError: with every problem of the file, in the order of the file.

    """
    file = str(path)
    try:
        # The folder is resolved and the name is not: a recipe may be a link into a store.
        absolute = Path(path).expanduser().parent.resolve() / Path(path).name
    except (OSError, RuntimeError, ValueError) as exc:
        raise RecipeError([RecipeProblem("RCP001", f"cannot be read: {exc}", file=file)]) from exc
    document = parse(_text(absolute, file), file)
    if document.problems and document.data is None:
        raise RecipeError(list(document.problems))
    if not isinstance(document.data, dict):
        raise RecipeError([*document.problems, _not_a_recipe(document)])

    written = document.data
    document.data, secret = substitute(document, os.environ)
    document.data, kinds = guess_kinds(document)
    across, warnings = check(document, absolute.parent)
    model = recipe_of(*(configs_in(group, document.data) for group in ("sources", "stages")))
    recipe, within = validate(model, document, {"base": absolute.parent})
    if document.problems or secret or kinds or across or within or recipe is None:
        raise RecipeError(_reported(document.problems, [*secret, *kinds, *across], within))

    recipe = complete(recipe)
    canonical = _canonical(recipe, written)
    return Loaded(
        recipe=with_absolute_paths(recipe, absolute.parent),
        path=absolute,
        base=absolute.parent,
        datasheet=absolute.parent / (recipe.datasheet or f"{absolute.stem}.datasheet.yaml"),
        canonical=canonical,
        sha256=hashlib.sha256(canonical).hexdigest(),
        warnings=tuple(warnings),
        document=document,
    )


def _text(path: Path, file: str) -> str:
    """The text of the file; refuses what cannot be a recipe before anything reads it as YAML."""
    try:
        if not path.is_file():
            raise RecipeError([_no_file(path, file)])
        with path.open("rb") as stream:
            payload = stream.read(MAX_BYTES + 1)
    except OSError as exc:
        reason = exc.strerror or str(exc)
        raise RecipeError(
            [RecipeProblem("RCP001", f"cannot be read: {reason}", file=file)]
        ) from exc
    if len(payload) > MAX_BYTES:
        message = f"larger than {MAX_BYTES:,} bytes, so not a recipe"
        raise RecipeError([RecipeProblem("RCP002", message, file=file)])
    try:
        return payload.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        before = payload[: exc.start]
        line = before.count(b"\n") + 1
        if b"\0" in payload[:4096]:
            message, hint = "not text: binary, or text in UTF-16", "save it as UTF-8"
        else:
            message = f"byte 0x{payload[exc.start]:02X} is not UTF-8"
            hint = "save it as UTF-8 (it may be Windows-1256 or Windows-1252)"
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        raise RecipeError(
            [RecipeProblem("RCP002", message, file=file, line=line, column=column, hint=hint)]
        ) from exc


def _no_file(path: Path, file: str) -> RecipeProblem:
    if path.is_dir():
        inside = sorted(entry.name for entry in path.glob("*.yaml"))
        hint = f"it is a folder; recipes in it: {', '.join(inside[:8])}" if inside else "a folder"
        return RecipeProblem("RCP001", "there is no such file", file=file, hint=hint)
    if path.exists():
        return RecipeProblem("RCP001", "not an ordinary file", file=file)
    beside = [entry.name for entry in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
    return RecipeProblem(
        "RCP001",
        "there is no such file",
        file=file,
        nearest=nearest(path.name, beside),
        hint="" if beside else "`corpusforge new NAME` writes one",
    )


def _not_a_recipe(document: Document) -> RecipeProblem:
    if document.data is None:
        return document.problem(
            "RCP006", (), "the file is empty", hint="`corpusforge new NAME` writes a recipe"
        )
    return document.problem("RCP006", (), "a recipe is a mapping of keys to values")


def _reported(
    yaml: list[RecipeProblem], across: list[RecipeProblem], within: list[RecipeProblem]
) -> list[CorpusforgeError]:
    """All problems in the order of the file, one for each mistake.

    Where a check across keys speaks of a place, the models' word on it is left out; where a key is
    misspelt, what it was meant to be is not also missing.
    """
    # Nothing else is said of a secret: another message might show it.
    secret = {problem.path for problem in across if problem.code == "RCP016"}
    across = [p for p in across if p.code == "RCP016" or p.path not in secret]
    spoken = {problem.path for problem in across}
    # A model that checks a list as a whole says less than the check that names the item.
    around = {path[:-1] for path in spoken if path and isinstance(path[-1], int)}
    within = [
        problem
        for problem in within
        if problem.path not in spoken and not (problem.code == "RCP014" and problem.path in around)
    ]
    meant = {(*p.path[:-1], p.nearest) for p in within if p.code == "RCP010" and p.nearest}
    rest = [
        problem
        for problem in (*yaml, *across, *within)
        if not (problem.code == "RCP011" and problem.path in meant)
        and not (problem.code == "LIC002" and any(_of_rights(path, problem) for path in meant))
    ]
    return [*sorted(rest, key=lambda each: (each.line, each.column))]


def _of_rights(meant: Place, problem: RecipeProblem) -> bool:
    """Whether a misspelt key is the licence or the evidence that LIC002 misses."""
    source, key = meant[:2], meant[2:3]
    return source == problem.path[:2] and key in {("license",), ("evidence",)}


def with_absolute_paths(model: Any, base: Path) -> Any:
    """`model` with every relative `Path` in it made absolute, from the recipe's directory."""
    if isinstance(model, BaseModel):
        fields = {name: getattr(model, name) for name in type(model).model_fields}
        changed = {name: with_absolute_paths(value, base) for name, value in fields.items()}
        moved = {name: value for name, value in changed.items() if value is not fields[name]}
        return model.model_copy(update=moved) if moved else model
    if isinstance(model, Path):
        return model if model.is_absolute() else base / model
    if isinstance(model, tuple):
        items = tuple(with_absolute_paths(item, base) for item in model)
        return items if any(a is not b for a, b in zip(items, model, strict=True)) else model
    if isinstance(model, dict):
        values = {key: with_absolute_paths(value, base) for key, value in model.items()}
        return values if any(values[key] is not model[key] for key in model) else model
    return model


def _canonical(recipe: Recipe, written: Any) -> bytes:
    """The resolved recipe as canonical JSON.

    Words stay as they were written: relative paths (so that the digest does not change with the
    folder) and ``${env:NAME}`` (so that no setting of a machine enters a release).
    """
    resolved = _as_written(recipe.model_dump(mode="json", serialize_as_any=True), written)
    return json.dumps(
        resolved, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def _as_written(resolved: Any, written: Any) -> Any:
    if isinstance(resolved, dict) and isinstance(written, dict):
        return {key: _as_written(value, written.get(key)) for key, value in resolved.items()}
    if isinstance(resolved, list) and isinstance(written, list) and len(resolved) == len(written):
        return [_as_written(*pair) for pair in zip(resolved, written, strict=True)]
    return written if isinstance(resolved, str) and isinstance(written, str) else resolved
