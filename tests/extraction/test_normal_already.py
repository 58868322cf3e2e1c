"""Text in normal form is told in one pass, and never wrongly."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusforge.extraction.normalise import normal_already, normalise

ODD = (
    " \t\n\r\u00a0\u0640abمهé\u0301\u200c\u200d\u200b\ufb01\ufe8d\ufefb"
    "Σⴰⵣʷ\u064e\u0651\u2028\x00\x1c\x85\u3000😀"
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(alphabet=ODD, max_size=8) | st.text(max_size=8), max_size=6))
def test_what_is_called_normal_is_left_as_it_is(texts):
    """In both ways of treating kashida."""
    array = pa.array([text.encode("utf-8", "ignore").decode() for text in texts], pa.string())
    for text, normal in zip(array.to_pylist(), normal_already(array), strict=True):
        if normal:
            assert normalise(text) == text
            assert normalise(text, tatweel="keep") == text


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Une phrase.\n\nUne autre.", True),
        ("جملة بالدارجة مزيانة", True),
        ("ⴰⵎⴰⵏ ⵉⵙⵎⵎⵉⴷⵏ", True),
        ("", True),
        ("deux  espaces", False),
        (" devant", False),
        ("derrière\n", False),
        ("مـــاء", False),
        ("e\u0301te\u0301", False),
        ("insécable\u00a0!", False),
        ("ligne \nsuivante", False),
        ("a\n\n\nb", False),
        (None, False),
    ],
)
def test_texts_of_the_commons(text, normal):
    """Three scripts, and each kind of thing that is not normal."""
    assert normal_already(pa.array([text], pa.string())) == [normal]
