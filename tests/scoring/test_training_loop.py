"""The training loop of `docs/training.md`, as it stands there, over a release in a registry."""

import json
import os
import re
import signal
import subprocess
import sys

import pytest
import sentences
import tiny_models
from commands import ROOT, run
from hub import Server

pytestmark = [pytest.mark.torch, pytest.mark.server, pytest.mark.slow]

RECIPE = """\
schema_version: 1
name: commons/lessons
version: 1.0.0
released: 2026-11-22
title: Sentences
description: Sentences made by the tests in Darija, French and Tamazight.
domain: education
tier: open
mode: blend
license: CC0-1.0
contact: {name: corpusforge maintainers, email: takedown@example.org}
sources:
  - id: lines
    kind: files
    path: lines.jsonl
    format: jsonl
    fields: {text: text, key: id}
    license: CC0-1.0
    evidence: {statement: "Made by the tests."}
stages:
  - kind: admit
  - kind: extract
  - kind: identify
  - kind: scrub
  - kind: shard
  - kind: tokenize
    tokenizer: base
    eos: </s>
    outputs: [packed]
    packing: {seq_len: 64}
"""
STEPS = 24


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A folder with a base model and the script, and the address of a registry with the release."""
    pytest.importorskip("peft", reason="peft is not installed")
    root = tmp_path_factory.mktemp("training")
    tiny_models.language_model(root / "base", steps=20)
    with (root / "lines.jsonl").open("w", encoding="utf-8") as file:
        for number, text in enumerate(sentences.texts(300, seed=21)):
            file.write(json.dumps({"id": number, "text": text}, ensure_ascii=False) + "\n")
    (root / "recipe.yaml").write_text(RECIPE, "utf-8")
    page = (ROOT / "docs" / "training.md").read_text("utf-8")
    script = re.search(r"```python\n(.*?)```", page, re.DOTALL)[1]
    (root / "train.py").write_text(script, "utf-8")
    server = Server(root / "registry" / "data")
    server.start()
    try:
        token = server.token("commons", "write")
        run(
            *("corpusforge", "build", root / "recipe.yaml", "--workspace", root / "workspace"),
            HF_ENDPOINT=server.url,
            HF_TOKEN=token,
        )
        yield root, server.url
    finally:
        server.stop()


def train(published, output, *, kill_after=None):
    """Run the script; returns the losses it printed, by step. With `kill_after`, kill it there."""
    root, url = published
    command = [
        *(sys.executable, root / "train.py", "commons/lessons", "tokens-base-packed"),
        *("--model", root / "base", "--output", root / output, "--steps", str(STEPS)),
        *("--rows", "4", "--save-every", "8", "--rate", "0.02"),
    ]
    env = {
        **os.environ,
        "HF_ENDPOINT": url,
        "HF_HOME": str(root / "hf"),
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT),
    }
    losses, lines = {}, []
    with (
        (root / f"{output}.log").open("w") as errors,
        subprocess.Popen(
            command, env=env, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        for line in process.stdout:
            lines.append(line)
            if line.startswith("{"):
                said = json.loads(line)
                losses[said["step"]] = said["loss"]
                if said["step"] == kill_after:
                    process.send_signal(signal.SIGKILL)
    said = (root / f"{output}.log").read_text()[-3000:]
    assert kill_after or process.returncode == 0, said
    return losses, "".join(lines)


def test_the_loop_learns_and_resumes_where_it_was_killed(published):
    """The loss goes down; killed between checkpoints, it repeats them to the last digit."""
    whole, _ = train(published, "whole")
    assert list(whole) == list(range(1, STEPS + 1))
    first, last = (sum(whole[s] for s in steps) / 4 for steps in (range(1, 5), range(21, 25)))
    assert last < 0.9 * first
    root, _ = published
    assert (root / "whole" / "adapter_model.safetensors").exists()

    killed, _ = train(published, "killed", kill_after=13)
    resumed, said = train(published, "killed")
    assert "goes on after step 8" in said
    assert list(resumed) == list(range(9, STEPS + 1))
    assert {step: killed[step] for step in range(1, 9)} | resumed == whole


def test_attention_and_loss_stay_inside_documents(published):
    """In a row of three documents, each token has the logits it has in its document alone."""
    import importlib.util

    import torch
    from transformers import AutoModelForCausalLM

    root, _ = published
    spec = importlib.util.spec_from_file_location("train_of_the_page", root / "train.py")
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    model = AutoModelForCausalLM.from_pretrained(root / "base")
    ids = torch.randint(3, 600, (20,), generator=torch.Generator().manual_seed(1))
    row = {"input_ids": ids, "cu_seqlens": [0, 6, 13, 18]}
    batch = page.batch_of([row])
    assert batch["labels"][0, [0, 6, 13, 18, 19]].tolist() == [-100] * 5
    assert (batch["labels"][0] == -100).sum() == 5
    with torch.no_grad():
        packed = model(**{k: v for k, v in batch.items() if k != "labels"}).logits[0]
        for start, end in ((0, 6), (6, 13), (13, 18)):
            alone = model(input_ids=ids[None, start:end]).logits[0]
            torch.testing.assert_close(packed[start:end], alone, rtol=1e-4, atol=1e-4)
