"""Word and OpenDocument texts, spreadsheets and CSV files as text.

Office files are ZIP archives of XML: sizes are summed before anything is opened, so that a small
file cannot unpack into a large one.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from typing import Any

from corpusforge.extraction.charset import decode
from corpusforge.extraction.page import Document, NotExtractedError
from corpusforge.extraction.tables import find_separator, table_text

#: All parts of an office file together may unpack to this many bytes …
UNPACKED_BYTES = 200_000_000
#: … and to this many times the size of the file.
UNPACKED_RATIO = 300
#: Rows read of one sheet, at most.
SHEET_ROWS = 200_000
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_DC = "{http://purl.org/dc/elements/1.1/}"


def check_archive(payload: bytes, kind: str) -> None:
    """Refuse an office file that is broken, encrypted or a bomb.

    Args:
        payload: the file.
        kind: docx, xlsx, odt … for the reasons.

    Raises:
        NotExtractedError: ``corrupt_<kind>``, ``encrypted_<kind>`` or ``archive_bomb``.

    """
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            parts = archive.infolist()
            encrypted = any(part.flag_bits & 0x1 for part in parts)
            manifest = "META-INF/manifest.xml"
            if not encrypted and manifest in archive.namelist():
                with archive.open(manifest) as stream:
                    encrypted = b"encryption-data" in stream.read(1_000_000)
    except Exception as problem:
        raise NotExtractedError(f"corrupt_{kind}", type(problem).__name__) from problem
    if encrypted:
        raise NotExtractedError(f"encrypted_{kind}")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > UNPACKED_BYTES or unpacked > UNPACKED_RATIO * max(len(payload), 10_000):
        raise NotExtractedError("archive_bomb", f"{unpacked} bytes declared")


def read_docx(payload: bytes) -> Document:
    """The body of a Word file in reading order: paragraphs, lists, tables.

    Raises:
        NotExtractedError: ``corrupt_docx``, ``encrypted_docx``, ``archive_bomb`` or ``empty``.

    """
    import docx
    from docx.table import Table

    check_archive(payload, "docx")
    try:
        file = docx.Document(io.BytesIO(payload))
        lines = []
        for item in file.iter_inner_content():
            if isinstance(item, Table):
                lines.append(table_text(_word_rows(item)))
            else:
                style = (item.style.name or "") if item.style is not None else ""
                mark = "- " if style.startswith("List") and item.text.strip() else ""
                lines.append(mark + item.text)
        about = file.core_properties
        title, author, created = about.title, about.author, about.created
    except Exception as problem:
        raise NotExtractedError("corrupt_docx", type(problem).__name__) from problem
    text = "\n".join(line for line in lines if line.strip())
    if not text:
        raise NotExtractedError("empty")
    # Files made with python-docx keep these two of its template.
    date = created.date().isoformat() if created is not None else None
    date = None if date == "2013-12-23" else date
    author = None if author == "python-docx" else author
    return Document(text, title or None, date, author or None, method="docx")


def _word_rows(table: Any) -> Iterator[list[str]]:
    for row in table.rows:
        cells: list[str] = []
        seen: set[int] = set()
        for cell in row.cells:  # a merged cell is listed once for each column it spans
            if id(cell._tc) not in seen:  # noqa: SLF001 - the only identity a cell has
                seen.add(id(cell._tc))  # noqa: SLF001
                cells.append(cell.text)
        yield cells


def read_sheets(payload: bytes, kind: str) -> Document:
    """Every sheet of a workbook (xlsx, xls, ods), rows as lines, under its name if several.

    Raises:
        NotExtractedError: ``corrupt_<kind>``, ``encrypted_<kind>``, ``archive_bomb``, ``empty``.

    """
    import python_calamine

    if kind != "xls":
        check_archive(payload, kind)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(payload))
        sheets = [(name, _sheet_text(book.get_sheet_by_name(name))) for name in book.sheet_names]
    except python_calamine.PasswordError as problem:
        raise NotExtractedError(f"encrypted_{kind}") from problem
    except Exception as problem:
        raise NotExtractedError(f"corrupt_{kind}", type(problem).__name__) from problem
    sheets = [(name, text) for name, text in sheets if text]
    if not sheets:
        raise NotExtractedError("empty")
    if len(sheets) == 1:
        return Document(sheets[0][1], method=kind)
    return Document("\n\n".join(f"{name}\n{text}" for name, text in sheets), method=kind)


def _sheet_text(sheet: Any) -> str:
    rows = sheet.to_python(skip_empty_area=True, nrows=SHEET_ROWS)
    return table_text([_cell(cell) for cell in row] for row in rows)


def _cell(value: Any) -> str:
    """A cell as people read it: whole numbers without a point, dates as ISO 8601."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if value is None:
        return ""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def read_odt(payload: bytes) -> Document:
    """An OpenDocument text: headings, paragraphs, lists and tables in order.

    Raises:
        NotExtractedError: ``corrupt_odt``, ``encrypted_odt``, ``archive_bomb`` or ``empty``.

    """
    from lxml import etree

    check_archive(payload, "odt")
    # No entities, no network: the file comes from a stranger.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            content = etree.fromstring(archive.read("content.xml"), parser)
            about = (
                etree.fromstring(archive.read("meta.xml"), parser)
                if "meta.xml" in archive.namelist()
                else None
            )
        body = content.find(f"{_OFFICE}body/{_OFFICE}text")
        lines = list(_odt_lines(body)) if body is not None else []
    except Exception as problem:
        raise NotExtractedError("corrupt_odt", type(problem).__name__) from problem
    text = "\n".join(line for line in lines if line.strip())
    if not text:
        raise NotExtractedError("empty")
    title = about.findtext(f".//{_DC}title") if about is not None else None
    author = about.findtext(f".//{_DC}creator") if about is not None else None
    return Document(text, title or None, None, author or None, method="odt")


