"""The `labelled` stage: stated languages, and nothing that was trained on."""

import pyarrow as pa
import pytest
from pydantic import ValidationError

from corpusforge.language import SHIPPED
from corpusforge.language.pool import own_lines
from corpusforge.record import WORK, conform
from corpusforge.stages.labelled import Labelled, labelled

NEW = "سولت مول الحانوت واش باقي عندو الحليب وقال ليا سالا من العشية"


def run(texts, titles, **keys):
    """The stage on texts with their labels in the column `title`."""
    rows = len(texts)
    part = conform(
        pa.table(
            {
                "id": [f"{index:032x}" for index in range(rows)],
                "source": ["ary_Latn"] * rows,
                "key": [str(index) for index in range(rows)],
                "priority": pa.array([0] * rows, pa.int32()),
                "text": texts,
                "title": pa.array(titles, pa.string()),
            }
        ),
        WORK,
    )
    return labelled(part, Labelled(**keys), None)


def test_the_stated_label_becomes_the_language():
    """No model has a say, and the column that held the label is emptied."""
    kept, dropped = run([NEW, "Bonjour à tous"], ["arb_Arab", "spa_Latn"])
    assert kept.schema == WORK
    assert dropped.num_rows == 0
    assert kept.column("language").to_pylist() == ["arb_Arab", "spa_Latn"]
    assert kept.column("script").to_pylist() == ["Arab", "Latn"]
    assert kept.column("title").to_pylist() == [None, None]
    assert kept.column("identifier").to_pylist() == ["stated", "stated"]


def test_other_names_of_labels_are_mapped():
    """A benchmark may say darija."""
    kept, _ = run([NEW], ["darija"], labels={"darija": "ary_Arab"})
    assert kept.column("language").to_pylist() == ["ary_Arab"]


def test_the_source_can_be_the_label():
    """One file a language, its source named after the label."""
    kept, _ = run([NEW], ["a title"], column="source")
    assert kept.column("language").to_pylist() == ["ary_Latn"]
    assert kept.column("title").to_pylist() == ["a title"]


@pytest.mark.parametrize(
    ("title", "detail"),
    [("klingon", "klingon"), (None, "no label"), ("und", "und"), ("x" * 99, "x" * 40)],
)
def test_a_label_that_is_none_is_a_drop(title, detail):
    """The reason is `label_unknown`; what was stated is the detail, cut short."""
    kept, dropped = run([NEW], [title])
    assert kept.num_rows == 0
    assert dropped.column("reason").to_pylist() == ["label_unknown"]
    assert dropped.column("detail").to_pylist() == [detail]


def test_lines_the_model_was_trained_on_are_dropped_with_their_copies():
    """Other marks, spacing and punctuation make no new line."""
    old = own_lines()[0].text
    texts = [old, f"  {old} !!", old.replace("ا", "ا\u064e"), NEW]
    kept, dropped = run(texts, ["ary_Arab"] * 4)
    assert kept.column("text").to_pylist() == [NEW]
    assert dropped.column("reason").to_pylist() == ["trained"] * 3
    kept, _ = run(texts, ["ary_Arab"] * 4, trained="keep")
    assert kept.num_rows == 4


def test_the_list_of_trained_lines_is_part_of_the_fingerprint():
    """A model trained on more is another stage; without the list it is not."""
    assert Labelled().files() == (SHIPPED / "trained.npy",)
    assert Labelled(trained="keep").files() == ()
    with pytest.raises(ValidationError):
        Labelled(column="text")


def test_an_empty_part_stays_empty():
    """Parts can be cut anywhere."""
    kept, dropped = run([], [])
    assert (kept.num_rows, dropped.num_rows) == (0, 0)
