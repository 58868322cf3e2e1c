"""Pydantic's errors as recipe problems: line, what was found, what is allowed, what was meant."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from corpusforge.codes import CODES
from corpusforge.recipe.document import Document, shorten
from corpusforge.recipe.keys import config_of, field_names, kinds, model_at
from corpusforge.recipe.models import FORMS
from corpusforge.recipe.problem import Path, RecipeProblem, alike, nearest
from corpusforge.recipe.words import describe, instead
from corpusforge.stages import kinds as stage_kinds

_Model = TypeVar("_Model", bound=BaseModel)

#: What stands where a value of another type is wanted.
_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "a mapping of keys to values",
    "mapping_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "dataclass_type": "a mapping of keys to values",
    "path_type": "a path",
    "none_required": "nothing",
}

_CODE = re.compile(r"[A-Z]{3}[0-9]{3}\Z")


def validate(
    model: type[_Model], document: Document, context: Mapping[str, Any]
) -> tuple[_Model | None, list[RecipeProblem]]:
    """`document` as a `model`, or every reason why it is none.

    JSON mode makes pydantic exact (text is not a number, ``"yes"`` is not true) and yet lets lists
    become tuples and text become paths. Where a key wants text and a plain number stands there, the
    words of the file are taken: that is what ``version: 1.10`` and ``title: 2026`` mean.
    """
    data = document.data
    for _ in range(3):
        try:
            text = json.dumps(data, ensure_ascii=False)
            return model.model_validate_json(text, strict=True, context=dict(context)), []
        except ValidationError as error:
            details = error.errors(include_url=False)
        repaired = data
        for detail in details:
            path = locate(detail, data)
            if detail["type"] == "string_type" and document.raw.get(path) not in {None, ""}:
                value = document.value(path)
                if value is not None:
                    repaired = _replace(repaired, path, document.raw[path])
        if repaired is data:
            break
        data = repaired
    problems = []
    places = _by_place(details, data)
    for path, group in places.items():
        wanted = list(dict.fromkeys(_WANTED[d["type"]] for d in group if d["type"] in _WANTED))
        # A value that fits no member of a union fails once for each: that is one problem.
        if len(wanted) == len(group):
            # The member whose form it has complains further in, and that is the word to hear.
            if any(other[: len(path)] == path and len(other) > len(path) for other in places):
                continue
            problems.append(_wrong_type(document, data, path, group, " or ".join(wanted)))
            continue
        problems += [
            _problem(model, document, data, path, detail)
            for detail in group
            # A list whose items are all wrong is not also "too short".
            if not (detail["type"] == "too_short" and _value(data, path))
        ]
    return None, problems


def guess_kinds(document: Document) -> tuple[Any, list[RecipeProblem]]:
    """The data with misspelt kinds put right, and a problem for each.

    The keys of a `kind: flies` can then be checked as those of `files`, so that all mistakes of a
    recipe come out at once.
    """
    data = document.data
    problems = []
    for group in ("sources", "stages"):
        items = data.get(group)
        for index, item in enumerate(items if isinstance(items, list) else []):
            kind = item.get("kind") if isinstance(item, dict) else None
            if not isinstance(kind, str) or config_of(group, kind) is not None:
                continue
            meant = nearest(kind, kinds(group))
            if meant and alike(kind, meant):
                problems.append(_unknown_kind(document, data, (group, index)))
                data = _replace(data, (group, index, "kind"), meant)
    return data, problems


def _by_place(details: list[ErrorDetails], data: Any) -> dict[Path, list[ErrorDetails]]:
    groups: dict[Path, list[ErrorDetails]] = {}
    for detail in details:
        groups.setdefault(locate(detail, data), []).append(detail)
    return groups


def locate(detail: ErrorDetails, data: Any) -> Path:
    """Pydantic's place as a path into `data`: without the names of union members."""
    path: list[str | int] = []
    value = data
    loc = detail["loc"]
    for index, step in enumerate(loc):
        if isinstance(value, dict) and isinstance(step, str):
            last = index == len(loc) - 1
            tag = path and isinstance(path[-1], int) and step == value.get("kind") and not last
            if not tag and (step in value or (last and detail["type"] == "missing")):
                path.append(step)
                value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            path.append(step)
            value = value[step]
    return tuple(path)


