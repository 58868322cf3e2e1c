"""Freeing space: what no recorded build uses any more."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from corpusforge.build.reading import PIECE
from corpusforge.build.workspace import Receipt, Workspace


@dataclass(frozen=True)
class Freed:
    """What `gc` removed, or would remove."""

    files: int
    bytes: int


def collect(workspace: Workspace, *, dry_run: bool = False) -> Freed:
    """Remove parts, receipts, artifacts and snapshots that no recorded build refers to.

    What a build of any version last consisted of stays whole, so every release can be traced and
    every recipe that was built goes on from where it is. The caller holds the workspace's lock.
    """
    live_artifacts: set[str] = set()
    live_parts: set[str] = set()
    live_tasks: set[tuple[str, str]] = set()  # the part that came in, the part that went on
    live_snapshots: set[str] = set()
    for run in workspace.runs():
        for entry in (*run["sources"], *run["stages"]):
            live_artifacts.add(entry["fingerprint"])
            live_snapshots.add(entry.get("snapshot", ""))
            if manifest := workspace.manifest(entry["fingerprint"]):
                live_parts.update(manifest.inputs)
                for receipt in manifest.receipts:
                    live_parts.update((receipt.kept, receipt.dropped))
                    live_tasks.add((receipt.part, receipt.kept))
    stale_receipts = []
    for path in (workspace.root / "receipts").glob("*/*.json"):
        receipt = Receipt.model_validate_json(path.read_bytes())
        of_use = receipt.aside and receipt.part in live_parts
        if of_use or (receipt.part, receipt.kept) in live_tasks:
            live_parts.update((receipt.kept, receipt.dropped))
        else:
            stale_receipts.append(path)
    live_parts |= _bases(workspace, live_parts)
    for current in (workspace.root / "snapshots").glob("**/current"):
        live_snapshots.add(json.loads(current.read_bytes())["digest"])
    stale = [
        *stale_receipts,
        *(
            path
            for path in (workspace.root / "parts").glob("*/*.arrow")
            if path.stem not in live_parts
        ),
        *(
            path
            for path in (workspace.root / "artifacts").glob("*")
            if path.name not in live_artifacts and not _of_use(workspace, path.name, live_parts)
        ),
        *(workspace.root / "unfinished").glob("*"),  # no build is at work on them: the lock is held
        *(
            path
            for path in (workspace.root / "snapshots").glob("*/*/*/*")
            if _is_snapshot(path) and path.stem not in live_snapshots
        ),
    ]
    freed = Freed(files=len(stale), bytes=sum(_size(path) for path in stale))
    if not dry_run:
        for path in stale:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    return freed


def _bases(workspace: Workspace, parts: set[str]) -> set[str]:
    """The parts that these name, and those that they name in turn."""
    found: set[str] = set()
    for part in parts:
        below: str | None = part
        while below is not None and workspace.parts.path(below).exists():
            below = workspace.parts.base(below)
            if below is None or below in found:
                break
            found.add(below)
    return found


def _of_use(workspace: Workspace, fingerprint: str, live_parts: set[str]) -> bool:
    """Whether it says what a piece of a source gave, and that is in use."""
    manifest = workspace.manifest(fingerprint)
    return (
        manifest is not None
        and manifest.kind.startswith(PIECE)
        and live_parts.issuperset((*manifest.parts, *(r.dropped for r in manifest.receipts)))
    )


def _is_snapshot(path: Path) -> bool:
    """Whether it is the folder of a snapshot, or the file of what it consists of."""
    return not path.name.startswith(".") and (path.is_dir() or path.suffix == ".json")


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(item.stat().st_size for item in path.rglob("*") if item.is_file())
    return path.stat().st_size
