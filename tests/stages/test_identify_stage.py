"""The `identify` stage: columns filled, unwanted records dropped with a reason."""

import pyarrow as pa
import pytest
from pydantic import ValidationError

from corpusforge.language import SHIPPED
from corpusforge.language.model import load
from corpusforge.record import DROPPED, WORK, conform
from corpusforge.stages.identify import Identify, identify

DARIJA = "واش كاين شي واحد عارف فين كاتباع هاد الحاجة؟ راه قلبت بزاف وما لقيتش والو"
FRENCH = "Le ministère de la Santé a annoncé le lancement d'une campagne nationale"


def part(*texts):
    """A `WORK` part with these texts."""
    rows = len(texts)
    return conform(
        pa.table(
            {
                "id": [f"{index:032x}" for index in range(rows)],
                "source": ["s"] * rows,
                "key": [str(index) for index in range(rows)],
                "priority": pa.array([0] * rows, pa.int32()),
                "text": list(texts),
            }
        ),
        WORK,
    )


def run(texts, **keys):
    """The stage on these texts; it reads nothing of the context."""
    return identify(part(*texts), Identify(**keys), None)


def test_language_columns_are_filled():
    """Label, score, margin, doubt, segments, mixed share, script and the model's version."""
    kept, dropped = run([DARIJA, f"{DARIJA} {FRENCH}"])
    assert kept.schema == WORK
    assert dropped.num_rows == 0
    rows = kept.to_pylist()
    assert [row["language"] for row in rows] == ["ary_Arab", "ary_Arab"] or rows[1]["mixed"] > 0.3
    assert rows[0]["script"] == "Arab"
    assert rows[0]["identifier"] == load().version
    assert rows[0]["segments"] == [
        {"start": 0, "end": len(DARIJA), "language": "ary_Arab"},
    ]
    assert 0 < rows[0]["language_margin"] <= rows[0]["language_score"] <= 1
    assert [s["language"] for s in rows[1]["segments"]] == ["ary_Arab", "fra_Latn"]


def test_unwanted_languages_are_dropped_by_name():
    """The reason is one word for all, the detail names the language."""
    kept, dropped = run([DARIJA, FRENCH, "😂"], keep=["ary_Arab"])
    assert kept.column("text").to_pylist() == [DARIJA]
    assert dropped.schema == DROPPED
    assert dropped.column("reason").to_pylist() == ["language_unwanted"] * 2
    assert dropped.column("detail").to_pylist() == ["fra_Latn", "und"]
    assert dropped.column("language").to_pylist() == ["fra_Latn", "und"]


def test_low_scores_are_dropped_when_asked():
    """`min_score` is a floor on the label's probability; details hold figures, never text."""
    kept, dropped = run(["هذا", DARIJA], min_score=0.9)
    assert kept.column("text").to_pylist() == [DARIJA]
    assert dropped.column("reason").to_pylist() == ["language_score"]
    assert dropped.column("detail")[0].as_py().split()[0].endswith("_Arab")


def test_doubtful_records_are_kept_with_a_flag_or_dropped():
    """A person looks at flagged records; a recipe may do without them."""
    kept, _ = run(["خويا"])
    assert kept.column("uncertain").to_pylist() == [True]
    kept, dropped = run(["خويا"], uncertain="drop")
    assert kept.num_rows == 0
    assert dropped.column("reason").to_pylist() == ["language_uncertain"]


def test_an_operating_point_is_a_score_of_the_models_table():
    """`precision: {ary_Arab: 0.95}` drops what the table says is not that pure."""
    points = {p["precision"]: p["score"] for p in load().card["operating_points"]["ary_Arab"]}
    wanted = max(points)
    kept, dropped = run([DARIJA, "خويا"], precision={"ary_Arab": wanted})
    assert all(score >= points[wanted] for score in kept.column("language_score").to_pylist())
    assert set(dropped.column("reason").to_pylist()) <= {"language_score"}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"keep": ["darija"]}, "not a language label"),
        ({"precision": {"darija": 0.9}}, "not a language label"),
        ({"precision": {"tzm_Latn": 0.9}}, "no operating point"),
        ({"precision": {"ary_Arab": 0.9999999}}, "was not reached"),
        ({"precision": {"ary_Arab": 1.5}}, "less than 1"),
        ({"keep": []}, "at least 1"),
        ({"min_score": 2}, "less than or equal to 1"),
    ],
)
def test_a_wrong_config_says_what_is_wrong(keys, message):
    """Labels, precisions and scores are checked when the recipe is read."""
    with pytest.raises(ValidationError, match=message):
        Identify(**keys)


def test_the_model_files_are_part_of_the_fingerprint():
    """A new model is a new fingerprint of the stage."""
    files = Identify().files()
    assert {path.parent for path in files} == {SHIPPED}
    assert all(path.is_file() for path in files)
