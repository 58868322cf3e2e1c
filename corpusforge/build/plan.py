"""The plan: a recipe as sources, steps and segments, and what of it has been done already."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from corpusforge.annotation import LEDGER
from corpusforge.build.barrier import barrier_fingerprint
from corpusforge.build.fingerprint import (
    canonical_json,
    config_facts,
    digest,
    library_versions,
    stage_facts,
    stage_key,
)
from corpusforge.build.snapshots import Snapshot, current_snapshot
from corpusforge.build.tasks import PartMemory, Step, receipts_so_far
from corpusforge.build.workspace import Receipt, Workspace
from corpusforge.recipe.load import Loaded
from corpusforge.sources.kinds import source_of
from corpusforge.sources.source import ReadContext, Source, SourceConfig
from corpusforge.stages.dedup.index import index_state
from corpusforge.stages.kinds import stage_of
from corpusforge.stages.stage import Context, Stage, StageConfig

if TYPE_CHECKING:
    from corpusforge.annotation.frozen import Frozen


@dataclass(frozen=True)
class Plan:
    """What a build of a recipe consists of, before anything has run."""

    loaded: Loaded
    context: Context
    sources: tuple[tuple[Source, SourceConfig], ...]
    steps: tuple[Step, ...]
    #: What annotators have answered, for the stages that use it.
    answers: Frozen | None = None

    def segments(self) -> Iterator[tuple[Step, ...]]:
        """Runs of steps: a chain of streaming steps to be fused, or one barrier step.

        A chain ends where the next step asks for other devices: what a CPU does holds no GPU.
        """
        chain: list[Step] = []
        for step in self.steps:
            if chain and (step.config.BARRIER or step.config.devices != chain[-1].config.devices):
                yield tuple(chain)
                chain = []
            if step.config.BARRIER:
                yield (step,)
            else:
                chain.append(step)
        if chain:
            yield tuple(chain)

    def read_context(self, config: SourceConfig, snapshot: Snapshot) -> ReadContext:
        """What the reader of a source must know."""
        recipe = self.loaded.recipe
        ids = [source.id for source in recipe.sources]
        return ReadContext(
            domain=config.domain or recipe.domain,
            priority=ids.index(config.id),
            snapshot=f"sha256:{snapshot.digest}",
        )


def make_plan(loaded: Loaded, workspace: Workspace) -> Plan:
    """Match a recipe's sources and stages with the code behind them and name each step."""
    recipe = loaded.recipe
    answers = _answers(workspace, recipe.name)
    context = Context(
        dataset=recipe.name,
        version=recipe.version,
        released=str(recipe.released),
        seed=recipe.seed,
        tier=recipe.tier,
        private=workspace.private / recipe.name,
        mode=recipe.mode,
        license=_principal_licence(loaded),
        origin=_principal_origin(loaded),
        index=index_state(
            workspace.private,
            recipe.name,
            recipe.version,
            [name for stage in recipe.stages for name in getattr(stage, "against", ())],
        ),
        answers=answers.digest if answers else "",
        splits=tuple(
            (name, share) for name, share in sorted(recipe.splits.model_dump().items()) if share > 0
        ),
    )
    return Plan(
        loaded=loaded,
        context=context,
        sources=tuple((_source(config), config) for config in recipe.sources),
        steps=tuple(
            Step(_stage(config), config, stage_key(config, context)) for config in recipe.stages
        ),
        answers=answers,
    )


def _answers(workspace: Workspace, dataset: str) -> Frozen | None:
    """What annotators have answered; few datasets have a ledger, and what reads it is much."""
    if not (workspace.private / dataset / LEDGER).exists():
        return None
    from corpusforge.annotation.frozen import frozen_answers

    return frozen_answers(workspace.private, dataset)


def kind_of(config: SourceConfig | StageConfig) -> str:
    """The word a recipe uses for a source or stage."""
    return str(type(config).model_fields["kind"].default)


def _source(config: SourceConfig) -> Source:
    source = source_of(kind_of(config))
    assert source is not None  # the recipe was read with its config
    return source


def _stage(config: StageConfig) -> Stage:
    stage = stage_of(kind_of(config))
    assert stage is not None
    return stage


