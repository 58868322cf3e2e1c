"""Texts to token ids, always exactly those of `tokenizers`.

Two engines stand behind one protocol. `tokenizers` is the oracle: what it says is right by
definition. `fastokens` is ten times as fast and is believed only where it gives the oracle's ids,
on every document of a fixed probe (`corpusforge.tokens.probe`) and on the first documents of each
task. Ids are those of the text alone: a tokenizer's own frame (a BOS that its post-processor
adds), truncation and padding are left out, for a corpus is packed by its own rules.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import orjson

from corpusforge.errors import TokenError
from corpusforge.tokens.features import obstacle
from corpusforge.tokens.file import TokenizerFile, known_tokenizer, read_tokenizer, token_id
from corpusforge.tokens.package import extra, version
from corpusforge.tokens.probe import probe_texts

__all__ = ["Encoded", "Encoder", "encoder_for_task", "load_encoder", "prove", "token_id"]

Choice = Literal["auto", "hf", "fast"]
Reading = Literal["ordinary", "recognised"]

#: Texts given to an engine at once: its own objects are far larger than the ids.
_TEXTS = 1024
_CHARACTERS = 4_000_000

#: White space to `tokenizers`, a mark to `fastokens` (and to Unicode since version 6.3).
_VOWEL_SEPARATOR = "\u180e"


class Encoded(NamedTuple):
    """The ids of some texts, one after the other; text `i` has `ids[offsets[i]:offsets[i + 1]]`."""

    ids: np.ndarray[Any, np.dtype[np.int32]]
    offsets: np.ndarray[Any, np.dtype[np.int64]]


class Encoder(Protocol):
    """Texts to ids by one engine."""

    engine: str  # "tokenizers" | "fastokens"
    version: str  # of the engine's distribution
    reason: str | None  # why auto fell back to the oracle; None where it did not
    vocabulary: int  # number of ids: the highest, and one

    def encode(self, texts: Sequence[str]) -> Encoded:
        """The ids of `texts`; the same whatever else stands in the batch.

        Raises:
            TokenError: TOK005, a text holds half a character (a lone surrogate).

        """
        ...


class Oracle:
    """The encoder of `tokenizers`."""

    engine = "tokenizers"

    def __init__(
        self, file: TokenizerFile, special_tokens: Reading, reason: str | None = None
    ) -> None:
        self._engine = open_oracle(file)
        self._engine.encode_special_tokens = special_tokens == "ordinary"
        self.version = version("tokenizers")
        self.reason = reason
        self.vocabulary = vocabulary_of(file)

    def encode(self, texts: Sequence[str]) -> Encoded:
        """The ids of `texts`."""
        lengths: list[int] = []
        flat: list[np.ndarray[Any, np.dtype[np.int32]]] = []
        for batch in _batches(texts):
            try:
                found = self._engine.encode_batch_fast(batch, add_special_tokens=False)
            except (UnicodeEncodeError, TypeError) as error:
                raise _half(batch) from error
            ids = [encoding.ids for encoding in found]
            counts = [len(each) for each in ids]
            lengths += counts
            flat.append(np.fromiter(itertools.chain.from_iterable(ids), np.int32, sum(counts)))
        offsets = np.zeros(len(lengths) + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        return Encoded(np.concatenate(flat) if flat else np.zeros(0, np.int32), offsets)


class Fast:
    """The encoder of `fastokens`.

    Documents with U+180E go to the oracle: it is the one character that their patterns class
    differently.

    Raises:
        TokenError: TOK003, the engine is not known to do all that this tokenizer asks for.

    """

    engine = "fastokens"
    reason: str | None = None

    def __init__(self, file: TokenizerFile, special_tokens: Reading, oracle: Oracle) -> None:
        native = extra("fastokens")
        if missing := obstacle(file):
            raise _not_exact(file, missing)
        # What frames a text, cuts it, pads it or puts it together again has no part in its ids.
        bare = file.content | dict.fromkeys(("post_processor", "decoder", "truncation", "padding"))
        try:
            self._engine = native.Tokenizer.from_json_str(orjson.dumps(bare).decode())
        except Exception as error:  # the engine names no type of its own
            raise _not_exact(file, f"fastokens refuses the file: {error}") from error
        self._oracle = oracle
        self._split = special_tokens == "ordinary"
        self.version = version("fastokens")
        self.vocabulary = vocabulary_of(file)

    def encode(self, texts: Sequence[str]) -> Encoded:
        """The ids of `texts`."""
        parts: list[Encoded] = []
        for differs, run in itertools.groupby(texts, key=_differs):
            if differs:
                parts.append(self._oracle.encode(list(run)))
                continue
            for batch in _batches(run):
                try:
                    ids, offsets = self._engine.encode_batch_flat(batch, False, self._split)
                except (UnicodeEncodeError, TypeError) as error:
                    raise _half(batch) from error
                parts.append(Encoded(np.frombuffer(ids, "<i4"), np.frombuffer(offsets, "<i8")))
        return join(parts)


def load_encoder(
    tokenizer: Path, encoder: Choice = "auto", special_tokens: Reading = "ordinary"
) -> Encoder:
    """The encoder for a tokenizer file, or for the folder that holds one.

    Args:
        tokenizer: a tokenizer.json.
        encoder: "hf" is the oracle; "fast" the fast engine, or a refusal; "auto" the fast engine
            where it gives the oracle's ids on the probe, and the oracle otherwise, with `reason`.
        special_tokens: "ordinary" reads a literal ``<|endoftext|>`` in a text as characters;
            "recognised" gives it the token's id, as `tokenizers` does by default.

    Raises:
        TokenError: TOK001, the extra is missing; TOK002, the file is no tokenizer; TOK003, "fast"
            was asked for and is not exact; TOK006, the tokenizer draws at random.

    """
    file = read_tokenizer(tokenizer)
    oracle = Oracle(file, special_tokens)
    if encoder == "hf":
        return oracle
    try:
        found: Encoder = prove(Fast(file, special_tokens, oracle), oracle, probe_texts(file.added))
    except TokenError as error:
        if encoder == "fast" or error.code not in {"TOK001", "TOK003"}:
            raise
        oracle.reason = error.message
        return oracle
    if encoder == "fast" and found.reason:
        raise _not_exact(file, found.reason)
    return found


def prove(encoder: Encoder, oracle: Encoder, texts: Sequence[str]) -> Encoder:
    """`encoder` where it gives the oracle's ids on all of `texts`; else the oracle, with why.

    The oracle that comes back names the first document that differs by its place, never its text.
    """
    if encoder.engine == oracle.engine:
        return encoder
    wanted, found = oracle.encode(texts), encoder.encode(texts)
    if np.array_equal(wanted.offsets, found.offsets) and np.array_equal(wanted.ids, found.ids):
        return encoder
    differing = [
        index
        for index in range(len(texts))
        if not np.array_equal(_one(wanted, index), _one(found, index))
    ]
    told = copy(oracle)  # what was asked before keeps its own reason
    told.reason = (
        f"{encoder.engine} {encoder.version} differs from {oracle.engine} {oracle.version} on "
        f"{len(differing)} of {len(texts)} documents, first on number {differing[0]}"
    )
    return told


def encoder_for_task(
    tokenizer: Path,
    first: Sequence[str],
    encoder: Choice = "auto",
    special_tokens: Reading = "ordinary",
) -> Encoder:
    """The encoder of one task: `load_encoder`, then proved on the task's `first` documents.

    Engines are loaded once in a process and tokenizer file.

    Raises:
        TokenError: as `load_encoder`.

    """
    file = known_tokenizer(tokenizer)
    found, oracle = _engines(file.path, file.sha256, encoder, special_tokens)
    proved = prove(found, oracle, first)
    if encoder == "fast" and proved.reason:
        raise _not_exact(file, proved.reason)
    return proved


@functools.lru_cache(maxsize=2)
def _engines(path: Path, _sha256: str, choice: Choice, reading: Reading) -> tuple[Encoder, Encoder]:
    return load_encoder(path, choice, reading), load_encoder(path, "hf", reading)


def open_oracle(file: TokenizerFile) -> Any:
    """The `tokenizers.Tokenizer` of a file, with truncation and padding off.

    Raises:
        TokenError: TOK001, the extra is missing; TOK002, the file is no tokenizer; TOK006, it
            draws at random.

    """
    tokenizers = extra("tokenizers")
    if file.content["model"].get("dropout"):
        raise TokenError(
            "TOK006",
            "the tokenizer drops merges at random, so a text has no one row of ids",
            where=str(file.path),
            hint='set "dropout" of its model to null',
        )
    try:
        found = tokenizers.Tokenizer.from_str(file.text)
    except Exception as error:  # the engine names no type of its own
        raise TokenError(
            "TOK002",
            f"tokenizers {version('tokenizers')} cannot load the file: {error}",
            where=str(file.path),
            hint="name a tokenizer.json as `tokenizers` saves it",
        ) from error
    found.no_truncation()
    found.no_padding()
    return found


def vocabulary_of(file: TokenizerFile) -> int:
    """How many rows a table needs that is indexed by the ids of a tokenizer."""
    return max(file.ids().values(), default=-1) + 1


def join(parts: Sequence[Encoded]) -> Encoded:
    """Several batches as one."""
    lengths = [np.zeros(1, np.int64), *(np.diff(part.offsets) for part in parts)]
    ids = [part.ids for part in parts]
    return Encoded(
        np.concatenate(ids) if ids else np.zeros(0, np.int32),
        np.cumsum(np.concatenate(lengths), dtype=np.int64),
    )


def _one(encoded: Encoded, index: int) -> np.ndarray[Any, np.dtype[np.int32]]:
    return encoded.ids[encoded.offsets[index] : encoded.offsets[index + 1]]


def _differs(text: str) -> bool:
    """Whether a text holds the one character that the engines' patterns class differently."""
    return _VOWEL_SEPARATOR in text


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """Texts in groups of bounded number and size; a longer text is a group of its own."""
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and (len(batch) == _TEXTS or size + len(text) > _CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch


def _half(batch: Sequence[str]) -> TokenError:
    index = next((i for i, text in enumerate(batch) if not _whole(text)), 0)
    return TokenError(
        "TOK005",
        "a text holds half a character (a lone surrogate), which no tokenizer reads",
        where=f"text {index} of the batch",
        hint="replace such characters before encoding; the stage `extract` does",
    )


def _whole(text: object) -> bool:
    try:
        str(text).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return isinstance(text, str)


def _not_exact(file: TokenizerFile, why: str) -> TokenError:
    return TokenError(
        "TOK003",
        why,
        where=str(file.path),
        hint="use encoder: auto or hf, which gives the ids of `tokenizers`",
    )
