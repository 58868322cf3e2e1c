"""A release on disk: written whole or not at all, read back, checked against its manifest."""

from __future__ import annotations

import contextlib
import fcntl
import glob
import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
from pydantic import ValidationError

from corpusforge import __version__
from corpusforge.errors import ReleaseError
from corpusforge.record import is_published
from corpusforge.release.attestation import payload_of, subjects
from corpusforge.release.companions import bare, schema_of
from corpusforge.release.documents import RELEASE, documents
from corpusforge.release.manifest import MANIFEST, PROVENANCE, Manifest, digest
from corpusforge.release.model import File, Release

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_BLOCK = 1 << 20


def write_release(
    release: Release,
    data: Path | Sequence[Path],
    directory: Path,
    key: Ed25519PrivateKey | None = None,
) -> Path:
    """Write `release` as `directory`: its documents, and its data files out of `data`.

    Everything goes to a directory beside it first, is synced and then renamed, so that `directory`
    is either absent, the old release or the whole new one. Nothing is rewritten if it already
    holds the same release.

    Args:
        release: what was built.
        data: where the data files lie, under the paths the release names; one folder or several,
            of which the first that has a file gives it.
        directory: where the release goes; its parents are made.
        key: signs the attestation.

    Returns:
        `directory`.

    Raises:
        ReleaseError: REL001 the release does not add up; REL002 a data file is missing or is not
            the one named; REL003 the disk is full or not writable.

    """
    written = documents(release, key)
    if _holds(directory, written):
        return directory
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(
            tempfile.mkdtemp(prefix=f".{directory.name}-", suffix=".partial", dir=directory.parent)
        )
    except OSError as error:
        raise _disk(error, directory) from error
    held = os.open(staging, os.O_RDONLY)
    try:
        # Tells a writer at work from what a killed one left: locks go with their process.
        fcntl.flock(held, fcntl.LOCK_EX)
        staging.chmod(0o755)
        folders = [data] if isinstance(data, Path) else list(data)
        for file in (*release.files(), *release.exports()):
            found = (folder / file.path for folder in folders)
            source = next((path for path in found if path.is_file()), folders[0] / file.path)
            _place(source, staging / file.path, file)
        for name, content in written.items():
            _write(staging / name, content)
        for folder in (staging, *(path for path in staging.rglob("*") if path.is_dir())):
            _sync(folder)
        _swap(staging, directory)
    except OSError as error:
        raise _disk(error, directory) from error
    finally:
        os.close(held)
        shutil.rmtree(staging, ignore_errors=True)
    _sweep(directory)
    return directory


def read_release(directory: Path) -> Release:
    """The frozen model of the release in `directory`.

    Raises:
        ReleaseError: REL004, it is not a release directory.

    """
    path = directory / RELEASE
    try:
        return Release.model_validate_json(path.read_bytes())
    except OSError as error:
        raise _not_a_release(directory, f"{path.name} cannot be read") from error
    except ValidationError as error:
        raise _not_a_release(directory, f"{path.name} is not a release model") from error


def read_manifest(directory: Path) -> tuple[Manifest, str]:
    """The manifest of the release in `directory`, and its digest: the release's identity.

    Raises:
        ReleaseError: REL004, it is not a release directory.

    """
    path = directory / MANIFEST
    try:
        content = path.read_bytes()
        return Manifest.model_validate_json(content), digest(content)
    except OSError as error:
        raise _not_a_release(directory, f"{path.name} cannot be read") from error
    except ValidationError as error:
        raise _not_a_release(directory, f"{path.name} is not a manifest") from error


def faults(directory: Path) -> list[str]:
    """What in `directory` differs from its manifest, one sentence each; empty for a sound release.

    Every byte is hashed; Parquet files must have the columns of their config (the published ones,
    or those the model states of a companion) and the rows stated; nothing unlisted may lie there;
    and the documents must be exactly what the release model gives, where this is the version of
    corpusforge that wrote them.
    """
    listed, identity = read_manifest(directory)
    columns = _companion_columns(directory)
    found: list[str] = []
    for entry in listed.files:
        path = directory / entry.path
        if not path.is_file():
            found.append(f"{entry.path} is missing")
        elif (actual := sha256_of(path)) != entry.sha256:
            found.append(f"{entry.path} has SHA-256 {actual}, not {entry.sha256}")
        elif entry.rows is not None:
            schema = columns.get(entry.path)
            found += _parquet_faults(path, entry.path, entry.rows, schema)
    expected = {entry.path for entry in listed.files} | {MANIFEST, PROVENANCE}
    unlisted = sorted(_files(directory) - expected)
    found += [f"{path} is not in the manifest" for path in unlisted]
    found += _attestation_faults(directory, listed, identity)
    if not found:
        found += _document_faults(directory)
    return found


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hex, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(directory: Path) -> set[str]:
    """Paths of all files in a directory, relative to it."""
    return {
        path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()
    }


