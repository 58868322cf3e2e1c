"""Signatures: what of a record deduplication looks at.

MinHash signatures have `PERMUTATIONS` values in `BANDS` bands of `ROWS`: the chance that two texts
of Jaccard similarity s share a band is 1 - (1 - s^ROWS)^BANDS, .92 at s = .8 with 14 x 8 as in
FineWeb2, .9998 with 28 x 6 as here; what the bands bring together is verified afterwards.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import xxhash

from corpusforge.arrow import text_bytes
from corpusforge.stages.wordhash import (
    HASHED_CHARACTERS,
    batches,
    hash_words,
    sequence_hashes,
    shingles,
)

BANDS = 28
ROWS = 6
PERMUTATIONS = BANDS * ROWS
_SEED = 20261122

#: One row a record: 128-bit hashes of the bytes and of the folded words, words, MinHash values.
SIGNATURES = pa.schema(
    [
        ("content", pa.binary(16)),
        ("normal", pa.binary(16)),
        ("words", pa.int32()),
        ("digest", pa.binary(4 * PERMUTATIONS)),
    ]
)


def signatures(part: pa.Table, shingle: int, numbers: str) -> pa.Table:
    """The `SIGNATURES` of the texts of a part."""
    from rensa import RMinHash

    texts = part.column("text").to_pylist()
    content = [
        xxhash.xxh3_128_digest(text)
        for chunk in part.column("text").chunks
        for text in text_bytes(chunk)
    ]
    normal: list[Any] = [np.zeros((0, 2), np.uint64)]
    digests: list[Any] = [np.zeros((0, PERMUTATIONS), np.uint32)]
    words: list[Any] = [np.zeros(0, np.int64)]
    for start, stop in batches([len(text) for text in texts], HASHED_CHARACTERS):
        hashed = hash_words(texts[start:stop], numbers=numbers == "keep")
        normal.append(np.stack(sequence_hashes(hashed), axis=1))
        words.append(np.diff(hashed.offsets))
        tokens, offsets = shingles(hashed, shingle)
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(
            tokens, offsets.astype(np.uint64), PERMUTATIONS, _SEED
        )
        digests.append(np.array(matrix.to_rows(), np.uint32))
    return pa.table(
        [
            pa.array(content, pa.binary(16)),
            _binary(np.concatenate(normal)),
            pa.array(np.concatenate(words), pa.int32()),
            _binary(np.concatenate(digests)),
        ],
        schema=SIGNATURES,
    )


def _binary(rows: np.ndarray[Any, Any]) -> pa.Array:
    """The rows of a matrix, each as its bytes."""
    kind = pa.binary(rows.itemsize * rows.shape[1])
    return pa.Array.from_buffers(kind, len(rows), [None, pa.py_buffer(rows)])


def digest_matrix(column: pa.ChunkedArray | pa.Array) -> np.ndarray[Any, np.dtype[np.uint32]]:
    """A `digest` column as a matrix of shape (records, PERMUTATIONS)."""
    return _fixed(column, 4 * PERMUTATIONS).view(np.uint32)


def hash_pairs(column: pa.ChunkedArray | pa.Array) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """A 16-byte column as a matrix of shape (records, 2)."""
    return _fixed(column, 16).view(np.uint64)


def _fixed(column: pa.ChunkedArray | pa.Array, width: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    data = array.buffers()[1]
    if data is None or len(array) == 0:
        return np.zeros((0, width), np.uint8)
    start = array.offset * width
    flat = np.frombuffer(data, np.uint8)[start : start + len(array) * width]
    return flat.reshape(len(array), width)
