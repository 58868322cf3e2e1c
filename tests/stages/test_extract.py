"""The `extract` stage over parts of every kind of record."""

from __future__ import annotations

import io
import itertools
import pickle
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest

from corpusforge.extraction import document
from corpusforge.extraction.limit import CpuTimeExceededError, cpu_limit
from corpusforge.record import DROPPED, RAW, WORK, conform, record_id
from corpusforge.stages.extract import Extract, extract
from corpusforge.stages.stage import Context

CONTEXT = Context("commons/x", "1.0.0", "2026-11-22", 0, "open", Path())
TEXT = "شرب الما مزيان للصحة ديالك. ⴰⵎⴰⵏ ⵙⴳⵏⴰⴼ. Buvez de l'eau régulièrement, même sans soif."
PAGE = (
    "<html><head><title>Eau</title><meta name='section' content='Santé'></head>"
    f"<body><article><p>{TEXT * 4}</p></article></body></html>"
)


def raw(*rows):
    """A `RAW` part of rows given by what matters."""
    full = [
        {
            "id": record_id("s", str(number)), "source": "s", "key": str(number), "priority": 2,
            "license": "CC0-1.0", "origin": "native", "domain": "health", "opt_outs": ["x:y"],
            **row,
        }
        for number, row in enumerate(rows)
    ]  # fmt: skip
    return conform(pa.Table.from_pylist(full, schema=RAW), RAW)


def run(*rows, **config):
    """Kept and dropped rows of a part."""
    part = raw(*rows)
    outcome = extract(part, Extract(**config), CONTEXT)
    assert outcome.kept.schema.equals(WORK)
    assert outcome.dropped.schema.equals(DROPPED)
    assert outcome.kept.num_rows + outcome.dropped.num_rows == part.num_rows
    return outcome.kept.to_pylist(), outcome.dropped.to_pylist()


def test_pages_become_texts_and_keep_what_is_known_of_them():
    """Rights, source and priority go on; title and text are filled in."""
    (row,), drops = run(
        {"payload": PAGE.encode(), "media_type": "text/html", "url": "https://a.ma/"}
    )
    assert drops == []
    assert row["text"] == (TEXT * 4)
    assert (row["title"], row["license"], row["priority"]) == ("Eau", "CC0-1.0", 2)
    assert row["section"] == "Santé"
    assert (row["domain"], row["opt_outs"], row["key"]) == ("health", ["x:y"], "0")
    assert row["extractor"] == "main_text/3"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  الوقايـــة\u200f خير \r\n", "الوقاية خير"),
        ("3ndi ch7al\x00", "3ndi ch7al"),
        ("ⴳʷⵎⴰ", "ⴳⵯⵎⴰ"),
        ("l'été\u00a0!", "l'été !"),
    ],
)
def test_rows_with_text_are_only_normalised(written, kept):
    """A text row passes through in normal form, its own title and date with it."""
    (row,), _ = run({"text": written, "title": "عنـــوان", "date": "2026", "section": "ⵜⴰⴷⵓⵙⵉ "})
    assert (row["text"], row["title"], row["date"]) == (kept, "عنوان", "2026")
    assert row["section"] == "ⵜⴰⴷⵓⵙⵉ"
    assert row["extractor"] == "text/3"


def test_what_cannot_be_extracted_is_a_drop_with_a_reason():
    """Every record that goes in comes out on one side or the other."""
    rows = [
        {"payload": b"", "media_type": "text/html"},
        {"text": " \u200f \u0000 "},
        {"payload": b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "media_type": "text/html"},
        {"payload": b"%PDF-1.7 broken", "media_type": "application/pdf"},
        {"payload": b"<html><body><nav><a href=/>x</a></nav></body></html>"},
        {"payload": b"PK\x03\x04 broken", "media_type": "application/zip"},
    ]
    kept, drops = run(*rows, ocr="never")
    assert kept == []
    assert [row["reason"] for row in drops] == [
        "empty", "empty", "unsupported_type", "corrupt_pdf", "no_main_text", "corrupt_archive",
    ]  # fmt: skip
    assert [row["key"] for row in drops] == ["0", "1", "2", "3", "4", "5"]


