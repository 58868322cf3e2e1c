"""What a published version leaves in the private area: the way back that rights and versions need.

The dedup index holds signatures of its records, for the versions after it. The erasure index says,
under a key of the steward, which record of which version held an identifier, so that a person who
asks can be found and taken out. Neither is ever published.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from corpusforge.build.parts import write_file
from corpusforge.build.plan import Plan
from corpusforge.build.tasks import PartMemory
from corpusforge.build.workspace import Manifest, Workspace

_KEY_BYTES = 32


def remember_published(plan: Plan, workspace: Workspace, manifests: list[Manifest]) -> None:
    """Keep both indexes of a version that is published now; doing it twice changes nothing."""
    by_kind = {manifest.kind: manifest for manifest in manifests}
    if "dedup" in by_kind:
        _remember_signatures(plan, workspace, by_kind["dedup"], manifests[-1])
    if "scrub" in by_kind:
        ids, origins = _ids(workspace, manifests[-1]), manifests[0].inputs
        _remember_identifiers(plan, workspace, by_kind["scrub"], ids, origins)


def _ids(workspace: Workspace, last: Manifest) -> pa.Array:
    return pa.chunked_array(list(_ids_by_part(workspace, last)), pa.string()).combine_chunks()


def _ids_by_part(workspace: Workspace, last: Manifest) -> Iterator[pa.Array]:
    for part in last.parts:
        yield from workspace.parts.read(part, ["id"]).column("id").chunks


def _remember_signatures(plan: Plan, workspace: Workspace, dedup: Manifest, last: Manifest) -> None:
    from corpusforge.stages.dedup.index import keep_index

    built = workspace.artifact(dedup.fingerprint) / "side" / "index.arrow"
    context = plan.context
    keep_index(
        built, workspace.private, context.dataset, context.version, _ids_by_part(workspace, last)
    )


def _remember_identifiers(
    plan: Plan, workspace: Workspace, scrub: Manifest, ids: pa.Array, origins: tuple[str, ...]
) -> None:
    from corpusforge.privacy.erasure import ErasureIndex, erasure_entries
    from corpusforge.privacy.policy import policy_named
    from corpusforge.stages.scrub import remembered

    context = plan.context
    mark = workspace.private / "erasure" / "done" / context.dataset / context.version
    if mark.exists() and mark.read_text("ascii") == scrub.fingerprint:
        return
    config: Any = next(step.config for step in plan.steps if step.stage.kind == "scrub")
    key = erasure_key(workspace.private)
    index = ErasureIndex(workspace.private)
    for part, origin in zip(scrub.inputs, origins, strict=True):
        table = workspace.parts.read(part)
        detector = remembered(policy_named(config.policy), PartMemory(workspace, origin))
        table = table.filter(pc.is_in(table.column("id"), value_set=ids))
        entries = erasure_entries(table, config.policy, key, detector)
        if entries.num_rows:
            index.append(entries, context.dataset, context.version)
    write_file(mark, scrub.fingerprint.encode("ascii"))


def erasure_key(private: Path) -> bytes:
    """The steward's key for the erasure index: 32 random bytes, made once, theirs alone to read."""
    path = private / "erasure.key"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        private.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
        return path.read_bytes()