def _odt_lines(parent: Any, mark: str = "") -> Iterator[str]:
    for element in parent:
        if element.tag in (f"{_TEXT}p", f"{_TEXT}h"):
            text = _odt_inline(element)
            if text.strip():
                yield mark + text
        elif element.tag == f"{_TEXT}list":
            yield from _odt_lines(element, "- ")
        elif element.tag == f"{_TABLE}table":
            yield table_text(_odt_rows(element))
        elif isinstance(element.tag, str) and element.tag not in (
            f"{_TEXT}tracked-changes",
            f"{_TEXT}table-of-content",
            f"{_OFFICE}annotation",
        ):
            yield from _odt_lines(element, mark)


def _odt_rows(table: Any) -> Iterator[list[str]]:
    for row in table.iter(f"{_TABLE}table-row"):
        yield [
            " ".join(_odt_inline(part) for part in cell.iter(f"{_TEXT}p", f"{_TEXT}h"))
            for cell in row.iter(f"{_TABLE}table-cell")
        ]


def _odt_inline(element: Any) -> str:
    """Text of a paragraph; spaces, tabs and line breaks are elements in this format."""
    pieces = [element.text or ""]
    for child in element:
        if child.tag == f"{_TEXT}s":
            pieces.append(" " * min(int(child.get(f"{_TEXT}c") or 1), 100))
        elif child.tag == f"{_TEXT}tab":
            pieces.append(" ")
        elif child.tag == f"{_TEXT}line-break":
            pieces.append("\n")
        elif child.tag not in (f"{_TEXT}note", f"{_OFFICE}annotation"):
            pieces.append(_odt_inline(child))
        pieces.append(child.tail or "")
    return "".join(pieces)


def read_csv(payload: bytes, charset: str | None) -> Document:
    """A CSV file as one text, rows as lines; encoding and separator are found out.

    Raises:
        NotExtractedError: ``empty`` or ``corrupt_csv``.

    """
    text, _ = decode(payload, charset)
    if text[:4].lower() == "sep=":
        separator, text = find_separator(text), text.partition("\n")[2]
    else:
        separator = find_separator(text[:100_000])
    csv.field_size_limit(max(len(text), 131_072))
    try:
        body = table_text(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as problem:
        raise NotExtractedError("corrupt_csv") from problem
    if not body:
        raise NotExtractedError("empty")
    return Document(body, method="csv")
