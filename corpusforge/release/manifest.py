"""manifest.json: every file of a release with its digest; its own digest is the identity."""

from __future__ import annotations

import hashlib
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from corpusforge.release.model import Release
from corpusforge.release.text import canonical_json

MANIFEST = "manifest.json"
PROVENANCE = "provenance.intoto.jsonl"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Entry(_Frozen):
    """One file of a release."""

    path: str = Field(description="Path inside the release, with slashes.")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of its bytes, hex.")
    bytes: int = Field(ge=0, description="Its size.")
    rows: int | None = Field(None, ge=0, description="Rows of a Parquet file; null for any other.")


class Manifest(_Frozen):
    """A release, file by file. Published as canonical JSON: sorted keys, no spaces, UTF-8."""

    schema_version: Literal[1] = 1
    name: str = Field(description="OWNER/NAME of the dataset.")
    version: str
    released: str = Field(description="ISO date of the release; the only date in here.")
    recipe_sha256: str = Field(description="Digest of the recipe that was built.")
    rows: int = Field(ge=0, description="Rows of the dataset: of its text configs.")
    files: tuple[Entry, ...] = Field(description="All files but this one and the attestation.")


def manifest(release: Release, documents: dict[str, bytes]) -> bytes:
    """The manifest of the release's data files and of `documents`, as canonical JSON."""
    entries = [
        Entry(path=file.path, sha256=file.sha256, bytes=file.bytes, rows=file.rows)
        for file in release.files()
    ]
    entries += [
        Entry(path=file.path, sha256=file.sha256, bytes=file.bytes, rows=None)
        for file in release.exports()
    ]
    entries += [
        Entry(path=path, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data), rows=None)
        for path, data in documents.items()
    ]
    found = Manifest(
        name=release.name,
        version=release.version,
        released=release.released,
        recipe_sha256=release.recipe_sha256,
        rows=release.rows,
        files=tuple(sorted(entries, key=lambda entry: entry.path)),
    )
    return canonical_json(found.model_dump(mode="json"))


def digest(data: bytes) -> str:
    """The digest of a manifest as it is written everywhere: ``sha256:`` and 64 hex digits."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
