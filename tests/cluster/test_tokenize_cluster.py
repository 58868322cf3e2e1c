"""Tokenize on a real Slurm and on Ray: the bytes of one machine, whatever happens to tasks.

The device of these clusters is make-believe: it proves that tasks ask for one and are placed on it,
and that a task without a real one says so. Nothing here runs on a GPU.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import ROOT
from commands import run as command
from small import LINES, saved

pytestmark = [pytest.mark.server, pytest.mark.slow]
FILES = 6


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """Six files of two megabytes, in the scripts of the field, and a small tokenizer."""
    root = tmp_path_factory.mktemp("inputs")
    (root / "own").mkdir()
    saved(root / "own")
    for number in range(FILES):
        texts = [f"{line} {number} {turn} " * 8 for turn in range(220) for line in LINES]
        pq.write_table(pa.table({"text": texts}), root / f"texts{number}.parquet")
    return root


def asked(inputs, output, *options):
    """The command over all files, with the slow engine: tasks that last."""
    return (
        *("corpusforge", "tokenize", *sorted(inputs.glob("*.parquet"))),
        *("--tokenizer", inputs / "own", "--output", output, "--encoder", "hf"),
        *("--eos", "<|endoftext|>", "--outputs", "packed,ds,megatron", "--seq-len", "128"),
        *options,
    )


def digests(folder):
    """Path to digest of every file of an output."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def local(inputs, tmp_path_factory):
    """What one process on this machine makes of them."""
    output = tmp_path_factory.mktemp("local") / "out"
    command(*asked(inputs, output, "--workers", "1"))
    return digests(output)


def environment(slurm):
    """What every job of these tests asks for."""
    return {
        "CORPUSFORGE_MEMORY_GB": "1",
        "CORPUSFORGE_TIME": "00:10:00",
        "SLURM_CONF": str(slurm),
    }


def running():
    """Ids of the jobs that run."""
    return subprocess.run(
        ["squeue", "-h", "-t", "R", "-o", "%A"], capture_output=True, text=True, check=False
    ).stdout.split()


def disturb(folder, act, done):
    """Wait until a token file is finished while jobs run, and then `act` on one of them."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        jobs = running()
        if jobs and list(folder.glob("receipts/*.json")):
            act(jobs[0])
            done.append(jobs[0])
            return
        time.sleep(0.1)


def preempt(job):
    """Put a job back into the queue, as a scheduler does for one that matters more."""
    subprocess.run(["scontrol", "requeue", job], check=False)
    # Slurm holds a requeued job back for two minutes; a test need not wait.
    time.sleep(3)
    subprocess.run(["scontrol", "update", f"jobid={job}", "StartTime=now"], check=False)


def kill(job):
    """SIGKILL to everything of a job."""
    subprocess.run(["scancel", "--signal=KILL", "--full", job], check=False)


@pytest.mark.parametrize("act", [preempt, kill])
def test_a_disturbed_job_gives_the_bytes_of_one_machine(slurm, inputs, local, tmp_path, act):
    """Preempted or killed after its first file: it goes on at the next, and nothing differs."""
    unfinished = tmp_path / ".out-unfinished"
    done = []
    thread = threading.Thread(target=disturb, args=(unfinished, act, done), daemon=True)
    thread.start()
    options = ("--executor", "slurm", "--workers", "2")
    command(*asked(inputs, tmp_path / "out", *options), **environment(slurm))
    assert done, "no job was disturbed"
    assert digests(tmp_path / "out") == local


def test_a_make_believe_device_is_no_gpu(slurm, inputs, tmp_path):
    """`--gpus 1` reaches Slurm as --gres; the task that is placed there refuses at its start."""
    options = ("--executor", "slurm", "--workers", "1", "--gpus", "1")
    done = command(
        *asked(inputs, tmp_path / "out", *options),
        check=False,
        CORPUSFORGE_GPU_PARTITION="gpu",
        **environment(slurm),
    )
    assert done.returncode == 1
    assert any(code in done.stderr for code in ("TOK001", "TOK030")), done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_command_that_was_killed_goes_on_at_the_next_file(inputs, local, tmp_path):
    """Kill -9 of the command itself: the same command again makes no finished file anew."""
    unfinished = tmp_path / ".out-unfinished"
    arguments = asked(inputs, tmp_path / "out", "--workers", "1")
    process = subprocess.Popen(
        [sys.executable, "-m", *map(str, arguments)], cwd=ROOT, env={**os.environ, "NO_COLOR": "1"}
    )
    while len(list(unfinished.glob("receipts/*.json"))) < 2:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "out").exists()
    receipts = [json.loads(path.read_bytes()) for path in unfinished.glob("receipts/*.json")]
    whole = [receipt["files"][0]["path"] for receipt in receipts]
    times = {path: (unfinished / path).stat().st_mtime_ns for path in whole}
    assert 2 <= len(whole) < FILES
    command(*arguments)
    assert {path: (tmp_path / "out" / path).stat().st_mtime_ns for path in whole} == times
    assert digests(tmp_path / "out") == local


@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="the extra `ray` is missing")
def test_ray_gives_the_bytes_of_one_machine(inputs, local, tmp_path):
    """A local cluster of two workers writes the same files."""
    for attempt in range(2):
        output = tmp_path / f"out{attempt}"
        done = command(
            *asked(inputs, output, "--executor", "ray", "--workers", "2"),
            check=False,
            RAY_USAGE_STATS_ENABLED="0",
        )
        if done.returncode == 0:
            break
    if "ray does not start" in done.stderr:
        pytest.skip("ray did not start twice: " + done.stderr.strip().splitlines()[-1])
    assert done.returncode == 0, done.stderr[-3000:]
    assert digests(output) == local
