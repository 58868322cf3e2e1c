"""Parts on disk: Arrow tables in files named by the SHA-256 of their bytes.

A part is written once, to a temporary name, synced and renamed; a name that exists is whole.
Parts are not compressed: LZ4 made them a third smaller, and packing and unpacking a text five times
on its way was a seventh of all CPU time.
"""

from __future__ import annotations

import hashlib
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

    def write(self, table: pa.Table) -> str:
        """Write a part if it is not there yet; returns its digest (64 hex digits)."""
        buffer = _file_bytes(table.combine_chunks())
        digest = hashlib.sha256(buffer).hexdigest()
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
            names = pa.ipc.open_file(file).schema.names
            options = (
                None
                if columns is None
                else pa.ipc.IpcReadOptions(
                    included_fields=[names.index(name) for name in columns if name in names]
                )
            )
            table = pa.ipc.open_file(file, options=options).read_all()
        return table if columns is None else table.select([c for c in columns if c in names])

    def rows(self, digest: str) -> int:
        """How many records the part holds, without reading them."""
        with pa.memory_map(str(self.path(digest))) as file:
            reader = pa.ipc.open_file(file)
            return sum(
                reader.get_batch(index).num_rows for index in range(reader.num_record_batches)
            )


def _file_bytes(table: pa.Table) -> pa.Buffer:
    """A table as an Arrow file, laid out twice: a buffer that grows copies what it holds."""
    measure = pa.MockOutputStream()
    _lay_out(table, measure)
    buffer = pa.allocate_buffer(measure.size())
    _lay_out(table, pa.FixedSizeBufferWriter(buffer))
    return buffer


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
