"""What `annotate status`, `adjudicate` and `gold` say, from a real ledger."""

import json
import xml.etree.ElementTree as ET

import pyarrow.parquet as pq
import pytest
from answer_builders import answer, version
from commands import run
from task_builders import TEXTS, make_tasks

from corpusforge.annotation.ledger import Ledger
from corpusforge.annotation.tasks import Prediction, Task

pytestmark = pytest.mark.slow  # each command is a process of its own
LABELS = ("ary_Arab", "arb_Arab", "fra_Latn", "zgh_Tfng")
GOOD = {"amina@example.org": 0.97, "brahim@example.org": 0.95, "chama@example.org": 0.93}
POOR = dict.fromkeys(GOOD, 0.4)


def right(task):
    return json.loads(task["truth"]) if task["truth"] else task["language"]


def waved(workspace, accuracies):
    """A ledger with a wave of 60 tasks and 12 honeypots, answered by three people."""
    with Ledger(workspace / "private", "commons/annotated") as ledger:
        tasks = make_tasks(ledger, "language-1", "language", 60)
        for n in range(12):
            text, language = TEXTS[n % len(TEXTS)]
            key = ledger.key("language-1", "language", f"pot-{n}", 0, 9)
            guess = Prediction(language, 0.9, "lid 1.0")
            tasks.append(Task(key, "language-1", "language", text, f"pot-{n}", 0, 9,
                              role="honeypot", truth=language, prediction=guess))  # fmt: skip
        ledger.add_wave("language-1", "language", {"seed": 7, "answers_per_task": 3}, tasks)
        answer(ledger, "language-1", right, LABELS, accuracies)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    folder = tmp_path_factory.mktemp("good")
    waved(folder, GOOD)
    return folder


@pytest.fixture(scope="module")
def poor(tmp_path_factory):
    folder = tmp_path_factory.mktemp("poor")
    waved(folder, POOR)
    return folder


def annotate(command, workspace, *more, **options):
    return run("corpusforge", "annotate", command, "--workspace", workspace, *more, **options)


def test_the_table_says_how_far_and_how_good(good, tmp_path):
    """Progress, alpha with its interval, each person by pseudonym, the gate; and a plot."""
    done = annotate("status", good, "--plot", tmp_path / "status.svg")
    assert "language-1  drawn" in done.stdout
    assert "216" in done.stdout
    assert "Krippendorff's alpha  0." in done.stdout
    assert "95 % interval" in done.stdout
    assert "gate: passed, gold" in done.stdout
    assert "example.org" not in done.stdout
    picture = ET.parse(tmp_path / "status.svg").getroot()
    words = " ".join(element.text or "" for element in picture.iter())
    assert "216 of 216" in words
    assert words.count("honeypots") == 3


def test_the_json_holds_the_same_figures(good):
    """Every number of the table, and those it has no room for."""
    body = json.loads(annotate("status", good, "--json").stdout)
    (wave,) = body["waves"]
    assert body["dataset"] == "commons/annotated"
    assert (wave["answers"], wave["wanted"], wave["unanswered"]) == (216, 216, 0)
    assert wave["gate"]["passed"] is True
    assert wave["tasks"] == {"blind": 15, "honeypot": 12, "plain": 45}
    assert len(wave["quality"]["pairs"]) == 3
    assert wave["decided"] + wave["waiting"] + wave["unsettled"] == 60


def test_an_unknown_wave_is_refused(good):
    """With the waves there are."""
    done = annotate("status", good, "--wave", "language-9", check=False)
    assert done.returncode == 1
    assert "ANN014" in done.stderr
    assert "language-1" in done.stderr


def test_gold_is_written_with_the_answers_behind_it(good, tmp_path):
    """One row a decided task; readable by `language train`."""
    annotate("gold", good, "-o", tmp_path / "gold.parquet")
    rows = pq.read_table(tmp_path / "gold.parquet").to_pylist()
    assert len(rows) >= 50
    assert all(row["answers"] and row["annotators"] for row in rows)
    from corpusforge.language.pool import read_gold

    assert len(read_gold([tmp_path / "gold.parquet"], frozenset())) == len(rows)


def test_poor_answers_are_refused_with_all_that_is_missing(poor, tmp_path):
    """ANN103 names every shortfall, and nothing is written."""
    done = annotate("gold", poor, "-o", tmp_path / "gold.parquet", check=False)
    assert done.returncode == 1
    assert "ANN103" in done.stderr
    assert "alpha" in done.stderr
    assert not (tmp_path / "gold.parquet").exists()
    assert "no vote" in annotate("status", poor).stdout


def test_a_plot_that_cannot_be_written_is_refused(good, tmp_path):
    """ANN105, and no traceback."""
    done = annotate("status", good, "--plot", tmp_path / "no" / "such.svg", check=False)
    assert done.returncode == 1
    assert "ANN105" in done.stderr


def test_open_questions_go_to_a_senior_once_and_he_wins(tmp_path):
    """A, B and C are the answers, without their authors; the senior's answer decides."""
    with Ledger(tmp_path / "private", "commons/annotated") as ledger:
        ledger.add_wave("language-1", "language", {"seed": 7, "answers_per_task": 2},
                        make_tasks(ledger, "language-1", "language", 8))  # fmt: skip
        for n, row in enumerate(ledger.tasks().to_pylist()):
            other = "arb_Arab" if n < 3 else row["language"]
            ledger.add_answers([version(ledger, row, "amina@example.org", row["language"]),
                                version(ledger, row, "brahim@example.org", other)])  # fmt: skip
    first = json.loads(annotate("adjudicate", tmp_path, "--json").stdout)
    open_ = first["waves"][0]["tasks"]
    assert first["waves"][0]["name"] == "language-1-adjudication"
    assert 0 < open_ <= 3
    assert "nothing to draw" in annotate("adjudicate", tmp_path).stdout
    with Ledger(tmp_path / "private", "commons/annotated") as ledger:
        rows = ledger.tasks("language-1-adjudication").to_pylist()
        assert {row["role"] for row in rows} == {"adjudication"}
        shown = json.loads(rows[0]["alternatives"])
        assert sorted(each["model"] for each in shown) == ["A", "B"]
        assert {each["value"] for each in shown} == {rows[0]["language"], "arb_Arab"}
        ledger.add_answers([version(ledger, row, "dounia@example.org", "mey_Arab") for row in rows])
    body = json.loads(annotate("status", tmp_path, "--json").stdout)
    base = body["waves"][0]
    assert base["by_method"]["adjudicated"] == open_
    assert base["unsettled"] == 0


def test_who_has_no_vote_is_shown_and_not_counted(tmp_path):
    """One careless person: the alpha of all is low, that of the voters passes the gate."""
    waved(tmp_path, {**GOOD, "chama@example.org": 0.3})
    body = json.loads(annotate("status", tmp_path, "--json").stdout)
    gate, quality = body["waves"][0]["gate"], body["waves"][0]["quality"]
    assert len(gate["barred"]) == 1
    assert quality["alpha"]["value"] < 0.67 < gate["alpha_without_barred"]["value"]
    assert gate["passed"]
    assert "of those who vote" in annotate("status", tmp_path).stdout
