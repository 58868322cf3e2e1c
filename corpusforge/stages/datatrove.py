"""Any datatrove filter as a stage: for rules that exist there and not here.

One object a document, and whatever the filter costs: our own stages work on columns.
"""

from __future__ import annotations

import functools
import importlib
import json
from typing import Any, ClassVar, Literal

import pyarrow as pa
from pydantic import Field, JsonValue

from corpusforge.errors import BuildError
from corpusforge.stages.stage import Context, Split, StageConfig, split


class Datatrove(StageConfig):
    """Keep the records that a datatrove filter keeps."""

    kind: Literal["datatrove"] = "datatrove"
    filter: str = Field(
        pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$",
        description="The filter's module and class: datatrove.pipeline.filters:C4QualityFilter.",
    )
    arguments: dict[str, JsonValue] = Field(
        default_factory=dict, description="What it is made with; JSON values."
    )

    VERSION: ClassVar[str] = "1"
    LIBRARIES: ClassVar[tuple[str, ...]] = ("datatrove",)


def datatrove(part: pa.Table, config: Datatrove, context: Context) -> Split:
    """Drop what the filter drops; the reason is `datatrove_` and its own.

    Raises:
        BuildError: BLD011, there is no such filter or it cannot be made.
    """
    del context
    from datatrove.data import Document

    step = _filter(config.filter, json.dumps(config.arguments, sort_keys=True))
    reasons: list[str | None] = []
    columns = (part.column(name).to_pylist() for name in ("id", "text", "language", "url"))
    for record, text, language, url in zip(*columns, strict=True):
        verdict = step.filter(
            Document(text=text, id=record, metadata={"language": language, "url": url})
        )
        keep, reason = verdict if isinstance(verdict, tuple) else (verdict, "filtered")
        reasons.append(None if keep else f"datatrove_{reason}")
    return split(part, pa.array(reasons, pa.string()))


@functools.cache
def _filter(name: str, arguments: str) -> Any:
    from datatrove.pipeline.filters.base_filter import BaseFilter

    module, _, kind = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), kind)
        if not (isinstance(found, type) and issubclass(found, BaseFilter)):
            raise TypeError(f"{kind} is not a datatrove filter")  # noqa: TRY301 - told below
        return found(**json.loads(arguments))
    except Exception as error:
        raise BuildError(
            "BLD011",
            f"the filter cannot be made: {type(error).__name__}: {error}",
            where=name,
            hint="name module:Class of a datatrove filter, and arguments it takes",
        ) from error
