"""Executors on more than one machine: the same tasks under datatrove's Slurm and Ray executors.

Neither tells its caller that a rank failed, so outcomes are counted here: what is missing after a
first round is run once more, and what is missing then is quarantined.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import corpusforge
from corpusforge.build.local import Quarantined
from corpusforge.errors import BuildError

_ROUNDS = 2
_POLL_SECONDS = 1.0


@dataclass(frozen=True)
class Resources:
    """What each task asks the cluster for; read from the environment, see `from_environment`."""

    partition: str = "cpu"
    gpu_partition: str = ""  # for tasks that ask for GPUs; the same where it is empty
    time: str = "24:00:00"
    cpus: int = 1
    memory_gb: int = 4
    qos: str = ""
    setup: str = ""  # shell line before the work, e.g. `module load …`

    @classmethod
    def from_environment(cls) -> Resources:
        """From `CORPUSFORGE_PARTITION` and its like: `_GPU_PARTITION`, `_TIME`, `_CPUS` and so on.

        Raises:
            BuildError: BLD010, a number is none.

        """

        def given(name: str, default: str) -> str:
            return os.environ.get(f"CORPUSFORGE_{name}", default)

        try:
            return cls(
                partition=given("PARTITION", cls.partition),
                gpu_partition=given("GPU_PARTITION", cls.gpu_partition),
                time=given("TIME", cls.time),
                cpus=int(given("CPUS", str(cls.cpus))),
                memory_gb=int(given("MEMORY_GB", str(cls.memory_gb))),
                qos=given("QOS", cls.qos),
                setup=given("SETUP", cls.setup),
            )
        except ValueError as error:
            raise BuildError(
                "BLD010",
                f"CORPUSFORGE_CPUS and CORPUSFORGE_MEMORY_GB are whole numbers: {error}",
                hint="correct or unset the variable",
            ) from error


class RemoteExecutor:
    """Writes items down in a job folder and has datatrove tasks do them."""

    def __init__(self, root: Path, workers: int, resources: Resources) -> None:
        self.root = root
        self.workers = max(1, workers)
        self.resources = resources
        self._jobs = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

    def map(
        self, function: Callable[[Any], Any], items: Iterable[Any], *, gpus: int = 0
    ) -> Iterator[Any | Quarantined[Any]]:
        """Results in the order of the items; a `Quarantined` for an item no round finished.

        Args:
            function: module-level, importable on every node.
            items: anything that can be pickled.
            gpus: devices each task asks for.

        Raises:
            BuildError: BLD010, the cluster refused the job or has no such devices.
            Exception: what `function` raised, for the first item in order that did.
        """
        from corpusforge.build.jobs import JobFolder

        self._jobs += 1
        folder = JobFolder(self.root / f"{os.getpid()}-{self._jobs:04d}")
        shutil.rmtree(folder.root, ignore_errors=True)
        count = folder.write(function, items)
        turn = 0
        for round_number in range(_ROUNDS):
            missing = folder.missing()
            if not missing:
                break
            for _ in self.rounds(folder.root, missing, round_number, gpus):
                while turn < count and folder.done(turn):
                    yield folder.outcome(turn)
                    turn += 1
        for number in range(turn, count):
            if folder.done(number):
                yield folder.outcome(number)
            else:
                yield Quarantined(folder.item(number))
        shutil.rmtree(folder.root, ignore_errors=True)

    @abstractmethod
    def rounds(
        self, folder: Path, numbers: list[int], round_number: int, gpus: int
    ) -> Iterator[None]:
        """Run the items once; yields now and then while it waits, ends when all tasks have."""

    def _tasks(self, numbers: list[int]) -> int:
        # A few items a task: array slots are scarce on a cluster, and a task starts in seconds.
        return min(len(numbers), self.workers * 4)


class SlurmExecutor(RemoteExecutor):
    """Tasks as a Slurm job array, through datatrove's executor; run it on a login node."""

    def rounds(
        self, folder: Path, numbers: list[int], round_number: int, gpus: int
    ) -> Iterator[None]:
        """Submit the array and wait until the queue no longer knows it."""
        from corpusforge.build.slurm import submit

        if shutil.which("sbatch") is None:
            raise BuildError(
                "BLD010", "there is no `sbatch` here", hint="run on a login node, or without slurm"
            )
        job = submit(
            folder,
            numbers,
            logs=folder / f"logs-{round_number}",
            tasks=self._tasks(numbers),
            workers=self.workers,
            resources=self.resources,
            gpus=gpus,
            setup=self._setup(),
        )
        try:
            while _queued(job):
                yield
                time.sleep(_POLL_SECONDS)
        except BaseException:
            subprocess.run(["scancel", job], check=False, capture_output=True)
            raise
        yield

    def _setup(self) -> str:
        """Shell lines that give a node this very environment."""
        source = Path(corpusforge.__file__).resolve().parents[1]
        own = f'export PATH="{Path(sys.executable).parent}:$PATH" PYTHONPATH="{source}:$PYTHONPATH"'
        threads = f"export OMP_NUM_THREADS={self.resources.cpus} TOKENIZERS_PARALLELISM=false"
        return "\n".join(line for line in (self.resources.setup, own, threads) if line)


def _queued(job: str) -> bool:
    """Whether the queue still knows the job; a queue that cannot be asked counts as yes."""
    asked = subprocess.run(
        ["squeue", "--noheader", "--jobs", job], check=False, capture_output=True, text=True
    )
    if asked.returncode:
        return "Invalid job id" not in asked.stderr
    return bool(asked.stdout.strip())


class RayExecutor(RemoteExecutor):
    """Tasks as Ray actors, through datatrove's executor; on the running cluster or a local one."""

    def rounds(
        self, folder: Path, numbers: list[int], round_number: int, gpus: int
    ) -> Iterator[None]:
        """Run the tasks; Ray gives no sign before all have ended."""
        from corpusforge.build.ray import run

        run(
            folder,
            numbers,
            logs=folder / f"logs-{round_number}",
            tasks=self._tasks(numbers),
            workers=self.workers,
            resources=self.resources,
            gpus=gpus,
        )
        yield
