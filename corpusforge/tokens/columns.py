"""The columns of token files: one row a document, or one row a sequence of fixed length."""

from __future__ import annotations

import pyarrow as pa

#: Rows in a row group of canonical token files, and bytes of text behind them, at most; cut by what
#: the rows hold and not by how they were read, so that bytes do not differ.
ROW_GROUP = 2_000
ROW_GROUP_BYTES = 16_000_000


def _field(name: str, kind: pa.DataType, words: str, *, nullable: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=nullable, metadata={"description": words})


#: One row a document: its ids are those of the tokenizer for the text alone, without EOS.
TOKENS = pa.schema(
    [
        _field("id", pa.string(), "Id of the row the text stands in."),
        _field("input_ids", pa.list_(pa.int32()), "Token ids of the text, without EOS."),
        _field("n_tokens", pa.int32(), "How many they are."),
        _field("language", pa.string(), "Language of the text.", nullable=True),
        _field("source", pa.string(), "Source of the text.", nullable=True),
        _field("license", pa.string(), "Licence of the text.", nullable=True),
    ]
)


def packed(seq_len: int) -> pa.Schema:
    """Columns of rows of `seq_len` tokens, with the documents in them."""
    return pa.schema(
        [
            _field(
                "input_ids",
                pa.list_(pa.int32(), seq_len),
                "Token ids of documents laid end to end, each with EOS after it.",
            ),
            _field("n_tokens", pa.int32(), "Tokens that are not padding."),
            _field("doc_ids", pa.list_(pa.string()), "Ids of the rows whose texts stand in it."),
            _field(
                "cu_seqlens",
                pa.list_(pa.int32()),
                "Where the documents begin, and where the last one ends: attention stays between.",
            ),
            _field(
                "doc_starts",
                pa.list_(pa.int32()),
                "Position in its document of each document's first token here; 0 but for one that "
                "goes on from the row before.",
            ),
            _field("language", pa.string(), "Language of all its texts.", nullable=True),
        ]
    )