def _companion_columns(directory: Path) -> dict[str, pa.Schema]:
    """The schema of each Parquet file of a companion; empty where the model cannot be read."""
    try:
        release = read_release(directory)
        return {
            file.path: schema_of(config.columns)
            for config in release.companions
            for split in config.splits
            for file in split.files
        }
    except (ReleaseError, TypeError):
        return {}  # the digest of the model, or the document check, says so


def _parquet_faults(path: Path, name: str, rows: int, schema: pa.Schema | None) -> list[str]:
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        return [f"{name} is not a readable Parquet file ({type(error).__name__})"]
    found = []
    if file.metadata.num_rows != rows:
        found.append(f"{name} has {file.metadata.num_rows} rows, not {rows}")
    actual = file.schema_arrow.remove_metadata()
    if not (is_published(actual) if schema is None else _bare(actual).equals(schema)):
        found.append(f"{name} does not have the published columns")
    return found


def _bare(schema: pa.Schema) -> pa.Schema:
    try:
        return bare(schema)
    except TypeError:
        return schema


def _attestation_faults(directory: Path, listed: Manifest, identity: str) -> list[str]:
    path = directory / PROVENANCE
    if not path.is_file():
        return [f"{PROVENANCE} is missing"]
    try:
        payload, _ = payload_of(path.read_bytes())
        named = subjects(payload)
    except (ReleaseError, KeyError, TypeError):
        return [f"{PROVENANCE} is not an in-toto statement"]
    expected = {entry.path: entry.sha256 for entry in listed.files}
    expected[MANIFEST] = identity.removeprefix("sha256:")
    return [] if named == expected else [f"{PROVENANCE} speaks of other files than the manifest"]


def _document_faults(directory: Path) -> list[str]:
    """Documents that say something else than the model; only the version that wrote can tell."""
    release = read_release(directory)
    if release.software.get("corpusforge") != __version__:
        return []
    again = documents(release)
    return [
        f"{name} is not what the release model gives"
        for name, content in again.items()
        if name != PROVENANCE and (directory / name).read_bytes() != content
    ]


def _holds(directory: Path, written: dict[str, bytes]) -> bool:
    """Whether this very release is there already, every byte of it and nothing else."""
    try:
        if any((directory / name).read_bytes() != content for name, content in written.items()):
            return False
        listed = Manifest.model_validate_json(written[MANIFEST])
        expected = {*written, *(entry.path for entry in listed.files)}
        return _files(directory) == expected and all(
            (directory / entry.path).stat().st_size == entry.bytes
            and sha256_of(directory / entry.path) == entry.sha256
            for entry in listed.files
        )
    except OSError:
        return False


def _place(source: Path, target: Path, file: File) -> None:
    """Copy a data file, hashing what is written: what is published is what the model names."""
    target.parent.mkdir(parents=True, exist_ok=True)
    hashed = hashlib.sha256()
    try:
        reading = source.open("rb")
    except FileNotFoundError as error:
        raise ReleaseError(
            "REL002", "a data file of the release is missing", where=file.path
        ) from (error)
    with reading, target.open("wb") as writing:
        while block := reading.read(_BLOCK):
            hashed.update(block)
            writing.write(block)
        writing.flush()
        os.fsync(writing.fileno())
    if hashed.hexdigest() != file.sha256 or target.stat().st_size != file.bytes:
        raise ReleaseError(
            "REL002",
            "a data file is not the one the release names",
            where=file.path,
            hint="build again; the workspace may have been changed by hand",
        )


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _swap(staging: Path, directory: Path) -> None:
    """Put `staging` in the place of `directory`; an old release there goes away last."""
    if not directory.exists():
        staging.rename(directory)
        _sync(directory.parent)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", suffix=".old", dir=directory.parent))
    directory.rename(old / "release")
    staging.rename(directory)
    _sync(directory.parent)
    shutil.rmtree(old)


def _sweep(directory: Path) -> None:
    """Remove what killed writers of `directory` left beside it; what one is at work on stays."""
    for left in directory.parent.glob(f".{glob.escape(directory.name)}-*"):
        if left.suffix not in {".partial", ".old"}:
            continue
        with contextlib.suppress(OSError):
            handle = os.open(left, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(handle)


def _disk(error: OSError, directory: Path) -> ReleaseError:
    return ReleaseError(
        "REL003",
        f"the release could not be written: {error.strerror or error}",
        where=str(directory),
        hint="free space or choose another --output; nothing half-written remains",
    )


def _not_a_release(directory: Path, why: str) -> ReleaseError:
    return ReleaseError(
        "REL004",
        f"this is not a release directory: {why}",
        where=str(directory),
        hint="name the directory that `corpusforge build` printed",
    )