def test_an_error_in_a_library_is_a_drop_and_not_the_end(monkeypatch):
    """Whatever a reader raises on a record costs that record."""

    def broken(_row, _options):
        raise RecursionError("deep")

    monkeypatch.setattr("corpusforge.stages.extract.extract_document", broken)
    kept, drops = run({"payload": b"<p>a"}, {"text": TEXT})
    assert len(kept) == 1
    assert (drops[0]["reason"], drops[0]["detail"]) == ("extract_failed", "RecursionError")


def test_a_page_that_takes_too_long_is_stopped():
    """The limit counts CPU time and the next record has its own."""
    long = ("<div><a href='/x'>mot</a> " + "texte " * 5 + "</div>") * 60_000
    kept, drops = run({"payload": long.encode()}, {"payload": PAGE.encode()}, cpu_seconds=0.3)
    assert [row["reason"] for row in drops] == ["extract_timeout"]
    assert drops[0]["detail"] == "over 0.3 CPU seconds"
    assert len(kept) == 1


def test_the_limit_is_lifted_afterwards():
    """No timer is left behind, whether it fired or not."""
    with pytest.raises(CpuTimeExceededError), cpu_limit(0.05):
        max(number for number in itertools.count())
    with cpu_limit(5):
        total = sum(range(1000))
    assert total == 499_500


def test_outside_the_main_thread_extraction_works_without_a_limit():
    """Signals belong to the main thread; a test or a notebook may use another."""
    with ThreadPoolExecutor(1) as pool:
        kept, _ = pool.submit(run, {"payload": PAGE.encode()}).result()
    assert len(kept) == 1
    assert threading.active_count() >= 1


def test_a_bundle_that_came_as_one_record_is_read_document_by_document():
    """Its documents stand one after the other; what cannot be read is left out."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as bundle:
        bundle.writestr("a.html", PAGE)
        bundle.writestr("b.csv", "ville;avis\nسلا;مزيان")
        bundle.writestr("c.pdf", b"%PDF-1.4 broken")
    (row,), drops = run({"payload": sink.getvalue(), "media_type": "application/zip"}, ocr="never")
    assert row["text"] == f"{TEXT * 4}\n\nville | avis\nسلا | مزيان"
    assert drops == []


def test_records_do_not_depend_on_their_neighbours():
    """However a part is cut, each record comes out the same."""
    rows = [{"payload": PAGE.encode()}, {"text": TEXT}, {"payload": b""}, {"text": "سلام"}]
    whole, _ = run(*rows)
    one_by_one = [row for row in (run(row)[0] for row in rows) for row in row]
    assert [row["text"] for row in whole] == [row["text"] for row in one_by_one]


def test_a_part_of_texts_alone_is_read_as_beside_a_page():
    """Which way a part goes is not to be seen in a record: normal, odd, empty, in all scripts."""
    texts = [
        TEXT, "مرحـــبا بكم  هنا", "ⴰⵎⴰⵏ \r\n\r\n\r\n\r\n ⵙⴳⵏⴰⴼ", "\u200b\u2060",
        "Un\u00a0verre d'eau ", "ﻣﺮﺣﺒﺎ", "e\u0301te\u0301",
    ]  # fmt: skip
    rows = [
        {"text": text, "title": title, "section": section, "date": date}
        for text, title, section, date in zip(
            texts,
            [None, "  عنوان  طويل", "", "Titre", "\u200b", "T", None],
            [None, None, "Santé ", "ⵜⴰⴷⵓⵙⵉ", "", None, "x"],
            [None, "2026", "", "2026-11", None, None, None],
            strict=True,
        )
    ]
    page = {"payload": PAGE.encode(), "media_type": "text/html"}
    alone, gone = run(*rows)
    beside, also_gone = run(*rows, page)
    assert alone == beside[:-1]
    assert gone == also_gone
    assert [drop["reason"] for drop in gone] == ["empty"]
    assert len(alone) == 6
    kept, _ = run({"text": "مرحـــبا"}, tatweel="keep")
    assert kept[0]["text"] == "مرحـــبا"


def test_empty_parts_pass():
    """No record is no problem."""
    assert run() == ([], [])


def test_the_stage_can_be_sent_to_a_worker():
    """Config and function are picklable."""
    function, config = pickle.loads(pickle.dumps((extract, Extract(comments="keep"))))
    assert function(raw({"text": TEXT}), config, CONTEXT).kept.num_rows == 1
    assert document.Options().comments == "drop"
