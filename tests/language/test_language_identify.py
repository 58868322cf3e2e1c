"""The shipped identifier: labels, scores, doubt, segments; the same for any batch."""

import json
import multiprocessing
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusforge.errors import LanguageError
from corpusforge.language import FILES, SHIPPED
from corpusforge.language.identify import COLUMNS, identify, labels, probabilities
from corpusforge.language.labels import LABELS
from corpusforge.language.model import load

TEXTS = {
    "ary_Arab": "واش كاين شي واحد عارف فين كاتباع هاد الحاجة؟ راه قلبت بزاف وما لقيتش والو",
    "ary_Latn": "wach kayn chi wahed 3aref fin katba3 had l7aja? rah 9ellebt bzaf w mal9itch walo",
    "arb_Arab": "أعلنت وزارة الصحة عن إطلاق حملة وطنية للتلقيح تستهدف الأطفال دون سن الخامسة",
    "fra_Latn": "Le ministère de la Santé a annoncé le lancement d'une campagne nationale",
    "eng_Latn": "The ministry of health announced the launch of a national campaign",
    "spa_Latn": "El ministerio de salud anunció el lanzamiento de una campaña nacional",
    "zgh_Tfng": "ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ ⴰⵢⵜⵎⴰ ⴷ ⵉⵙⵜⵎⴰ",
    "kab_Latn": "Azul fell-awen a yimdukkal, amek i tellam? Nekk ad ruḥeɣ ɣer uxxam azekka",
}


@pytest.mark.parametrize(("label", "text"), TEXTS.items())
def test_plain_sentences_get_their_label(label, text):
    """One ordinary sentence of each main language."""
    assert labels([text]) == [label]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: f"😂😂 {text} 🇲🇦 #maroc",
        lambda text: f"https://example.org/a?b=c {text} @someone",
        lambda text: text.replace("ا", "اااا"),
        lambda text: text.replace("ك", "كـ"),
        lambda text: "\u200f" + text.replace(" ", " \u200b"),
        lambda text: f"١٢٣ {text} 456",
        lambda text: text.upper(),
    ],
    ids=["emoji", "addresses", "elongation", "tatweel", "marks", "digits", "capitals"],
)
@pytest.mark.parametrize(("label", "text"), TEXTS.items())
def test_noise_does_not_change_a_label(label, text, change):
    """Emoji, addresses, elongation, tatweel, invisible marks, digits and case are not language."""
    assert labels([change(text)]) == [label]


@pytest.mark.parametrize(
    "text", ["", "   ", "😂", "123", "!?", "https://example.org", "\x00", None]
)
def test_nothing_to_decide_on_is_undetermined(text):
    """`und` is the answer where there are no letters, and only there."""
    row = identify([text]).to_pylist()[0]
    assert (row["label"], row["script"], row["segments"], row["mixed"]) == ("und", "Zyyy", [], 0)


def test_a_single_letter_is_answered_with_doubt():
    """Almost nothing to decide on is a low score and a flag, not `und`."""
    row = identify(["ا"]).to_pylist()[0]
    assert row["label"] in LABELS
    assert row["label"] != "und"
    assert row["score"] < 0.9


ANY_TEXT = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("ابتكنمويهةىڭ3739أ\u0640\u064b\u200f\x00 \ud800ﻻⴰⵣⵓⵍéɣaszert\n"),
    ),
    max_size=80,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ANY_TEXT, max_size=12))
def test_a_row_depends_on_its_text_alone(texts):
    """Answers are the same whatever stands beside a text in the batch."""
    together = identify(texts)
    assert together.schema == COLUMNS
    assert together.num_rows == len(texts)
    for index, text in enumerate(texts):
        assert identify([text]).to_pylist() == together.slice(index, 1).to_pylist()


@settings(max_examples=60, deadline=None)
@given(ANY_TEXT)
def test_segments_are_ordered_ranges_of_words(text):
    """Segments never overlap, stay inside the text and begin and end on what is not space."""
    row = identify([text]).to_pylist()[0]
    end = 0
    for segment in row["segments"]:
        assert end <= segment["start"] < segment["end"] <= len(text)
        assert not text[segment["start"]].isspace()
        assert not text[segment["end"] - 1].isspace()
        assert segment["language"] in LABELS
        end = segment["end"]
    assert 0 <= row["mixed"] < 1
    assert 0 <= row["margin"] <= row["score"] <= 1.000001


