"""Barrier stages: all parts in, one split for each part out, with a place for side files."""

from __future__ import annotations

import functools
import importlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pyarrow as pa

from corpusforge.build.fingerprint import digest, file_digest, stage_facts
from corpusforge.build.local import Quarantined
from corpusforge.build.tasks import Step, reason_counts, task_name
from corpusforge.build.workspace import Manifest, Receipt, Workspace
from corpusforge.errors import BuildError, CorpusforgeError
from corpusforge.record import DROPPED
from corpusforge.stages.stage import Context, Parts, Split

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class Executor(Protocol):
    """Runs module-level functions over items; see `corpusforge.build.local`."""

    def map(
        self, function: Callable[[Any], Any], items: Iterable[Any], *, gpus: int = 0
    ) -> Iterator[Any | Quarantined[Any]]:
        """Results in the order of the items, `Quarantined` for an item that kills its worker."""
        ...


@dataclass(frozen=True)
class StoredParts:
    """The input parts of a barrier stage, by digest."""

    workspace: Workspace
    digests: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.digests)

    def read(self, index: int, columns: Sequence[str] | None = None) -> pa.Table:
        """Part number `index`, all columns or the named ones."""
        return self.workspace.parts.read(self.digests[index], columns)

    def only(self, index: int) -> OnePart:
        """That part alone, to send to a worker."""
        return OnePart(self.workspace, self.digests[index], index)


@dataclass(frozen=True)
class OnePart:
    """One part of a barrier stage, under its number, for a worker that needs no other."""

    workspace: Workspace
    digest: str
    number: int

    def __len__(self) -> int:
        return self.number + 1

    def read(self, index: int, columns: Sequence[str] | None = None) -> pa.Table:
        """The part, by its number among all."""
        assert index == self.number
        return self.workspace.parts.read(self.digest, columns)

    def only(self, index: int) -> OnePart:
        """Itself."""
        assert index == self.number
        return self


@dataclass(frozen=True)
class BarrierWork:
    """What the machine offers a barrier stage."""

    workspace: Workspace
    executor: Executor
    side: Path
    scratch: Path
    memory: int
    unfinished: Path
    files: Path | None = None
    #: What shapes all that the stage derives of a part, whatever its config: its version and so on.
    made_by: tuple[object, ...] = ()

    def map(
        self, function: Callable[[_Item], _Result], items: Iterable[_Item], *, gpus: int = 0
    ) -> Iterator[_Result]:
        """Run a module-level function over items on the workers; results in the order of items.

        Raises:
            BuildError: BLD006, items killed their workers twice; the others are done all the same.
        """
        failed: list[str] = []
        for result in self.executor.map(function, items, gpus=gpus):
            if isinstance(result, Quarantined):
                failed.append(str(result.item)[:80])
            elif not failed:
                yield result
        if failed:
            raise BuildError(
                "BLD006",
                f"a worker died twice on the same work of a barrier stage: {', '.join(failed)}",
                where=getattr(function, "__name__", "barrier"),
                hint="give the machine more memory or the build fewer --workers",
            )

    def derive(
        self, function: Callable[..., pa.Table], parts: Parts, columns: Sequence[str], *rest: object
    ) -> Iterator[pa.Table]:
        """`function(part, *rest)` for every part; kept by content, so nothing is computed twice."""
        assert isinstance(parts, StoredParts)
        name = f"{function.__module__}:{function.__qualname__}"
        key = digest(["derive", name, list(columns), list(rest), list(self.made_by)])
        job = functools.partial(_derive, self.workspace, key, name, tuple(columns), rest)
        for part in self.map(job, parts.digests):
            yield self.workspace.parts.read(part)


def _derive(
    workspace: Workspace,
    key: str,
    name: str,
    columns: tuple[str, ...],
    rest: tuple[object, ...],
    part: str,
) -> str:
    task = task_name(key, part)
    if receipt := workspace.receipt(task):
        return receipt.kept
    started = time.process_time()
    module, function = name.split(":")
    table = getattr(importlib.import_module(module), function)(
        workspace.parts.read(part, columns), *rest
    )
    receipt = Receipt(
        part=part,
        kept=workspace.parts.write(table),
        dropped=workspace.parts.write(DROPPED.empty_table()),
        rows_in=table.num_rows,
        rows_out=table.num_rows,
        reasons={},
        cpu_seconds=round(time.process_time() - started, 4),
        aside=True,
    )
    workspace.write_receipt(task, receipt)
    return receipt.kept