def read_fingerprint(plan: Plan, snapshot: Snapshot) -> str:
    """The name of what reading a snapshot gives."""
    config = snapshot.config
    facts = {
        name: fact for name, fact in config_facts(config).items() if name not in config.ACQUISITION
    }
    context = plan.read_context(config, snapshot)
    return digest(
        {
            "read": facts,
            "version": config.VERSION,
            "libraries": library_versions(("pyarrow", *config.LIBRARIES)),
            "snapshot": snapshot.digest,
            "domain": context.domain,
            "priority": context.priority,
        }
    )


def _principal_origin(loaded: Loaded) -> str:
    origins = [source.origin for source in loaded.recipe.sources]
    return "native" if "native" in origins else origins[0]


def _principal_licence(loaded: Loaded) -> str | None:
    recipe = loaded.recipe
    if recipe.license is not None:
        return str(recipe.license)
    stated = [source.license for source in recipe.sources if source.license != "detect"]
    return stated[0] if stated else None


#: How the lines of a forecast that speak of a source begin.
SOURCE = "source "
_NEVER = "never built here"


@dataclass(frozen=True)
class Forecast:
    """What would happen to one source or stage if the recipe were built now."""

    name: str
    status: str  # hit | run | waits
    reason: str  # why it is done again where that begins with it; empty where it only follows
    parts: int = 0
    missing: int = 0
    cpu_seconds: float | None = None  # of earlier receipts, scaled; None where there are none
    after: str | None = None  # the source or stage whose change it follows
    followers: int = 0  # stages after it that are done again because it is
    remembers: bool = False  # it knows these parts from another run: it takes that long at most

    def words(self) -> str:
        """Why it would run, and what runs because of it: "policy changed: scrub and 3 stages …"."""
        if self.status == "hit":
            return self.reason
        if not self.reason:
            return f"after {self.after}"
        if not self.followers:
            return self.reason
        stages = "1 stage" if self.followers == 1 else f"{self.followers} stages"
        return f"{self.reason}: {self.name} and {stages} after it"


def forecast(plan: Plan, workspace: Workspace) -> list[Forecast]:
    """Walk the build without running it: what is cached, what would run, and why."""
    found: list[Forecast] = []
    parts: list[str] | None = []
    for source, config in plan.sources:
        line, read = _forecast_source(plan, workspace, source, config)
        found.append(line)
        parts = None if parts is None or read is None else [*parts, *read]
    last = workspace.run(plan.context.dataset, plan.context.version) or _latest(plan, workspace)
    done: dict[str, str] = {}  # kind of a barrier stage to its fingerprint
    for segment in plan.segments():
        lines, parts = _forecast_segment(plan, workspace, segment, parts, last, done)
        found.extend(lines)
    return list(_with_causes(found))


def _with_causes(lines: Sequence[Forecast]) -> Iterator[Forecast]:
    """Each line with the change it follows, and how many stages follow it."""
    cause: Forecast | None = None
    stages = [place for place, line in enumerate(lines) if not line.name.startswith(SOURCE)]
    again = [place for place in stages if lines[place].status != "hit"]
    for place, line in enumerate(lines):
        if line.status == "hit":
            yield line
            continue
        followers = sum(later > place for later in again)
        if place not in stages:  # one source does not follow another
            cause = cause or line
            yield replace(line, followers=followers)
            continue
        # What was never built here is said once, not of every stage.
        reason = "" if cause is not None and line.reason == _NEVER else line.reason
        if cause is None:
            reason = reason or "its input changed"
        after = cause.name if cause is not None else None
        yield replace(line, reason=reason, after=after, followers=followers if reason else 0)
        cause = cause if cause is not None and not reason else line


def seconds_in_all(lines: Sequence[Forecast]) -> float | None:
    """CPU seconds of everything that would run, None where nothing is known of any of it."""
    known = [line.cpu_seconds for line in lines if line.cpu_seconds is not None]
    return round(sum(known), 2) if known else None


def _forecast_source(
    plan: Plan, workspace: Workspace, source: Source, config: SourceConfig
) -> tuple[Forecast, list[str] | None]:
    snapshot = current_snapshot(workspace, plan.context.dataset, source, config)
    name = f"{SOURCE}{config.id}"
    if snapshot is None:
        return Forecast(name, "run", "no snapshot of it as it stands: would be acquired"), None
    manifest = workspace.manifest(read_fingerprint(plan, snapshot))
    if manifest is None:
        return Forecast(name, "run", f"snapshot {snapshot.digest[:12]} not read yet"), None
    return (
        Forecast(name, "hit", f"snapshot {snapshot.digest[:12]}", parts=len(manifest.parts)),
        list(manifest.parts),
    )


