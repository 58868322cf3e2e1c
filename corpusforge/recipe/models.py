"""What a recipe may say, as frozen models; keys, defaults and texts of the reference are here."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Union

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    create_model,
)
from pydantic_core import PydanticCustomError

from corpusforge.language.labels import LABELS
from corpusforge.sources.source import SourceConfig
from corpusforge.stages.stage import StageConfig

#: The recipe format this version of corpusforge writes; it reads this one and every earlier one.
SCHEMA_VERSION = 1

Tier = Literal["open", "gated", "restricted", "sealed"]
Mode = Literal["blend", "collection"]

NAME = r"^[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:[._-][a-z0-9]+)*$"
DOMAIN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
VERSION = r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z]+([.-][0-9A-Za-z]+)*)?$"


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return f'"{line if len(line) <= 60 else line[:59] + "…"}"'


def _version(text: str) -> str:
    if re.fullmatch(VERSION, text, re.ASCII):
        return text
    numbers = re.match(r"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?\Z", text, re.ASCII)
    hint = ""
    if numbers:
        meant = ".".join(str(int(number or 0)) for number in numbers.groups())
        hint = f"write {meant}"
    raise PydanticCustomError(
        "version",
        "{found} is not a version",
        {"found": _quoted(text), "allowed": ("MAJOR.MINOR.PATCH, such as 1.0.0",), "hint": hint},
    )


def _date(text: str) -> str:
    try:
        if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", text, re.ASCII):
            dt.date.fromisoformat(text)
            return text
    except ValueError as exc:
        raise PydanticCustomError(
            "date", "{found} is not in the calendar", {"found": _quoted(text)}
        ) from exc
    raise PydanticCustomError(
        "date",
        "{found} is not a date",
        {"found": _quoted(text), "allowed": ("YYYY-MM-DD, such as 2026-11-22",)},
    )


def _label(code: str) -> str:
    if code in LABELS:
        return code
    raise PydanticCustomError(
        "label",
        "{found} is not a language label",
        {"found": _quoted(code), "allowed": tuple(LABELS)},
    )


def _email(text: str) -> str:
    if re.match(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+\Z", text):
        return text
    raise PydanticCustomError(
        "email",
        "{found} is not an e-mail address",
        {
            "found": _quoted(text),
            "hint": "a role address that someone reads, such as data@example.org",
        },
    )


def _address(text: str) -> str:
    if re.match(r"https?://[^\s/@]+(/\S*)?\Z", text):
        return text
    raise PydanticCustomError(
        "address",
        "{found} is not an address",
        {
            "found": _quoted(text),
            "allowed": ("http:// or https:// and a host, no user or password",),
        },
    )


VersionText = Annotated[
    str, AfterValidator(_version), WithJsonSchema({"type": "string", "pattern": VERSION})
]
DateText = Annotated[
    str, AfterValidator(_date), WithJsonSchema({"type": "string", "format": "date"})
]
LabelText = Annotated[
    str, AfterValidator(_label), WithJsonSchema({"type": "string", "enum": list(LABELS)})
]
Email = Annotated[
    str, AfterValidator(_email), WithJsonSchema({"type": "string", "format": "email"})
]
Address = Annotated[
    str, AfterValidator(_address), WithJsonSchema({"type": "string", "pattern": "^https?://"})
]
Share = Annotated[float, Field(ge=0, lt=1)]


#: Patterns in words, for messages and the reference.
FORMS = {
    NAME: "namespace/name in lower-case letters and digits, with - . or _ between them",
    DOMAIN: "lower-case words joined by -, such as health or public-works",
    r"^[a-z0-9][a-z0-9-]{0,62}$": "lower-case letters, digits and -, 63 at most",
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Contact(_Frozen):
    """Who answers for the dataset, also for take-downs."""

    name: str = Field(min_length=1, description="Person or body that answers.")
    email: Email = Field(description="Role address for questions and take-downs.")
    url: Address | None = Field(None, description="Page with more about them, or a form.")


class Splits(_Frozen):
    """Shares of documents kept apart from `train`, chosen by hash so that they never move."""

    test: Share = Field(default=0.0, description="Share of documents in `test`, 0 to below 1.")
    validation: Share = Field(
        default=0.0, description="Share of documents in `validation`, 0 to below 1."
    )


class Registry(_Frozen):
    """How the dataset appears in the registry; its token comes from the environment alone."""

    endpoint: Address | None = Field(
        default=None,
        description="Address of the registry; `HF_ENDPOINT` where absent.",
        json_schema_extra={"env": True},
    )
    visibility: Literal["public", "private"] = Field(
        default="public",
        description="Who sees that the dataset exists: everyone, or its namespace.",
    )


class Recipe(_Frozen):
    """A dataset: where its documents come from, what is done to them, and under which rights."""

    # What it validates with is made by `recipe_of`, of the kinds that a recipe names: to make the
    # models of all kinds took longer than a build that has nothing to do.
    schema_version: Literal[1] = Field(1, description="Format of this file.")
    name: str = Field(
        pattern=NAME, max_length=96, description="Where it is published: `namespace/name`."
    )
    version: VersionText = Field(
        description="Version being built: `MAJOR.MINOR.PATCH`, never `latest` or `v1`."
    )
    released: DateText = Field(
        description="Date of the release. The build has no other clock, so it can be repeated."
    )
    title: str = Field(min_length=1, max_length=200, description="Name for people, one line.")
    description: str = Field(min_length=1, description="What the dataset holds, a few sentences.")
    notices: tuple[str, ...] = Field(
        (), description="What a reader must be told first; shown on top of the card."
    )
    domain: str = Field(
        pattern=DOMAIN,
        description="Sector, such as `health` or `agriculture`; sources may state their own.",
    )
    tier: Tier = Field(
        description="Who may have the bytes: everyone, those who accept terms, named persons, or "
        "nobody outside the agency's own machines."
    )
    mode: Mode = Field(
        "collection",
        description="`blend` mixes all rows under one licence; `collection` gives each licence its "
        "own config.",
    )
    license: str | None = Field(
        None, description="Licence of a blend; chosen from `allowed_outputs` where absent."
    )
    allowed_outputs: tuple[str, ...] = Field(
        (), description="Licences the blend may come out under; the weakest that is lawful is used."
    )
    contact: Contact = Field(description="Somebody who answers mail, also about take-downs.")
    languages: tuple[LabelText, ...] | None = Field(
        None, description="Labels to keep; stands for `keep` of the stage `identify`."
    )
    splits: Splits = Field(Splits(), description="Shares of documents kept apart from `train`.")
    seed: int = Field(0, ge=0, lt=2**63, description="Seed of everything that draws a sample.")
    datasheet: str | None = Field(
        None,
        description="File with the human answers; the recipe's name with `.datasheet.yaml` where "
        "absent.",
    )
    registry: Registry = Field(Registry(), description="How the dataset appears in the registry.")
    sources: tuple[SourceConfig, ...] = Field(
        min_length=1, description="Where documents come from; where they meet, the earlier wins."
    )
    stages: tuple[StageConfig, ...] = Field(
        min_length=1, description="What is done to them, in this order."
    )


def recipe_of(
    sources: Sequence[type[BaseModel]], stages: Sequence[type[BaseModel]]
) -> type[Recipe]:
    """The model of recipes whose sources and stages are of these kinds, told apart by `kind`."""
    return create_model(
        "Recipe",
        __base__=Recipe,
        __doc__=Recipe.__doc__,
        sources=(_several(sources), Recipe.model_fields["sources"]),
        stages=(_several(stages), Recipe.model_fields["stages"]),
    )


def _several(configs: Sequence[type[BaseModel]]) -> Any:
    """The type of a list of `configs`, told apart by `kind`."""

    def kind(value: Any) -> Any:
        return value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)

    members = tuple(
        Annotated[config, Tag(config.model_fields["kind"].default)] for config in configs
    )
    one: Any = Annotated[Union[members], Discriminator(kind)]  # noqa: UP007 (made from a list)
    return tuple[one, ...]
