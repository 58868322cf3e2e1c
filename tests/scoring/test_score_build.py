"""A whole build with models in it: what is published, and on what it does not depend."""

import hashlib
import json

import pyarrow.dataset as ds
import pytest
import sentences
from commands import run

pytestmark = [pytest.mark.torch, pytest.mark.server, pytest.mark.slow]

RECIPE = """\
schema_version: 1
name: commons/scored
version: 1.0.0
released: 2026-11-22
title: Scored sentences
description: Sentences and noise made by the tests in Darija, French and Tamazight.
domain: education
tier: open
mode: blend
license: CC0-1.0
contact: {name: corpusforge maintainers, email: takedown@example.org}
sources:
SOURCES
stages:
  - kind: admit
  - kind: extract
  - kind: identify
  - kind: score
    device: auto
    scorers:
      - {name: good, kind: quality, model: "classifier", label: good}
      - {name: surprise, kind: perplexity, model: "lm"}
      - {name: people, kind: names, model: "tagger"}
      - {name: meaning, kind: embedding, model: "encoder"}
  - kind: filter
    rules: none
    min_words: 1
    scores: {good: {min: 0.5}}
  - kind: similar
    threshold: 0.9999
  - kind: scrub
  - kind: shard
"""
SOURCE = """\
  - id: lines-{0}
    kind: files
    path: lines-{0}.jsonl
    format: jsonl
    fields: {{text: text, key: id}}
    license: CC0-1.0
    evidence: {{statement: "Made by the tests."}}
"""


@pytest.fixture(scope="module")
def recipe(models, tmp_path_factory):
    """Two sources with sentences, noise and names; models beside the recipe."""
    root = tmp_path_factory.mktemp("scored")
    for name in ("classifier", "lm", "tagger", "encoder"):
        (root / name).symlink_to(models(name))
    named = [text for text, _ in sentences.named(10, seed=50, names=sentences.UNSEEN)]
    for source in (0, 1):
        texts = sentences.texts(30, seed=40 + source) + sentences.noise(8, seed=source) + named
        with (root / f"lines-{source}.jsonl").open("w", encoding="utf-8") as file:
            for number, text in enumerate(texts):
                file.write(json.dumps({"id": number, "text": text}, ensure_ascii=False) + "\n")
    path = root / "recipe.yaml"
    sources = "".join(SOURCE.format(number) for number in (0, 1))
    path.write_text(RECIPE.replace("SOURCES\n", sources), "utf-8")
    return path


def build(recipe, root, *more):
    """Build into `root`; returns the release's directory and the manifest's digest."""
    run(
        *("corpusforge", "build", recipe, "--no-publish", *more),
        *("--workspace", root / "workspace", "--output", root / "release"),
        OMP_NUM_THREADS="2" if more else "1",
    )
    release = root / "release"
    return release, hashlib.sha256((release / "manifest.json").read_bytes()).hexdigest()


def test_a_build_with_models_publishes_scores_and_is_the_same_with_more_workers(recipe, tmp_path):
    """Noise is gone, names are masked, scores stand in the rows; two workers, the same bytes."""
    release, digest = build(recipe, tmp_path / "one")
    rows = ds.dataset(release / "data").to_table().to_pylist()
    assert rows
    assert all([s["name"] for s in row["scores"]] == ["good", "surprise"] for row in rows)
    assert all(row["scores"][0]["value"] >= 0.5 for row in rows)
    assert sum("[PERSON]" in row["text"] for row in rows) > 0
    assert not any("embedding" in row or "names" in row for row in rows)
    said = json.loads((release / "release.json").read_text("utf-8"))
    stages = {stage["kind"]: stage for stage in said["stages"]}
    assert stages["filter"]["dropped"]["model_score"] == 16
    assert stages["similar"]["dropped"]["similar"] > 0
    assert list(stages["score"]["devices"]) == ["CPU, float32"]
    assert "devices" not in stages["filter"]
    models = [scorer["model"] for scorer in stages["score"]["config"]["scorers"]]
    assert all(model.startswith("sha256:") for model in models)
    assert said["software"]["torch"]
    _, again = build(recipe, tmp_path / "two", "--workers", "2")
    assert again == digest


def test_check_and_plan_speak_of_the_models(recipe):
    """`check` is content; a model that breaks is found by it, and by nothing later."""
    assert run("corpusforge", "check", recipe).returncode == 0
    assert "score" in run("corpusforge", "plan", recipe).stdout
    weights = recipe.parent / "lm"
    target = weights.resolve()
    weights.unlink()
    weights.mkdir()
    for file in target.iterdir():
        (weights / file.name).write_bytes(file.read_bytes()[: 900 if "safe" in file.name else None])
    refused = run("corpusforge", "check", recipe, check=False)
    assert refused.returncode == 1
    assert "TOK031" in refused.stdout + refused.stderr
    assert "Traceback" not in refused.stdout + refused.stderr
