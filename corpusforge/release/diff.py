"""`corpusforge diff`: which rows two releases have and have not in common, by id."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import ValidationError

from corpusforge.errors import ReleaseError
from corpusforge.release.directory import read_manifest, read_release
from corpusforge.release.documents import RELEASE
from corpusforge.release.hub import DATASET, hub, remote_file, reported
from corpusforge.release.manifest import MANIFEST, digest
from corpusforge.release.model import Config, Release
from corpusforge.release.reference import Remote

#: What makes a row another one under the same id.
_COMPARED = ("text_sha256", "license", "language", "origin", "config")
#: Ids named for each kind of change; the counts are always complete.
_NAMED = 20


class Change(NamedTuple):
    """Rows added, removed and changed in one config."""

    config: str
    added: int
    removed: int
    changed: int


class Companion(NamedTuple):
    """A companion config: rows before and after (None: not there), and whether it is the same.

    It is the same where it was made in the same way of the same rows.
    """

    config: str
    before: int | None
    after: int | None
    same: bool


class Difference(NamedTuple):
    """What differs between two releases; `before` and `after` are ``name@version digest``."""

    before: str
    after: str
    added: int
    removed: int
    changed: int
    same: int
    configs: tuple[Change, ...]  # by the config in `after`, or in `before` for removed rows
    rows: tuple[tuple[str, int, int], ...]  # language: rows before, after
    licences: tuple[tuple[str, int, int], ...]  # licence: rows before, after
    fields: dict[str, int]  # column: changed rows in which it differs
    examples: dict[str, tuple[str, ...]]  # added | removed | changed: the first ids
    companions: tuple[Companion, ...] = ()

    @property
    def identical(self) -> bool:
        """Whether both have the same rows, configs and licences, and the same made of them."""
        rows = self.added or self.removed or self.changed
        return not rows and all(companion.same for companion in self.companions)


class _Side(NamedTuple):
    label: str
    release: Release
    rows: pa.Table


def diff(before: Path | Remote, after: Path | Remote) -> Difference:
    """Compare two releases row by row; only the small columns are read.

    Raises:
        ReleaseError: one is no release (REL004) or cannot be read (REL005, REL010 … REL014).

    """
    old, new = _side(before), _side(after)
    joined = old.rows.join(
        new.rows,
        keys="id",
        join_type="full outer",
        left_suffix="_old",
        right_suffix="_new",
        coalesce_keys=True,
    )
    was, now = pc.is_valid(joined["config_old"]), pc.is_valid(joined["config_new"])
    added, removed = pc.invert(was), pc.invert(now)
    both = pc.and_(was, now)
    differs = {
        name: pc.and_(
            both, pc.fill_null(pc.not_equal(joined[f"{name}_old"], joined[f"{name}_new"]), False)
        )
        for name in _COMPARED
    }
    changed = pc.and_(both, _any(list(differs.values())))
    config = pc.coalesce(joined["config_new"], joined["config_old"])
    masks = {"added": added, "removed": removed, "changed": changed}
    count = {name: int(pc.sum(mask).as_py() or 0) for name, mask in masks.items()}
    return Difference(
        old.label,
        new.label,
        **count,
        same=int(pc.sum(both).as_py() or 0) - count["changed"],
        configs=_by_config(config, masks),
        rows=_pairs(old.release.languages, new.release.languages),
        licences=_pairs(
            {facts.license: facts.rows for facts in old.release.licences},
            {facts.license: facts.rows for facts in new.release.licences},
        ),
        fields={
            name: int(total)
            for name, mask in differs.items()
            if (total := pc.sum(mask).as_py() or 0)
        },
        examples={
            name: tuple(sorted(joined["id"].filter(mask).to_pylist())[:_NAMED])
            for name, mask in masks.items()
        },
        companions=_companions(old.release, new.release),
    )


def _companions(before: Release, after: Release) -> tuple[Companion, ...]:
    was, now = ({config.name: config for config in side.companions} for side in (before, after))
    return tuple(
        Companion(
            name,
            was[name].rows if name in was else None,
            now[name].rows if name in now else None,
            name in was and name in now and _made(was[name]) == _made(now[name]),
        )
        for name in sorted({*was, *now})
    )


def _made(config: Config) -> dict[str, object]:
    """All that is stated of a companion but how its files were cut and packed."""
    splits = {split.name: (split.rows, split.text_bytes, split.tokens) for split in config.splits}
    return {
        **config.model_dump(include={"kind", "of", "license", "columns", "facts"}),
        "splits": splits,
        "exports": sorted(file.path for file in config.exports),
    }


def _any(masks: list[Any]) -> Any:
    found = masks[0]
    for mask in masks[1:]:
        found = pc.or_(found, mask)
    return found


def _by_config(config: Any, masks: dict[str, Any]) -> tuple[Change, ...]:
    counts: dict[str, dict[str, int]] = {}
    for kind, mask in masks.items():
        for entry in pc.value_counts(config.filter(mask)).to_pylist():
            counts.setdefault(entry["values"], {})[kind] = entry["counts"]
    return tuple(
        Change(name, found.get("added", 0), found.get("removed", 0), found.get("changed", 0))
        for name, found in sorted(counts.items())
    )


def _pairs(before: dict[str, int], after: dict[str, int]) -> tuple[tuple[str, int, int], ...]:
    return tuple((n, before.get(n, 0), after.get(n, 0)) for n in sorted({*before, *after}))


def _side(target: Path | Remote) -> _Side:
    if isinstance(target, Path):
        release = read_release(target)
        _, identity = read_manifest(target)
        return _Side(
            f"{release.name}@{release.version} {identity}",
            release,
            _rows(release, lambda path: (target / path).open("rb"), str(target)),
        )
    from huggingface_hub import HfFileSystem

    with reported(target.endpoint, f"reading {target}"):
        client = hub(target.endpoint, target.token)
        commit = client.repo_info(target.name, repo_type=DATASET, revision=target.tag).sha or ""
        model = remote_file(client, target.name, RELEASE, commit)
        manifest = remote_file(client, target.name, MANIFEST, commit)
        if model is None or manifest is None:
            raise ReleaseError("REL004", "it was not published by corpusforge", where=str(target))
        try:
            release = Release.model_validate_json(model)
        except ValidationError as error:
            raise ReleaseError("REL004", "its model cannot be read", where=str(target)) from error
        system = HfFileSystem(
            endpoint=target.endpoint, token=client.token, skip_instance_cache=True
        )
        rows = _rows(
            release,
            lambda path: system.open(f"datasets/{target.name}@{commit}/{path}", "rb"),
            str(target),
        )
    return _Side(f"{release.name}@{release.version} {digest(manifest)}", release, rows)


def _rows(release: Release, open_file: Callable[[str], IO[bytes]], where: str) -> pa.Table:
    """Id, config and the compared columns of every row."""
    wanted = ["id", *(name for name in _COMPARED if name != "config")]
    tables = []
    for config in release.texts:
        for split in config.splits:
            for entry in split.files:
                try:
                    with open_file(entry.path) as file:
                        table = pq.read_table(file, columns=wanted)
                except (pa.ArrowException, FileNotFoundError, KeyError) as error:
                    raise ReleaseError(
                        "REL005", f"{entry.path} cannot be read", where=where
                    ) from error
                names = pa.array([config.name] * table.num_rows, pa.string())
                tables.append(table.append_column("config", names))
    return pa.concat_tables(tables)
