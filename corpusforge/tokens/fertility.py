"""What a language costs under a tokenizer: tokens a word, bytes a token, unknowns, round trip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from corpusforge.tokens.decoder import byte_level, token_bytes
from corpusforge.tokens.encoder import Encoded, Encoder, load_encoder, open_oracle, prove
from corpusforge.tokens.file import TokenizerFile, read_tokenizer


class Figures(NamedTuple):
    """What was counted of one language under one tokenizer; words are what spaces part."""

    documents: int
    words: int
    bytes: int  # UTF-8
    tokens: int
    unknown: int  # tokens that stand for what the vocabulary does not have
    lost: int  # documents that decoding does not give back, byte for byte

    @property
    def fertility(self) -> float:
        """Tokens a word."""
        return self.tokens / max(1, self.words)

    @property
    def bytes_per_token(self) -> float:
        """Bytes of text a token stands for, in the mean."""
        return self.bytes / max(1, self.tokens)

    @property
    def unknown_rate(self) -> float:
        """The share of unknown tokens."""
        return self.unknown / max(1, self.tokens)

    def as_json(self) -> dict[str, Any]:
        """Counts and rates."""
        return {
            **self._asdict(),
            "tokens_per_word": round(self.fertility, 4),
            "bytes_per_token": round(self.bytes_per_token, 4),
            "unknown_rate": round(self.unknown_rate, 6),
        }


class Measured(NamedTuple):
    """One tokenizer: what it is, what encoded, and the figures of each language."""

    name: str
    sha256: str
    model: str
    vocabulary: int
    engine: str
    languages: dict[str, Figures]


def measure(name: str, tokenizer: Path, texts: Mapping[str, Sequence[str]]) -> Measured:
    """Figures of a tokenizer on texts by language.

    Raises:
        TokenError: TOK001, the extra is missing; TOK002, the file is no tokenizer.

    """
    file = read_tokenizer(tokenizer)
    encoder = load_encoder(tokenizer)
    oracle = load_encoder(tokenizer, "hf")
    found = {}
    for language, documents in texts.items():
        proved = prove(encoder, oracle, documents[:64])
        found[language] = _figures(file, proved, documents)
    engine = f"{encoder.engine} {encoder.version}"
    return Measured(name, file.sha256, file.model, encoder.vocabulary, engine, found)


def _figures(file: TokenizerFile, encoder: Encoder, documents: Sequence[str]) -> Figures:
    encoded = encoder.encode(documents)
    unknown = file.unknown
    return Figures(
        len(documents),
        sum(len(text.split()) for text in documents),
        sum(len(text.encode()) for text in documents),
        len(encoded.ids),
        0 if unknown is None else int((encoded.ids == unknown).sum()),
        _lost(file, documents, encoded),
    )


def _lost(file: TokenizerFile, documents: Sequence[str], encoded: Encoded) -> int:
    """Documents that do not come back; without bytes in the vocabulary, as its own decoder says."""
    offsets: list[int] = list(encoded.offsets)
    rows = [list(encoded.ids[start:end]) for start, end in pairwise(offsets)]
    if byte_level(file):
        pieces = token_bytes(file)
        back = [b"".join(pieces[token] for token in row) for row in rows]
        return sum(got != text.encode() for got, text in zip(back, documents, strict=True))
    decoded = open_oracle(file).decode_batch(rows, skip_special_tokens=False)
    return sum(got != text for got, text in zip(decoded, documents, strict=True))
