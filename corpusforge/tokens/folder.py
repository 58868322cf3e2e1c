"""A model as a folder of local files: Hugging Face's config.json, safetensors and tokenizer.json.

Everything here is known without torch, so that `corpusforge check` finds what is wrong with a model
before anything runs: a file that is missing, a download that was cut off, weights in pickles, a
model that needs code of its own, another model than the one that is meant.
"""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpusforge.errors import TokenError

CONFIG = "config.json"
TOKENIZER = "tokenizer.json"
_WEIGHTS = "model.safetensors"
_INDEX = "model.safetensors.index.json"
#: A safetensors header of more bytes than this is not one.
_HEADER = 100_000_000
_CHUNK = 1 << 20


@dataclass(frozen=True)
class ModelFolder:
    """A model folder that has all it needs."""

    path: Path
    config: dict[str, Any]
    weights: tuple[Path, ...]

    @property
    def architecture(self) -> str:
        """Class of the model as `transformers` calls it, such as BertForTokenClassification."""
        named = self.config.get("architectures") or [""]
        return str(named[0])

    @property
    def digest(self) -> str:
        """``sha256:`` over names and digests of the folder's files; see `folder_digest`."""
        return folder_digest(self.path)


def open_folder(path: Path, digest: str | None = None) -> ModelFolder:
    """The model in a folder, once all its files are there and whole.

    Args:
        path: the folder.
        digest: what `folder_digest` must give, if that is known.

    Raises:
        TokenError: TOK031, a file is missing or broken; TOK032, it is another model.

    """
    if not path.is_dir():
        raise _broken(path, "this is no folder" if path.exists() else "there is no such folder")
    config = _json(path / CONFIG)
    if not isinstance(config.get("model_type"), str):
        raise _broken(path / CONFIG, "`model_type` is missing")
    if "auto_map" in config:
        raise _broken(
            path / CONFIG,
            "the model needs code of its own (`auto_map`), which is never run here",
            hint="use a model of an architecture that transformers knows",
        )
    weights = _weights(path)
    for file in weights:
        tensors_of(file)
    if not isinstance(_json(path / TOKENIZER).get("model"), dict):
        raise _broken(path / TOKENIZER, "this is no tokenizer of `tokenizers`")
    folder = ModelFolder(path, config, weights)
    if digest is not None and folder.digest != digest:
        raise TokenError(
            "TOK032",
            f"this is another model: its digest is {folder.digest}",
            where=str(path),
            hint=f"the recipe names {digest}; put that model there, or correct `digest`",
        )
    return folder


def folder_digest(path: Path) -> str:
    """The digest of a model folder, as a shell gives it too.

    ``cd FOLDER && sha256sum * | LC_ALL=C sort -k 2 | sha256sum``: folders in it, and files whose
    name begins with a dot, do not count.
    """
    lines = [
        f"{_file_digest(file, file.stat().st_size, file.stat().st_mtime_ns)}  {file.name}\n"
        for file in sorted(path.iterdir(), key=lambda file: file.name.encode())
        if file.is_file() and not file.name.startswith(".")
    ]
    return "sha256:" + hashlib.sha256("".join(lines).encode()).hexdigest()


def tensors_of(file: Path) -> dict[str, list[int]]:
    """Names and shapes of the tensors in a safetensors file, which is as long as it says.

    The format: eight bytes with the length of a header (little-endian), the header as JSON with
    `data_offsets` of each tensor, then the data (github.com/huggingface/safetensors).

    Raises:
        TokenError: TOK031, it is no safetensors file, or was cut off.

    """
    try:
        size = file.stat().st_size
        with file.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            if not 2 <= length <= min(_HEADER, size - 8):
                raise _broken(file, "this is no safetensors file, or only the beginning of one")
            header = json.loads(stream.read(length))
        tensors = {name: entry for name, entry in header.items() if name != "__metadata__"}
        end = max((int(entry["data_offsets"][1]) for entry in tensors.values()), default=0)
        shapes = {name: [int(n) for n in entry["shape"]] for name, entry in tensors.items()}
    except OSError as error:
        raise _broken(file, f"cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise _broken(file, "the header of the safetensors file is broken") from error
    if size != 8 + length + end:
        raise _broken(file, f"{size:,} bytes, and its header speaks of {8 + length + end:,}")
    return shapes


def _weights(path: Path) -> tuple[Path, ...]:
    if (path / _WEIGHTS).is_file():
        return (path / _WEIGHTS,)
    if (path / _INDEX).is_file():
        named = _json(path / _INDEX).get("weight_map")
        if not isinstance(named, dict) or not all(isinstance(v, str) for v in named.values()):
            raise _broken(path / _INDEX, "`weight_map` is missing")
        files = tuple(path / name for name in sorted(set(named.values())))
        for file in files:
            if file.parent != path or not file.is_file():
                raise _broken(file, f"{_INDEX} names it and it is not there")
        return files
    pickles = sorted(file.name for file in (*path.glob("*.bin"), *path.glob("*.pt")))
    if pickles:
        raise _broken(
            path,
            f"weights are in {pickles[0]}, a format that runs code when it is read",
            hint="save the model as safetensors: `model.save_pretrained(FOLDER)` of transformers",
        )
    raise _broken(path, f"there is no {_WEIGHTS}")


def _json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_bytes())
    except FileNotFoundError as error:
        raise _broken(file.parent, f"there is no {file.name}") from error
    except OSError as error:
        raise _broken(file, f"cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise _broken(file, "this is no JSON, or only the beginning of it") from error
    if not isinstance(found, dict):
        raise _broken(file, "a mapping is wanted")
    return found


def _broken(where: Path, message: str, *, hint: str = "") -> TokenError:
    return TokenError(
        "TOK031",
        message,
        where=str(where),
        hint=hint
        or f"a model is a folder with {CONFIG}, {_WEIGHTS} and {TOKENIZER}; copy it again",
    )


@functools.lru_cache(maxsize=1024)
def _file_digest(file: Path, _size: int, _changed: int) -> str:
    sha = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            sha.update(chunk)
    return sha.hexdigest()
