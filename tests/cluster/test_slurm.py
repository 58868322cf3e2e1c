import hashlib
import subprocess
import threading
import time

import pytest
import work
from builders import make_context
from commands import run
from test_dedup import records, text_of

from corpusforge.build.barrier import run_barrier
from corpusforge.build.fingerprint import stage_key
from corpusforge.build.local import LocalExecutor, Quarantined
from corpusforge.build.remote import Resources, SlurmExecutor
from corpusforge.build.tasks import Step
from corpusforge.build.workspace import Workspace
from corpusforge.errors import BuildError
from corpusforge.stages.dedup import Dedup, dedup
from corpusforge.stages.stage import Stage

pytestmark = [pytest.mark.server, pytest.mark.slow]


@pytest.fixture
def executor(slurm, tmp_path):  # noqa: ARG001 - the cluster must be up
    """An executor whose nodes can import the test's functions."""
    import os
    from pathlib import Path

    setup = (
        f'export PYTHONPATH="{Path(work.__file__).parent}" SLURM_CONF={os.environ["SLURM_CONF"]}'
    )
    resources = Resources(memory_gb=1, time="00:05:00", setup=setup)
    with SlurmExecutor(tmp_path / "jobs", 2, resources) as made:
        yield made


def test_results_come_back_in_order_from_several_tasks(executor):
    """Seven items on two workers: seven results, in the order of the items."""
    assert list(executor.map(work.square, range(7))) == [n * n for n in range(7)]


def test_a_killed_task_is_run_again_and_a_deadly_item_set_aside(executor, tmp_path):
    """SIGKILL once costs nothing; an item that kills every task is quarantined, the rest done."""
    assert list(executor.map(work.die_once, [str(tmp_path / "mark")])) == ["done"]
    (result,) = executor.map(work.die_always, [1])
    assert isinstance(result, Quarantined)


def test_an_exception_on_a_node_reaches_the_build(executor):
    """What an item raised there is raised here, with its type and words."""
    with pytest.raises(ValueError, match="two"):
        list(executor.map(work.refuse, range(4)))


def test_a_preempted_job_is_requeued_and_ends(executor):
    """`scontrol requeue` in the middle: the array runs again and nothing is lost or doubled."""

    def preempt():
        for _ in range(100):
            running = subprocess.run(
                ["squeue", "-h", "-t", "R", "-o", "%A"], capture_output=True, text=True, check=False
            ).stdout.split()
            if running:
                time.sleep(2)
                subprocess.run(["scontrol", "requeue", running[0]], check=False)
                # Slurm holds a requeued job back for two minutes; a test need not wait.
                time.sleep(3)
                now = ["scontrol", "update", f"jobid={running[0]}", "StartTime=now"]
                subprocess.run(now, check=False)
                return
            time.sleep(0.2)

    thread = threading.Thread(target=preempt)
    thread.start()
    assert list(executor.map(work.slow, range(8))) == list(range(8))
    thread.join()


def test_a_task_that_asks_for_a_gpu_is_placed_on_one(executor):
    """`--gres` reaches Slurm and the task sees the device it was given (a make-believe one)."""
    assert list(executor.map(work.device, range(1), gpus=1)) == ["0"]


def test_more_devices_than_there_are_is_refused_at_once(executor):
    """Slurm's refusal is one clear error, not a job that waits for ever."""
    with pytest.raises(BuildError, match="BLD010"):
        list(executor.map(work.device, range(1), gpus=9))


def test_a_build_on_slurm_gives_the_bytes_of_a_local_one(slurm, tmp_path):
    """The health recipe on the cluster and on this machine: one manifest."""
    digests = []
    for name, more in (
        ("local", ()),
        ("slurm", ("--executor", "slurm", "--workers", "2")),
    ):
        run(
            *("corpusforge", "build", "recipes/health.yaml", "--no-publish", *more),
            *("--workspace", tmp_path / name, "--output", tmp_path / f"{name}-out"),
            CORPUSFORGE_MEMORY_GB="2",
            CORPUSFORGE_TIME="00:10:00",
            SLURM_CONF=str(slurm),
        )
        manifest = (tmp_path / f"{name}-out" / "manifest.json").read_bytes()
        digests.append(hashlib.sha256(manifest).hexdigest())
    assert digests[0] == digests[1]


def _long_text(number):
    """One of 150 texts that are not short; every fourth has other sentences where it begins.

    Those are so near the threshold that their sets of shingles are compared.
    """
    lines = text_of(number % 150, 24).splitlines()
    return "\n".join(
        [*text_of(-number, 4).splitlines()[:4], *lines[4:]] if number % 4 == 0 else lines
    )


def test_bands_and_verification_spread_over_the_cluster_and_give_the_same_bytes(
    executor, tmp_path, monkeypatch
):
    """Little memory to sort in makes many buckets: tasks on nodes, or one process."""
    monkeypatch.setattr("corpusforge.build.barrier.sorting_memory", lambda: 200_000)
    texts = {f"k{n}": _long_text(n) for n in range(400)}
    workspace = Workspace(tmp_path / "w")
    parts = [
        workspace.parts.write(records(texts).slice(start, 100)) for start in (0, 100, 200, 300)
    ]
    context = make_context(tmp_path / "private" / "commons" / "test")
    step = Step(Stage(Dedup, dedup), Dedup(), stage_key(Dedup(), context))
    found = []
    for name, pool in (("slurm", executor), ("local", LocalExecutor(1))):
        place = Workspace(tmp_path / name)
        for part in parts:
            place.parts.write(workspace.parts.read(part))
        manifest = run_barrier(place, pool, step, tuple(parts), context, lambda _: None)
        found.append([(r.kept, r.dropped) for r in manifest.receipts] + [manifest.side])
    assert found[0] == found[1]
    assert executor._jobs >= 3
