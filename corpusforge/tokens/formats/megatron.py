"""Megatron's and NeMo's indexed dataset: ``.bin`` with the ids, ``.idx`` with where documents lie.

The index, little-endian, as Megatron-LM's `indexed_dataset.py` reads it::

    9 bytes   "MMIDIDX", two zero bytes
    uint64    version, 1
    uint8     code of the ids' type: 8 is uint16, 4 is int32
    uint64    sequences; here each document is one
    uint64    entries of the document index, one more than documents
    int32 […] tokens of each sequence
    int64 […] byte in ``.bin`` at which each sequence begins
    int64 […] document index: the sequences before each document, then all of them
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from corpusforge.errors import TokenError
from corpusforge.tokens.documents import Documents
from corpusforge.tokens.receipts import whole

ENDINGS = (".bin", ".idx")
_MAGIC = b"MMIDIDX\x00\x00"
_VERSION = 1
_UINT16, _INT32 = 8, 4


def write(found: Iterable[Documents], path: Path, vocabulary: int) -> None:
    """Write the documents as `path` (which ends in ``.bin``) and its ``.idx``.

    Raises:
        TokenError: TOK022, a document has more tokens than the index can count.

    """
    small = vocabulary <= 1 << 16
    lengths: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
    with whole(path) as ids, ids.open("wb") as tokens:
        for documents in found:
            tokens.write(documents.ids.astype("<u2" if small else "<i4").tobytes())
            lengths.append(documents.lengths)
    counts = np.concatenate(lengths) if lengths else np.zeros(0, np.int64)
    if len(counts) and int(counts.max()) > np.iinfo(np.int32).max:
        raise TokenError(
            "TOK022",
            "a document has more than 2,147,483,647 tokens, and Megatron's index counts no further",
            where=str(path),
            hint="split the document, or leave megatron out of the outputs",
        )
    size = 2 if small else 4
    with whole(path.with_suffix(".idx")) as index, index.open("wb") as file:
        file.write(_MAGIC)
        file.write(struct.pack("<QB", _VERSION, _UINT16 if small else _INT32))
        file.write(struct.pack("<QQ", len(counts), len(counts) + 1))
        file.write(counts.astype("<i4").tobytes())
        file.write(((np.cumsum(counts) - counts) * size).astype("<i8").tobytes())
        file.write(np.arange(len(counts) + 1, dtype="<i8").tobytes())
