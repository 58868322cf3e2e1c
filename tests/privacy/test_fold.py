"""One byte a character, with a way back."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from corpusforge.privacy.fold import fold, page
from corpusforge.privacy.lexicon import lexicon
from corpusforge.privacy.skeleton import skeleton
from corpusforge.privacy.words import split_words, word_hash


@settings(deadline=None, max_examples=100)
@given(st.lists(st.text(alphabet=st.characters(), max_size=30), max_size=5))
def test_every_symbol_leads_back_to_its_character(texts):
    """Folding the character at a symbol's origin gives that symbol (or lam-alef's two)."""
    batch = fold(texts)
    for number, text in enumerate(texts):
        start, end = int(batch.starts[number]), int(batch.ends[number])
        texts_of, offsets = batch.origin(range(start, end))
        assert set(texts_of.tolist()) <= {number}
        for place, offset in zip(range(start, end), offsets.tolist(), strict=True):
            symbol = batch.string[place]
            char = text[offset]
            assert symbol in page(char) or "\ufef5" <= char <= "\ufefc"


@settings(deadline=None, max_examples=50)
@given(st.text(alphabet="aـﻻ é\0", min_size=1, max_size=30), st.data())
def test_a_piece_of_a_batch_leads_back_as_the_whole_does(text, data):
    """Cut out of a batch, symbols and their origins stay as they were."""
    batch = fold(["before", text])
    start, end = int(batch.starts[1]), int(batch.ends[1])
    first = data.draw(st.integers(start, end))
    last = data.draw(st.integers(first, end))
    piece = batch.cut([(1, 4), (first, last)])
    assert piece.string == f"\0bef\0{batch.string[first:last]}\0"
    wanted = [part.tolist() for part in batch.origin(range(first, last))]
    got = [part.tolist() for part in piece.origin(range(5, 5 + last - first))]
    assert got == wanted


def test_digits_of_every_script_are_digits():
    """Arabic-Indic, Persian and full width."""
    assert page("٠١٢ ۳۴۵ ６７８") == "012 345 678"


def test_marks_without_width_are_left_out():
    """Bidi marks, joiners, tatweel and tashkeel."""
    assert page("ك\u0640ـر\u064e\u200fيم\u200e\u2066") == page("كريم")


def test_presentation_forms_are_letters():
    """Text out of a PDF: shaped letters, lam-alef as one character."""
    assert fold(["ﻻﻛﺮﻳﻢ"]).string.strip("\0") == page("لاكريم")


def test_a_nul_of_a_text_is_no_boundary():
    """Only the engine's own separators are."""
    assert fold(["a\0b"]).string == "\0a\1b\0"


def test_words_hash_alike_in_every_spelling():
    """Case, accents, tashkeel and hamza do not matter."""
    batch = fold(["ÉTÉ été أحمد احمد مُحَمَّد"])
    hashes = split_words(batch).hash.tolist()
    assert hashes[0] == hashes[1] == word_hash("ete")
    assert hashes[2] == hashes[3]
    assert hashes[4] == word_hash("محمد")


def test_skeletons_join_scripts_and_spellings():
    """One name in French, Arabizi and Tifinagh letters."""
    assert skeleton("marouane") == skeleton("Marwan".lower()) == skeleton(page("ⵎⴰⵔⵡⴰⵏ"))


def test_the_model_tells_names_from_words():
    """Log-odds above 2 for names, below 0 for words."""
    likely = lexicon().of
    for name in ("karima", "benjelloun", "العلوي", "خديجة"):
        assert likely(page(name)).odds > 2
    for word in ("directeur", "maison", "الحكومة", "bezzaf"):
        assert likely(page(word)).odds < 0