def _replace(value: Any, path: Path, new: Any) -> Any:
    """A copy of `value` with `new` at `path`."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _replace(value[path[0]], path[1:], new)  # type: ignore[index]
    return copy


def _wrong_type(
    document: Document, data: Any, path: Path, group: list[ErrorDetails], wanted: str
) -> RecipeProblem:
    found = describe(_value(data, path))
    return document.problem(
        "RCP012",
        path,
        f"{wanted} must stand here, not {found}",
        found=found,
        hint=instead(str(group[0]["type"]), _value(data, path), document.raw.get(path)),
    )


def _problem(
    root: type[BaseModel], document: Document, data: Any, path: Path, detail: ErrorDetails
) -> RecipeProblem:
    kind = detail["type"]
    found = describe(_value(data, path))
    context = detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(root, document, data, path)
    if kind == "missing":
        return _missing(root, document, data, path)
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        return _unknown_kind(document, data, path)
    if kind in {"literal_error", "enum"}:
        allowed = tuple(re.findall(r"'([^']*)'", str(context.get("expected", "")))) or tuple(
            str(context.get("expected", "")).split(" or ")
        )
        return document.problem(
            "RCP013",
            path,
            f"{found} is not one of the words allowed here",
            found=found,
            allowed=allowed,
            nearest=nearest(document.raw.get(path, str(_value(data, path))), allowed),
        )
    if kind == "string_pattern_mismatch":
        model = model_at(path[:-1], data, root=root)
        info = model.model_fields.get(str(path[-1])) if model and path else None
        form = (
            FORMS.get(str(context.get("pattern")))
            or (info and info.description)
            or str(context.get("pattern"))
        )
        return document.problem(
            "RCP014", path, f"{found} is not in the form wanted here", found=found, allowed=(form,)
        )
    message = str(detail["msg"]).removeprefix("Value error, ")
    allowed = tuple(context.get("allowed", ()))
    return document.problem(
        kind if _CODE.match(kind) and kind in CODES else "RCP014",
        path,
        message if found in message or "found" in context else f"{found}: {_lower(message)}",
        found=found,
        allowed=allowed,
        nearest=nearest(str(_value(data, path)), allowed),
        hint=str(context.get("hint", "")),
    )


def _unknown_key(root: type[BaseModel], document: Document, data: Any, path: Path) -> RecipeProblem:
    key = str(path[-1])
    inside = _value(data, path[:-1])
    model = model_at(path[:-1], data, root=root)
    allowed = tuple(sorted(field_names(model))) if model else ()
    free = tuple(name for name in allowed if not isinstance(inside, dict) or name not in inside)
    where = f"a {str(path[0])[:-1]} of kind {inside['kind']}" if _has_kind(path, inside) else ""
    return document.problem(
        "RCP010",
        path,
        f'unknown key "{shorten(key)}"' + (f" in {where}" if where else ""),
        at_key=True,
        found=key,
        allowed=allowed,
        nearest=nearest(key, free),
    )


def _missing(root: type[BaseModel], document: Document, data: Any, path: Path) -> RecipeProblem:
    key = str(path[-1])
    model = model_at(path[:-1], data, root=root)
    info = model.model_fields.get(key) if model else None
    return document.problem(
        "RCP011",
        path,
        f'key "{key}" is missing',
        hint=f"{key}: {info.description}" if info and info.description else "",
    )


def _unknown_kind(document: Document, data: Any, path: Path) -> RecipeProblem:
    value = _value(data, path)
    allowed = tuple(kinds(str(path[0])))
    if not isinstance(value, dict):
        found = describe(value)
        return document.problem(
            "RCP012",
            path,
            f"a mapping with a kind must stand here, not {found}",
            found=found,
            allowed=tuple(f"kind: {name}" for name in allowed),
            nearest=f"kind: {value}" if value in allowed else "",
        )
    if "kind" not in value:
        return document.problem("RCP011", (*path, "kind"), 'key "kind" is missing', allowed=allowed)
    found = describe(value["kind"])
    return document.problem(
        "RCP015",
        (*path, "kind"),
        f"there is no kind {found} of {str(path[0])[:-1]}",
        found=found,
        allowed=allowed,
        nearest=nearest(str(value["kind"]), allowed),
        hint=stage_kinds.BROKEN.get(str(value["kind"]), "") if path[0] == "stages" else "",
    )


def _has_kind(path: Path, inside: Any) -> bool:
    return len(path) == 3 and path[0] in {"sources", "stages"} and "kind" in (inside or {})


def _value(data: Any, path: Path) -> Any:
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
