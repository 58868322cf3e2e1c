"""One Parquet file: its rows sorted by id, in row groups."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusforge.record import PUBLISHED
from corpusforge.stages.shard.config import Shard
from corpusforge.stages.shard.figures import figures
from corpusforge.stages.shard.rows import Numbers, taken
from corpusforge.stages.shard.runs import Run

#: Text in a row group: books are long, and a reader holds a row group in memory.
_ROW_GROUP_BYTES = 64_000_000


def write_file(side: Path, config: Shard, run: Run) -> dict[str, Any]:
    """Sort a run by id and write it as Parquet under `side`.

    Returns what the release says of the file: its config, split, path, digest, size and figures.
    """
    import pyarrow.parquet as pq

    # A file is the most memory that a worker needs at once: what stages before left is given back.
    pa.default_memory_pool().release_unused()
    if isinstance(run.rows, Path):
        with pa.memory_map(str(run.rows)) as file:
            table = pa.ipc.open_file(file).read_all()
    else:
        table = run.rows
    order = pc.sort_indices(table.column("id")).to_numpy().astype(np.int64)
    name, split = run.key
    path = side / "data" / name / f"{split}-{run.number:05d}-of-{run.files:05d}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(
        path,
        PUBLISHED,
        compression="zstd",
        compression_level=config.compression_level,
        use_content_defined_chunking=True,
        write_page_index=True,
        write_statistics=True,
        store_schema=True,
        use_dictionary=["language", "script", "domain", "source", "license", "origin"],
    ) as writer:
        for rows in row_groups(table, order, config.row_group_rows):
            writer.write_table(taken(table, rows), row_group_size=len(rows))
    if isinstance(run.rows, Path):
        run.rows.unlink()
    return {
        "config": name,
        "split": split,
        "path": path.relative_to(side).as_posix(),
        "sha256": _sha256(path),
        "bytes": path.stat().st_size,
        "rows": table.num_rows,
        **figures(table),
    }


def row_groups(table: pa.Table, order: Numbers, most: int) -> Iterator[Numbers]:
    """`order` cut into row groups of `most` rows, or fewer where their texts are long."""
    sizes = pc.binary_length(table.column("text")).to_numpy()[order]
    start = size = 0
    for place, length in enumerate(sizes.tolist()):
        if place > start and (place - start == most or size + length > _ROW_GROUP_BYTES):
            yield order[start:place]
            start, size = place, 0
        size += length
    yield order[start:]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
