"""`corpusforge verify`: whether a release, here or in a registry, is what its manifest says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError

from corpusforge.errors import ReleaseError
from corpusforge.release.attestation import payload_of, signed_by, subjects
from corpusforge.release.copies import faults_at
from corpusforge.release.directory import faults, read_manifest
from corpusforge.release.hub import DATASET, hub, remote_file, reported
from corpusforge.release.manifest import MANIFEST, PROVENANCE, Manifest, digest
from corpusforge.release.reference import Remote

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from huggingface_hub import HfApi

_BLOCK = 1 << 20
#: What a registry adds to a repository by itself.
_KEPT = {".gitattributes"}


class Verified(NamedTuple):
    """A release that is what its manifest says."""

    name: str
    version: str
    digest: str  # of the manifest: compare it with the one you were given
    files: int
    bytes: int
    rows: int
    signed: bool | None  # None: no key was given to check with


def verify(target: Path | Remote | str, key: Ed25519PublicKey | None = None) -> Verified:
    """Hash every file of a release and compare; nothing is written.

    Args:
        target: a release directory, a published version, or an address (``s3://bucket/health``).
        key: the publisher's public key, to check the attestation's signature with.

    Raises:
        ReleaseError: REL005 with every fault, REL006 the signature is missing or wrong, REL004 it
            is no release; REL010 … REL014 the registry, REL017 … REL020 the store at the address
            cannot be reached or refused.

    """
    if isinstance(target, Path):
        listed, identity = read_manifest(target)
        found = faults(target)
        envelope = _bytes_of(target / PROVENANCE)
    elif isinstance(target, str):
        listed, content, found, envelope = faults_at(target)
        identity = digest(content)
        found += _attestation(envelope, listed, identity)
    else:
        with reported(target.endpoint, f"verifying {target}"):
            listed, identity, found, envelope = _remote(target)
    if found:
        raise ReleaseError(
            "REL005",
            f"{len(found)} {'fault' if len(found) == 1 else 'faults'}: " + "; ".join(found),
            where=str(target),
            hint="do not use it; get or build it again",
        )
    signed = None
    if key is not None:
        signed = envelope is not None and signed_by(envelope, [key])
        if not signed:
            raise ReleaseError(
                "REL006",
                "the attestation is not signed with the key given",
                where=str(target),
                hint="ask the publisher for the fingerprint of the key",
            )
    return Verified(
        listed.name,
        listed.version,
        identity,
        len(listed.files),
        sum(entry.bytes for entry in listed.files),
        listed.rows,
        signed,
    )


def stated(target: Path | Remote | str) -> tuple[Manifest, str]:
    """The manifest of a release and its digest, from where `verify` takes them.

    Raises:
        ReleaseError: as `verify`.

    """
    if isinstance(target, Path):
        return read_manifest(target)
    if isinstance(target, str):
        listed, content, _, _ = faults_at(target)
        return listed, digest(content)
    with reported(target.endpoint, f"reading {target}"):
        listed, identity, _, _ = _remote(target)
    return listed, identity


def _bytes_of(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _remote(target: Remote) -> tuple[Manifest, str, list[str], bytes | None]:
    client = hub(target.endpoint, target.token)
    # The commit, once: every file is then asked for by it, and a moved tag cannot mix two versions.
    commit = client.repo_info(target.name, repo_type=DATASET, revision=target.tag).sha or ""
    content = remote_file(client, target.name, MANIFEST, commit)
    if content is None:
        raise ReleaseError(
            "REL004",
            "there is no manifest: this was not published by corpusforge",
            where=str(target),
        )
    try:
        listed = Manifest.model_validate_json(content)
    except ValidationError as error:
        raise ReleaseError("REL004", "the manifest cannot be read", where=str(target)) from error
    found = []
    if (listed.name, listed.version) != (target.name, target.version):
        found.append(f"its manifest is of {listed.name}@{listed.version}")
    present = set(client.list_repo_files(target.name, repo_type=DATASET, revision=commit))
    for entry in listed.files:
        if entry.path not in present:
            found.append(f"{entry.path} is missing")
            continue
        actual, size = _hashed(client, target, entry.path, commit)
        if actual != entry.sha256:
            found.append(f"{entry.path} has SHA-256 {actual} ({size} bytes), not {entry.sha256}")
    expected = {entry.path for entry in listed.files} | {MANIFEST, PROVENANCE} | _KEPT
    found += [f"{path} is not in the manifest" for path in sorted(present - expected)]
    envelope = remote_file(client, target.name, PROVENANCE, commit)
    found += _attestation(envelope, listed, digest(content))
    return listed, digest(content), found, envelope


def _attestation(envelope: bytes | None, listed: Manifest, identity: str) -> list[str]:
    if envelope is None:
        return [f"{PROVENANCE} is missing"]
    try:
        named = subjects(payload_of(envelope)[0])
    except (ReleaseError, KeyError, TypeError):
        return [f"{PROVENANCE} is not an in-toto statement"]
    expected = {entry.path: entry.sha256 for entry in listed.files}
    expected[MANIFEST] = identity.removeprefix("sha256:")
    return [] if named == expected else [f"{PROVENANCE} speaks of other files than the manifest"]


def _hashed(client: HfApi, target: Remote, path: str, commit: str) -> tuple[str, int]:
    """SHA-256 and size of a published file, streamed: nothing is kept on disk."""
    hashed = hashlib.sha256()
    size = 0
    for block in _blocks(client, target, path, commit):
        hashed.update(block)
        size += len(block)
    return hashed.hexdigest(), size


def _blocks(client: HfApi, target: Remote, path: str, commit: str) -> Iterator[bytes]:
    from huggingface_hub import HfFileSystem

    system = HfFileSystem(endpoint=target.endpoint, token=client.token, skip_instance_cache=True)
    with system.open(f"datasets/{target.name}@{commit}/{path}", "rb", block_size=8 << 20) as file:
        while block := file.read(_BLOCK):
            yield block
