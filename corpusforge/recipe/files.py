"""The files a recipe names, and those of them that are not there."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from pathlib import Path as File
from typing import Any

from pydantic import BaseModel

from corpusforge.recipe.document import Document
from corpusforge.recipe.keys import config_of, model_in
from corpusforge.recipe.problem import Path, RecipeProblem, nearest

#: Kinds of source whose `path` is a file, folder or glob pattern on this machine, or an address.
_PATTERNS = frozenset({"warc", "files"})


def missing_files(document: Document, base: File) -> list[RecipeProblem]:
    """A problem for each local file, folder or pattern that matches nothing."""
    return [
        _missing(document, path, pattern, base)
        for path, pattern in _named(document)
        if pattern.strip()
        and "://" not in pattern
        and "\0" not in pattern
        and not _found(pattern, base)
    ]


def _named(document: Document) -> Iterator[tuple[Path, str]]:
    """Every text of the recipe that names a file, with its place."""
    if isinstance(document.data.get("datasheet"), str):
        yield ("datasheet",), document.data["datasheet"]
    for group in ("sources", "stages"):
        items = document.data.get(group)
        for index, item in enumerate(items if isinstance(items, list) else []):
            if not isinstance(item, dict):
                continue
            kind = str(item.get("kind"))
            if group == "sources" and kind in _PATTERNS:
                yield from _strings((group, index, "path"), item.get("path"))
            config = config_of(group, kind)
            if config is not None:
                yield from _in_model(config, (group, index), item)


def _in_model(model: type[BaseModel], path: Path, value: Any) -> Iterator[tuple[Path, str]]:
    """What stands in fields of type `Path`, in the model and in those inside it."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _in_model(model, (*path, index), item)
    if not isinstance(value, dict):
        return
    for name, info in model.model_fields.items():
        inner = model_in(info.annotation)
        if _is_path(info.annotation):
            yield from _strings((*path, name), value.get(name))
        elif inner is not None:
            yield from _in_model(inner, (*path, name), value.get(name))


def _is_path(annotation: Any) -> bool:
    """Whether a field holds a `Path`, or several."""
    return annotation is File or any(_is_path(part) for part in getattr(annotation, "__args__", ()))


def _strings(path: Path, value: Any) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, str):
                yield (*path, index), item


def _found(pattern: str, base: File) -> bool:
    place = os.path.join(base, pattern)  # noqa: PTH118 (a pattern, not a path)
    if File(place).exists():
        return True
    return next(glob.iglob(place, recursive=True), None) is not None  # noqa: PTH207 (the same)


def _missing(document: Document, path: Path, pattern: str, base: File) -> RecipeProblem:
    place = File(base / pattern)
    is_glob = glob.has_magic(pattern)
    folder = place.parent
    beside = (
        sorted(entry.name for entry in folder.iterdir())[:2000]
        if not glob.has_magic(str(folder)) and folder.is_dir()
        else None
    )
    close = nearest(place.name, beside or ()) if not is_glob else ""
    hint = f'there is no folder "{File(pattern).parent}"' if beside is None and not is_glob else ""
    return document.problem(
        "RCP021",
        path,
        f'no file matches "{pattern}"' if is_glob else f'there is no file "{pattern}"',
        found=pattern,
        nearest=str(File(pattern).with_name(close)) if close else "",
        hint=hint or f"paths start from {base.name or base}/, the folder of the recipe",
    )
