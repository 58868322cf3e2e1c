"""A release built again: whether a recipe still gives it, byte for byte.

Everything is computed again from the snapshots that the version was built from, in a workspace of
its own without a single cached part, and compared file by file. Where something differs, the first
stage that put out other parts is named.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from corpusforge.arrow import without_pandas
from corpusforge.build.assemble import assemble
from corpusforge.build.plan import Plan, make_plan
from corpusforge.build.reading import read
from corpusforge.build.run import make_executor, run_stages
from corpusforge.build.snapshots import Snapshot, recorded_snapshot
from corpusforge.build.workspace import Manifest, Workspace
from corpusforge.errors import BuildError
from corpusforge.recipe.load import load_recipe
from corpusforge.release.directory import read_manifest
from corpusforge.release.manifest import Manifest as Listed

#: Files named in an error; the counts are always complete.
_NAMED = 5


class Rebuilt(NamedTuple):
    """A release that was built again and came out the same."""

    digest: str
    files: int
    parts: int  # parts that were computed again


def rebuild(
    recipe: Path,
    listed: Listed,
    identity: str,
    *,
    workspace: Path,
    executor: str,
    workers: int,
    report: Callable[..., None],
) -> Rebuilt:
    """Build a recipe again from the recorded snapshots and compare with a release's manifest.

    Args:
        recipe: the recipe it was built from.
        listed: the release's manifest.
        identity: its digest, ``sha256:…``.
        workspace: where the version was built: its snapshots and private indexes are read.
        executor: local, slurm or ray.
        workers: processes.
        report: takes events.

    Raises:
        BuildError: BLD009, the version or a snapshot of it is not in the workspace; BLD013, the
            rebuild gives other bytes: which files, and the first stage that differs.
    """
    without_pandas()
    loaded = load_recipe(recipe)
    home = Workspace(workspace)
    with home.lock():
        run = home.run(loaded.recipe.name, loaded.recipe.version)
        named = f"{loaded.recipe.name} {loaded.recipe.version}"
        if run is None or (listed.name, listed.version) != (run["dataset"], run["version"]):
            raise BuildError(
                "BLD009",
                f"no build of {listed.name} {listed.version} by this recipe ({named}) is here",
                where=str(home.root),
                hint="name the recipe and the --workspace it was built with",
            )
        place = home.scratch("rebuild")  # what a kill leaves there, the next build sweeps
        fresh = Workspace(place)
        fresh.private = home.private  # the same published versions are held against it
        try:
            with fresh.lock(), make_executor(executor, workers, place / "jobs") as pool:
                plan = make_plan(loaded, fresh)
                snapshots = _snapshots(plan, home, run)
                readings = [read(plan, fresh, snapshot, report) for snapshot in snapshots]
                parts = tuple(part for reading in readings for part in reading.parts)
                outcomes = run_stages(plan, fresh, pool, parts, report)
                manifests = [manifest for manifest, _ in outcomes]
                assemble(plan, fresh, snapshots, readings, manifests, place / "release")
            found, again = read_manifest(place / "release")
            if again != identity:
                raise _differs(home, run, readings, manifests, listed, found)
        finally:
            shutil.rmtree(place, ignore_errors=True)
    computed = sum(len(manifest.receipts) for manifest in (*readings, *manifests))
    return Rebuilt(again, len(found.files), computed)


def _snapshots(plan: Plan, home: Workspace, run: dict[str, Any]) -> list[Snapshot]:
    recorded = {entry["source"]: entry["snapshot"] for entry in run["sources"]}
    found = []
    for source, config in plan.sources:
        digest = recorded.get(config.id)
        snapshot = digest and recorded_snapshot(home, run["dataset"], source, config, digest)
        if not snapshot:
            raise BuildError(
                "BLD009",
                f"the snapshot that source {config.id} was read from is not here any more",
                where=f"{home.root / 'snapshots'}: {(digest or 'none')[:12]}",
                hint="a rebuild needs the very bytes; keep snapshots of what must be rebuilt",
            )
        found.append(snapshot)
    return found


def _differs(
    home: Workspace,
    run: dict[str, Any],
    readings: list[Manifest],
    manifests: list[Manifest],
    listed: Listed,
    found: Listed,
) -> BuildError:
    files = differing_files(listed, found)
    more = f" and {len(files) - _NAMED} more" if len(files) > _NAMED else ""
    stage = first_difference(home, run, [*readings, *manifests])
    names = ", ".join(files[:_NAMED]) or "facts in the manifest"
    recipe = (
        "" if listed.recipe_sha256 == found.recipe_sha256 else "; the recipe is not the same file"
    )
    return BuildError(
        "BLD013",
        f"the rebuild differs: {names}{more}{recipe}",
        where=stage or "all stages put out the same; the documents differ",
        hint="the release is what it says, but this recipe here does not give it: compare versions",
    )


def differing_files(listed: Listed, found: Listed) -> list[str]:
    """What is in one manifest and not, or not so, in the other; one phrase a file."""
    before = {entry.path: entry.sha256 for entry in listed.files}
    after = {entry.path: entry.sha256 for entry in found.files}
    phrases = []
    for path in sorted({*before, *after}):
        if path not in before:
            phrases.append(f"{path} is new")
        elif path not in after:
            phrases.append(f"{path} is missing")
        elif before[path] != after[path]:
            phrases.append(f"{path} differs")
    return phrases


def first_difference(home: Workspace, run: dict[str, Any], manifests: list[Manifest]) -> str | None:
    """The first reading or stage whose parts are other ones than the recorded build's."""
    recorded = [*run["sources"], *run["stages"]]
    for entry, manifest in zip(recorded, manifests, strict=False):
        facts = entry.get("facts", {})
        changed = [name for name, fact in manifest.facts.items() if facts.get(name, fact) != fact]
        if changed:
            return f"{entry['kind']}: {', '.join(changed)} changed since it was built"
        before = home.manifest(entry["fingerprint"])
        if before is None:
            continue
        ours, theirs = (
            Counter((receipt.kept, receipt.dropped) for receipt in one.receipts)
            for one in (manifest, before)
        )
        if ours != theirs:
            different = sum((theirs - ours).values())
            return (
                f"{entry['kind']}: {different} of {len(before.receipts)} parts come out otherwise"
            )
    return None
