"""Files written whole, with a receipt beside them: what exists need not be made again.

A file is written under a temporary name, synced and renamed; its receipt comes last. So a task that
was killed has left either a file with its receipt or a temporary file, which `sweep` removes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_BLOCK = 1 << 20

#: Names of files that `whole` has not finished.
_HALF = re.compile(r"\..+\.[0-9a-f]{12}")


def once(folder: Path, key: dict[str, Any], make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `make` says of the files it wrote below `folder`, or said before.

    Args:
        folder: where the files lie; receipts lie in `receipts` beside them.
        key: JSON values that name the work: equal keys, equal bytes.
        make: writes files and describes them under `files`, each as `described` does.

    """
    name = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()
    receipt = folder / "receipts" / f"{name}.json"
    with contextlib.suppress(FileNotFoundError):
        found: dict[str, Any] = json.loads(receipt.read_bytes())
        if all(_there(folder, file) for file in found["files"]):
            return found
    found = make()
    with whole(receipt) as path:
        path.write_text(json.dumps(found, sort_keys=True), encoding="utf-8")
    return found


def _there(folder: Path, file: dict[str, Any]) -> bool:
    path = folder / file["path"]
    return path.is_file() and bool(path.stat().st_size == file["bytes"])


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A temporary path that takes the place of `path` when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what killed writers left half written below `folder`; nobody may be writing there."""
    for left in folder.rglob(".*"):
        if _HALF.fullmatch(left.name):
            left.unlink()


def described(folder: Path, path: str, rows: int) -> dict[str, Any]:
    """A file below `folder` as a release lists it."""
    place = folder / path
    hashed = hashlib.sha256()
    with place.open("rb") as file:
        while block := file.read(_BLOCK):
            hashed.update(block)
    return {
        "path": path,
        "sha256": hashed.hexdigest(),
        "bytes": place.stat().st_size,
        "rows": rows,
    }
