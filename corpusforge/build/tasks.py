"""Tasks: streaming stages fused over one part, and what a worker does with them.

A task is a list of stages and the digest of a part. The worker runs the part through the stages in
memory and leaves behind, for each stage, the kept part, the dropped rows and a receipt. Receipts
that exist are not made again, so a task that was killed goes on where it stopped.
"""

from __future__ import annotations

import functools
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from corpusforge.build.fingerprint import digest
from corpusforge.build.workspace import Receipt, Workspace
from corpusforge.errors import BuildError, CorpusforgeError
from corpusforge.record import DROPPED
from corpusforge.stages.stage import Context, Split, Stage, StageConfig, take_facts


@dataclass(frozen=True)
class Step:
    """One stage of a recipe with its config and key."""

    stage: Stage
    config: StageConfig
    key: str


@dataclass(frozen=True)
class Task:
    """A chain of streaming stages over one part."""

    workspace: Workspace
    steps: tuple[Step, ...]
    part: str
    context: Context
    origin: str = ""  # the part as it was read, of which this one is what is left by now


@dataclass
class PartMemory:
    """What stages found out about one part, as parts of their own with a receipt each.

    Args:
        workspace: where it is kept.
        part: the part as it was read. What is kept by name belongs to it: what an earlier stage
            drops or changes by now costs what was found in the rest of it nothing.
        here: the part that comes into the stage, to which the last run and its notes belong.
        kind: the kind of the stage.

    """

    workspace: Workspace
    part: str
    here: str = ""
    kind: str = ""
    _notes: pa.Table | None = None

    def recall(self, name: str) -> pa.Table | None:
        """The table kept under `name` for this part, or None."""
        receipt = self.workspace.receipt(self._task(name))
        return None if receipt is None else self.workspace.parts.read(receipt.kept)

    def keep(self, name: str, table: pa.Table) -> None:
        """Keep a table under `name`; the one before is left to `gc`."""
        receipt = Receipt(
            part=self.part,
            kept=self.workspace.parts.write(table),
            dropped=self.workspace.parts.write(DROPPED.empty_table()),
            rows_in=table.num_rows,
            rows_out=table.num_rows,
            reasons={},
            aside=True,
        )
        self.workspace.write_receipt(self._task(name), receipt)

    def last(self) -> tuple[pa.Table, pa.Table] | None:
        """What the stage kept of the part the last time it ran, and its notes, or None."""
        receipt = self.last_receipt()
        if receipt is None:
            return None
        parts = self.workspace.parts
        return parts.read(receipt.kept), parts.read(receipt.dropped)

    def last_receipt(self) -> Receipt | None:
        """Of that run: what it kept, and its notes in place of what it dropped."""
        return self.workspace.receipt(self._last)

    def note(self, table: pa.Table) -> None:
        """Leave notes on this run for the next one; `close` keeps them."""
        self._notes = table

    def close(self, receipt: Receipt) -> None:
        """The stage has run: its notes stand beside what it kept, under one name for both."""
        if self._notes is not None:
            notes = self.workspace.parts.write(self._notes)
            both = receipt.model_copy(update={"dropped": notes, "reasons": {}, "cpu_seconds": 0.0})
            self.workspace.write_receipt(self._last, both)

    def _task(self, name: str) -> str:
        return task_name(digest(["memory", name]), self.part)

    @property
    def _last(self) -> str:
        return task_name(digest(["last", self.kind]), self.here)


def task_name(key: str, part: str) -> str:
    """The name under which the receipt of a stage on a part is kept."""
    return digest([key, part])


def receipts_so_far(workspace: Workspace, steps: Sequence[Step], part: str) -> list[Receipt]:
    """The receipts that exist for a chain over a part, up to the first that does not."""
    found: list[Receipt] = []
    for step in steps:
        receipt = workspace.receipt(task_name(step.key, part))
        if receipt is None:
            break
        found.append(receipt)
        part = receipt.kept
    return found


def run_task(task: Task) -> list[Receipt]:
    """Run a part through the stages of a task; returns one receipt a stage.

    Raises:
        BuildError: BLD003, a stage raised; the message names the stage and the part.
        CorpusforgeError: a stage refused with a code of its own.
    """
    receipts = receipts_so_far(task.workspace, task.steps, task.part)
    for step in task.steps[len(receipts) :]:
        step.config.require()
    part = receipts[-1].kept if receipts else task.part
    table: pa.Table | None = None
    for step in task.steps[len(receipts) :]:
        if table is None:
            table = task.workspace.parts.read(part)
        source = table
        memory = PartMemory(task.workspace, task.origin or part, part, step.stage.kind)
        given = (memory,) if step.config.REMEMBERS else ()
        receipt, table = receive(
            task.workspace,
            step,
            part,
            source,
            functools.partial(step.stage.run, source, step.config, task.context, *given),
        )
        memory.close(receipt)
        receipts.append(receipt)
        part = receipt.kept
    return receipts


def receive(
    workspace: Workspace, step: Step, part: str, source: pa.Table, run: Callable[[], Split]
) -> tuple[Receipt, pa.Table]:
    """Run a stage, store what it kept and dropped, and write the receipt.

    `source` is the content of `part`, of which `run` makes what is kept.
    """
    rows_in = source.num_rows
    started = time.process_time()
    try:
        kept, dropped = run()
    except CorpusforgeError:
        raise
    except Exception as error:
        raise BuildError(
            "BLD003",
            f"the stage failed: {type(error).__name__}: {_first_line(error)}",
            where=f"stage {step.stage.kind}, part {part[:12]}",
            hint="run again with --debug for the traceback; other parts are kept",
        ) from error
    if kept.num_rows + dropped.num_rows < rows_in:
        raise BuildError(
            "BLD004",
            f"{rows_in - kept.num_rows - dropped.num_rows} records vanished without a reason",
            where=f"stage {step.stage.kind}, part {part[:12]}",
            hint="a stage must return every record as kept or as dropped",
        )
    kept, facts = take_facts(kept)
    receipt = Receipt(
        part=part,
        kept=workspace.parts.write(kept, (part, source)),
        dropped=workspace.parts.write(dropped),
        rows_in=rows_in,
        rows_out=kept.num_rows,
        reasons=reason_counts(dropped),
        cpu_seconds=round(time.process_time() - started, 4),
        facts=facts,
    )
    workspace.write_receipt(task_name(step.key, part), receipt)
    return receipt, kept


def reason_counts(dropped: pa.Table) -> dict[str, int]:
    """How many records went for each reason."""
    return dict(sorted(Counter(dropped.column("reason").to_pylist()).items()))


def _first_line(error: BaseException) -> str:
    text: Any = str(error)
    return str(text).splitlines()[0][:300] if str(text) else ""
