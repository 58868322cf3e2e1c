"""The `files` source: pages, documents, bundles and tables of rows that lie in a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from corpusforge.sources.bundle import unbundle
from corpusforge.sources.located import acquire, signature
from corpusforge.sources.parts import Record, Refusal, parts, without_repeated
from corpusforge.sources.patterns import Patterns
from corpusforge.sources.rows import csv_rows, jsonl_rows, parquet_rows
from corpusforge.sources.snapshot import file_digest, keyed
from corpusforge.sources.source import (
    RECORD_BYTES,
    Acquired,
    Piece,
    RawPart,
    ReadContext,
    Source,
    SourceConfig,
)

Format = Literal["auto", "html", "document", "text", "jsonl", "csv", "parquet"]

_ROWS_BY_NAME = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
}
#: A file of at least this many bytes ends a part, and its parts are kept as long as it is the same.
_LARGE = 1_000_000
_MEDIA = {"html": "text/html", "text": "text/plain"}


class Fields(BaseModel):
    """Which column (or JSON member, ``a.b`` for one inside another) holds what."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    text: str | list[str] = Field(
        default="text", description="The text; several columns are joined by blank lines."
    )
    title: str | None = None
    key: str | None = Field(
        default=None, description="Unique and lasting; line numbers where absent."
    )
    date: str | None = None
    section: str | None = Field(
        default=None, description="Part of a site or paper the text stood in."
    )
    url: str | None = None
    license: str | None = Field(
        default=None, description="The row's own licence; the source's if empty."
    )
    attribution: str | None = None
    origin: str | None = Field(
        default=None, description="native, translated or synthetic; the source's where empty."
    )


class FilesConfig(SourceConfig):
    """Files of one format, or of any (`auto`): web pages, PDF, DOCX, XLSX, ODT, ZIP, text, rows."""

    VERSION: ClassVar[str] = "2"
    LIBRARIES: ClassVar[tuple[str, ...]] = ("pyarrow",)
    ACQUISITION: ClassVar[tuple[str, ...]] = ("path", "allow_addresses")

    kind: Literal["files"] = "files"
    path: Patterns
    format: Format = Field(
        "auto",
        description="`jsonl`, `csv` and `parquet` hold a record a row; `html`, `text` and "
        "`document` (PDF, DOCX, XLSX, ODT, ZIP, CSV read as one table …) a record a file.",
    )
    fields: Fields | None = Field(None, description="Only for formats with a record a row.")
    encoding: str | None = Field(
        None, description="Charset of text, HTML and CSV files; found out where absent."
    )
    separator: str | None = Field(
        None, min_length=1, max_length=1, description="Of CSV files; found out where absent."
    )
    allow_addresses: tuple[str, ...] = Field(
        (), description="Networks outside the public one that remote paths may lie in."
    )

    @model_validator(mode="after")
    def _sensible(self) -> FilesConfig:
        if self.fields is not None and self.format in _MEDIA:
            raise ValueError(f"`fields` has no meaning for files of format {self.format}")
        if self.encoding is not None:
            try:
                "".encode(self.encoding)
            except LookupError:
                raise ValueError(f"unknown encoding {self.encoding!r}") from None
        return self


def read(config: FilesConfig, acquired: Acquired, context: ReadContext) -> Iterator[RawPart]:
    """Every record of the snapshot's files."""
    seen: set[str] = set()
    for piece in pieces(config, acquired, context):
        for part in piece.read():
            keys = part.records.column("key").to_pylist()
            yield without_repeated(part, seen, piece.name)
            seen.update(keys)


def pieces(config: FilesConfig, acquired: Acquired, context: ReadContext) -> Iterator[Piece]:
    """The snapshot's files: large ones each by itself, those between them together."""
    together: list[tuple[str, Path]] = []
    for name, path in keyed(acquired):
        if path.stat().st_size < _LARGE:
            together.append((name, path))
            continue
        if together:
            yield _piece(together, config, context)
            together = []
        yield _piece([(name, path)], config, context)
    if together:
        yield _piece(together, config, context)


def _piece(files: list[tuple[str, Path]], config: FilesConfig, context: ReadContext) -> Piece:
    sha = hashlib.sha256()
    for name, path in files:
        sha.update(f"{name}\0{file_digest(path)}\n".encode("utf-8", "surrogatepass"))
    return Piece(
        files[0][0], sha.hexdigest(), lambda: parts(_items(config, files), config, context)
    )


def _items(config: FilesConfig, files: list[tuple[str, Path]]) -> Iterator[Record | Refusal]:
    seen: set[str] = set()
    for name, path in files:
        kind = _format(config, name)
        if path.stat().st_size == 0:
            yield Refusal(name, "empty")
        elif kind in ("jsonl", "csv", "parquet"):
            for item in _rows(kind, config, name, path):
                if item.key in seen:
                    yield Refusal(f"{item.key}#{name}#{len(seen)}", "duplicate_key", item.key)
                else:
                    seen.add(item.key)
                    yield item
        elif path.stat().st_size > RECORD_BYTES:
            yield Refusal(name, "too_large", f"{path.stat().st_size} bytes")
        else:
            yield from unbundle(
                Record(
                    key=name,
                    payload=path.read_bytes(),
                    media_type=_MEDIA.get(kind) or guess(name),
                    charset=config.encoding,
                    acquired=file_digest(path),
                )
            )


def guess(name: str) -> str | None:
    """The media type a file name's ending stands for, if it is a known one."""
    from corpusforge.extraction.media import BY_NAME

    return BY_NAME.get(Path(name).suffix.lower())


def _format(config: FilesConfig, name: str) -> str:
    if config.format != "auto":
        return config.format
    suffixes = [suffix.lower() for suffix in Path(name).suffixes]
    if suffixes and suffixes[-1] in (".gz", ".zst"):
        suffixes.pop()
    kind = _ROWS_BY_NAME.get(suffixes[-1] if suffixes else "", "document")
    # A table without named columns is a document: its text is the whole of it.
    return "document" if kind == "csv" and config.fields is None else kind


def _rows(kind: str, config: FilesConfig, name: str, path: Path) -> Iterator[Record | Refusal]:
    fields = config.fields or Fields()
    digest = file_digest(path)
    if kind == "jsonl":
        return jsonl_rows(name, path, fields, digest, config.encoding)
    if kind == "csv":
        return csv_rows(name, path, fields, digest, config.encoding, config.separator)
    return parquet_rows(name, path, fields, digest)


SOURCE = Source(FilesConfig, acquire, read, signature, pieces=pieces)
