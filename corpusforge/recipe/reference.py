"""The reference of every recipe key: ``python -m corpusforge.recipe.reference`` writes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from corpusforge.language.labels import LABELS
from corpusforge.recipe.environment import allowing
from corpusforge.recipe.keys import configs, field_names
from corpusforge.recipe.models import FORMS, Recipe

#: Where the committed reference lies in the repository.
FILE = Path(__file__).parents[2] / "docs" / "reference" / "recipe.md"

_HEAD = """\
# Recipe reference

Every key a recipe may have, made from the models by `python -m corpusforge.recipe.reference`; do
not edit. How to write a recipe is in [recipe.md](../recipe.md).

Keys without a default must be there. Numbers in brackets are limits.
"""

#: Keys that every source has; they are listed once.
_SHARED = ("id", "license", "evidence", "attribution", "origin", "domain")


def reference() -> str:
    """The reference in Markdown."""
    parts = [_HEAD, _keys("The recipe", Recipe, level=2), _labels()]
    sources, stages = configs("sources"), configs("stages")
    first = next(iter(sources.values()))
    parts += [
        "## Sources\n\nEach has a `kind` and, whatever it is, these keys:\n\n"
        + _table(first, only=_SHARED).rstrip("\n"),
        _nested(first, only=_SHARED, level=3),
    ]
    parts += [
        _keys(f"Source `{kind}`", model, level=3, without=(*_SHARED, "kind"))
        for kind, model in sources.items()
    ]
    parts.append("## Stages\n\nEach has a `kind`; they run in the order of the recipe.\n")
    parts += [
        _keys(f"Stage `{kind}`", model, level=3, without=("kind",))
        for kind, model in stages.items()
    ]
    parts.append(
        "## The environment\n\n`${env:NAME}` is read in these keys and in no other: "
        + ", ".join(f"`{key}`" for key in allowing())
        + ".\n"
    )
    return "\n".join(part for part in parts if part)


def _labels() -> str:
    rows = [f"| `{each.code}` | {each.english} | {each.native} |" for each in LABELS.values()]
    head = "### Language labels\n\n| label | language | its own name |\n|---|---|---|\n"
    return head + "\n".join(rows) + "\n"


def undescribed() -> Iterator[str]:
    """Keys that the reference would list without a word."""
    models: dict[str, type[BaseModel]] = {"": Recipe}
    models |= {f"sources[{kind}].": model for kind, model in configs("sources").items()}
    models |= {f"stages[{kind}].": model for kind, model in configs("stages").items()}
    for prefix, model in models.items():
        for title, properties in _sections(model):
            for name, node in properties.items():
                if name != "kind" and not node.get("description"):
                    yield f"{prefix}{title}{name}"


def _sections(model: type[BaseModel]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The model's own properties, then those of the models in it."""
    schema = model.model_json_schema()
    yield "", schema["properties"]
    for name, definition in schema.get("$defs", {}).items():
        if "properties" in definition and model is not Recipe:
            yield f"{name}.", definition["properties"]


def _keys(title: str, model: type[BaseModel], *, level: int, without: tuple[str, ...] = ()) -> str:
    intro = (model.__doc__ or "").strip().split("\n\n")[0]
    names = tuple(name for name in field_names(model) if name not in without)
    head = f"{'#' * level} {title}\n\n{intro}\n"
    if not names:
        return head + "\nIt has no keys of its own.\n"
    return f"{head}\n{_table(model, only=names)}{_nested(model, only=names, level=level + 1)}"


def _table(model: type[BaseModel], *, only: tuple[str, ...]) -> str:
    schema = model.model_json_schema()
    return _rows(schema, schema, only)


