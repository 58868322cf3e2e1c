"""Withdrawal: records that leave a dataset for good, with a receipt.

A withdrawn record and every copy of its text are dropped by the `dedup` of every later build of the
dataset, and of datasets that are held `against` it, with the reason ``withdrawn``. What is known of
its text (hashes and MinHash values, no text) is kept as a tombstone in the private area, taken from
the indexes of published versions and from builds of this workspace. Published versions are the
registry's: the receipt names those the record is in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field

from corpusforge.build.fingerprint import canonical_json, digest
from corpusforge.build.parts import write_file
from corpusforge.build.workspace import Workspace
from corpusforge.errors import BuildError
from corpusforge.stages.dedup.index import (
    Published,
    published_versions,
    tombstones,
    withdrawn_ids,
    without_sketches,
    write_index_file,
    write_withdrawn_ids,
)


class Withdrawal(BaseModel):
    """The receipt of a withdrawal; kept under ``private/NAME/withdrawals``, never with a text."""

    model_config = ConfigDict(frozen=True)

    dataset: str
    ids: tuple[str, ...] = Field(description="Records that must not come back.")
    reason: str
    date: str = Field(description="ISO date on which it was asked for.")
    published: dict[str, tuple[str, ...]] = Field(
        description="Published versions that hold one of them: version, ids."
    )
    barred: tuple[str, ...] = Field(
        description="Of the ids, those whose text is known, so that no copy can come back either."
    )

    @property
    def number(self) -> str:
        """What the receipt is called by: 16 hex digits of what it says."""
        return digest(self.model_dump(mode="json"))[:16]


def withdraw(
    workspace: Workspace, dataset: str, ids: Sequence[str], *, reason: str, date: str
) -> Withdrawal:
    """Withdraw records; doing it twice changes nothing.

    The caller holds the workspace's lock. Tombstones are written first, then the list of ids, then
    the receipt: a kill in between leaves nothing that a second call does not finish.

    Raises:
        BuildError: BLD009, no version and no build of the dataset here knows one of the ids.
    """
    private = workspace.private
    wanted = sorted(set(ids))
    published = {
        one.version: tuple(held)
        for one in published_versions(private, dataset)
        if (held := _ids(_rows(one, wanted)))
    }
    buried = {record for one in tombstones(private, dataset) for record in _ids(_rows(one, wanted))}
    found: list[tuple[str, pa.Table]] = []
    for one in _indexes(workspace, dataset):
        rows = _rows(one, [record for record in wanted if record not in buried])
        if rows.num_rows:
            found.append((one.version, rows))
            buried.update(_ids(rows))
    unknown = sorted(set(wanted) - buried - withdrawn_ids(private, dataset))
    if unknown:
        others = f", nor {len(unknown) - 1} others that were named" if len(unknown) > 1 else ""
        raise BuildError(
            "BLD009",
            f"no version or build of {dataset} here holds the record {unknown[0]}{others}",
            where=str(workspace.root),
            hint="an id is 32 hex digits; `corpusforge why URL` finds the id of a page",
        )
    for version, rows in found:
        write_index_file(private / dataset / "tombstones", version, [without_sketches(rows)])
    receipt = Withdrawal(
        dataset=dataset,
        ids=tuple(wanted),
        reason=reason,
        date=date,
        published=published,
        barred=tuple(sorted(buried)),
    )
    write_withdrawn_ids(private, dataset, wanted)
    path = private / dataset / "withdrawals" / f"{date}-{receipt.number}.json"
    write_file(path, canonical_json(receipt.model_dump(mode="json")))
    return receipt


def withdrawals(workspace: Workspace, dataset: str) -> list[Withdrawal]:
    """All receipts of a dataset, oldest first."""
    folder = workspace.private / dataset / "withdrawals"
    return [Withdrawal.model_validate_json(path.read_bytes()) for path in sorted(folder.glob("*"))]


def _indexes(workspace: Workspace, dataset: str) -> Iterator[Published]:
    """Where texts of the dataset may be known: published versions, then builds made here."""
    yield from published_versions(workspace.private, dataset)
    for run in workspace.runs():
        if run["dataset"] != dataset:
            continue
        for entry in run["stages"]:
            path = workspace.artifact(entry["fingerprint"]) / "side" / "index.arrow"
            if entry["kind"] == "dedup" and path.exists():
                yield Published(dataset, run["version"], path)


def _rows(one: Published, ids: Sequence[str]) -> pa.Table:
    value_set = pa.array(ids, pa.string())
    tables = [
        table.filter(pc.is_in(table.column("id"), value_set=value_set)) for table in one.batches()
    ]
    return pa.concat_tables(tables) if tables else pa.table({"id": pa.array([], pa.string())})


def _ids(rows: pa.Table) -> list[str]:
    return sorted(rows.column("id").to_pylist())


def render(receipt: Withdrawal) -> list[str]:
    """The receipt as a steward reads it."""
    count = len(receipt.ids)
    lines = [f"{receipt.dataset}: {count} withdrawn on {receipt.date}, receipt {receipt.number}"]
    for version, ids in receipt.published.items():
        lines.append(f"  published in {version}: {', '.join(ids)}")
    if receipt.published:
        lines.append("  publish a new version; the registry withdraws the bytes of the old ones")
    missing = sorted(set(receipt.ids) - set(receipt.barred))
    if missing:
        lines.append(f"  only by id, their text is not known here: {', '.join(missing)}")
    return lines


def as_json(receipt: Withdrawal) -> str:
    """The receipt for machines, in one line."""
    body: dict[str, Any] = {"receipt": receipt.number, **receipt.model_dump(mode="json")}
    return json.dumps(body, ensure_ascii=True, sort_keys=True)
