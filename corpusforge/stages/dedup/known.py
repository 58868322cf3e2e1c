"""What was published before, sorted by id: who was first, and who is in the parts again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusforge.stages.dedup.disk import Array, Rows, Sorted
from corpusforge.stages.dedup.hexids import id_bytes
from corpusforge.stages.dedup.index import Published
from corpusforge.stages.dedup.sorting import Sorter

#: Key: dataset and id; then the order of the version, least first; what `Known` says of it.
_SORTED = np.dtype([("dataset", ">u4"), ("id", "S16"), ("seen", ">u4"), ("cluster", "S16")])
_KEY = np.dtype("S24")  # dataset, id and version, as they sort
_NAME = np.dtype("S20")  # dataset and id


class Seen(NamedTuple):
    """What is known of some records.

    Attributes:
        known: whether they were published before, by this dataset.
        version: order of the index that has them first, where they were.
        cluster: the cluster they were published in, shape (rows, 16).

    """

    known: Array
    version: Array
    cluster: Array


class Known:
    """The published records, each under the first version that published it.

    Args:
        indexes: published versions, in the order in which they count as first.
        dataset: the one being built: its records may be in the parts again.
        folder: for its files.
        memory: bytes it may use.

    """

    def __init__(
        self, indexes: Sequence[Published], dataset: str, folder: Path, memory: int
    ) -> None:
        others = sorted({one.dataset for one in indexes} - {dataset})
        self._numbers = {name: order for order, name in enumerate([dataset, *others])}
        self.indexes = indexes
        self._names = Rows(folder / "known-names", _NAME)
        self._facts = Rows(folder / "known-facts", _SORTED)
        sorter = Sorter(folder / "known", _SORTED, _key, memory)
        for order, one in enumerate(indexes):
            for table in one.batches(["id", "cluster"]):
                sorter.add(self._rows(one, order, table))
        last = None
        for block in sorter.blocks():
            names = _names(block)
            new = np.concatenate(
                ([last is None or (names[:1] != last).all()], names[1:] != names[:-1])
            )
            self._names.append(names[new])
            self._facts.append(block[new])
            last = names[-1:]
        self._sorted = Sorted(self._names)
        self._again = Rows(folder / "known-again", np.dtype(np.uint8)).fill(len(self._names))

    def look_up(self, ids: Array) -> Seen:
        """What is known of the dataset's own records of these ids, which are in the parts again."""
        at, known = self._find(0, ids)
        if not known.any():
            return Seen(known, np.zeros(len(ids), np.int64), np.zeros((len(ids), 16), np.uint8))
        self._again.put(at[known], 1)
        facts = self._facts.gather(at)
        return Seen(known, facts["seen"].astype(np.int64), _bytes_of(facts["cluster"]))

    def older(self, gone: dict[int, Array]) -> Iterator[tuple[int, Published, pa.Table]]:
        """Published records that are not in the parts: version order, version, some rows of it.

        `gone` has, for each version, the sorted ids of withdrawn records. Those are given even if
        they are in the parts again: the text under that id may be another one by now, and copies of
        the one that was withdrawn must be known.
        """
        for order, one in enumerate(self.indexes):
            for table in one.batches():
                ids = id_bytes(table.column("id"))
                at, _ = self._find(self._numbers[one.dataset], ids)
                first = self._facts.gather(at)["seen"] == order
                withdrawn = np.isin(ids.view("S16").ravel(), gone[order])
                kept = first & ((self._again.gather(at) == 0) | withdrawn)
                if kept.any():
                    yield order, one, table.filter(pa.array(kept))

    def _rows(self, one: Published, order: int, table: pa.Table) -> Array:
        rows = np.zeros(table.num_rows, _SORTED)
        rows["dataset"] = self._numbers[one.dataset]
        rows["id"] = id_bytes(table.column("id")).view("S16").ravel()
        rows["seen"] = order
        cluster = pc.coalesce(table.column("cluster"), table.column("id"))
        rows["cluster"] = id_bytes(cluster).view("S16").ravel()
        return rows

    def _find(self, dataset: int, ids: Array) -> tuple[Array, Array]:
        """Where the ids stand, and whether they do; a place that exists even where they do not."""
        wanted = np.zeros(len(ids), np.dtype([("dataset", ">u4"), ("id", "S16")]))
        wanted["dataset"] = dataset
        wanted["id"] = ids.view("S16").ravel()
        return self._sorted.find(wanted.view(_NAME))


def _key(rows: Array) -> Array:
    return _prefix(rows, _KEY)


def _names(rows: Array) -> Array:
    return np.ascontiguousarray(_prefix(rows, _NAME))


def _prefix(rows: Array, key: np.dtype[Any]) -> Array:
    """The first bytes of each row as one sortable value."""
    view = np.dtype(
        {"names": ["key"], "formats": [key], "offsets": [0], "itemsize": rows.dtype.itemsize}
    )
    return np.asarray(rows.view(view)["key"])


def _bytes_of(values: Array) -> Array:
    return np.ascontiguousarray(values).view(np.uint8).reshape(-1, 16)
