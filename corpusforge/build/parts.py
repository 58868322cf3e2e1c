"""Parts on disk: Arrow tables in files named by the SHA-256 of their bytes.

A part is written once, to a temporary name, synced and renamed; a name that exists is whole. A part
that a stage made of another holds the columns that differ and names the other for the rest: most
stages add a few figures to texts that they leave as they are.

Parts are not compressed: LZ4 made them a third smaller, and packing and unpacking a text five times
on its way was a seventh of all CPU time.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa


class PartStore:
    """A directory of parts, content-addressed: ``ab/abcdef….arrow``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, digest: str) -> Path:
        """Where the part of that digest lies, or would lie."""
        return self.root / digest[:2] / f"{digest}.arrow"

    def write(self, table: pa.Table, base: tuple[str, pa.Table] | None = None) -> str:
        """Write a part if it is not there yet; returns its digest (64 hex digits).

        Args:
            table: what it holds.
            base: a part it was made from, by digest and content. If it has all the columns of that
                one, those that are equal in both are not written again: the new part names the
                other, which has to stay. Where nothing differs, the other is the new part. (Of a
                part that lost columns the digest shall not depend on what was in them.)

        """
        if base is not None and _extends(table, base[1]):
            digest, before = base
            same = [name for name in table.column_names if _same_column(name, table, before)]
            if same == before.column_names == table.column_names:
                return digest
            if same:
                facts = {_BASE: digest, _COLUMNS: json.dumps(table.column_names)}
                table = table.drop_columns(same).replace_schema_metadata(facts)
        if table.num_rows:
            digest, buffer = _file(table)
        else:
            digest, buffer = _empty_file(table.schema.serialize().to_pybytes())
        path = self.path(digest)
        if not path.exists():
            write_file(path, buffer)
        return digest

    def read(self, digest: str, columns: Sequence[str] | None = None) -> pa.Table:
        """The part of that digest; with `columns`, only those are read.

        Into memory, not mapped: a column that is kept would keep its whole file mapped, and there
        are more parts than a process may have mappings.
        """
        with pa.OSFile(str(self.path(digest))) as file:
            schema = pa.ipc.open_file(file).schema
            base, names = _base(schema)
            wanted = names if columns is None else [name for name in columns if name in names]
            own = [schema.names.index(name) for name in wanted if name in schema.names]
            options = pa.ipc.IpcReadOptions(included_fields=own)
            table = pa.ipc.open_file(file, options=options).read_all()
        if base is None:
            return table.select(wanted)
        rest = self.read(base, [name for name in wanted if name not in schema.names])
        for field in table.schema:
            rest = rest.append_column(field, table.column(field.name))
        return rest.select(wanted)

    def rows(self, digest: str) -> int:
        """How many records the part holds, without reading them."""
        with pa.memory_map(str(self.path(digest))) as file:
            reader = pa.ipc.open_file(file)
            base, _ = _base(reader.schema)
            if base is not None:
                return self.rows(base)
            return sum(
                reader.get_batch(index).num_rows for index in range(reader.num_record_batches)
            )

    def base(self, digest: str) -> str | None:
        """The part that this one names for columns they have in common, or None."""
        with pa.OSFile(str(self.path(digest))) as file:
            return _base(pa.ipc.open_file(file).schema)[0]


#: In the metadata of a part that names another: the other's digest, and all its own columns.
_BASE, _COLUMNS = b"corpusforge.base", b"corpusforge.columns"


def _base(schema: pa.Schema) -> tuple[str | None, list[str]]:
    facts = schema.metadata or {}
    if _BASE not in facts:
        return None, schema.names
    return facts[_BASE].decode(), json.loads(facts[_COLUMNS])


def _extends(table: pa.Table, other: pa.Table) -> bool:
    return table.num_rows == other.num_rows and set(other.column_names) <= set(table.column_names)


def _same_column(name: str, table: pa.Table, other: pa.Table) -> bool:
    return (
        name in other.column_names
        and table.schema.field(name).equals(other.schema.field(name))
        and table.column(name).equals(other.column(name))
    )


@functools.cache
def _empty_file(schema: bytes) -> tuple[str, pa.Buffer]:
    """As `_file` of no rows under a serialised schema: what most stages drop of most parts."""
    return _file(pa.ipc.read_schema(pa.py_buffer(schema)).empty_table())


def _file(table: pa.Table) -> tuple[str, pa.Buffer]:
    """A table as an Arrow file, and its digest.

    It is laid out twice: a buffer that grows copies what it holds.
    """
    table = table.combine_chunks()
    measure = pa.MockOutputStream()
    _lay_out(table, measure)
    buffer = pa.allocate_buffer(measure.size())
    _lay_out(table, pa.FixedSizeBufferWriter(buffer))
    return hashlib.sha256(buffer).hexdigest(), buffer


def _lay_out(table: pa.Table, sink: pa.NativeFile) -> None:
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def write_file(path: Path, data: bytes | pa.Buffer) -> None:
    """Write a whole file or nothing: temporary name, sync, rename, sync of the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make renames in a directory survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
