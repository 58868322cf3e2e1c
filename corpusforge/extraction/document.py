"""One document of any kind: which reader reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corpusforge.extraction import media
from corpusforge.extraction.page import Document, NotExtractedError, Options

_SHEETS = {media.XLSX: "xlsx", media.XLS: "xls", media.ODS: "ods"}


def extract_document(row: Mapping[str, Any], options: Options) -> Document:
    """The text of a `RAW` row that has a payload.

    Raises:
        NotExtractedError: it has none, or none that could be got.

    """
    payload: bytes = row["payload"] or b""
    if not payload.strip(b" \t\r\n\0"):
        raise NotExtractedError("empty")
    kind = media.sniff(payload, row["media_type"], row["key"] or "")
    if kind == media.HTML:
        from corpusforge.extraction.html import extract_html

        return extract_html(
            payload,
            charset=row["charset"],
            url=row["url"],
            options=options,
        )
    if kind == media.TEXT:
        from corpusforge.extraction.charset import decode

        return Document(decode(payload, row["charset"])[0], method="text")
    return _read_file(kind, payload, row["charset"], options)


def _read_file(kind: str, payload: bytes, charset: str | None, options: Options) -> Document:
    from corpusforge.extraction import office

    if kind == media.PDF:
        from corpusforge.extraction.pdf import read_pdf

        return read_pdf(payload, ocr=options.ocr == "auto")
    if kind == media.DOCX:
        return office.read_docx(payload)
    if kind in _SHEETS:
        return office.read_sheets(payload, _SHEETS[kind])
    if kind == media.ODT:
        return office.read_odt(payload)
    if kind == media.CSV:
        return office.read_csv(payload, charset)
    if kind == media.ZIP:
        return _read_bundle(payload, options)
    # Office files with a password are OLE containers around this stream.
    if kind == media.OLE and "EncryptedPackage".encode("utf-16-le") in payload:
        raise NotExtractedError("encrypted_office")
    raise NotExtractedError("unsupported_type", kind)


def _read_bundle(payload: bytes, options: Options) -> Document:
    """The documents of a ZIP bundle one after the other, where it came as one record.

    Sources open the bundles they read, so that each document is a record; a page that is served
    as a bundle arrives here.
    """
    from corpusforge.sources.bundle import unbundle
    from corpusforge.sources.parts import Record

    texts: list[str] = []
    reasons: list[str] = []
    for item in unbundle(Record(key="", payload=payload, media_type=media.ZIP)):
        if not isinstance(item, Record):
            reasons.append(item.reason)
            continue
        row = {
            "payload": item.payload, "media_type": item.media_type, "charset": None,
            "key": item.key, "url": None,
        }  # fmt: skip
        try:
            texts.append(extract_document(row, options).text)
        except NotExtractedError as refusal:
            reasons.append(refusal.reason)
    if not texts:
        raise NotExtractedError(reasons[0] if reasons else "empty")
    return Document("\n\n".join(texts), method="zip")
