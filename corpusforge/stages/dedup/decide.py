"""What becomes of each record, and what the next version must know of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from corpusforge.stages.dedup.disk import Array, Rows, rebatched
from corpusforge.stages.dedup.hexids import id_column
from corpusforge.stages.dedup.index import INDEX
from corpusforge.stages.dedup.pool import IN_PARTS, PUBLISHED, Pool, ids_of
from corpusforge.stages.dedup.signatures import SIGNATURES
from corpusforge.stages.dedup.sketches import sketch_column
from corpusforge.stages.dedup.verify import agreement
from corpusforge.stages.stage import Parts, Split, split

_BATCH = 50_000


def decide(pool: Pool, survivors: Rows, clusters: Rows, parts: Parts) -> Iterator[Split]:
    """For every part, what stays and what goes, and the cluster of what stays.

    Args:
        pool: the records.
        survivors: for each record, the least of the set of its copies.
        clusters: for each record, the least of its cluster.
        parts: where the records came from.

    """
    barred = np.unique(survivors.gather(pool.withdrawn()))
    for number in range(len(parts)):
        records = pool.part(number)
        part = parts.read(number)
        names = _cluster_names(pool, clusters.gather(records))
        part = part.set_column(
            part.schema.get_field_index("cluster"), part.schema.field("cluster"), id_column(names)
        )
        least = survivors.gather(records).astype(np.int64)
        refused = np.isin(least, barred)
        published = (pool.flags.gather(records) & PUBLISHED) > 0
        gone = np.flatnonzero(((least != records) & ~published) | refused)
        yield split(part, **_reasons(pool, len(records), gone, records[gone], least[gone], refused))


def _reasons(
    pool: Pool, rows: int, gone: Array, records: Array, least: Array, refused: Array
) -> dict[str, pa.Array]:
    """The columns that `split` takes: null where a row stays."""
    own, other = pool.records.gather(records), pool.records.gather(least)
    reasons = np.full(len(gone), "near_duplicate", dtype=object)
    reasons[(own["normal"] == other["normal"]).all(axis=1)] = "normalised_duplicate"
    reasons[(own["content"] == other["content"]).all(axis=1)] = "exact_duplicate"
    reasons[refused[gone]] = "withdrawn"
    alike = agreement(pool.digests, np.stack((least, records), axis=1))
    labels = id_column(ids_of(other["id"])).to_pylist()
    originals = [
        label if index < 0 else f"{label}@{pool.indexes[index].version}"
        for label, index in zip(labels, other["index"].tolist(), strict=True)
    ]
    columns = {
        "reasons": reasons.tolist(),
        "detail": [f"similarity {value:.2f}" for value in alike],
        "duplicate_of": originals,
    }
    place = np.full(rows, -1, np.int64)
    place[gone] = np.arange(len(gone))
    at = pa.array(place, mask=place < 0)
    return {name: pa.array(values, pa.string()).take(at) for name, values in columns.items()}


def _cluster_names(pool: Pool, clusters: Array) -> Array:
    """The cluster of each record: the one its least record was published in, or else its id.

    So a cluster keeps the name it was given when its first record was published. Shape (rows, 16).
    """
    return ids_of(pool.records.gather(clusters)["cluster"])


def write_index(pool: Pool, clusters: Rows, path: Path) -> None:
    """Write what the next version must know of this one's records, in order of survival."""
    with pa.ipc.new_file(str(path), INDEX) as writer:
        for records in rebatched(_records_in_parts(pool), _BATCH):
            rows = pool.records.gather(records)
            columns: dict[str, Any] = {
                "id": id_column(ids_of(rows["id"])),
                "priority": pa.array(rows["priority"].astype(np.int32)),
                "date": _dates(rows["date"]),
                "cluster": id_column(_cluster_names(pool, clusters.gather(records))),
                "content": _fixed(rows["content"], SIGNATURES.field("content")),
                "normal": _fixed(rows["normal"], SIGNATURES.field("normal")),
                "words": pa.array(rows["words"].astype(np.int32)),
                "digest": _fixed(pool.digests.gather(records), SIGNATURES.field("digest")),
                "sketch": sketch_column(pool.sketches, rows["sketch"]),
            }
            writer.write_table(pa.table([columns[name] for name in INDEX.names], schema=INDEX))


def _records_in_parts(pool: Pool) -> Iterator[Array]:
    for start, flags in pool.flags.blocks(_BATCH):
        yield start + np.flatnonzero(flags & IN_PARTS)


def _dates(dates: Array) -> pa.Array:
    found = pa.array(dates.tolist(), pa.binary()).cast(pa.string())
    return pa.compute.if_else(pa.compute.equal(found, "9999"), None, found)


def _fixed(values: Array, field: pa.Field) -> pa.Array:
    return pa.FixedSizeBinaryArray.from_buffers(
        field.type, len(values), [None, pa.py_buffer(np.ascontiguousarray(values))]
    )
