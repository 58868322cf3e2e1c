"""The pool: all records that meet in a deduplication, on disk, in the order in which they survive.

Records are numbered by the rule that decides: published before (oldest version first), then
priority of the source, date, id. So the least record of a set of duplicates is its survivor, and
neither the order of the input nor its cut into parts can be seen in the outcome.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusforge.stages.dedup.disk import Array, Rows
from corpusforge.stages.dedup.hexids import id_bytes
from corpusforge.stages.dedup.index import Published, withdrawn_ids
from corpusforge.stages.dedup.known import Known
from corpusforge.stages.dedup.signatures import PERMUTATIONS, digest_matrix, hash_pairs
from corpusforge.stages.dedup.sketches import SHORT, sketch_rows
from corpusforge.stages.dedup.sorting import Sorter

_UNSEEN = 0xFFFFFFFF
_UNDATED = "9999"
#: Pairs of records are kept as one number of 64 bits.
_MOST = 1 << 32

#: A record; the fields before `normal` are the rule, as bytes that sort by it.
RECORD = np.dtype(
    [
        ("seen", ">u4"),  # order of the version that first published it; _UNSEEN if none
        ("priority", ">u4"),
        ("date", "S32"),
        ("id", "S16"),
        ("content", "<u8", 2),  # 128-bit hash of the text's bytes
        ("place", ">u8"),  # row among those of all parts; of index records, any number of its own
        ("normal", "<u8", 2),  # 128-bit hash of the folded words
        ("cluster", "S16"),  # the one it was published in; its id where it was not
        ("words", np.uint32),
        ("index", np.int32),  # number of the index that has it, -1 where it is in the parts
        ("sketch", np.uint32),  # row of its sketch; 0, an empty one, where it has none
    ]
)
_ORDER = np.dtype("S80")
_SIGNED = np.dtype([("record", RECORD), ("digest", np.uint32, PERMUTATIONS)])

#: Bits of what is asked of records most often.
IN_PARTS, PUBLISHED, WITHDRAWN, WORDS = 1, 2, 4, 8


@dataclass(frozen=True)
class Pool:
    """Records in order of survival: record 0 is never dropped for another.

    Attributes:
        records: one `RECORD` each.
        digests: MinHash values, shape (records, PERMUTATIONS).
        flags: IN_PARTS | PUBLISHED | WITHDRAWN | WORDS of each.
        short: row of its sketch among `sketches` for each; 0 where it has none.
        sketches: of short texts, padded with 0, shape (some, 1 + SHORT); the first is empty.
        numbers: for each row of the parts, one after the other, the number of its record.
        starts: first row of each part among those rows, and their number at the end.
        indexes: the published versions that records may be of.

    """

    records: Rows
    digests: Rows
    flags: Rows
    short: Rows
    sketches: Rows
    numbers: Rows
    starts: np.ndarray[Any, np.dtype[np.int64]]
    indexes: tuple[Published, ...]

    def __len__(self) -> int:
        return len(self.records)

    def part(self, number: int) -> Array:
        """The record numbers of the rows of a part."""
        return self.numbers.read(int(self.starts[number]), int(self.starts[number + 1])).astype(
            np.int64
        )

    def withdrawn(self) -> Array:
        """Numbers of the records that were withdrawn."""
        found = [
            start + np.flatnonzero(flags & WITHDRAWN) for start, flags in self.flags.blocks(1 << 22)
        ]
        return np.concatenate([np.zeros(0, np.int64), *found])


def make_pool(
    heads: Iterable[tuple[pa.Table, pa.Table]],
    indexes: Iterable[Published],
    root: Path,
    dataset: str,
    folder: Path,
    memory: int,
) -> Pool:
    """Bring together the parts' records and those of published versions.

    Args:
        heads: for each part, its columns id, priority, date and its signatures.
        indexes: published versions, in the order in which they count as first.
        root: the private area, for lists of withdrawn records.
        dataset: the dataset being built; its own published records may be in the parts again.
        folder: for the pool's files.
        memory: bytes the sorting may use.

    Raises:
        OverflowError: more than 2^32 records.
    """
    known = Known(tuple(indexes), dataset, folder, memory)
    gone = {
        order: _sorted_ids(withdrawn_ids(root, one.dataset))
        for order, one in enumerate(known.indexes)
    }
    gone[-1] = _sorted_ids(withdrawn_ids(root, dataset))
    sorter = Sorter(folder / "records-sorting", _SIGNED, _order, memory)
    sketches = Rows(folder / "sketches", np.dtype(np.uint16), 1 + SHORT)
    sketches.append(np.zeros((1, 1 + SHORT), np.uint16))
    starts = [0]
    for head, signed in heads:
        sorter.add(_rows_of_part(head, signed, known, sketches, starts[-1]))
        starts.append(starts[-1] + head.num_rows)
    place = starts[-1]
    for order, _, table in known.older(gone):
        sorter.add(_rows_of_index(table, order, sketches, place))
        place += table.num_rows
    if place > _MOST:
        raise OverflowError(f"{place:,} records in one deduplication; at most {_MOST:,} fit")
    pool = Pool(
        records=Rows(folder / "records", RECORD),
        digests=Rows(folder / "digests", np.dtype(np.uint32), PERMUTATIONS),
        flags=Rows(folder / "flags", np.dtype(np.uint8)),
        short=Rows(folder / "short", np.dtype(np.uint32)),
        sketches=sketches,
        numbers=Rows(folder / "numbers", np.dtype(np.uint32)).fill(starts[-1]),
        starts=np.array(starts, np.int64),
        indexes=tuple(known.indexes),
    )
    count = 0
    for block in sorter.blocks():
        records = block["record"]
        pool.records.append(records)
        pool.digests.append(block["digest"])
        pool.flags.append(_flags(records, gone))
        pool.short.append(records["sketch"])
        here = np.flatnonzero(records["index"] < 0)
        pool.numbers.put(records["place"][here].astype(np.int64), count + here)
        count += len(block)
    return pool


def _rows_of_part(
    head: pa.Table, signed: pa.Table, known: Known, sketches: Rows, start: int
) -> Array:
    ids = id_bytes(head.column("id"))
    seen = known.look_up(ids)
    rows = _rows(head, signed, ids, sketches)
    record = rows["record"]
    record["seen"] = np.where(seen.known, seen.version, _UNSEEN)
    record["cluster"] = _text(np.where(seen.known[:, None], seen.cluster, ids))
    record["place"] = np.arange(start, start + len(rows))
    record["index"] = -1
    return rows


def _rows_of_index(table: pa.Table, order: int, sketches: Rows, start: int) -> Array:
    rows = _rows(table, table, id_bytes(table.column("id")), sketches)
    record = rows["record"]
    record["seen"] = order
    record["cluster"] = _text(id_bytes(pc.coalesce(table.column("cluster"), table.column("id"))))
    record["place"] = np.arange(start, start + len(rows))
    record["index"] = order
    return rows


def _rows(head: pa.Table, signed: pa.Table, ids: Array, sketches: Rows) -> Array:
    rows = np.zeros(len(ids), _SIGNED)
    record = rows["record"]
    record["id"] = _text(ids)
    record["priority"] = head.column("priority").to_numpy()
    dates = pc.fill_null(head.column("date"), _UNDATED).to_pylist()
    record["date"] = [date.encode("utf-8", "replace")[:32] for date in dates]
    record["content"] = hash_pairs(signed.column("content"))
    record["normal"] = hash_pairs(signed.column("normal"))
    record["words"] = signed.column("words").to_numpy()
    rows["digest"] = digest_matrix(signed.column("digest"))
    having, some = sketch_rows(signed.column("sketch"))
    record["sketch"][having] = np.arange(len(sketches), len(sketches) + len(some))
    sketches.append(some)
    return rows


def _text(ids: Array) -> Array:
    return np.ascontiguousarray(ids).view("S16").ravel()


def ids_of(values: Array) -> Array:
    """The bytes of an id field; shape (rows, 16)."""
    return np.ascontiguousarray(values).view(np.uint8).reshape(-1, 16)


def _order(rows: Array) -> Array:
    view = np.dtype(
        {"names": ["key"], "formats": [_ORDER], "offsets": [0], "itemsize": rows.dtype.itemsize}
    )
    return np.asarray(rows.view(view)["key"])


def _sorted_ids(ids: Iterable[str]) -> Array:
    return np.array(sorted(bytes.fromhex(one) for one in ids), "S16")


def _flags(records: Array, gone: dict[int, Array]) -> Array:
    flags = np.zeros(len(records), np.uint8)
    flags[records["index"] < 0] |= IN_PARTS
    flags[records["seen"] != _UNSEEN] |= PUBLISHED
    flags[records["words"] > 0] |= WORDS
    for index, ids in gone.items():
        if len(ids):
            mine = records["index"] == index
            flags[mine & np.isin(records["id"], ids)] |= WITHDRAWN
    return flags


def parts_in_order(pool: Pool) -> Iterator[tuple[int, Array]]:
    """For each part its number and the record numbers of its rows."""
    for number in range(len(pool.starts) - 1):
        yield number, pool.part(number)
