"""What answers change in rows: labels, segments, texts, missed personal data."""

import pytest
from builders import make_records
from hypothesis import given
from hypothesis import strategies as st
from test_aggregate import question

from corpusforge.annotation.aggregate import Outcome
from corpusforge.annotation.corrections import correct
from corpusforge.annotation.passages import segments, whole

TEXT = "سلام السي كريم 🙂 واش كلشي مزيان؟\nBonjour tout le monde, ça va bien\nⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ ⵎⴰⵏⵉⴽ"


def rows(**columns):
    """Three rows; the second has our text, in two languages."""
    lines = [0, TEXT.index("Bonjour"), TEXT.index("ⴰ"), len(TEXT)]
    labels = ("ary_Arab", "fra_Latn", "zgh_Tfng")
    parts = [
        {"start": a, "end": b, "language": label}
        for a, b, label in zip(lines, lines[1:], labels, strict=False)
    ]
    table = make_records(3).to_pylist()
    table[1] |= {"text": TEXT, "language": "ary_Arab", "segments": parts, **columns}
    import pyarrow as pa

    from corpusforge.record import WORK

    return pa.Table.from_pylist(table, WORK)


def settled(part, value, *, kind="language", start=0, end=None, method="unanimous"):
    """A decided outcome about the second row of a part."""
    row = part.to_pylist()[1]
    end = len(row["text"]) if end is None else end
    asked = question(
        [value] * 3, kind=kind, record=row["id"], start=start, end=end, text=row["text"][start:end]
    )
    return Outcome(asked, value, method, 1.0, asked.replies)


def second(done):
    return done.rows.to_pylist()[1]


def test_a_label_that_people_corrected_is_the_rows_label():
    """Language, script and where the label is from; other rows and their order stay."""
    part = rows()
    done = correct(part, [settled(part, "mey_Arab")], "law-09-08")
    row = second(done)
    assert (row["language"], row["script"]) == ("mey_Arab", "Arab")
    assert row["identifier"] == "people:w1"
    assert row["uncertain"] is False
    assert done.rows.column("id").equals(part.column("id"))
    assert done.rows.slice(0, 1).equals(part.slice(0, 1))
    change = next(c for c in done.changes if c["column"] == "language")
    assert (change["before"], change["after"], change["wave"]) == ("ary_Arab", "mey_Arab", "w1")
    assert change["answers"] == ["t-0", "t-1", "t-2"]
    assert change["annotators"] == ["a", "b", "c"]


def test_a_line_changes_its_segment_and_not_the_row():
    """Less than half of the text says nothing of the whole."""
    part = rows()
    start = TEXT.index("Bonjour")
    line = settled(part, "eng_Latn", start=start, end=TEXT.index("\nⴰ"))
    row = second(correct(part, [line], "law-09-08"))
    assert row["language"] == "ary_Arab"
    found = {TEXT[s["start"] : s["end"]].strip(): s["language"] for s in row["segments"]}
    assert found["Bonjour tout le monde, ça va bien"] == "eng_Latn"
    assert [s["start"] for s in row["segments"][1:]] == [s["end"] for s in row["segments"][:-1]]


@pytest.mark.parametrize("value", ["other", "ary_Arab"])
def test_answers_that_name_no_other_label_change_nothing(value):
    """Other is no label, and the same label is no change of the row."""
    part = rows(segments=None)
    done = correct(part, [settled(part, value)], "law-09-08")
    assert done.rows.equals(part)
    assert done.changes == ()


def test_personal_data_people_found_is_masked_and_counted():
    """The text, its segments and its counts; a wrongly masked placeholder stays."""
    part = rows()
    start = TEXT.index("كريم")
    value = [
        {"start": start, "end": start + 4, "label": "PERSON"},
        {"start": 0, "end": 4, "label": "not_personal"},
    ]
    row = second(correct(part, [settled(part, value, kind="personal_data")], "law-09-08"))
    assert row["text"] == TEXT.replace("كريم", "[PERSON]")
    assert row["pii"] == [{"type": "PERSON", "count": 1}]
    middle = row["segments"][1]
    assert row["text"][middle["start"] : middle["end"]].startswith("Bonjour")


def test_a_corrected_transcription_is_masked_before_it_is_published():
    """Who typed a number into it published nothing."""
    part = rows()
    end = TEXT.index("\n")
    typed = "سلام سي كريم، عيط ليا على 0661234567"
    line = settled(part, typed, kind="transcription", end=end)
    done = correct(part, [line], "law-09-08")
    row = second(done)
    assert "0661234567" not in row["text"]
    assert "[PHONE]" in row["text"]
    assert row["text"].endswith(TEXT[end:])
    assert all(c["before"].startswith("sha256:") for c in done.changes)


def test_text_that_has_changed_since_is_left_alone():
    """The answers are about what stood there."""
    part = rows()
    stale = settled(part, "mey_Arab")
    changed = rows(text=TEXT + " more")
    assert (
        correct(changed, [stale], "law-09-08").rows.slice(1, 1).to_pylist()[0]["language"]
        == "mey_Arab"
    )
    other = rows(text="x" + TEXT)
    assert correct(other, [stale], "law-09-08").rows.equals(other)


@given(st.text(alphabet="اب ⴰaé.؟!\n\r🙂[]1", max_size=400), st.integers(8, 60))
def test_segments_cover_only_what_is_there(text, limit):
    """In order, apart, without blank ends, within the limit unless one word is longer."""
    last = 0
    for start, end in segments(text, limit):
        assert last <= start < end <= len(text)
        piece = text[start:end]
        assert piece == piece.strip()
        assert "\n" not in piece
        assert len(piece) <= limit or " " not in piece
        last = end
    assert list(whole(text)) in ([], [(len(text) - len(text.lstrip()), len(text.rstrip()))])


def test_long_lines_are_cut_behind_a_sentence_else_at_a_space():
    """And short lines are not asked about."""
    text = "هادي جملة طويلة بزاف باش نجربو. وهادي جملة أخرى كتبعها\nOK\nAzul fellak mamnk tgit"
    found = [text[a:b] for a, b in segments(text, 40)]
    assert found == [
        "هادي جملة طويلة بزاف باش نجربو.",
        "وهادي جملة أخرى كتبعها",
        "Azul fellak mamnk tgit",
    ]
