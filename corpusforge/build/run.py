"""THE flow: what `corpusforge build` does, from a recipe to a published release."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from corpusforge.arrow import without_pandas
from corpusforge.build.assemble import assemble
from corpusforge.build.barrier import Executor, barrier_fingerprint, run_barrier
from corpusforge.build.fingerprint import stage_facts
from corpusforge.build.local import LocalExecutor, Quarantined
from corpusforge.build.plan import Plan, make_plan, total_cpu
from corpusforge.build.reading import read
from corpusforge.build.remember import remember_published
from corpusforge.build.remote import RayExecutor, RemoteExecutor, Resources, SlurmExecutor
from corpusforge.build.snapshots import Snapshot, acquire, current_snapshot, empty_snapshot
from corpusforge.build.tasks import Step, Task, receipts_so_far, run_task
from corpusforge.build.workspace import Manifest, Receipt, Workspace
from corpusforge.errors import BuildError
from corpusforge.recipe.load import load_recipe
from corpusforge.release.model import Release
from corpusforge.sources.source import NothingAcquiredError

if TYPE_CHECKING:
    from corpusforge.release.publish import Published

#: Called with an event name and its facts: `report("part", stage="extract", …)`.
Report = Callable[..., None]


@dataclass(frozen=True)
class Request:
    """What a steward asked for."""

    recipe: Path
    workspace: Path
    output: Path | None = None
    address: str | None = None  # where the release is copied, such as s3://bucket/health
    executor: str = "local"
    workers: int = 1
    publish: bool = True
    refresh: bool = False


@dataclass(frozen=True)
class Built:
    """What came of it."""

    directory: Path
    release: Release
    stages_run: int  # stages of which at least one part was computed
    publication: Publication | None


@dataclass(frozen=True)
class Publication:
    """Where the release was published, and what to type next."""

    published: Published
    lines: tuple[str, ...]


def build(request: Request, report: Report) -> Built:
    """Build a recipe: acquire, read, run its stages, assemble the release, publish it.

    Raises:
        RecipeError: the recipe has problems (all of them).
        CorpusforgeError: anything else a user can do something about.
    """
    without_pandas()
    loaded = load_recipe(request.recipe)
    workspace = Workspace(request.workspace)
    if request.address is not None:
        from corpusforge.release.copies import check_address

        check_address(request.address, loaded.recipe.tier)
    jobs = workspace.root / "jobs"
    with workspace.lock(), make_executor(request.executor, request.workers, jobs) as executor:
        plan = make_plan(loaded, workspace)
        if plan.answers is not None:
            plan.answers.keep(plan.context.private)
        snapshots = acquire_all(plan, workspace, report, refresh=request.refresh)
        readings = [read(plan, workspace, snapshot, report) for snapshot in snapshots]
        parts = tuple(part for reading in readings for part in reading.parts)
        outcomes = list(run_stages(plan, workspace, executor, parts, report))
        manifests = [manifest for manifest, _ in outcomes]
        record_run(plan, workspace, readings, manifests)
        if any(step.stage.kind == "annotate" for step in plan.steps):
            from corpusforge.build.annotation import route

            route(plan, workspace, manifests, report)
        directory = request.output or workspace.release(plan.context.dataset, plan.context.version)
        # What was published stays in its place until the registry has taken what follows it.
        candidate = directory.with_name(f".{directory.name}-candidate")
        target = candidate if request.publish and directory.exists() else directory
        release = assemble(plan, workspace, snapshots, readings, manifests, target)
        try:
            publication = publish(plan, workspace, target, report) if request.publish else None
            if target is candidate:
                put_in_place(candidate, directory)
        finally:
            shutil.rmtree(candidate, ignore_errors=True)
        report("release", directory=str(directory))
        if publication is not None:
            remember_published(plan, workspace, manifests)
        if request.address is not None:
            from corpusforge.release.copies import copy_release

            copied = copy_release(directory, request.address, report)
            report("copied", **copied._asdict())
    return Built(
        directory=directory,
        release=release,
        stages_run=sum(ran for _, ran in outcomes),
        publication=publication,
    )


def acquire_all(
    plan: Plan, workspace: Workspace, report: Report, *, refresh: bool = False
) -> list[Snapshot]:
    """The snapshot of every source: the one there is, or a new one where none fits.

    A source that gives nothing (no host of a crawl answers) is a count of drops beside others.

    Raises:
        NothingAcquiredError: no source gave anything.
    """
    snapshots: list[Snapshot] = []
    empty: list[NothingAcquiredError] = []
    for source, config in plan.sources:
        dataset = plan.context.dataset
        snapshot = None if refresh else current_snapshot(workspace, dataset, source, config)
        if snapshot is None:
            report("acquire", source=config.id)
            try:
                snapshot = acquire(workspace, dataset, source, config, report)
            except NothingAcquiredError as nothing:
                snapshot = empty_snapshot(source, config, nothing)
                if snapshot is None:
                    raise
                empty.append(nothing)
                report("nothing", source=config.id, why=f"{nothing.message}: {nothing.hint}")
        report(
            "acquired", source=config.id, snapshot=snapshot.digest, facts=snapshot.acquired.facts
        )
        snapshots.append(snapshot)
    if len(empty) == len(snapshots):
        raise empty[0]
    return snapshots


def run_stages(
    plan: Plan,
    workspace: Workspace,
    executor: Executor,
    parts: tuple[str, ...],
    report: Report,
) -> Iterator[tuple[Manifest, bool]]:
    """Run every stage over all parts: chains of streaming stages fused, barriers one by one.

    Yields each stage's manifest, and whether anything had to be computed for it.
    """
    done: dict[str, str] = {}  # kind to fingerprint
    origins = parts
    for segment in plan.segments():
        if segment[0].config.BARRIER:
            files = done.get(segment[0].config.READS)
            outcomes = [_run_barrier(plan, workspace, executor, segment[0], parts, report, files)]
        else:
            outcomes = _run_chain(plan, workspace, executor, segment, parts, origins, report)
        parts = outcomes[-1][0].parts
        done |= {manifest.kind: manifest.fingerprint for manifest, _ in outcomes}
        yield from outcomes


def _run_barrier(
    plan: Plan,
    workspace: Workspace,
    executor: Executor,
    step: Step,
    parts: tuple[str, ...],
    report: Report,
    files: str | None,
) -> tuple[Manifest, bool]:
    kind = step.stage.kind
    cached = workspace.manifest(barrier_fingerprint(step, parts, files)) is not None
    report("stage", stage=kind, parts=len(parts), cached=len(parts) if cached else 0)
    manifest = run_barrier(
        workspace,
        executor,
        step,
        parts,
        plan.context,
        lambda receipt: report("part", stage=kind, rows_in=receipt.rows_in, out=receipt.rows_out),
        files,
    )
    return manifest, not cached


def _run_chain(
    plan: Plan,
    workspace: Workspace,
    executor: Executor,
    steps: tuple[Step, ...],
    parts: tuple[str, ...],
    origins: tuple[str, ...],
    report: Report,
) -> list[tuple[Manifest, bool]]:
    chains = {part: receipts_so_far(workspace, steps, part) for part in parts}
    cached = [0] * len(steps)
    for depth, step in enumerate(steps):
        cached[depth] = sum(len(chains[part]) > depth for part in parts)
        report("stage", stage=step.stage.kind, parts=len(parts), cached=cached[depth])
    for chain in chains.values():
        _report_chain(steps, chain, report)
    missing = [part for part in dict.fromkeys(parts) if len(chains[part]) < len(steps)]
    origin = dict(zip(parts, origins, strict=True))
    tasks = [Task(workspace, steps, part, plan.context, origin[part]) for part in missing]
    quarantined = []
    for part, result in zip(
        missing,
        executor.map(run_task, tasks, gpus=max(step.config.devices for step in steps)),
        strict=True,
    ):
        if isinstance(result, Quarantined):
            quarantined.append(part)
            report("quarantined", part=part)
            continue
        _report_chain(steps[len(chains[part]) :], result[len(chains[part]) :], report)
        chains[part] = result
    if quarantined:
        raise BuildError(
            "BLD006",
            f"{len(quarantined)} parts killed their worker twice: "
            + ", ".join(part[:12] for part in quarantined),
            where="stages " + ", ".join(step.stage.kind for step in steps),
            hint="everything else is kept; give the workers more memory and run the build again",
        )
    outcomes = []
    for depth, step in enumerate(steps):
        receipts = tuple(chains[part][depth] for part in parts)
        inputs = parts if depth == 0 else tuple(chains[part][depth - 1].kept for part in parts)
        manifest = Manifest(
            kind=step.stage.kind,
            fingerprint=barrier_fingerprint(step, inputs),
            facts=stage_facts(step.config, plan.context),
            inputs=inputs,
            receipts=receipts,
        )
        if workspace.manifest(manifest.fingerprint) is None:
            workspace.write_manifest(manifest)
        outcomes.append((manifest, cached[depth] < len(parts)))
    return outcomes


def _report_chain(steps: tuple[Step, ...], receipts: list[Receipt], report: Report) -> None:
    for step, receipt in zip(steps, receipts, strict=False):
        report("part", stage=step.stage.kind, rows_in=receipt.rows_in, out=receipt.rows_out)


def record_run(
    plan: Plan, workspace: Workspace, readings: list[Manifest], manifests: list[Manifest]
) -> None:
    """Write down what this version consists of, for `trace`, `why`, `plan` and `gc`."""
    workspace.write_run(
        plan.context.dataset,
        plan.context.version,
        {
            "dataset": plan.context.dataset,
            "version": plan.context.version,
            "recipe": plan.loaded.sha256,
            "sources": [
                {"kind": reading.kind, "fingerprint": reading.fingerprint, **reading.facts}
                for reading in readings
            ],
            "stages": [
                {
                    "kind": manifest.kind,
                    "fingerprint": manifest.fingerprint,
                    "facts": manifest.facts,
                    "cpu_seconds": total_cpu(manifest.receipts),
                }
                for manifest in manifests
            ],
        },
    )


def publish(plan: Plan, workspace: Workspace, directory: Path, report: Report) -> Publication:
    """Publish to the recipe's registry, to `HF_ENDPOINT`, or to the workspace's own on loopback.

    Raises:
        ReleaseError: REL…, the registry refused or cannot be reached; nothing is half published.
    """
    from corpusforge.release.embedded import publish_embedded
    from corpusforge.release.publish import publish as send

    endpoint = plan.loaded.recipe.registry.endpoint or os.environ.get("HF_ENDPOINT")
    report("publish", endpoint=endpoint or f"the registry in {workspace.root / 'registry'}")
    if endpoint:
        sent = send(directory, endpoint.rstrip("/"), os.environ.get("HF_TOKEN"))
        lines: tuple[str, ...] = ()
    else:
        embedded = publish_embedded(directory, workspace.root)
        sent, lines = embedded.published, (embedded.serve, embedded.load)
    report(
        "published",
        endpoint=sent.endpoint,
        name=sent.name,
        version=sent.version,
        commit=sent.commit,
        unchanged=not sent.new,
    )
    return Publication(sent, lines)


def put_in_place(candidate: Path, directory: Path) -> None:
    """Let a candidate take the place of the release that is there, unless they are the same."""
    manifests = [(place / "manifest.json").read_bytes() for place in (candidate, directory)]
    if manifests[0] == manifests[1]:
        return
    old = directory.with_name(f".{directory.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    directory.rename(old)
    candidate.rename(directory)
    shutil.rmtree(old)


def make_executor(name: str, workers: int, jobs: Path) -> LocalExecutor | RemoteExecutor:
    """The executor of that name; `jobs` is a folder that all its workers see.

    Raises:
        BuildError: BLD007, there is none of that name.
    """
    if name == "local":
        return LocalExecutor(workers)
    remote = {"slurm": SlurmExecutor, "ray": RayExecutor}.get(name)
    if remote is None:
        raise BuildError("BLD007", f"there is no executor {name!r}", hint="use local, slurm or ray")
    return remote(jobs, workers, Resources.from_environment())
