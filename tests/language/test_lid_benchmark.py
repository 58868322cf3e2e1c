"""The benchmark recipe: labelled lines in, an evaluation dataset out, nothing trained on in it."""

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from corpusforge.cli.app import application
from corpusforge.language.pool import held_out, own_lines, read_pool

RECIPES = Path(__file__).parents[2] / "recipes"

pytestmark = pytest.mark.slow


@pytest.fixture
def recipe(tmp_path):
    """The shipped recipe in a folder of its own, with its sample."""
    (tmp_path / "samples" / "lid").mkdir(parents=True)
    shutil.copy(RECIPES / "lid-benchmark.yaml", tmp_path)
    shutil.copy(RECIPES / "samples" / "lid" / "lines.jsonl", tmp_path / "samples" / "lid")
    return tmp_path / "lid-benchmark.yaml"


def build(recipe, *, publish=False):
    """Build; the rows of the release, how many were dropped for what, and the last report."""
    release = recipe.parent / "release"
    result = CliRunner().invoke(
        application(),
        [
            "build",
            str(recipe),
            "--workspace",
            str(recipe.parent / "workspace"),
            "--output",
            str(release),
            "--publish" if publish else "--no-publish",
            "--workers",
            "1",
            "--json",
        ],
    )
    assert result.exit_code == 0, (result.output, result.exception)
    done = json.loads(result.stdout.strip().split("\n")[-1])
    rows = [
        row
        for path in sorted(release.rglob("*.parquet"))
        for row in pq.read_table(path).to_pylist()
    ]
    splits = {path.stem.split("-")[0] for path in release.rglob("*.parquet")}
    reasons = {}
    for step in done["funnel"]:
        for reason, count in step["dropped"]:
            reasons[reason] = reasons.get(reason, 0) + count
    return rows, reasons, done | {"splits": splits}


def test_the_sample_becomes_an_evaluation_dataset(recipe):
    """Every line is there under the language its labeller stated, all in the split `test`."""
    wanted = {
        row["text"]: row["language"]
        for row in map(
            json.loads,
            (recipe.parent / "samples" / "lid" / "lines.jsonl").read_text("utf-8").splitlines(),
        )
    }
    rows, reasons, done = build(recipe)
    assert {row["text"]: row["language"] for row in rows} == wanted
    assert {row["license"] for row in rows} == {"CC0-1.0"}
    assert done["splits"] == {"test"}
    assert reasons == {}


@pytest.mark.server
def test_the_sample_is_published_to_the_registry(recipe):
    """With no other registry configured, the workspace's own has it under its name and version."""
    _, _, done = build(recipe, publish=True)
    assert done["published"]
    assert "commons/lid-benchmark" in json.dumps(done["published"])


@pytest.mark.shared
def test_lines_kept_from_training_stay_and_trained_ones_go(recipe, shared):
    """A benchmark of pool lines keeps the held-out ones only, and drops unknown labels."""
    lines = read_pool(shared / "lid")
    out = held_out(lines)
    wanted = ("ary_Arab", "fra_Latn", "kab_Latn")
    unseen = [x for x, held in zip(lines, out, strict=True) if held and x.label in wanted][:60]
    seen = [x for x, held in zip(lines, out, strict=True) if not held and x.label in wanted][:40]
    path = recipe.parent / "samples" / "lid" / "lines.jsonl"
    with path.open("w", encoding="utf-8") as stream:
        for number, line in enumerate([*unseen, *seen, *own_lines()[:5]]):
            row = {"id": str(number), "language": line.label, "text": line.text}
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
        stream.write(json.dumps({"id": "x", "language": "klingon", "text": "nuqneH qaStaH"}) + "\n")
    rows, reasons, _ = build(recipe)
    assert len(rows) == len(unseen)
    assert {row["language"] for row in rows} <= set(wanted)
    assert reasons == {"trained": len(seen) + 5, "label_unknown": 1}
