"""Parquet of tokens: the same bytes for the same rows, whatever wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from corpusforge.tokens.receipts import whole

_LEVEL = 3
#: Ids too: a dictionary of 32,000 of them makes files a little smaller, and in half of the time.
_IDS = "input_ids.list.element"
_DICTIONARY = ["language", "source", "license"]


@contextmanager
def writer(path: Path, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
    """A Parquet file that takes the place of `path` when the block ends well."""
    with (
        whole(path) as temporary,
        pq.ParquetWriter(
            temporary,
            schema,
            compression="zstd",
            compression_level=_LEVEL,
            use_dictionary=[_IDS, *(name for name in _DICTIONARY if name in schema.names)],
            use_content_defined_chunking=True,
            write_page_index=True,
        ) as file,
    ):
        yield file


def write(found: Iterable[pa.RecordBatch], path: Path, schema: pa.Schema) -> int:
    """Write batches, a row group each; returns the rows written."""
    rows = 0
    with writer(path, schema) as file:
        for batch in found:
            file.write_batch(batch, row_group_size=max(1, batch.num_rows))
            rows += batch.num_rows
    return rows
