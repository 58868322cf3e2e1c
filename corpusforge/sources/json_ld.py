"""JSON-LD as pages really hold it: in comments, with line breaks in strings and commas too many."""

from __future__ import annotations

import json
import re
from typing import Any

_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)?\s*"
    r"(?P<inner>.*?)"
    r"\s*(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>)?\s*;?\s*$",
    re.DOTALL,
)
_COMMA = re.compile(r",(?=\s*[}\]])")


def is_json_ld(media_type: str | None) -> bool:
    """Whether the type of a script element says that it holds JSON-LD, parameters or not."""
    return (media_type or "").partition(";")[0].strip().lower() == "application/ld+json"


def load_json_ld(text: str) -> Any:
    """The data of one script; None where it cannot be read."""
    found = _WRAPPING.match(text)
    inner = found["inner"] if found is not None else text
    for written in (inner, _COMMA.sub("", inner)):
        try:
            return json.loads(written, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def own_name(key: str) -> str:
    """A property without its prefix or vocabulary: ``schema:license`` is ``license``."""
    return re.split(r"[:/#]", key)[-1]
