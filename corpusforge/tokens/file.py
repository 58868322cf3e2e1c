"""A tokenizer.json: where it lies, what it says, and the ids of its tokens."""

from __future__ import annotations

import functools
import hashlib
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from corpusforge.errors import TokenError

#: The name that `tokenizers` and `transformers` give the file.
NAME = "tokenizer.json"


class TokenizerFile(NamedTuple):
    """The content of one tokenizer file."""

    path: Path
    sha256: str
    text: str
    content: dict[str, Any]

    @property
    def model(self) -> str:
        """The kind of model: BPE, Unigram, WordPiece or WordLevel."""
        return str(self.content["model"].get("type", "BPE"))

    @property
    def added(self) -> list[dict[str, Any]]:
        """The added tokens, special ones among them."""
        return list(self.content.get("added_tokens") or [])

    def ids(self) -> dict[str, int]:
        """Token to id, added tokens included."""
        vocabulary = self.content["model"]["vocab"]
        if isinstance(vocabulary, list):  # Unigram: pairs of piece and log probability
            found = {str(piece): index for index, (piece, _) in enumerate(vocabulary)}
        else:
            found = dict(vocabulary)
        return found | {token["content"]: token["id"] for token in self.added}

    @property
    def unknown(self) -> int | None:
        """The id of what the vocabulary does not have, where there is one."""
        model = self.content["model"]
        if model.get("unk_token") is not None:
            return self.ids().get(str(model["unk_token"]))
        return None if model.get("unk_id") is None else int(model["unk_id"])


def read_tokenizer(path: Path) -> TokenizerFile:
    """Read a tokenizer file, or the `tokenizer.json` in a folder.

    Raises:
        TokenError: TOK002, it cannot be read or is no tokenizer.json.

    """
    path = path / NAME if path.is_dir() else path
    try:
        data = path.read_bytes()
        text = data.decode("utf-8")
        content = orjson.loads(data)
        sound = isinstance(content["model"]["vocab"], dict | list)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _unreadable(path, f"the file cannot be read: {reason}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _unreadable(path, "the file is no tokenizer.json") from error
    if not sound:
        raise _unreadable(path, "the file is no tokenizer.json: its vocabulary is missing")
    return TokenizerFile(path, hashlib.sha256(data).hexdigest(), text, content)


def known_tokenizer(path: Path) -> TokenizerFile:
    """`read_tokenizer`, read again only when the file has changed: every task of a worker asks.

    Raises:
        TokenError: TOK002, it cannot be read or is no tokenizer.json.

    """
    place = path / NAME if path.is_dir() else path
    try:
        status = place.stat()
    except OSError:
        return read_tokenizer(path)
    return _known(place, status.st_size, status.st_mtime_ns)


@functools.lru_cache(maxsize=4)
def _known(path: Path, _size: int, _changed: int) -> TokenizerFile:
    return read_tokenizer(path)


def token_id(tokenizer: Path, token: str) -> int:
    """The id of a token, such as the one that ends a document.

    Raises:
        TokenError: TOK002, the file is no tokenizer; TOK004, it has no such token.

    """
    file = read_tokenizer(tokenizer)
    ids = file.ids()
    if token in ids:
        return ids[token]
    special = [entry["content"] for entry in file.added if entry.get("special")]
    near = get_close_matches(token, ids, 1, 0.7) if len(ids) < 50_000 else []
    known = ", ".join(special[:8]) or "none"
    nearest = f'did you mean "{near[0]}"? ' if near else ""
    raise TokenError(
        "TOK004",
        f'the tokenizer has no token "{token}"',
        where=str(file.path),
        hint=f"{nearest}its special tokens: {known}",
    )


def _unreadable(path: Path, why: str) -> TokenError:
    return TokenError(
        "TOK002",
        why,
        where=str(path),
        hint="name a tokenizer.json as `tokenizers` saves it, or the folder that holds one",
    )
