"""The index of published versions: what a new version is deduplicated against.

Private to the steward: hashes of unscrubbed text are a way back to it. One file a version, named by
its own digest and never changed::

    private/commons/health/index/1.0.0-3f2a….arrow
    private/commons/health/withdrawn.txt              ids that must not come back, one a line
    private/commons/health/tombstones/1.0.0-….arrow   what is known of their texts: nor may copies

"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from corpusforge.stages.dedup.disk import Rows, Sorted
from corpusforge.stages.dedup.hexids import id_bytes
from corpusforge.stages.dedup.sketches import SIGNED
from corpusforge.stages.dedup.sorting import Sorter

#: Beside signatures and sketches: the id, and what decides who survives.
INDEX = pa.schema(
    [
        ("id", pa.string()),
        ("priority", pa.int32()),
        ("date", pa.string()),
        ("cluster", pa.string()),
        *SIGNED,
    ]
)
#: Records of an index in one batch of its file, and looked at together.
ROWS_AT_A_TIME = 50_000
_ID = np.dtype("S16")
_SORTING_BYTES = 64 << 20
_NAME = re.compile(r"(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+?)?)-([0-9a-f]{16})\.arrow")


@dataclass(frozen=True)
class Published:
    """The index of one published version."""

    dataset: str
    version: str
    path: Path

    def read(self) -> pa.Table:
        """Its records, in `INDEX` columns."""
        with pa.memory_map(str(self.path)) as file:
            return _with_sketches(pa.ipc.open_file(file).read_all())

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """Its records some at a time, in `INDEX` columns or the named ones."""
        yield from _batches(self.path, columns)


def _batches(path: Path, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    with pa.memory_map(str(path)) as file:
        reader = pa.ipc.open_file(file)
        for number in range(reader.num_record_batches):
            table = _with_sketches(pa.Table.from_batches([reader.get_batch(number)]))
            table = table if columns is None else table.select(columns)
            for start in range(0, table.num_rows, ROWS_AT_A_TIME):
                yield table.slice(start, ROWS_AT_A_TIME)


def _with_sketches(table: pa.Table) -> pa.Table:
    """The table in `INDEX` columns: indexes of before there were sketches have none."""
    return table if "sketch" in table.column_names else without_sketches(table)


def without_sketches(table: pa.Table) -> pa.Table:
    """The table in `INDEX` columns, its sketches null: shingles alone decide on its records."""
    known = [name for name in table.column_names if name != "sketch"]
    nulls = pa.nulls(table.num_rows, INDEX.field("sketch").type)
    return table.select(known).append_column(INDEX.field("sketch"), nulls)


def version_key(version: str) -> tuple[int, ...]:
    """Versions in order: 1.9.0 before 1.10.0."""
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def published_versions(
    private: Path, dataset: str, *, before: str | None = None
) -> list[Published]:
    """The indexes of a dataset's published versions, oldest first; only those below `before`."""
    found = _indexes(private / dataset / "index", dataset)
    if before is not None:
        found = [one for one in found if version_key(one.version) < version_key(before)]
    return found


def tombstones(private: Path, dataset: str) -> list[Published]:
    """What is known of withdrawn records, under the version that each was first seen in."""
    return _indexes(private / dataset / "tombstones", dataset)


def _indexes(folder: Path, dataset: str) -> list[Published]:
    found = [
        Published(dataset, match[1], path)
        for path in folder.glob("*.arrow")
        if (match := _NAME.fullmatch(path.name))
    ]
    return sorted(found, key=lambda one: (version_key(one.version), one.path.name))


def write_withdrawn_ids(private: Path, dataset: str, ids: Iterable[str]) -> None:
    """Add ids to the list of those that must not come back; whole or not at all."""
    path = private / dataset / "withdrawn.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = sorted(withdrawn_ids(private, dataset) | set(ids))
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    with temporary.open("w", encoding="ascii") as file:
        file.write("".join(f"{line}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def withdrawn_ids(private: Path, dataset: str) -> frozenset[str]:
    """Ids of records that were withdrawn and must not come back, in whatever copy."""
    try:
        return frozenset((private / dataset / "withdrawn.txt").read_text("utf-8").split())
    except FileNotFoundError:
        return frozenset()


def index_state(private: Path, dataset: str, version: str, against: Iterable[str]) -> str:
    """What of the indexes a build of that version would see, as one digest."""
    sha = hashlib.sha256()
    for one in seen_before(private, dataset, version, against):
        sha.update(f"{one.dataset} {one.path.name}\n".encode())
    for name in sorted({dataset, *against}):
        for record in sorted(withdrawn_ids(private, name)):
            sha.update(f"{name} {record}\n".encode())
    return sha.hexdigest()


def seen_before(
    private: Path, dataset: str, version: str, against: Iterable[str]
) -> Iterator[Published]:
    """Indexes that a build of that version is deduplicated against, in a fixed order."""
    yield from published_versions(private, dataset, before=version)
    yield from tombstones(private, dataset)
    for other in sorted(set(against) - {dataset}):
        yield from published_versions(private, other)
        yield from tombstones(private, other)


def keep_index(
    built: Path, private: Path, dataset: str, version: str, ids: Iterable[pa.Array]
) -> Path:
    """Keep the index of a version that has been published.

    Args:
        built: what the stage left, in `INDEX` columns.
        private: the private area.
        dataset: namespace/name.
        version: the version that has been published.
        ids: of its records, some at a time, in any order; the rest of `built` is left out.

    """
    folder = private / dataset / "index"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".ids-") as scratch:
        published = _sorted_ids(ids, Path(scratch))
        path = write_index_file(
            folder, version, (_only(table, published) for table in _batches(built))
        )
    for old in folder.glob(f"{version}-*.arrow"):
        if old != path and (match := _NAME.fullmatch(old.name)) and match[1] == version:
            old.unlink()
    return path


def _sorted_ids(ids: Iterable[pa.Array], folder: Path) -> Sorted:
    """The bytes of these ids, sorted, on disk."""
    sorter = Sorter(folder, _ID, np.asarray, _SORTING_BYTES)
    for some in ids:
        sorter.add(id_bytes(some).view(_ID).ravel())
    rows = Rows(folder / "sorted", _ID)
    for block in sorter.blocks():
        rows.append(block)
    return Sorted(rows)


def _only(table: pa.Table, ids: Sorted) -> pa.Table:
    """The rows of a table whose id is among the sorted ones."""
    _, found = ids.find(id_bytes(table.column("id")).view(_ID).ravel())
    return table.filter(pa.array(found))


def write_index_file(folder: Path, version: str, tables: Iterable[pa.Table]) -> Path:
    """Write an index file of that version, named by its digest; whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{version}-{secrets.token_hex(6)}"
    try:
        with pa.ipc.new_file(str(temporary), INDEX) as writer:
            for table in tables:
                writer.write_table(table.combine_chunks())
        with temporary.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
            os.fsync(file.fileno())
        path = folder / f"{version}-{digest}.arrow"
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path