def _nested(model: type[BaseModel], *, only: tuple[str, ...], level: int) -> str:
    """A table for each mapping that stands under one of the keys."""
    schema = model.model_json_schema()
    parts = []
    for key in only:
        if key in {"sources", "stages"}:
            continue
        for name in _references(schema["properties"][key]):
            definition = schema["$defs"][name]
            if "properties" in definition:
                words = definition.get("description", "").split("\n\n")[0]
                table = _rows(schema, definition, tuple(definition["properties"]))
                parts.append(f"\n{'#' * level} `{key}`\n\n{words}\n\n{table}")
    return "".join(parts)


def _rows(schema: dict[str, Any], definition: dict[str, Any], only: tuple[str, ...]) -> str:
    lines = ["| key | value | default | meaning |", "|---|---|---|---|"]
    required = definition.get("required", ())
    for name in only:
        node = definition["properties"][name]
        default = "" if name in required else _default(node, schema)
        words = " ".join(node.get("description", "").split())
        lines.append(f"| `{name}` | {_type(node, schema)} | {default} | {_cell(words)} |")
    return "\n".join(lines) + "\n"


def _default(node: dict[str, Any], schema: dict[str, Any]) -> str:
    value = node.get("default")
    if value is None:
        return "none"
    if isinstance(value, dict) and any(
        "properties" in schema["$defs"][name] for name in _references(node)
    ):
        return "see below"
    enum = _inner_enum(node, schema)
    if enum and sorted(enum) == sorted(value):
        return "all of them"
    return _cell(f"`{json.dumps(value, ensure_ascii=False)}`")


def _inner_enum(node: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """The words a list may hold."""
    if node.get("type") != "array":
        return []
    inside = node.get("items", {})
    inside = schema["$defs"][inside["$ref"].rsplit("/", 1)[1]] if "$ref" in inside else inside
    return list(inside.get("enum", ()))


def _type(node: dict[str, Any], schema: dict[str, Any]) -> str:
    """What may stand there, in words."""
    if "$ref" in node:
        definition = schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
        return "mapping" if "properties" in definition else _type(definition, schema)
    members = node.get("anyOf") or node.get("oneOf")
    if members:
        words = [_type(each, schema) for each in members if each.get("type") != "null"]
        return " or ".join(dict.fromkeys(words))
    if "const" in node:
        return f"`{node['const']}`"
    if "enum" in node:
        labels = set(node["enum"]) == set(LABELS)
        return "language label" if labels else ", ".join(f"`{value}`" for value in node["enum"])
    if node.get("type") == "array":
        inside = _type(node.get("items") or {}, schema)
        several = {"mapping": "mappings", "language label": "language labels"}
        return f"list of {several.get(inside, inside)}"
    if isinstance(node.get("additionalProperties"), dict):
        return f"mapping of names to {_type(node['additionalProperties'], schema)}"
    return _scalar(node) + _limits(node)


def _scalar(node: dict[str, Any]) -> str:
    if node.get("pattern") in FORMS:
        return f"text: {FORMS[node['pattern']]}"
    formats = {"date": "date, `YYYY-MM-DD`", "email": "e-mail address", "path": "path"}
    types = {
        "string": "text",
        "integer": "whole number",
        "number": "number",
        "boolean": "`true` or `false`",
        "object": "mapping",
    }
    return formats.get(str(node.get("format"))) or types.get(str(node.get("type")), "any value")


def _limits(node: dict[str, Any]) -> str:
    names = (
        ("minimum", "from"),
        ("exclusiveMinimum", "above"),
        ("maximum", "to"),
        ("exclusiveMaximum", "below"),
    )
    # A limit of 2^53 or more is the machine's, not the reader's.
    limits = [
        f"{word} {node[name]:,}"
        for name, word in names
        if node.get(name) is not None and abs(node[name]) < 2**53
    ]
    return f" ({' '.join(limits)})" if limits else ""


def _references(node: Any) -> list[str]:
    """Names of the definitions a property refers to."""
    if isinstance(node, dict):
        own = [node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else []
        return own + [name for value in node.values() for name in _references(value)]
    return [name for item in node for name in _references(item)] if isinstance(node, list) else []


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(reference(), encoding="utf-8")
