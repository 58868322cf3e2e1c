"""Lineage: where a record came from, what each stage did with it, and where it went.

Parts keep their place through every stage (part 7 of a stage is made of part 7 of the stage before
it), so a record is looked for once and then followed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpusforge.build.workspace import Manifest, Workspace
from corpusforge.errors import BuildError

_FACTS = ("source", "key", "url", "license", "language", "date", "acquired", "origin")


@dataclass(frozen=True)
class Passage:
    """What one stage did with a record."""

    stage: str
    fingerprint: str
    outcome: str  # kept | dropped
    reason: str | None = None
    detail: str | None = None
    duplicate_of: str | None = None


@dataclass(frozen=True)
class Trace:
    """A record in one version of one dataset, from its source to the release or to its drop."""

    id: str
    dataset: str
    version: str
    facts: dict[str, Any]
    passages: tuple[Passage, ...] = field(default=())
    #: What people's answers made of it: gold rows and corrections, with the answers behind each.
    judgements: tuple[dict[str, Any], ...] = field(default=())

    @property
    def released(self) -> bool:
        """Whether it came through every stage."""
        return bool(self.passages) and self.passages[-1].outcome == "kept"


def trace(workspace: Workspace, record: str) -> list[Trace]:
    """The record of that id in every recorded version; of a gold row's id, the record behind it.

    Raises:
        BuildError: BLD009, no version knows the id.
    """
    place = record.partition(":")[0]
    found = [
        dataclasses.replace(traced, judgements=tuple(_judgements(workspace, run, record)))
        for run in workspace.runs()
        for traced in _find(workspace, run, "id", {place})
    ]
    if not found:
        raise BuildError(
            "BLD009",
            f"no build in this workspace has seen the record {record}",
            where=str(workspace.root),
            hint="name the workspace of its build with --workspace",
        )
    return found


def _judgements(workspace: Workspace, run: dict[str, Any], record: str) -> Iterator[dict[str, Any]]:
    """Gold rows and corrections of a record in one version; of a gold row's id, that row alone."""
    for entry in run["stages"]:
        manifest = workspace.manifest(entry["fingerprint"]) if entry["kind"] == "annotate" else None
        side = workspace.artifact(entry["fingerprint"]) / "side"
        for name in sorted(manifest.side if manifest else ()):
            if name.startswith("data/gold-"):
                column = "id" if ":" in record else "record"
                rows = pq.read_table(side / name, filters=[(column, "=", record)]).to_pylist()
                left: tuple[str, ...] = ("text", "corrected", "license", "attribution")
                config = name.split("/")[1]
            elif name == "changes.arrow":
                with pa.memory_map(str(side / name)) as file:
                    table = pa.ipc.open_file(file).read_all()
                rows = table.filter(pc.equal(table["id"], record.partition(":")[0])).to_pylist()
                left, config = (), "correction"
            else:
                continue
            for row in rows:
                yield {"what": config, **{k: v for k, v in row.items() if k not in left}}


def why(workspace: Workspace, url: str) -> list[Trace]:
    """What became of the records of a URL in every recorded version.

    Raises:
        BuildError: BLD009, no version has seen the URL.
    """
    spellings = {url, url.rstrip("/"), url.rstrip("/") + "/"}
    found = [
        traced for run in workspace.runs() for traced in _find(workspace, run, "url", spellings)
    ]
    if not found:
        raise BuildError(
            "BLD009",
            "no build in this workspace has read anything from that URL",
            where=url,
            hint="it was never fetched: see what the crawl refused with `corpusforge crawl`",
        )
    return found


def drops(workspace: Workspace, run: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every dropped record of a build, with the stage that dropped it."""
    for entry in (*run["sources"], *run["stages"]):
        manifest = workspace.manifest(entry["fingerprint"])
        for receipt in manifest.receipts if manifest else ():
            for row in workspace.parts.read(receipt.dropped).to_pylist():
                yield {"stage": entry["kind"], **row}


def _find(
    workspace: Workspace, run: dict[str, Any], column: str, values: set[str]
) -> Iterator[Trace]:
    offset = 0
    manifests = [workspace.manifest(entry["fingerprint"]) for entry in run["stages"]]
    for entry in run["sources"]:
        reading = workspace.manifest(entry["fingerprint"])
        if reading is None:
            continue
        for number, receipt in enumerate(reading.receipts):
            for row in _matching(workspace, receipt.dropped, column, values):
                passage = Passage(
                    reading.kind, reading.fingerprint, "dropped", row["reason"], row["detail"]
                )
                yield _trace(run, row, (passage,))
            for row in _matching(workspace, receipt.kept, column, values):
                steps = _follow(workspace, manifests, offset + number, row["id"])
                first = Passage(reading.kind, reading.fingerprint, "kept")
                yield _trace(run, row, (first, *steps))
        offset += len(reading.receipts)


def _trace(run: dict[str, Any], row: dict[str, Any], passages: tuple[Passage, ...]) -> Trace:
    facts = {name: row[name] for name in _FACTS if row.get(name) is not None}
    return Trace(row["id"], run["dataset"], run["version"], facts, passages)


def _matching(
    workspace: Workspace, part: str, column: str, values: set[str]
) -> list[dict[str, Any]]:
    wanted = (*_FACTS, "id", "reason", "detail", "duplicate_of")
    if workspace.parts.read(part, [column]).num_rows == 0:
        return []
    keys = workspace.parts.read(part, [column]).column(column)
    hit = pc.is_in(keys, value_set=pa.array(sorted(values), keys.type))
    if not pc.any(hit).as_py():
        return []
    rows: list[dict[str, Any]] = workspace.parts.read(part, wanted).filter(hit).to_pylist()
    return rows


def _follow(
    workspace: Workspace, manifests: list[Manifest | None], number: int, record: str
) -> Iterator[Passage]:
    for manifest in manifests:
        if manifest is None or number >= len(manifest.receipts):
            return
        receipt = manifest.receipts[number]
        gone = _matching(workspace, receipt.dropped, "id", {record})
        if gone:
            row = gone[0]
            yield Passage(
                manifest.kind,
                manifest.fingerprint,
                "dropped",
                row["reason"],
                row["detail"],
                row["duplicate_of"],
            )
            return
        yield Passage(manifest.kind, manifest.fingerprint, "kept")
