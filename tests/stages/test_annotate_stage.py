"""The stage `annotate` by itself: what it refuses, and what is drawn of each task type."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from builders import TEXTS, make_context, make_records
from pydantic import ValidationError

from corpusforge.annotation.frozen import read_frozen
from corpusforge.build.barrier import run_barrier
from corpusforge.build.fingerprint import stage_key
from corpusforge.build.local import LocalExecutor
from corpusforge.build.tasks import Step
from corpusforge.build.workspace import Workspace
from corpusforge.errors import AnnotationError
from corpusforge.stages.annotate import Annotate, annotate
from corpusforge.stages.stage import Stage


def draw(root, tables, **config):
    """The tasks a stage draws from these parts, as rows."""
    workspace = Workspace(root)
    settings = Annotate(**{"task": "language", "unit": "record", "tasks": 20, **config})
    context = make_context(root / "private")
    step = Step(Stage(Annotate, annotate), settings, stage_key(settings, context))
    parts = tuple(workspace.parts.write(table) for table in tables)
    manifest = run_barrier(workspace, LocalExecutor(1), step, parts, context, lambda _: None)
    with pa.memory_map(str(workspace.artifact(manifest.fingerprint) / "side/tasks.arrow")) as file:
        return pa.ipc.open_file(file).read_all().to_pylist()


def scrubbed(count=60, **columns):
    return make_records(count, scrubber="corpusforge-privacy/1", language_margin=0.5, **columns)


def test_the_cut_into_parts_changes_nothing(tmp_path):
    """One part, three parts, another order: the same tasks with the same probabilities."""
    table = scrubbed()
    whole = draw(tmp_path / "1", [table])
    cut = [table.slice(40), table.slice(0, 10), table.slice(10, 30)]
    assert draw(tmp_path / "2", cut) == whole
    assert {row["language"] for row in whole} == set(TEXTS)
    assert all(0 < row["probability"] <= 1 for row in whole)


def test_text_that_was_never_scrubbed_is_refused(tmp_path):
    """ANN101, whatever the recipe looked like."""
    with pytest.raises(AnnotationError, match="ANN101"):
        draw(tmp_path, [make_records(5)])


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("not json", ":1"),
        ('{"text": "واش كاين"}', "value"),
        ('{"text": "واش كاين", "value": "darija"}', "label"),
        ('{"text": "واش كاين", "value": 3}', "label"),
        ("", "empty"),
    ],
)
def test_a_honeypot_that_is_no_task_is_refused_with_its_line(tmp_path, line, why):
    """ANN102, before anything is drawn."""
    (tmp_path / "pots.jsonl").write_text(line + "\n", "utf-8")
    with pytest.raises(AnnotationError, match="ANN102") as found:
        draw(tmp_path, [scrubbed()], honeypots=tmp_path / "pots.jsonl")
    assert why in str(found.value)


def test_answers_that_are_gone_are_refused(tmp_path):
    """ANN104: the build takes them anew."""
    with pytest.raises(AnnotationError, match="ANN104"):
        read_frozen(tmp_path, "0" * 64)


@pytest.mark.parametrize(
    "task", ["switching", "personal_data", "quality", "domain", "transcription"]
)
@pytest.mark.parametrize("unit", ["segment", "record"])
def test_every_task_type_is_drawn(tmp_path, task, unit):
    """With a guess of the model where it has one, and none else."""
    rows = draw(tmp_path, [scrubbed()], task=task, unit=unit, blind=0)
    assert len([row for row in rows if row["role"] == "plain"]) == 20
    shown = {row["prediction"] is not None for row in rows}
    assert shown == {task in {"switching", "transcription"}}
    for row in rows:
        if task == "transcription":
            assert json.loads(row["prediction"]) == row["text"]


def test_an_empty_corpus_draws_nothing(tmp_path):
    """No part, and a part without rows."""
    assert draw(tmp_path / "a", []) == []
    assert draw(tmp_path / "b", [scrubbed().slice(0, 0)]) == []


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ({"task": "quality", "uncertain": 0.5}, "doubtful"),
        ({"task": "language", "answers": 1}, "gate needs"),
        ({"task": "poetry"}, "Input should be"),
        ({"task": "language", "tasks": 0}, "greater than"),
    ],
)
def test_settings_that_cannot_work_are_refused(config, why):
    """Before anything is built."""
    with pytest.raises(ValidationError, match=why):
        Annotate(**config)


def test_a_file_of_honeypots_counts_by_its_content(tmp_path):
    """Another content is another fingerprint; another place is not."""
    keys = []
    for folder, value in (("a", "ary_Arab"), ("b", "ary_Arab"), ("c", "arb_Arab")):
        path = Path(tmp_path / folder)
        path.mkdir()
        (path / "pots.jsonl").write_text(json.dumps({"text": "واش", "value": value}), "utf-8")
        config = Annotate(task="language", honeypots=path / "pots.jsonl")
        keys.append(stage_key(config, make_context()))
    assert keys[0] == keys[1] != keys[2]
