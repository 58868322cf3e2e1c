"""From a snapshot to parts: read once, and what has not changed since the last snapshot not again.

A source may say that its snapshot falls into pieces which are read each by itself, such as large
files (`Source.pieces`). What a piece gave is kept under the digest of what it was read from, so a
version with more documents reads the new ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from corpusforge.build.fingerprint import config_facts, digest, library_versions
from corpusforge.build.plan import Plan, read_fingerprint
from corpusforge.build.snapshots import Snapshot
from corpusforge.build.tasks import reason_counts
from corpusforge.build.workspace import Manifest, Receipt, Workspace
from corpusforge.sources.parts import without_repeated
from corpusforge.sources.source import Piece, RawPart, ReadContext

#: How the kinds of manifests of single pieces begin.
PIECE = "piece "


def read(
    plan: Plan, workspace: Workspace, snapshot: Snapshot, report: Callable[..., None]
) -> Manifest:
    """The records of a snapshot as parts, read once and kept under the snapshot's name."""
    fingerprint = read_fingerprint(plan, snapshot)
    if manifest := workspace.manifest(fingerprint):
        return manifest
    context = plan.read_context(snapshot.config, snapshot)
    receipts: list[Receipt] = []
    for receipt in _receipts(workspace, snapshot, context):
        receipts.append(receipt)
        report("read", source=snapshot.config.id, records=sum(r.rows_out for r in receipts))
    manifest = Manifest(
        kind=f"read {snapshot.config.id}",
        fingerprint=fingerprint,
        facts={"source": snapshot.config.id, "snapshot": snapshot.digest},
        inputs=(),
        receipts=tuple(receipts),
    )
    workspace.write_manifest(manifest)
    return manifest


def _receipts(workspace: Workspace, snapshot: Snapshot, context: ReadContext) -> Iterator[Receipt]:
    source, config = snapshot.source, snapshot.config
    if source.pieces is None:
        yield from _written(workspace, source.read(config, snapshot.acquired, context))
        return
    seen: set[str] = set()
    for piece in source.pieces(config, snapshot.acquired, context):
        for receipt in _read_before(workspace, snapshot, context, piece):
            keys = workspace.parts.read(receipt.kept, ["key"]).column("key").to_pylist()
            if seen.isdisjoint(keys):
                yield receipt
            else:
                part = RawPart(
                    workspace.parts.read(receipt.kept), workspace.parts.read(receipt.dropped)
                )
                yield from _written(workspace, [without_repeated(part, seen, piece.name)])
            seen.update(keys)


def _read_before(
    workspace: Workspace, snapshot: Snapshot, context: ReadContext, piece: Piece
) -> tuple[Receipt, ...]:
    """What a piece gives, by itself: as it was kept, or read now and kept."""
    config = snapshot.config
    facts = config_facts(config)
    fingerprint = digest(
        {
            "piece": piece.digest,
            "read": {name: facts[name] for name in facts if name not in config.ACQUISITION},
            "version": config.VERSION,
            "libraries": library_versions(("pyarrow", *config.LIBRARIES)),
            "domain": context.domain,
            "priority": context.priority,
        }
    )
    if (manifest := workspace.manifest(fingerprint)) and _whole(workspace, manifest):
        return manifest.receipts
    manifest = Manifest(
        kind=f"{PIECE}{config.id}",
        fingerprint=fingerprint,
        facts={"source": config.id, "piece": piece.name},
        inputs=(),
        receipts=tuple(_written(workspace, piece.read())),
    )
    workspace.write_manifest(manifest)
    return manifest.receipts


def _whole(workspace: Workspace, manifest: Manifest) -> bool:
    return all(workspace.parts.path(each.dropped).exists() for each in manifest.receipts)


def _written(workspace: Workspace, parts: Iterable[RawPart]) -> Iterator[Receipt]:
    for part in parts:
        yield Receipt(
            kept=workspace.parts.write(part.records),
            dropped=workspace.parts.write(part.dropped),
            rows_in=part.records.num_rows + part.dropped.num_rows,
            rows_out=part.records.num_rows,
            reasons=reason_counts(part.dropped),
        )
