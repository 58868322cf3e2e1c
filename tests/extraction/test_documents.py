"""Office files, PDF, CSV and bundles: read, or refused with a reason."""

# ruff: noqa: E501 - PDF objects and rows stay on their lines

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from designs import ARABIC, DARIJA, FRENCH

from corpusforge.extraction.document import Options, extract_document
from corpusforge.extraction.page import NotExtractedError
from corpusforge.extraction.pdf import fault, tesseract_data

PARAGRAPHS = [FRENCH[0], ARABIC[0], DARIJA[0], "ⴰⵙⴳⵏⴰⴼ ⵏ ⵉⵎⵥⵥⵢⴰⵏⵏ"]
ROWS = [["Âge", "لقاح"], ["Naissance", "BCG"], ["Deux mois", "خماسي"]]


def read(payload, media_type=None, key="file", charset=None, **options):
    """The document in some bytes, whatever it is said to be."""
    row = {
        "payload": payload, "media_type": media_type, "charset": charset, "key": key, "url": None,
    }  # fmt: skip
    return extract_document(row, Options(**options))


def reason(payload, **given):
    """Why some bytes are refused."""
    with pytest.raises(NotExtractedError) as refusal:
        read(payload, **given)
    return refusal.value.reason


def docx_bytes():
    """A Word file with paragraphs, a list and a table."""
    import docx

    file = docx.Document()
    file.core_properties.title = "نشرة"
    for paragraph in PARAGRAPHS:
        file.add_paragraph(paragraph)
    file.add_paragraph("Le carnet de santé", style="List Bullet")
    table = file.add_table(rows=0, cols=2)
    for row in ROWS:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    file.add_paragraph("الخاتمة")
    sink = io.BytesIO()
    file.save(sink)
    return sink.getvalue()


def xlsx_bytes():
    """A workbook with two sheets, one of them with numbers and a date."""
    import datetime as dt

    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Questions"
    for row in ROWS:
        book.active.append(row)
    other = book.create_sheet("أرقام")
    other.append(["Centre", "Visites", "Le"])
    other.append(["Tiznit", 120, dt.date(2026, 11, 5)])
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def odt_bytes(*, encrypted=False):
    """An OpenDocument text with a heading, a list, a table and explicit spaces."""
    body = (
        f"<text:h>عنوان</text:h><text:p>{FRENCH[0]}</text:p>"
        "<text:p>deux<text:s text:c='3'/>espaces<text:line-break/>ligne</text:p>"
        f"<text:list><text:list-item><text:p>{DARIJA[0]}</text:p></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>BCG</text:p></table:table-cell>"
        "<table:table-cell><text:p>ميلاد</text:p></table:table-cell></table:table-row></table:table>"
    )
    names = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
        for prefix in ("office", "text", "table")
    )
    content = (
        f"<office:document-content{names}><office:body><office:text>{body}</office:text>"
        "</office:body></office:document-content>"
    )
    data = "<manifest:encryption-data/>" if encrypted else ""
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": content,
            "META-INF/manifest.xml": f"<manifest:manifest>{data}</manifest:manifest>",
        }
    )


def zipped(members):
    """A ZIP archive of names and texts."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return sink.getvalue()


def pdf_bytes(text, pages=1):
    """A PDF file with a line of Latin text a page, written by hand."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(pages))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>")
    objects.append(
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    )
    for number in range(pages):
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> "
            f">> /Contents {5 + 2 * number} 0 R >>"
        )
        stream = f"BT /F1 14 Tf 60 700 Td ({text}) Tj ET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    data = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252")
    start = len(data)
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    data += f"xref\n0 {size}\n0000000000 65535 f \n{table}".encode()
    return data + f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode()


def test_word_files_are_read_in_order():
    """Paragraphs, lists and tables come as they stand in the file."""
    found = read(docx_bytes())
    lines = found.text.split("\n")
    assert lines[:4] == PARAGRAPHS
    assert lines[4:] == [
        "- Le carnet de santé", "Âge | لقاح", "Naissance | BCG", "Deux mois | خماسي", "الخاتمة",
    ]  # fmt: skip
    assert (found.title, found.date) == ("نشرة", None)


def test_every_sheet_of_a_workbook_is_read():
    """Sheets stand under their names; whole numbers have no point, dates are ISO 8601."""
    text = read(xlsx_bytes()).text
    assert text == (
        "Questions\nÂge | لقاح\nNaissance | BCG\nDeux mois | خماسي\n\n"
        "أرقام\nCentre | Visites | Le\nTiznit | 120 | 2026-11-05"
    )


