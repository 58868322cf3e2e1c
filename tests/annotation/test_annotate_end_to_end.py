"""From a recipe through a real Label Studio and back: the whole way, with three people."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import krippendorff
import numpy as np
import pyarrow.parquet as pq
import pytest
from commands import run
from label_studio import Studio, pushed_rows
from sklearn.metrics import cohen_kappa_score, precision_recall_fscore_support
from test_annotation_flow import RECIPE, TRUE, sentences
from test_flow import WORDS, write
from test_health import served

from corpusforge.annotation.ledger import Ledger
from corpusforge.annotation.tasks import task_type

pytestmark = [pytest.mark.server, pytest.mark.slow]

ACCURACIES = {"amal": 0.97, "brahim": 0.95, "chama": 0.9}
LOAD = """
import json
from datasets import load_dataset
gold = load_dataset("commons/notes", "gold-language", revision="v1.1.0")
print(json.dumps({name: list(split) for name, split in gold.items()}))
"""


def truth(row):
    """What is right: the number at the end of a text says in which language it was written."""
    return TRUE[list(WORDS)[int(row["text"].rpartition(" ")[2]) % 4]]


def command(place, *arguments, **options):
    """One of our commands on the workspace of the story."""
    return run("corpusforge", *arguments, "--workspace", place / "w", **options)


@pytest.fixture(scope="module")
def story(label_studio, tmp_path_factory):
    """Build, push by the build itself, answer, pull and close, build the next version."""
    place = tmp_path_factory.mktemp("story")
    write(
        place / "notes.jsonl",
        [{"key": f"n{n}", "text": text} for n, (text, _) in enumerate(sentences(120, seed=1))],
    )
    write(place / "honeypots.jsonl",
          [{"text": text, "value": label} for text, label in sentences(12, seed=2)])  # fmt: skip
    recipe = place / "notes.yaml"
    recipe.write_text(
        RECIPE.format(version="1.0.0", extra="honeypot_share: 0.2").replace(
            "tasks: 60", "tasks: 40"
        ),
        "utf-8",
    )
    (place / "w" / "private").mkdir(parents=True)
    studio = Studio(place / "w" / "private", *label_studio).start()
    try:
        first = command(place, "build", recipe)
        people = [studio.invite(f"{name}@example.org") for name in ACCURACIES]
        for person, accuracy in zip(people, ACCURACIES.values(), strict=True):
            person.accuracy = accuracy
        with Ledger(place / "w" / "private", "commons/notes", create=False) as ledger:
            rows = pushed_rows(ledger, "language-1")
        given = {}
        for number, row in enumerate(rows):
            for person in people:
                # Keys differ from ledger to ledger; what people say hangs on the text alone.
                kind, lot = task_type("language"), f"{row['role']} {row['text']}"
                value = person.says(kind, lot, truth(row))
                result = kind.result(value, row["text"])
                person.post(row["task_id"], result, lead_time=4 + number)
                given[row["task"], person.email] = value
        pulled = command(place, "annotate", "pull", "--close")
        recipe.write_text(
            RECIPE.format(version="1.1.0", extra="honeypot_share: 0.2").replace(
                "tasks: 60", "tasks: 40"
            ),
            "utf-8",
        )
        second = command(place, "build", recipe, "--json")
    finally:
        studio.stop()
    events = [json.loads(line) for line in second.stdout.splitlines()]
    return SimpleNamespace(place=place, first=first, pulled=pulled, rows=rows, given=given,
                           events=events, done=events[-1])  # fmt: skip


def test_the_build_pushed_the_wave_and_did_not_wait(story):
    """The first build ends with a release, its tasks are in Label Studio."""
    assert story.first.stdout.splitlines()[-1].startswith("release ")
    assert "wave language-1: 50 tasks in http://127.0.0.1" in story.first.stderr
    assert len(story.rows) == 50
    assert "150 answers count" in story.pulled.stdout


def test_status_shows_what_independent_libraries_compute(story):
    """Alpha, kappas, honeypot scores: from what people typed, not from our ledger."""
    body = json.loads(command(story.place, "annotate", "status", "--json").stdout)
    wave = body["waves"][0]
    assert wave["state"] == "closed"
    roles = {row["task"]: row["role"] for row in story.rows}
    emails = [f"{name}@example.org" for name in ACCURACIES]
    labels = sorted(set(story.given.values()))
    voted = sorted(task for task, role in roles.items() if role in {"plain", "blind"})
    cells = [[labels.index(story.given[task, email]) for task in voted] for email in emails]
    expected = krippendorff.alpha(np.array(cells, float), level_of_measurement="nominal")
    assert wave["quality"]["alpha"]["value"] == pytest.approx(expected)
    asked = sorted(task for task, role in roles.items() if role != "repeat")
    with Ledger(story.place / "w" / "private", "commons/notes", create=False) as ledger:
        pseudonyms = {ledger.pseudonym(email): email for email in emails}
    for pair in wave["quality"]["pairs"]:
        sides = [[story.given[task, pseudonyms[pair[who]]] for task in asked]
                 for who in ("first", "second")]  # fmt: skip
        assert pair["kappa"] == pytest.approx(cohen_kappa_score(*sides))
    pots = [row for row in story.rows if row["role"] == "honeypot"]
    right = [truth(row) for row in pots for _ in emails]
    said = [story.given[row["task"], email] for row in pots for email in emails]
    hits = sum(a == b for a, b in zip(right, said, strict=True))
    assert wave["quality"]["honeypots"]["right"] == hits
    precision, recall, f1, _ = precision_recall_fscore_support(
        right, said, labels=labels, zero_division=np.nan
    )
    for label in wave["quality"]["labels"]:
        if label["support"]:
            place = labels.index(label["label"])
            found = [label["precision"], label["recall"], label["f1"]]
            assert found == pytest.approx([precision[place], recall[place], f1[place]])
    assert wave["quality"]["seconds"] == pytest.approx(np.median([4 + n for n in range(50)]))


def test_the_next_version_has_gold_figures_and_no_names(story):
    """The gate is passed; card and datasheet have the estimates; nobody is named anywhere."""
    (said,) = [event for event in story.events if event["event"] == "answers"]
    assert said["passed"], said["lacking"]
    release = Path(story.done["directory"])
    card, sheet = ((release / name).read_text("utf-8") for name in ("README.md", "DATASHEET.md"))
    assert "## What people judged" in card
    assert "gold-language" in card
    assert "On a random sample that people judged" in sheet
    for path in release.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not any(f"{who}@".encode() in content for who in ACCURACIES)


def test_a_model_team_loads_the_gold_by_name(story, tmp_path):
    """`load_dataset(name, "gold-language")` with the unmodified library, from the registry."""
    with served(story.place / "w") as endpoint:
        done = subprocess.run(
            [sys.executable, "-c", LOAD],
            env={**os.environ, "HF_ENDPOINT": endpoint, "HF_HOME": str(tmp_path),
                 "HF_HUB_DISABLE_PROGRESS_BARS": "1"},
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    rows = json.loads(done.stdout.splitlines()[-1])["gold"]
    assert len(rows) >= 33
    right = [row["language"] == truth(row) for row in rows]
    assert sum(right) >= 0.95 * len(right)
    assert {len(row["annotators"]) for row in rows} <= {2, 3}
    traced = command(story.place, "trace", rows[0]["id"], "--json").stdout.splitlines()
    behind = json.loads(traced[-1])["judgements"][0]
    assert behind["answers"] == rows[0]["answers"]
    shown = command(story.place, "trace", rows[0]["id"]).stdout
    assert rows[0]["answers"][0] in shown


def test_the_same_answers_again_run_no_stage(story):
    """Nothing had changed: the third build looks everything up."""
    again = command(story.place, "build", story.place / "notes.yaml", "--json")
    assert json.loads(again.stdout.splitlines()[-1])["stages_run"] == 0


def test_the_gold_file_is_a_plain_parquet_file(story):
    """With a description of every column, for readers without our code."""
    path = f"{story.done['directory']}/data/gold-language/gold-00000-of-00001.parquet"
    schema = pq.read_schema(path)
    assert all(field.metadata[b"description"] for field in schema)
