"""The JSON Schema of recipes, for editors: ``python -m corpusforge.recipe.schema`` writes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from corpusforge.recipe.keys import configs, kinds
from corpusforge.recipe.models import recipe_of

#: Where the committed schema lies in the repository.
FILE = Path(__file__).parents[2] / "schemas" / "recipe.schema.json"


def recipe_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of everything a recipe may say with the stages installed here."""
    recipe = recipe_of([*configs("sources").values()], [*configs("stages").values()])
    schema = recipe.model_json_schema(mode="validation")
    _tell_apart(schema, "sources")
    _tell_apart(schema, "stages")
    _plain(schema)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "corpusforge recipe",
    }


def _tell_apart(schema: dict[str, Any], group: str) -> None:
    """Let editors choose the member by `kind`, so that they show its keys and no other's errors."""
    items = schema["properties"][group]["items"]
    members = items.pop("oneOf", None) or items.pop("anyOf", None) or [dict(items)]
    items.clear()
    items["type"] = "object"
    items["required"] = ["kind"]
    items["properties"] = {"kind": {"enum": list(kinds(group))}}
    items["allOf"] = [
        {
            "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
            "then": member,
        }
        for kind, member in zip(kinds(group), members, strict=True)
    ]


def _plain(node: Any) -> None:
    """Drop what only says how pydantic made it: titles of fields, our own marks."""
    if isinstance(node, dict):
        for name in ("title", "env"):
            if isinstance(node.get(name), str | bool):
                del node[name]
        for value in node.values():
            _plain(value)
    elif isinstance(node, list):
        for item in node:
            _plain(item)


def schema_text() -> str:
    """The schema as it is committed."""
    return json.dumps(recipe_schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(schema_text(), encoding="utf-8")
