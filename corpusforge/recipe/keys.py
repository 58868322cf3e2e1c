"""Which keys may stand where: the models of a recipe, found by kind and by path."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from corpusforge.recipe.models import Recipe
from corpusforge.recipe.problem import Path
from corpusforge.sources import kinds as source_kinds
from corpusforge.stages import kinds as stage_kinds


def kinds(group: str) -> tuple[str, ...]:
    """Every kind of ``sources`` or ``stages``."""
    return source_kinds.SOURCES if group == "sources" else stage_kinds.stage_kinds()


def config_of(group: str, kind: object) -> type[BaseModel] | None:
    """The config model of a kind of ``sources`` or ``stages``; None where there is no such kind."""
    if not isinstance(kind, str):
        return None
    found = source_kinds.source_of(kind) if group == "sources" else stage_kinds.stage_of(kind)
    return found.config if found else None


def configs(group: str) -> dict[str, type[BaseModel]]:
    """The config models of all kinds of ``sources`` or ``stages``; it imports every one."""
    found = {kind: config_of(group, kind) for kind in kinds(group)}
    return {kind: config for kind, config in found.items() if config is not None}


def configs_in(group: str, data: Any) -> list[type[BaseModel]]:
    """The config models of the kinds that a recipe names, all of them where it names none."""
    items = data.get(group) if isinstance(data, dict) else None
    items = items if isinstance(items, list) else []
    named = [item.get("kind") for item in items if isinstance(item, dict)]
    found = {config_of(group, kind): None for kind in named}
    return [config for config in found if config is not None] or [*configs(group).values()]


def model_at(
    path: Path, data: Any = None, *, root: type[BaseModel] = Recipe
) -> type[BaseModel] | None:
    """The model whose keys stand at `path`, where there is one; `data` is all of the recipe."""
    if not issubclass(root, Recipe) or not path or path[0] not in {"sources", "stages"}:
        return _within(root, path)
    group, inside = str(path[0]), path[2:]
    if len(path) < 2:
        return None
    item = data.get(group) if isinstance(data, dict) else None
    item = item[path[1]] if isinstance(item, list) and isinstance(path[1], int) else None
    own = config_of(group, item.get("kind")) if isinstance(item, dict) else None
    if not inside or (own is not None and inside[0] in own.model_fields):
        return own and _within(own, inside)
    # The kind or the key is wrong: the first kind that has such a key will do for a message.
    found = (_within(model, inside) for model in configs(group).values())
    return next((model for model in found if model is not None), None)


def _within(model: type[BaseModel] | None, path: Path) -> type[BaseModel] | None:
    """The model that stands at `path` inside another."""
    for step in path:
        model = _nested(model, step)
    return model


def _nested(model: type[BaseModel] | None, step: str | int) -> type[BaseModel] | None:
    if model is None or isinstance(step, int) or step not in model.model_fields:
        return model if model is not None and isinstance(step, int) else None
    return model_in(model.model_fields[step].annotation)


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The first model in a field's annotation: of `tuple[Contact, ...] | None`, Contact."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = model_in(part)
        if found is not None:
            return found
    return None


def field_names(model: type[BaseModel]) -> list[str]:
    """The keys a recipe may write for `model`."""
    return [info.alias or name for name, info in model.model_fields.items()]
