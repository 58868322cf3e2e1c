"""The `extract` stage: from bytes to text, for every kind of document the commons receives."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, ClassVar, Literal

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, PositiveFloat

from corpusforge.extraction.document import extract_document
from corpusforge.extraction.limit import CpuTimeExceededError, cpu_limit
from corpusforge.extraction.normalise import Tatweel, normal_already, normalise
from corpusforge.extraction.page import Document, NotExtractedError, Options
from corpusforge.extraction.pdf import tesseract_data
from corpusforge.record import DROPPED, WORK, conform
from corpusforge.stages.stage import Context, Split, StageConfig, dropped_rows
from corpusforge.versions import version_of

#: Pages take milliseconds, books in PDF seconds; what takes this long does not end.
CPU_SECONDS = 20.0


def _installed(*names: str) -> tuple[str, ...]:
    """Those of the extra `ocr` that are there: they shape the text of pages read by eye."""
    return tuple(name for name in names if version_of(name) is not None)


class Extract(StageConfig):
    """Main text out of pages and documents, in normal form."""

    VERSION: ClassVar[str] = "3"
    LIBRARIES: ClassVar[tuple[str, ...]] = (
        "trafilatura",
        "lxml",
        "htmldate",
        "courlan",
        "pypdf",
        "python-docx",
        "python-calamine",
        *_installed("pypdfium2", "pillow"),
    )

    kind: Literal["extract"] = "extract"
    comments: Literal["drop", "keep"] = Field(
        "drop", description="Readers' comments under an article. Forum posts are always kept."
    )
    quotes: Literal["drop", "keep"] = Field(
        "drop", description="What forum posts quote of others: lines that begin with `> `."
    )
    signatures: Literal["drop", "keep"] = Field(
        "drop", description="What posters sign with: after a line `--` at the end of the post."
    )
    tables: Literal["keep", "drop"] = Field("keep", description="Tables within a text.")
    ocr: Literal["auto", "never"] = Field(
        "auto",
        description="Pages of PDF files without a sound text layer: read with tesseract where it "
        "is installed, or dropped (`needs_ocr`).",
    )
    tatweel: Tatweel = Field("strip", description="Kashida between Arabic letters.")
    cpu_seconds: PositiveFloat = Field(
        CPU_SECONDS, description="A document that needs more is dropped (`extract_timeout`)."
    )

    def files(self) -> tuple[Path, ...]:
        """Tesseract's language data, where pages may be read by eye: other data, other text."""
        return tesseract_data() if self.ocr == "auto" else ()


def extract(part: pa.Table, config: Extract, context: Context) -> Split:
    """The `RAW` part as `WORK` rows with text; documents without text are drops with a reason."""
    _ = context
    if part.column("text").null_count == 0:
        return _as_it_came(part, config)
    options = Options(
        comments=config.comments, quotes=config.quotes, signatures=config.signatures,
        tables=config.tables, ocr=config.ocr,
    )  # fmt: skip
    texts: list[dict[str, Any] | None] = []
    reasons: list[str | None] = []
    details: list[str | None] = []
    columns = ("payload", "text", "url", "title", "date", "section", "media_type", "charset", "key")
    normal = iter(normal_already(part.column("text")))
    for batch in part.select(columns).to_batches(max_chunksize=64):
        for row in batch.to_pylist():
            try:
                texts.append(_extracted(row, config, options, normal=next(normal)))
                reasons.append(None)
                details.append(None)
            except NotExtractedError as refusal:
                texts.append(None)
                reasons.append(refusal.reason)
                details.append(refusal.detail)
    _forget()
    return _split(part, texts, reasons, details)


def _as_it_came(part: pa.Table, config: Extract) -> Split:
    """A part whose every record came as text: only what is not in normal form is made anew."""
    column = part.column("text")
    normal = normal_already(column)
    if not all(normal):
        untidy = pa.array([not sound for sound in normal])
        texts = [
            normalise(text, tatweel=config.tatweel) for text in column.filter(untidy).to_pylist()
        ]
        column = pc.replace_with_mask(column, untidy, pa.array(texts, pa.string()))
    lines = [
        pa.array([_line(value, config) for value in part.column(name).to_pylist()], pa.string())
        for name in ("title", "section")
    ]
    rows = part.num_rows
    work = (
        part.drop_columns(["payload", "text", "title", "section"])
        .append_column("text", column)
        .append_column("title", lines[0])
        .append_column("section", lines[1])
        .append_column("author", pa.nulls(rows, pa.string()))
        .append_column("extractor", pa.repeat(f"text/{config.VERSION}", rows))
    )
    filled = pc.not_equal(column, "")
    if pc.all(filled).as_py() is not False:
        return Split(conform(work, WORK), DROPPED.empty_table())
    empty = part.filter(pc.invert(filled))
    nothing = pa.nulls(empty.num_rows, pa.string())
    return Split(conform(work.filter(filled), WORK), dropped_rows(empty, "empty", detail=nothing))


def _forget() -> None:
    """Empty the caches that trafilatura and its helpers fill page by page, so memory stays flat."""
    if "trafilatura" in sys.modules:
        from trafilatura.meta import reset_caches

        reset_caches()


def _extracted(
    row: dict[str, Any], config: Extract, options: Options, *, normal: bool
) -> dict[str, Any]:
    if row["text"] is not None:
        found = Document(row["text"], method="text")
    else:
        try:
            with cpu_limit(config.cpu_seconds):
                found = extract_document(row, options)
        except CpuTimeExceededError:
            detail = f"over {config.cpu_seconds:g} CPU seconds"
            raise NotExtractedError("extract_timeout", detail) from None
        except (NotExtractedError, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as problem:  # libraries raise anything on broken input
            raise NotExtractedError("extract_failed", type(problem).__name__) from problem
    text = found.text if normal else normalise(found.text, tatweel=config.tatweel)
    if not text:
        raise NotExtractedError("empty")
    return {
        "text": text,
        "title": _line(row["title"] or found.title, config),
        # A page's own date of publication says more than the day it was fetched.
        "date": found.date or row["date"],
        "section": _line(row["section"] or found.section, config),
        "author": _line(found.author, config),
        "extractor": f"{found.method}/{config.VERSION}",
    }


def _line(value: str | None, config: Extract) -> str | None:
    """A value beside the text in normal form; None where nothing is left."""
    return normalise(value, tatweel=config.tatweel) or None if value else None


def _split(
    part: pa.Table,
    texts: list[dict[str, Any] | None],
    reasons: list[str | None],
    details: list[str | None],
) -> Split:
    found = [text for text in texts if text is not None]
    rest = part.drop_columns(["payload", "text", "title", "date", "section"])
    mask = pa.array([text is not None for text in texts], pa.bool_())
    kept = rest if len(found) == len(texts) else rest.filter(mask)
    for name in ("text", "title", "date", "section", "author", "extractor"):
        kept = kept.append_column(name, pa.array([text[name] for text in found], pa.string()))
    if len(found) == len(texts):
        return Split(conform(kept, WORK), DROPPED.empty_table())
    gone = part.filter(pa.array([text is None for text in texts], pa.bool_()))
    dropped = dropped_rows(
        gone,
        pa.array([reason for reason in reasons if reason is not None], pa.string()),
        detail=pa.array(
            [d for d, reason in zip(details, reasons, strict=True) if reason], pa.string()
        ),
    )
    return Split(conform(kept, WORK), dropped)
