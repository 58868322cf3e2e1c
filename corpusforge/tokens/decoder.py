"""Token ids back to the bytes they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from corpusforge.errors import TokenError
from corpusforge.tokens.bytelevel import byte_letters
from corpusforge.tokens.encoder import Encoded
from corpusforge.tokens.file import TokenizerFile, read_tokenizer


def decode(tokenizer: Path, encoded: Encoded) -> list[bytes]:
    """The bytes of each text, put together from its tokens' bytes; nothing is repaired or cleaned.

    Raises:
        TokenError: TOK002, the file is no tokenizer; TOK007, its tokens are not made of bytes, so
            that a text cannot be had back for certain.

    """
    pieces = token_bytes(read_tokenizer(tokenizer))
    ids: list[int] = list(encoded.ids)
    offsets: list[int] = list(encoded.offsets)
    return [b"".join(pieces[token] for token in ids[start:end]) for start, end in pairwise(offsets)]


def token_bytes(file: TokenizerFile) -> Sequence[bytes]:
    """The bytes that each id stands for; an id that no token has stands for none.

    Raises:
        TokenError: TOK007, the tokenizer is not byte-level.

    """
    if not byte_level(file):
        raise TokenError(
            "TOK007",
            "the tokens of this tokenizer are not made of bytes",
            where=str(file.path),
            hint="byte-level BPE, such as `corpusforge tokenizer train` makes, gives texts back",
        )
    added = {token["id"]: str(token["content"]) for token in file.added}
    table = byte_letters()
    ids = file.ids()
    pieces = [b""] * (max(ids.values(), default=-1) + 1)
    for token, index in ids.items():
        text = added.get(index)
        pieces[index] = text.encode() if text is not None else bytes(table[c] for c in token)
    return pieces


def byte_level(file: TokenizerFile) -> bool:
    """Whether a tokenizer reads every text as its UTF-8 bytes, and changes nothing before."""
    return (
        file.model == "BPE"
        and not file.content.get("normalizer")
        and "ByteLevel" in _kinds(file.content.get("pre_tokenizer"))
    )


def _kinds(step: object) -> set[str]:
    """The types of a pre-tokenizer and of those inside it."""
    if not isinstance(step, dict):
        return set()
    inside = step.get("pretokenizers") or []
    return {str(step.get("type"))}.union(*(_kinds(each) for each in inside))
