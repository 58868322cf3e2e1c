"""Fingerprints: what a stage, a part and a result are called by.

A stage's *key* is the digest of everything that shapes its output except its input: kind, version
of the stage, config, the digests of the files it reads, the library versions it names and the
context fields it reads. A *task* is one stage on one part: the digest of the stage's key and the
part's. Equal names mean equal bytes, so whatever exists under a name is never computed again.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from corpusforge.stages.stage import Context, StageConfig
from corpusforge.versions import version_of

_CHUNK = 1 << 20


def canonical_json(value: Any) -> bytes:
    """`value` as JSON with sorted keys, no spaces and UTF-8: one spelling for equal values."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode("utf-8", "surrogatepass")


def digest(value: Any) -> str:
    """SHA-256 (64 hex digits) of the canonical JSON of `value`."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 (64 hex digits) of a file's bytes, or of the names and bytes below a directory."""
    if path.is_dir():
        below = sorted(item for item in path.rglob("*") if item.is_file())
        return digest([[item.relative_to(path).as_posix(), file_digest(item)] for item in below])
    status = path.stat()
    return _file_digest(path, status.st_size, status.st_mtime_ns)


@functools.lru_cache(maxsize=4096)
def _file_digest(path: Path, _size: int, _changed: int) -> str:
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            sha.update(chunk)
    return sha.hexdigest()


def stage_key(config: StageConfig, context: Context) -> str:
    """The key of a stage: digest of all that shapes its output except its input."""
    return digest(stage_facts(config, context))


def stage_facts(config: StageConfig, context: Context) -> dict[str, Any]:
    """The facts behind `stage_key`, kept so that `plan` can say which of them changed."""
    return {
        "kind": getattr(config, "kind", type(config).__name__),
        "version": config.VERSION,
        "config": config_facts(config),
        "files": sorted(file_digest(path) for path in config.files()),
        "libraries": library_versions(config.LIBRARIES),
        "context": {name: getattr(context, name) for name in sorted(config.CONTEXT)},
    }


def config_facts(model: BaseModel) -> dict[str, Any]:
    """A config as JSON values, where every file named in it is replaced by its digest."""
    facts: dict[str, Any] = {}
    for name in type(model).model_fields:
        facts[name] = _fact(getattr(model, name))
    return facts


def _fact(value: Any) -> Any:
    if isinstance(value, Path):
        return f"sha256:{file_digest(value)}" if value.exists() else str(value)
    if isinstance(value, BaseModel):
        return config_facts(value)
    if isinstance(value, dict):
        return {str(key): _fact(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_fact(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(_fact(item) for item in value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return str(value)


def library_versions(names: Iterable[str]) -> dict[str, str]:
    """Installed version of each distribution named; empty for one of an extra that is missing."""
    return {name: version_of(name) or "" for name in sorted(set(names))}
