"""Arabic out of PDF files put into reading order."""

from __future__ import annotations

import pytest
from designs import ARABIC, DARIJA, FRENCH

from corpusforge.extraction.order import reordered, unreversed

READ = "تفتح المراكز الصحية من الساعة 8 صباحا إلى 18 مساء كل يوم."
#: The same line as pypdf gives it where the file stores it as it is read, and as it is painted.
STORED = "ةعاسلا نم ةيحصلا زكارملا حتفت8 ىلإ احابص18 .موي لك ءاسم"
PAINTED = "مساء كل يوم.18 صباحا إلى8 تفتح المراكز الصحية من الساعة"


def test_reversed_runs_are_turned_and_figures_stay():
    """Letters, words and stops of each run come back; numbers were right already."""
    assert unreversed(STORED) == READ


def test_lines_in_the_order_of_the_page_are_turned():
    """Runs and figures change places where the stops show it."""
    assert reordered("\n".join([PAINTED] * 3)) == "\n".join([READ] * 3)


@pytest.mark.parametrize(
    "text", ["\n".join(ARABIC), "\n".join(DARIJA), "\n".join(FRENCH), READ, ""]
)
def test_text_in_order_stays(text):
    """Nothing is turned without evidence."""
    assert reordered(text) == text


def test_words_in_the_order_of_the_page_are_turned():
    """As browsers print Arabic: each word right, the stop first; Latin words keep their order."""
    lines = [
        "افتتح المركز الصحي أبوابه أمام سكان المدينة.",
        "ويستقبل 120 مريضا كل يوم من الاثنين إلى الجمعة.",
        "وتموله منظمة Action contre la faim منذ سنتين.",
        "كيعطيو الدوا فابور، وخاص غير لاكارط.",
    ]
    painted = [
        ".المدينة سكان أمام أبوابه الصحي المركز افتتح",
        ".الجمعة إلى الاثنين من يوم كل مريضا 120 ويستقبل",
        ".سنتين منذ Action contre la faim منظمة وتموله",
        ".لاكارط غير وخاص فابور، الدوا كيعطيو",
    ]
    assert reordered("\n".join(painted)).split("\n") == lines
    assert reordered("\n".join(lines)).split("\n") == lines


def test_one_odd_line_decides_nothing():
    """A list that numbers its lines after a stop is no proof."""
    text = "\n".join([PAINTED, *ARABIC * 3])
    assert reordered(text) == text


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("فإن ]بوتين[ يفترض", "فإن [بوتين] يفترض"),
        ("قال )الطبيب( ذلك", "قال (الطبيب) ذلك"),
        ("أ) البند (الأول)", "أ) البند (الأول)"),
        ("see )note( here", "see )note( here"),
    ],
)
def test_brackets_that_face_away_are_turned(line, right):
    """Only where a line's first bracket closes and its last opens, in Arabic."""
    assert reordered(line) == right
