"""A build that tokenizes, published on a real registry and read by the unmodified client."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pyarrow.parquet as pq
import pytest
import yaml
from commands import ROOT, run
from small import saved

from corpusforge.release.diff import diff
from corpusforge.release.directory import read_release
from corpusforge.tokens.encoder import load_encoder

pytestmark = [pytest.mark.server, pytest.mark.slow]

LOAD = """
import json, os
from datasets import load_dataset
name = os.environ["NAME"]
ids = load_dataset(name, "tokens-own", revision="v1.0.0", streaming=True, split="train")
packed = load_dataset(name, "tokens-own-packed", revision="v1.0.0", streaming=True, split="train")
whole = load_dataset(name, "tokens-own-zgh_Tfng", revision="v1.0.0", split="train")
text = load_dataset(name, revision="v1.0.0", split="train")
first = next(iter(ids.with_format("numpy")))
batch = next(iter(packed.with_format("numpy").batch(4)))
print(json.dumps({
    "ids": {row["id"]: row["input_ids"] for row in ids},
    "kind": str(first["input_ids"].dtype),
    "shape": batch["input_ids"].shape,
    "bounds": [[int(n) for n in row] for row in batch["cu_seqlens"]],
    "whole": len(whole),
    "text": text.column_names[:2],
}))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Two versions of the sample recipe with a small tokenizer; the second lacks one question."""
    root = tmp_path_factory.mktemp("tokens")
    shutil.copytree(ROOT / "recipes" / "samples", root / "samples")
    (root / "own").mkdir()
    saved(root / "own")
    recipe = yaml.safe_load((ROOT / "recipes" / "health-tokens.yaml").read_text("utf-8"))
    stage = recipe["stages"][-1]
    stage.update(tokenizer="own", name="own", packing={"seq_len": 128})
    path = root / "health-tokens.yaml"
    releases = []
    for version in ("1.0.0", "1.1.0"):
        path.write_text(yaml.safe_dump({**recipe, "version": version}, allow_unicode=True), "utf-8")
        run("corpusforge", "build", path, "--workspace", root / "ws", "--workers", "1")
        releases.append(root / "ws" / "releases" / recipe["name"] / version)
        questions = root / "samples" / "health" / "questions.jsonl"
        lines = questions.read_bytes().splitlines(keepends=True)
        gone = next(line for line in lines if "ⴰ".encode() in line)
        questions.write_bytes(b"".join(line for line in lines if line != gone))
    return root, releases


def load(root, code):
    """Run code with the stock client against the workspace's own registry."""
    from corpusforge.release import embedded

    with embedded.serving(root / "ws" / "registry", root / "log") as endpoint:
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={
                "PATH": os.environ["PATH"],
                "HF_ENDPOINT": endpoint,
                "HF_HOME": str(root / "hf"),
                "NAME": "commons/health-tokens",
            },
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_load_dataset_streams_the_tokens_of_a_published_dataset(built):
    """By name and tag: ids as `tokenizers` gives them, packed rows as [rows, seq_len]."""
    root, (release, _) = built
    loaded = load(root, LOAD)
    assert loaded["kind"].startswith("int")
    assert loaded["shape"] == [4, 128]
    assert all(bounds[0] == 0 and bounds[-1] == 128 for bounds in loaded["bounds"])
    assert loaded["text"] == ["id", "text"]
    texts = {
        row["id"]: row["text"]
        for path in sorted((release / "data").glob("*/train-*.parquet"))
        for row in pq.read_table(path, columns=["id", "text"]).to_pylist()
    }
    encoded = load_encoder(root / "own", "hf").encode(list(texts.values()))
    cut = zip(encoded.offsets, encoded.offsets[1:], strict=False)
    wanted = [encoded.ids[start:end].tolist() for start, end in cut]
    assert loaded["ids"] == dict(zip(texts, wanted, strict=True))
    zgh = next(c for c in read_release(release).companions if c.name == "tokens-own-zgh_Tfng")
    assert loaded["whole"] == next(s.rows for s in zgh.splits if s.name == "train")


def test_the_release_counts_its_rows_once_and_is_sound(built):
    """However many forms of a text are published, it is one row."""
    _, (release, _) = built
    model = read_release(release)
    tokens = next(config for config in model.companions if config.name == "tokens-own")
    assert model.rows == tokens.rows == sum(config.rows for config in model.texts)
    assert tokens.license == model.license == "CC-BY-SA-4.0"
    said = run("corpusforge", "verify", release).stdout
    assert f"{model.rows} rows, all as stated" in said
    report = run("corpusforge", "report", release).stdout
    assert "tokens-own-packed" in report
    datasheet = (release / "DATASHEET.md").read_text("utf-8")
    assert "tokens-own is made of rows of" in datasheet


def test_a_text_that_is_gone_from_the_next_version_is_gone_from_its_tokens(built):
    """Its id is in no token file; `diff` says that the tokens were made anew."""
    _, (before, after) = built
    found = diff(before, after)
    assert found.removed >= 1
    gone = set(found.examples["removed"])
    ids = {
        row["id"]
        for path in (after / "tokens/own/ids").glob("*/*.parquet")
        for row in pq.read_table(path, columns=["id"]).to_pylist()
    }
    packed = {
        name
        for path in (after / "tokens/own/packed").glob("*/*.parquet")
        for row in pq.read_table(path, columns=["doc_ids"]).to_pylist()
        for name in row["doc_ids"]
    }
    assert not gone & (ids | packed)
    assert {each.config for each in found.companions if not each.same} >= {"tokens-own"}


def test_the_sample_recipe_builds_as_it_is(tmp_path):
    """From a clone, with its own small tokenizer and nothing else."""
    run(
        *("corpusforge", "build", "recipes/health-tokens.yaml", "--no-publish"),
        *("--workspace", tmp_path / "ws", "--output", tmp_path / "out", "--workers", "1"),
    )
    names = {config.name for config in read_release(tmp_path / "out").companions}
    assert {"tokens-health", "tokens-health-packed", "tokens-health-zgh_Tfng"} <= names
