"""Submitting a job to Slurm through datatrove's executor. Loads datatrove: import it late."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from datatrove.executor.slurm import SlurmPipelineExecutor
from datatrove.utils.logging import logger

from corpusforge.build.jobs import RunItems
from corpusforge.build.remote import Resources
from corpusforge.errors import BuildError


class WithoutStats(SlurmPipelineExecutor):  # type: ignore[misc]
    """datatrove's executor without its second job, which adds up statistics we do not read.

    That job asks for the devices of the first and waits for ever behind a rank that failed.
    """

    def launch_merge_stats(self) -> None:
        """Nothing to merge: receipts are the statistics."""


def submit(  # noqa: PLR0913 - one argument a fact of the job
    folder: Path,
    numbers: list[int],
    *,
    logs: Path,
    tasks: int,
    workers: int,
    resources: Resources,
    gpus: int,
    setup: str,
) -> str:
    """Submit the items as a job array; returns Slurm's job id.

    Raises:
        BuildError: BLD010, Slurm refused it.
    """
    partition = (resources.gpu_partition if gpus else "") or resources.partition
    extra: dict[str, Any] = {"gres": f"gpu:{gpus}"} if gpus else {}
    executor = WithoutStats(
        pipeline=[RunItems(str(folder), numbers)],
        tasks=tasks,
        workers=workers,
        time=resources.time,
        partition=partition,
        cpus_per_task=resources.cpus,
        mem_per_cpu_gb=max(1, resources.memory_gb // resources.cpus),
        qos=resources.qos,
        job_name="corpusforge",
        logging_dir=str(logs),
        env_command=setup,
        sbatch_args=extra,
    )
    logger.disable("datatrove")  # what it would say of itself, our own reporter says
    try:
        executor.run()
    except Exception as error:
        raise BuildError(
            "BLD010",
            f"Slurm refused the job: {error}",
            where=f"partition {partition}",
            hint="see `sinfo`; CORPUSFORGE_PARTITION, _GPU_PARTITION, _TIME, _CPUS, _MEMORY_GB say "
            "what to ask for",
        ) from error
    return str(executor.job_id)