def test_opendocument_texts_are_read():
    """Headings, lists, tables and the spaces that are elements there."""
    assert read(odt_bytes()).text == (
        f"عنوان\n{FRENCH[0]}\ndeux   espaces\nligne\n- {DARIJA[0]}\nBCG | ميلاد"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1256", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_csv_files_are_read_with_any_separator_and_encoding(separator, encoding):
    """Neither is believed: not from the type, the name or the header."""
    rows = [
        ["ville", "commentaire"],
        ["طنجة", "الخدمة مزيانة، غير الانتظار طويل"],
        ["سلا", "b, c; d"],
    ]
    lines = [separator.join(f'"{cell}"' for cell in row) for row in rows]
    payload = "\r\n".join(lines).encode(encoding)
    found = read(payload, "text/csv", "f.csv", charset="iso-8859-1")
    assert found.text == "\n".join(" | ".join(row) for row in rows)


def test_pdf_files_are_read_without_running_heads():
    """Text of every page, but not the line that stands on each of them."""
    assert read(pdf_bytes("Le vaccin est gratuit pour tous les nourrissons")).text == (
        "Le vaccin est gratuit pour tous les nourrissons"
    )


@pytest.mark.parametrize("kind", ["docx", "xlsx", "odt"])
@pytest.mark.parametrize("left", [0.3, 0.9])
def test_truncated_office_files_are_drops(kind, left):
    """A file that lost its end is corrupt, and the reason says of which kind it was."""
    payload = {"docx": docx_bytes, "xlsx": xlsx_bytes, "odt": odt_bytes}[kind]()
    assert reason(payload[: int(len(payload) * left)]) in (
        f"corrupt_{kind}", "corrupt_archive", "unsupported_type",
    )  # fmt: skip


def test_encrypted_files_are_drops():
    """Office files with a password (OLE containers) and encrypted OpenDocument texts."""
    assert reason(odt_bytes(encrypted=True)) == "encrypted_odt"
    container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    stream = "EncryptedPackage".encode("utf-16-le")
    assert reason(container + stream) == "encrypted_office"
    assert reason(container) == "unsupported_type"


def test_encrypted_pdf_files_are_drops():
    """A password that is not empty."""
    import pypdf

    writer = pypdf.PdfWriter(io.BytesIO(pdf_bytes("Texte secret du bulletin")))
    writer.encrypt("geheim", algorithm="RC4-128")
    sink = io.BytesIO()
    writer.write(sink)
    assert reason(sink.getvalue()) == "encrypted_pdf"


@pytest.mark.parametrize("payload", [b"%PDF-1.4\nnothing", pdf_bytes("x" * 40)[:150]])
def test_broken_pdf_files_are_drops(payload):
    """Truncated or not a PDF at all."""
    assert reason(payload, ocr="never") in ("corrupt_pdf", "empty", "needs_ocr")


def test_a_pdf_without_text_needs_to_be_read_by_eye():
    """A scanned page is a drop where the recipe does not allow tesseract."""
    assert reason(pdf_bytes("", pages=3), ocr="never") == "needs_ocr"


def test_archive_bombs_are_never_unpacked():
    """A small file that says it is large is refused before anything is read."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 60_000_000)
    assert reason(sink.getvalue()) == "archive_bomb"


def test_a_member_that_lies_about_its_size_is_not_unpacked_whole():
    """The declared size is changed after the fact; reading stops at an error or the limit."""
    payload = bytearray(docx_bytes())
    place = payload.find(b"PK\x01\x02")
    payload[place + 24 : place + 28] = struct.pack("<I", 10)
    outcome = "read"
    try:
        read(bytes(payload))
    except NotExtractedError as refusal:
        outcome = refusal.reason
    assert outcome in ("read", "corrupt_docx")


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "text/html"),
        (zlib.compress(b"x" * 5000) * 20, "text/plain"),
        (b"{\\rtf1\\ansi " + b"\x01\x02\x03" * 100, "application/rtf"),
    ],
)
def test_binary_files_are_no_text_whatever_they_are_said_to_be(payload, said):
    """Bytes that no text has decide over the declared type."""
    assert reason(payload, media_type=said) == "unsupported_type"


@pytest.mark.parametrize("payload", [b"", b"   \n", b"\0\0\0\0"])
def test_nothing_is_empty(payload):
    """An empty file is a drop."""
    assert reason(payload) == "empty"


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"{\\rtf1\\ansi Sant\\'e9}", "application/rtf"),
        (b"{\\rtf1\\ansi Sant\\'e9}", "text/plain"),
        ('{"titre": "الصحة"}'.encode(), "application/json"),
        ('[{"a": "ⵜⴰⴷⵓⵙⵉ"}]'.encode(), "application/x-ndjson"),
    ],
)
def test_formats_that_are_no_texts_of_people_are_named_drops(payload, said):
    """Markup of RTF and data for programs are never published as text."""
    assert reason(payload, media_type=said) == "unsupported_type"


CLEAN = " ".join(ARABIC + DARIJA) * 3


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (CLEAN, None),
        (" ".join(FRENCH), None),
        ("", "missing"),
        ("12 / 34", "missing"),
        (" ".join(word[::-1] for word in CLEAN.split()), "reversed"),
        (CLEAN.replace("الأ", "األ").replace("الإ", "اإل").replace("الا", "اال"), "swapped"),
        (CLEAN.replace("المراكز", "لمراكزةا") + " لمدرسةا ءلماا" * 3, "scrambled"),
        ("\ue001\ue002 \ue003 abc " * 40, "garbled"),
    ],
)
def test_what_is_wrong_with_a_text_layer_is_told(text, verdict):
    """Letters reversed, lam and alef swapped, nothing there, glyphs without meaning."""
    assert fault(text, 1) == verdict


def scanned_pdf(text):
    """A PDF whose only content is a picture of a text."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("L", (1600, 400), 255)
    font = ImageFont.load_default(size=64)
    ImageDraw.Draw(image).text((60, 120), text, font=font, fill=0)
    sink = io.BytesIO()
    image.save(sink, "PDF", resolution=200)
    return sink.getvalue()


@pytest.mark.slow
@pytest.mark.skipif(
    not tesseract_data(), reason="tesseract, its language data or pypdfium2 missing"
)
def test_a_scanned_page_is_read_by_eye():
    """Where tesseract is installed, a picture of a text is a text."""
    found = read(scanned_pdf("Vaccination gratuite le matin"))
    assert found.method == "tesseract"
    assert "Vaccination gratuite" in found.text
