"""Gold of a release as training lines; rows of benchmarks stay out."""

import json

import pyarrow.parquet as pq
import pytest
from test_language_train import pool, train

from corpusforge.annotation.gold import gold_id, gold_table
from corpusforge.errors import LanguageError
from corpusforge.language.gold import gold_lines

__all__ = ["pool"]  # a fixture

TEXTS = {"واش كاين شي دوا هنا": "ary_Arab", "wach kayn chi dwa hna": "ary_Latn",
         "ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ": "zgh_Tfng"}  # fmt: skip


@pytest.fixture
def release(tmp_path):
    """The gold files of a release: two splits, of which `test` is never trained on."""
    folder = tmp_path / "1.1.0" / "data" / "gold-language"
    folder.mkdir(parents=True)
    for split, start in (("gold", 0), ("test", 100)):
        rows = [
            {
                "id": gold_id(f"r{start + n}", 0, len(text)),
                "record": f"r{start + n}",
                "start": 0,
                "end": len(text),
                "text": text,
                "language": label,
                "predicted": "arb_Arab",
                "votes": 3,
                "method": "unanimous",
                "confidence": 1.0,
                "probability": 0.5,
                "wave": "language-1",
                "answers": ["x", "y", "z"],
                "annotators": ["a", "b", "c"],
                "license": "CC0-1.0",
                "attribution": None,
            }
            for n, (text, label) in enumerate(TEXTS.items())
        ]
        pq.write_table(gold_table("language", rows), folder / f"{split}-00000-of-00001.parquet")
    return tmp_path / "1.1.0"


def test_the_gold_of_a_release_is_read_without_its_test_rows(release):
    """Three lines, not six, each with the label people told."""
    found = gold_lines([release], frozenset())
    assert {line.text: line.label for line in found.lines} == TEXTS
    assert {line.source for line in found.lines} == {"gold:1.1.0"}
    assert [file["file"] for file in found.files] == ["gold-00000-of-00001.parquet"]
    assert found.left_out == 0


@pytest.mark.parametrize("name", ["r1", "r1:0-21"])
def test_rows_of_a_benchmark_are_left_out_and_counted(release, name):
    """By the id of the record, or of the gold row."""
    found = gold_lines([release], frozenset({name, "elsewhere"}))
    assert [line.label for line in found.lines] == ["ary_Arab", "zgh_Tfng"]
    assert found.left_out == 1


def test_a_release_without_gold_is_refused(tmp_path):
    """LNG013, and where gold comes from."""
    with pytest.raises(LanguageError, match=r"LNG013.*annotate"):
        gold_lines([tmp_path], frozenset())


@pytest.mark.slow
def test_the_identifier_is_trained_anew_in_one_command(pool, release, tmp_path):
    """`language train --gold RELEASE`: the card counts the lines, the manifest names the file."""
    done = train(pool, tmp_path / "model", "--gold", release)
    assert done.exit_code == 0, (done.output, done.exception)
    card = json.loads((tmp_path / "model" / "model.json").read_text("utf-8"))
    manifest = json.loads((tmp_path / "model" / "manifest.json").read_text("utf-8"))
    assert card["pool"]["gold_lines"] == 3
    assert manifest["gold"][0]["file"] == "gold-00000-of-00001.parquet"