def test_probabilities_sum_to_one_and_the_label_is_their_greatest():
    """`score` is the probability of the label, `margin` its lead."""
    texts = [*TEXTS.values(), "Привет мир", "salam خويا ⴰⵣⵓⵍ merci", ""]
    model = load()
    chances = probabilities(texts)
    rows = identify(texts).to_pylist()
    assert chances.sum(1) == pytest.approx(1, abs=1e-5)
    for row, chance in zip(rows, chances, strict=True):
        ranked = sorted(chance, reverse=True)
        assert row["label"] == model.labels[chance.argmax()]
        assert row["score"] == pytest.approx(ranked[0])
        assert row["margin"] == pytest.approx(ranked[0] - ranked[1], abs=1e-6)


def test_a_switch_inside_a_sentence_is_two_segments():
    """Darija and French in one sentence are told apart word by word, with offsets."""
    darija, french = "wach bghiti tmchi m3aya daba", "parce que je suis très fatigué"
    text = f"{darija} {french}"
    row = identify([text]).to_pylist()[0]
    found = [(text[s["start"] : s["end"]], s["language"]) for s in row["segments"]]
    assert found == [(darija, "ary_Latn"), (french, "fra_Latn")]
    assert row["mixed"] == pytest.approx(0.5, abs=0.1)


def test_scripts_are_segments_of_their_own():
    """Arabic and Latin letters are never in one segment."""
    text = "الله يعطيك الصحة خويا merci beaucoup mon frère"
    row = identify([text]).to_pylist()[0]
    assert [s["language"][-4:] for s in row["segments"]] == ["Arab", "Latn"]


def test_a_document_is_decided_by_all_of_it():
    """A page of Darija with one French line is Darija, and says that it is mixed."""
    page = "\n".join([TEXTS["ary_Arab"]] * 40 + [TEXTS["fra_Latn"]] * 4)
    row = identify([page]).to_pylist()[0]
    assert row["label"] == "ary_Arab"
    assert 0 < row["mixed"] < 0.2
    assert row["segments"][-1]["language"] == "fra_Latn"


def test_arrow_arrays_come_in_as_they_are():
    """Arrays, chunked arrays, nulls and slices are fine."""
    array = pa.array([TEXTS["fra_Latn"], None, TEXTS["ary_Latn"]], pa.large_string())
    expected = ["fra_Latn", "und", "ary_Latn"]
    assert identify(array).column("label").to_pylist() == expected
    assert identify(pa.chunked_array([array, array.slice(1)])).column("label").to_pylist() == [
        *expected,
        *expected[1:],
    ]
    assert identify(pa.array([], pa.string())).num_rows == 0


def test_threads_give_the_same_answers():
    """The model has no state."""
    texts = list(TEXTS.values()) * 20
    expected = identify(texts)
    with ThreadPoolExecutor(8) as pool:
        assert all(table == expected for table in pool.map(identify, [texts] * 16))


@pytest.mark.skipif(sys.platform != "linux", reason="fork is a Unix word")
def test_a_forked_process_uses_the_loaded_model():
    """Loading before a fork is safe: the arrays are read-only maps."""
    expected = labels(TEXTS.values())
    with multiprocessing.get_context("forkserver").Pool(2) as pool:
        assert pool.map(labels, [list(TEXTS.values())] * 4) == [expected] * 4


def test_the_model_is_small():
    """Eight megabytes in all is the limit for what the package carries."""
    assert sum((SHIPPED / name).stat().st_size for name in FILES) < 8_000_000


def test_loading_is_quick():
    """Under 0.3 s of processor time beyond the imports every command needs."""
    code = (
        "import numpy, pyarrow, time; start = time.process_time();"
        "from corpusforge.language.identify import labels; labels(['salam']);"
        "print(time.process_time() - start)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.3


def test_a_missing_model_is_refused_with_a_way_out(tmp_path):
    """LNG001 names the folder and says how to get a model."""
    with pytest.raises(LanguageError, match="LNG001") as caught:
        load(tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert "train" in caught.value.hint


def test_a_model_of_another_version_is_refused(tmp_path):
    """Tables made for other features would give answers that mean nothing."""
    for name in FILES:
        shutil.copy(SHIPPED / name, tmp_path / name)
    card = json.loads((tmp_path / "model.json").read_text("utf-8"))
    (tmp_path / "model.json").write_text(json.dumps({**card, "features_version": 0}), "utf-8")
    with pytest.raises(LanguageError, match="features of version 0") as refused:
        load(tmp_path)
    assert (refused.value.code, refused.value.where) == ("LNG002", str(tmp_path))
    assert "language train" in refused.value.hint
