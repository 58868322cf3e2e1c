"""Running a job on Ray through datatrove's executor. Loads datatrove and ray: import it late."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from datatrove.executor.ray import RayPipelineExecutor
from datatrove.utils.logging import logger

import corpusforge
from corpusforge.build.jobs import RunItems
from corpusforge.build.remote import Resources
from corpusforge.errors import BuildError


def run(
    folder: Path,
    numbers: list[int],
    *,
    logs: Path,
    tasks: int,
    workers: int,
    resources: Resources,
    gpus: int,
) -> None:
    """Run the items on the cluster `RAY_ADDRESS` names, or on one started here.

    Raises:
        BuildError: BLD010, ray is not installed, does not start, or has too few devices.
    """
    # Under `uv run`, ray would send the working directory to each worker and make a new environment
    # of it there; workers have this very environment. It is read when ray is imported.
    os.environ.setdefault("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")
    try:
        import ray
    except ImportError as error:
        raise BuildError(
            "BLD010", "ray is not installed", hint="install corpusforge with the extra `ray`"
        ) from error
    if not ray.is_initialized():
        _start(ray, workers)
    here = ray.cluster_resources()
    # A request above what there is would wait for ever.
    if gpus > here.get("GPU", 0) or resources.cpus > here.get("CPU", 0):
        raise BuildError(
            "BLD010",
            f"a task asks for {resources.cpus} CPUs and {gpus} GPUs; the cluster has "
            f"{here.get('CPU', 0):g} and {here.get('GPU', 0):g}",
            hint="ask for less, or add nodes",
        )
    logger.disable("datatrove")  # what it would say of itself, our own reporter says
    RayPipelineExecutor(
        pipeline=[RunItems(str(folder), numbers)],
        tasks=tasks,
        workers=workers,
        cpus_per_task=resources.cpus,
        mem_per_cpu_gb=0.5,
        gpus_per_task=gpus,
        logging_dir=str(logs),
    ).run()


def _start(ray: object, workers: int) -> None:
    source = str(Path(corpusforge.__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, (source, os.environ.get("PYTHONPATH", ""))))
    address = os.environ.get("RAY_ADDRESS")
    # A device that is not there can only be asked for on purpose, to try out placement.
    fake = int(os.environ.get("CORPUSFORGE_RAY_GPUS", "0"))
    local = {} if address else {"num_cpus": workers, "include_dashboard": False, "num_gpus": fake}
    try:
        ray.init(  # type: ignore[attr-defined]
            address=address,
            logging_level="ERROR",
            log_to_driver=False,
            runtime_env={"env_vars": {"PYTHONPATH": path, "TOKENIZERS_PARALLELISM": "false"}},
            **local,
        )
    except Exception as error:
        raise BuildError(
            "BLD010",
            f"ray does not start: {str(error).splitlines()[0] if str(error) else error}",
            where=address or f"local, {sys.executable}",
            hint="a loaded machine is often too slow for its start; try again, or --executor local",
        ) from error