def _forecast_segment(
    plan: Plan,
    workspace: Workspace,
    segment: Sequence[Step],
    parts: list[str] | None,
    last: dict[str, Any] | None,
    done: dict[str, str],
) -> tuple[list[Forecast], list[str] | None]:
    lines: list[Forecast] = []
    if parts is None:
        for step in segment:
            reason = why_changed(step, plan.context, last) or ""
            lines.append(Forecast(step.stage.kind, "waits", reason, cpu_seconds=_cost(step, last)))
        return lines, None
    if segment[0].config.BARRIER:
        step = segment[0]
        fingerprint = barrier_fingerprint(step, parts, done.get(step.config.READS))
        done[step.stage.kind] = fingerprint
        manifest = workspace.manifest(fingerprint)
        if manifest is None:
            reason = why_changed(step, plan.context, last) or ""
            cost = _cost(step, last)
            lines.append(
                Forecast(step.stage.kind, "run", reason, len(parts), len(parts), cpu_seconds=cost)
            )
            return lines, None
        lines.append(Forecast(step.stage.kind, "hit", "unchanged", len(parts)))
        return lines, list(manifest.parts)
    chains = [receipts_so_far(workspace, segment, part) for part in parts]
    for depth, step in enumerate(segment):
        missing = len(parts) - sum(len(chain) > depth for chain in chains)
        if missing == 0:
            lines.append(Forecast(step.stage.kind, "hit", "unchanged", len(parts)))
            continue
        reason = why_changed(step, plan.context, last) or ""
        inputs = [
            chain[-1].kept if chain else part
            for part, chain in zip(parts, chains, strict=True)
            if len(chain) == depth  # the stages before it are done, and it is not
        ]
        lines.append(
            Forecast(
                step.stage.kind,
                "run",
                reason,
                len(parts),
                missing,
                cpu_seconds=_cost(step, last, missing / max(1, len(parts))),
                remembers=any(_remembered(workspace, step, part) for part in inputs),
            )
        )
    whole = all(len(chain) == len(segment) for chain in chains)
    return lines, [chain[-1].kept for chain in chains] if whole else None


def _remembered(workspace: Workspace, step: Step, part: str) -> bool:
    """Whether a stage that remembers has worked on that very part under other settings."""
    memory = PartMemory(workspace, part, part, step.stage.kind)
    return step.config.REMEMBERS and memory.last_receipt() is not None


def why_changed(step: Step, context: Context, last: dict[str, Any] | None) -> str | None:
    """Which facts of a stage differ from the last build's, in words; None where none does."""
    if last is None:
        return _NEVER
    before = next((s for s in last["stages"] if s["kind"] == step.stage.kind), None)
    if before is None:
        return "new stage"
    # As they come back from a file: no tuples.
    now = json.loads(canonical_json(stage_facts(step.config, context)))
    changed = [
        f"{each} changed"
        for name in ("config", "context", "files", "libraries", "version")
        for each in _differing(name, now[name], before["facts"].get(name))
    ]
    return ", ".join(changed) or None


def _differing(name: str, now: Any, then: Any) -> list[str]:
    """What of a fact differs: the names within it, or its own."""
    if isinstance(now, dict) and isinstance(then, dict):
        return sorted(key for key in {*now, *then} if now.get(key) != then.get(key))
    return [name] if now != then else []


def _cost(step: Step, last: dict[str, Any] | None, share: float = 1.0) -> float | None:
    if last is None:
        return None
    before = next((s for s in last["stages"] if s["kind"] == step.stage.kind), None)
    return None if before is None else round(before["cpu_seconds"] * share, 2)


def _latest(plan: Plan, workspace: Workspace) -> dict[str, Any] | None:
    runs = [run for run in workspace.runs() if run["dataset"] == plan.context.dataset]
    return max(runs, key=lambda run: tuple(map(int, run["version"].split("."))), default=None)


def total_cpu(receipts: Sequence[Receipt]) -> float:
    """CPU seconds behind these receipts."""
    return round(sum(receipt.cpu_seconds for receipt in receipts), 3)
