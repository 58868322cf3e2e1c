"""A stage that asks for a GPU, on a real Slurm with a make-believe device: where tasks are placed.

Nothing here runs on a GPU. It proves that such a stage's tasks ask Slurm for a device, that those
of other stages do not, and that a task given a device which is none says so at its start.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest
import work
from builders import make_context, make_records

from corpusforge.build.remote import Resources, SlurmExecutor
from corpusforge.build.run import run_stages
from corpusforge.build.tasks import Step
from corpusforge.build.workspace import Workspace
from corpusforge.stages.stage import Stage

pytestmark = [pytest.mark.server, pytest.mark.slow]


class Planned:
    """What `run_stages` needs of a plan."""

    def __init__(self, *steps):
        from corpusforge.build.plan import Plan

        self.steps = steps
        self.context = make_context()
        self.segments = lambda: Plan.segments(self)


@pytest.fixture
def executor(slurm, tmp_path):  # noqa: ARG001 - the cluster must be up
    """An executor whose GPU tasks go to the partition for them."""
    paths = [str(Path(work.__file__).parent), str(Path(make_records.__code__.co_filename).parent)]
    setup = f'export PYTHONPATH="{":".join(paths)}" SLURM_CONF={os.environ["SLURM_CONF"]}'
    resources = Resources(memory_gb=1, time="00:05:00", setup=setup, gpu_partition="gpu")
    with SlurmExecutor(tmp_path / "jobs", 2, resources) as made:
        yield made


def jobs():
    """Partition and devices asked for of each task the cluster still knows, oldest first."""
    shown = subprocess.run(
        ["scontrol", "show", "jobs", "--oneliner"], capture_output=True, text=True, check=True
    ).stdout
    found = {}
    for line in shown.splitlines():
        if "JobId=" not in line:  # "No jobs in the system"
            continue
        number = int(re.search(r"JobId=(\d+)", line)[1])
        gres = re.search(r"TresPerNode=(\S+)", line)
        found[number] = (re.search(r"Partition=(\S+)", line)[1], gres[1] if gres else None)
    return [found[number] for number in sorted(found)]


def test_only_the_tasks_of_the_stage_that_asks_for_a_gpu_hold_one(executor, tmp_path):
    """Two chains, two jobs: the first without a device, the second with one, and it is seen."""
    workspace = Workspace(tmp_path / "workspace")
    parts = tuple(workspace.parts.write(make_records(4, source=name)) for name in "ab")
    plan = Planned(
        Step(Stage(work.Plain, work.note), work.Plain(), "plain"),
        Step(Stage(work.Wanting, work.note), work.Wanting(), "wanting"),
    )
    before = len(jobs())
    outcomes = list(run_stages(plan, workspace, executor, parts, lambda *_, **__: None))
    assert [outcome.kind for outcome, _ in outcomes] == ["plain", "wanting"]
    seen = [
        workspace.parts.read(part).column("title").to_pylist()[0]
        for outcome, _ in outcomes
        for part in outcome.parts
    ]
    assert seen == ["none", "none", "0", "0"]
    placed = jobs()[before:]
    assert [partition for partition, _ in placed] == ["cpu", "cpu", "gpu", "gpu"]
    assert [asked for _, asked in placed[:2]] == [None, None]
    assert all("gpu" in asked for _, asked in placed[2:])


@pytest.mark.torch
def test_a_task_on_a_device_that_is_none_refuses_at_its_start(executor, tmp_path):
    """Slurm gave a device and torch sees none there: TOK030 reaches the build."""
    from corpusforge.errors import TokenError
    from corpusforge.stages.score import Score, score
    from corpusforge.stages.stage import Stage

    config = Score(
        gpus=1, scorers=[{"name": "p", "kind": "perplexity", "model": tmp_path / "nowhere"}]
    )
    workspace = Workspace(tmp_path / "workspace")
    parts = (workspace.parts.write(make_records(4)),)
    plan = Planned(Step(Stage(Score, score), config, "score"))
    with pytest.raises(TokenError, match=r"TOK030.*CUDA_VISIBLE_DEVICES is \"0\" \(1 device"):
        list(run_stages(plan, workspace, executor, parts, lambda *_, **__: None))