def _receipt(workspace: Workspace, part: str, split: Split | None, started: float) -> Receipt:
    """Store what a barrier stage made of a part; None left it as it is."""
    dropped = DROPPED.empty_table() if split is None else split.dropped
    rows = workspace.parts.rows(part) if split is None else split.kept.num_rows
    return Receipt(
        part=part,
        kept=part if split is None else workspace.parts.write(split.kept),
        dropped=workspace.parts.write(dropped),
        rows_in=rows + dropped.num_rows,
        rows_out=rows,
        reasons=reason_counts(dropped),
        cpu_seconds=round(time.process_time() - started, 4),
    )


def sorting_memory() -> int:
    """Bytes a barrier stage may use for sorting: `CORPUSFORGE_SORT_MB`, 256 where it is not set.

    Raises:
        BuildError: BLD012, it is no number, or too small to work with.
    """
    given = os.environ.get("CORPUSFORGE_SORT_MB", "256")
    if not given.isdecimal() or int(given) < 1:
        raise BuildError(
            "BLD012",
            f"CORPUSFORGE_SORT_MB={given} is no number of megabytes",
            hint="set a whole number of at least 1, or unset it",
        )
    return int(given) << 20


def barrier_fingerprint(step: Step, parts: Sequence[str], files: str | None = None) -> str:
    """The name of what a barrier stage makes of these parts, in whatever order they come.

    `files` is the fingerprint of the stage whose files it reads.
    """
    return digest([step.key, sorted(parts), *([files] if step.config.READS else [])])


def run_barrier(
    workspace: Workspace,
    executor: Executor,
    step: Step,
    parts: tuple[str, ...],
    context: Context,
    advance: Callable[[Receipt], None],
    files: str | None = None,
) -> Manifest:
    """Run a barrier stage and keep what it made as an artifact.

    `files` is the fingerprint of the stage whose files it reads, where it reads any.

    Raises:
        BuildError: BLD003, the stage raised; BLD004, records vanished without a reason.
    """
    fingerprint = barrier_fingerprint(step, parts, files)
    if manifest := workspace.manifest(fingerprint):
        for receipt in manifest.receipts:
            advance(receipt)
        return manifest
    scratch = workspace.scratch(fingerprint)
    side = scratch / "side"
    side.mkdir()
    unfinished = workspace.unfinished(fingerprint)
    place = workspace.artifact(files) / "side" if files and step.config.READS else None
    memory = sorting_memory()
    facts = stage_facts(step.config, context)
    made_by = tuple(facts[name] for name in ("version", "files", "libraries"))
    work = BarrierWork(workspace, executor, side, scratch, memory, unfinished, place, made_by)
    stored = StoredParts(workspace, parts)
    receipts: list[Receipt] = []
    started = time.process_time()
    try:
        for number, split in enumerate(step.stage.run(stored, step.config, context, work)):
            receipt = _receipt(workspace, parts[number], split, started)
            started = time.process_time()
            receipts.append(receipt)
            advance(receipt)
    except CorpusforgeError:
        raise
    except Exception as error:
        raise BuildError(
            "BLD003",
            f"the stage failed: {type(error).__name__}: {error}",
            where=f"stage {step.stage.kind}",
            hint="run again with --debug for the traceback; stages before it are kept",
        ) from error
    if len(receipts) != len(parts):
        raise BuildError(
            "BLD004",
            f"{len(receipts)} parts came out of {len(parts)}",
            where=f"stage {step.stage.kind}",
            hint="a barrier stage must yield one split for every part, in order",
        )
    manifest = Manifest(
        kind=step.stage.kind,
        fingerprint=fingerprint,
        facts=facts,
        inputs=parts,
        receipts=tuple(receipts),
        side={
            path.relative_to(side).as_posix(): file_digest(path)
            for path in sorted(side.rglob("*"))
            if path.is_file()
        },
    )
    workspace.write_manifest(manifest, side)
    for folder in (scratch, unfinished):
        shutil.rmtree(folder, ignore_errors=True)
    return manifest
