"""datatrove's and nanotron's token files: ``.ds``, ``.ds.index`` and ``.ds.metadata``.

``.ds`` holds the ids of all documents end to end, little-endian, as uint16 where the vocabulary has
at most 65,536 ids and as uint32 otherwise. ``.ds.index`` holds the end of each document in tokens,
uint64. ``.ds.metadata`` has three lines: tokenizer and bytes a token, tokens, tokens for people.
The ``.ds`` alone is what a memory map of token ids reads (nanoGPT and its like).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from corpusforge.tokens.documents import Documents
from corpusforge.tokens.receipts import whole

ENDINGS = (".ds", ".ds.index", ".ds.metadata")


def token_bytes(vocabulary: int) -> int:
    """Bytes an id takes: 2 for a vocabulary of up to 65,536 ids, else 4."""
    return 2 if vocabulary <= 1 << 16 else 4


def write(found: Iterable[Documents], path: Path, vocabulary: int, tokenizer: str) -> None:
    """Write the documents as `path` (which ends in ``.ds``) and its two companions."""
    size = token_bytes(vocabulary)
    total = 0
    index_path, metadata_path = path.with_suffix(".ds.index"), path.with_suffix(".ds.metadata")
    with (
        whole(path) as ids,
        whole(index_path) as index,
        ids.open("wb") as tokens,
        index.open("wb") as ends,
    ):
        for documents in found:
            tokens.write(documents.ids.astype(f"<u{size}").tobytes())
            ends.write((total + np.cumsum(documents.lengths)).astype("<u8").tobytes())
            total += len(documents.ids)
    with whole(metadata_path) as metadata:
        text = f"{tokenizer}|{size}\n{total}\n{_metric(total)}"
        metadata.write_text(text, encoding="utf-8")


def _metric(tokens: int) -> str:
    """A number of tokens as datatrove writes it for people: three digits, SI prefix, T."""
    import humanize

    return humanize.metric(tokens, unit="T")
