"""Snapshots: the acquired bytes of each source, immutable once complete."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpusforge.build.fingerprint import canonical_json, config_facts, digest, file_digest
from corpusforge.build.parts import write_file
from corpusforge.build.workspace import Workspace
from corpusforge.sources.source import (
    Acquired,
    NothingAcquiredError,
    Source,
    SourceConfig,
)


@dataclass(frozen=True)
class Snapshot:
    """A complete snapshot of one source."""

    source: Source
    config: SourceConfig
    digest: str  # 64 hex digits over the names and bytes of its files
    acquired: Acquired


def current_snapshot(
    workspace: Workspace, dataset: str, source: Source, config: SourceConfig
) -> Snapshot | None:
    """The snapshot a build would use as things stand, or None where one must be acquired."""
    home = _home(workspace, dataset, config)
    try:
        state = json.loads((home / "current").read_bytes())
    except FileNotFoundError:
        return None
    if state["config"] != _acquisition_key(config):
        return None
    if source.signature is not None and state["signature"] != source.signature(config):
        return None
    return _open(home, source, config, state)


def acquire(
    workspace: Workspace,
    dataset: str,
    source: Source,
    config: SourceConfig,
    report: Callable[..., None],
) -> Snapshot:
    """Take a new snapshot of a source; the last one stays until `gc`.

    A source that can resume gets back the folder that a killed run left behind.
    """
    home = _home(workspace, dataset, config)
    home.mkdir(parents=True, exist_ok=True)
    key = _acquisition_key(config)
    partial = home / ".partial"
    mark = home / ".partial-of"
    if partial.exists() and not (source.resumable and mark.exists() and mark.read_text() == key):
        shutil.rmtree(partial)
    partial.mkdir(exist_ok=True)
    mark.write_text(key)
    signature = source.signature(config) if source.signature is not None else None

    def progress(step: str, facts: dict[str, Any]) -> None:
        report("fetch", **{**facts, "source": config.id, "step": step})

    try:
        acquired = source.acquire(config, partial, _previous(home), progress)
    except NothingAcquiredError as nothing:
        # What was refused is kept to be counted, but not as the snapshot: the next build asks anew.
        if nothing.acquired is not None:
            state = _keep(home, partial, nothing.acquired)
            nothing.acquired = _open(home, source, config, state).acquired
        raise
    state = {**_keep(home, partial, acquired), "config": key, "signature": signature}
    write_file(home / "current", canonical_json(state))
    mark.unlink(missing_ok=True)
    return _open(home, source, config, state)


def recorded_snapshot(
    workspace: Workspace, dataset: str, source: Source, config: SourceConfig, snapshot: str
) -> Snapshot | None:
    """The snapshot of that digest, or None where it is not kept any more."""
    home = _home(workspace, dataset, config)
    for name in (f"{snapshot}.json", "current"):
        try:
            state = json.loads((home / name).read_bytes())
        except FileNotFoundError:
            continue
        if state["digest"] == snapshot and (home / snapshot).is_dir():
            return _open(home, source, config, state)
    return None


def empty_snapshot(
    source: Source, config: SourceConfig, nothing: NothingAcquiredError
) -> Snapshot | None:
    """A source that gave nothing, as a snapshot of drops; None where it did not say why."""
    if nothing.acquired is None:
        return None
    return Snapshot(source, config, nothing.acquired.root.name, nothing.acquired)


def _keep(home: Path, partial: Path, acquired: Acquired) -> dict[str, Any]:
    """Give a finished snapshot its name; what `current` says of its content."""
    files = sorted(path.relative_to(partial).as_posix() for path in acquired.files)
    digests = [[name, file_digest(partial / name)] for name in files]
    snapshot = digest(digests)
    final = home / snapshot
    if final.exists():
        shutil.rmtree(partial)
    else:
        partial.rename(final)
    state = {"digest": snapshot, "files": files, "facts": acquired.facts}
    write_file(home / f"{snapshot}.json", canonical_json(state))
    return state


def _acquisition_key(config: SourceConfig) -> str:
    facts = config_facts(config)
    steering = {name: facts[name] for name in type(config).ACQUISITION if name in facts}
    return digest([facts.get("kind"), config.VERSION, steering])


def _home(workspace: Workspace, dataset: str, config: SourceConfig) -> Path:
    return workspace.root / "snapshots" / dataset / config.id


def _open(home: Path, source: Source, config: SourceConfig, state: dict[str, Any]) -> Snapshot:
    root = home / state["digest"]
    files = tuple(root / name for name in state["files"])
    return Snapshot(
        source, config, state["digest"], Acquired(root=root, files=files, facts=state["facts"])
    )


def _previous(home: Path) -> Acquired | None:
    try:
        state = json.loads((home / "current").read_bytes())
    except FileNotFoundError:
        return None
    root = home / state["digest"]
    if not root.is_dir():
        return None
    return Acquired(
        root=root, files=tuple(root / name for name in state["files"]), facts=state["facts"]
    )
