"""The erasure index: from an identifier to the records and releases that held it, without values.

An entry is HMAC-SHA-256, under a key of the steward, of an identifier in normal form (`normalise`),
with the record's id and the dataset and version that held it. Without the key the index says
nothing: phone and card numbers are few enough to try out all of them against a plain hash. Entries
are made before masking, from the text that `scrub` sees, and are kept in the private area only.

The store is append-only: one Parquet file for each dataset@version and batch of entries, named by
its own content, so that a rebuild writes the same files again and nothing twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpusforge.privacy.detector import Detector
from corpusforge.privacy.masking import finder, keyed
from corpusforge.privacy.policy import Policy, policy_named
from corpusforge.privacy.spans import TYPES

#: One identifier of one record.
ENTRY = pa.schema(
    [
        pa.field("token", pa.binary(32), nullable=False),
        pa.field("type", pa.string(), nullable=False),
        pa.field("id", pa.string(), nullable=False),
    ]
)
#: The same, with where it was published.
STORED = ENTRY.append(pa.field("release", pa.string(), nullable=False))

_COLUMNS = ("text", "title", "section", "url", "author", "attribution", "key")


def token(value: str, kind: str, key: bytes) -> bytes:
    """The 32 bytes that stand for an identifier, whichever way it is written."""
    return bytes.fromhex(keyed(value, kind, key))


def erasure_entries(
    table: pa.Table, policy: str | Policy, key: bytes, detector: Detector | None = None
) -> pa.Table:
    """`ENTRY` rows for the identifiers in a `WORK` table, as it is before scrubbing.

    Sorted and without repeats; a record's title, address, author and key are read as well.
    `detector` may know of these texts already.
    """
    masker = finder(policy_named(policy), detector)
    ids = table.column("id").to_pylist()
    seen: set[tuple[bytes, str, str]] = set()
    for name in _COLUMNS:
        if name not in table.column_names:
            continue
        texts = [value or "" for value in table.column(name).to_pylist()]
        for record, text, spans in zip(ids, texts, masker.find(texts), strict=True):
            for span in spans:
                seen.add((token(text[span.start : span.end], span.type, key), span.type, record))
    rows = sorted(seen)
    return pa.table(
        {
            "token": pa.array([row[0] for row in rows], pa.binary(32)),
            "type": pa.array([row[1] for row in rows], pa.string()),
            "id": pa.array([row[2] for row in rows], pa.string()),
        },
        schema=ENTRY,
    )


class ErasureIndex:
    """The append-only store under `<private>/erasure`."""

    def __init__(self, private: Path) -> None:
        self._folder = private / "erasure"

    def append(self, entries: pa.Table, dataset: str, version: str) -> Path:
        """Keep `entries` for a release; the same entries for it again change nothing."""
        release = f"{dataset}@{version}"
        stored = entries.append_column(
            STORED.field("release"), pa.array([release] * entries.num_rows, pa.string())
        )
        digest = hashlib.sha256(release.encode())
        for column in stored.columns:
            for value in column.to_pylist():
                digest.update(value if isinstance(value, bytes) else value.encode())
                digest.update(b"\0")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{digest.hexdigest()[:32]}.parquet"
        if not path.exists():
            unfinished = path.with_suffix(".tmp")
            pq.write_table(stored.cast(STORED), unfinished, compression="zstd")
            unfinished.chmod(0o600)
            unfinished.rename(path)
        return path

    def _tables(self) -> Iterator[pa.Table]:
        for path in sorted(self._folder.glob("*.parquet")):
            yield pq.read_table(path, schema=STORED)

    def holders(self, values: Iterable[str], key: bytes, types: Sequence[str] = TYPES) -> pa.Table:
        """`STORED` rows of every record that held any of `values`, as any of `types`."""
        wanted = pa.array(
            sorted({token(value, kind, key) for value in values for kind in types}), pa.binary(32)
        )
        hits = [
            table.filter(pc.is_in(table.column("token"), value_set=wanted))
            for table in self._tables()
        ]
        if not hits:
            return STORED.empty_table()
        found = pa.concat_tables(hits).combine_chunks()
        keys = [("release", "ascending"), ("id", "ascending"), ("type", "ascending")]
        return found.group_by(found.column_names).aggregate([]).sort_by(keys).cast(STORED)
