"""What extraction is asked for, what it makes of a document, and how it says that it could not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a page or file and what it says of itself; not yet normalised."""

    text: str
    title: str | None = None
    date: str | None = None
    author: str | None = None
    section: str | None = None
    #: Which way the text was got: "trafilatura", "forum", "pypdf", "tesseract" …
    method: str = ""


Choice = Literal["keep", "drop"]


@dataclass(frozen=True, slots=True)
class Options:
    """What the recipe chose for every document."""

    comments: Choice = "drop"
    quotes: Choice = "drop"
    signatures: Choice = "drop"
    tables: Choice = "keep"
    ocr: Literal["auto", "never"] = "auto"


class NotExtractedError(Exception):
    """A document has no text that could be got; `reason` is one of the drop reasons.

    empty, no_main_text, js_only, corrupt_pdf, encrypted_pdf, needs_ocr …
    """

    def __init__(self, reason: str, detail: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
