"""What kind of document some bytes are: by their beginning, then their name, then what was said."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS = "application/vnd.ms-excel"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ZIP = "application/zip"
HTML = "text/html"
CSV = "text/csv"
TEXT = "text/plain"
BINARY = "application/octet-stream"
#: Office formats of before 2007, RTF, data for programs: recognised so that drops can name them.
OLE = "application/x-ole-storage"
RTF = "application/rtf"
JSON = "application/json"

#: Media types by file name ending.
BY_NAME = {
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": HTML,
    ".shtml": HTML,
    ".php": HTML,
    ".pdf": PDF,
    ".docx": DOCX,
    ".xlsx": XLSX,
    ".xls": XLS,
    ".odt": ODT,
    ".ods": ODS,
    ".zip": ZIP,
    ".csv": CSV,
    ".tsv": CSV,
    ".txt": TEXT,
    ".text": TEXT,
    ".md": TEXT,
}

_ALIASES = {
    "application/xhtml+xml": HTML,
    "application/x-pdf": PDF,
    "application/jsonl": JSON,
    "application/x-ndjson": JSON,
    "application/ld+json": JSON,
    "application/csv": CSV,
    "text/x-csv": CSV,
    "application/x-csv": CSV,
    "text/comma-separated-values": CSV,
    "text/tab-separated-values": CSV,
    "application/x-zip-compressed": ZIP,
    "application/x-zip": ZIP,
    "text/markdown": TEXT,
}

_TAG = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|meta|table|div|p|h[1-6]|article|script)\b",
    re.IGNORECASE,
)
_SAMPLE = 4096
_OFFICE_PARTS = (("word/document.xml", DOCX), ("xl/workbook.xml", XLSX), ("xl/workbook.bin", XLSX))


def sniff(payload: bytes, declared: str | None = None, name: str = "") -> str:
    """The media type of a document, whatever it was declared to be.

    Servers send PDF as octet-stream and HTML as plain text; the bytes decide wherever they are
    clear. Text without marks is what it was declared or named; ``application/octet-stream`` is
    what cannot be read as text.
    """
    start = payload[:_SAMPLE].lstrip(b"\xef\xbb\xbf \t\r\n\0")
    if payload.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(payload)
    if payload.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return XLS if declared == XLS or name.lower().endswith(".xls") else OLE
    before, mark, _ = payload[:1024].partition(b"%PDF-")
    if mark and b"<" not in before:  # the header may come after some rubbish
        return PDF
    narrow = start.replace(b"\0", b"") if payload[:2] in (b"\xff\xfe", b"\xfe\xff") else start
    if not narrow.strip():
        narrow = payload[:_SAMPLE].replace(b"\0", b"")
    said = _ALIASES.get((declared or "").lower(), (declared or "").lower())
    named = BY_NAME.get("." + name.rsplit(".", 1)[-1].lower()) if "." in name else None
    tagged = narrow.startswith(b"<") and _TAG.search(narrow) is not None
    if tagged or (said in ("", HTML, BINARY) and _TAG.search(narrow.replace(b"\0", b""))):
        return HTML
    if _binary(payload[:_SAMPLE]):
        return BINARY
    if narrow.startswith(b"{\\rtf"):
        return RTF
    if said in (CSV, HTML) or (said == JSON and narrow.startswith((b"{", b"["))):
        return said
    return named if named in (CSV, HTML) else TEXT


def _zip_kind(payload: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(payload)) as bundle:
            names = set(bundle.namelist())
            for part, kind in _OFFICE_PARTS:
                if part in names:
                    return kind
            if "mimetype" in names and bundle.getinfo("mimetype").file_size < 200:
                return bundle.read("mimetype").decode("ascii", "replace").strip()
    except Exception:  # noqa: BLE001 - any broken bundle is still a bundle; its reader says so
        return _broken_zip_kind(payload)
    return ZIP


def _broken_zip_kind(payload: bytes) -> str:
    """A truncated office file has lost its directory, but its first parts tell what it was."""
    head = payload[:_SAMPLE]
    if b"word/" in payload[:100_000]:
        return DOCX
    if b"xl/" in payload[:100_000]:
        return XLSX
    for kind in (ODT, ODS):
        if kind.encode() in head:
            return kind
    return ZIP


def _binary(sample: bytes) -> bool:
    """More control bytes than any text has; UTF-16 text, half of it NULs, is not binary."""
    if not sample:
        return False
    if sample[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return False
    control = sum(sample.count(byte) for byte in _CONTROL)
    nulls = sample.count(0)
    if nulls:
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        # Markup or Latin text in UTF-16: NULs in nearly every second byte; Arabic text: at spaces.
        return not (min(even, odd) * 20 <= max(even, odd) and control * 50 <= len(sample))
    return control * 20 > len(sample)


_CONTROL = tuple(bytes([code]) for code in (*range(1, 9), 11, *range(14, 27), *range(28, 32), 127))
