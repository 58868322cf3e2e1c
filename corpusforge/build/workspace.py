"""The workspace: everything a build keeps between runs, and who may write to it.

::

    workspace/
      lock                 held while a build writes
      snapshots/SOURCE/    acquired bytes: one folder a snapshot, `current` names the newest
      parts/               Arrow parts by digest (`corpusforge.build.parts`)
      receipts/            one small JSON a task: what went in, what came out, why the rest did not
      unfinished/          files of a stage that was stopped, one folder a fingerprint
      artifacts/           one folder a fingerprint: a stage's manifest and side files
      runs/                what each build of each version consisted of
      releases/            finished release directories
      private/             dedup indexes, keys: never published
      registry/            the loopback registry of `build` where none is configured
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from corpusforge.build.fingerprint import canonical_json
from corpusforge.build.parts import PartStore, write_file
from corpusforge.errors import BuildError


class Receipt(BaseModel):
    """What one task did: a stage on a part. Kept for good, read by `plan`, resume and reports."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    part: str = ""  # digest of the part that came in; empty where a source was read
    kept: str  # digest of the part that went on
    dropped: str  # digest of the part of `DROPPED` rows
    rows_in: int
    rows_out: int
    reasons: dict[str, int]
    cpu_seconds: float = 0.0
    #: How it came about where that is more than the stage's config: device, engine, versions.
    facts: dict[str, str] = {}
    #: Found out about the part by the way (signatures, findings): it is of use as long as the part.
    aside: bool = False


class Manifest(BaseModel):
    """An artifact: the receipts of a stage over all its input parts, in order."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    kind: str
    fingerprint: str
    facts: dict[str, Any]
    inputs: tuple[str, ...]  # digests of the input parts
    receipts: tuple[Receipt, ...]
    side: dict[str, str] = {}  # relative path -> sha256 of a side file

    @property
    def parts(self) -> tuple[str, ...]:
        """Digests of the parts it puts out."""
        return tuple(receipt.kept for receipt in self.receipts)


class Workspace:
    """The folder of a steward's builds."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.parts = PartStore(self.root / "parts")
        self.private = self.root / "private"

    def __reduce__(self) -> tuple[type[Workspace], tuple[Path]]:
        return Workspace, (self.root,)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the workspace for writing.

        Raises:
            BuildError: BLD001, another process holds it; BLD002, the folder cannot be written.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise BuildError(
                "BLD002",
                f"the workspace cannot be written: {error.strerror}",
                where=str(self.root),
                hint="name another folder with --workspace",
            ) from error
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                owner = os.read(handle, 64).decode(errors="replace").strip() or "unknown"
                raise BuildError(
                    "BLD001",
                    f"the workspace is in use by another build (process {owner})",
                    where=str(self.root),
                    hint="wait for it to end, or give this build its own --workspace",
                ) from error
            os.ftruncate(handle, 0)
            os.write(handle, f"{os.getpid()}\n".encode())
            self._sweep()
            yield
        finally:
            os.close(handle)

    def _sweep(self) -> None:
        """Remove what a killed build left half-written."""
        for folder in (self.root / "scratch", self.root / "artifacts", self.root / "releases"):
            if folder.name == "scratch":
                shutil.rmtree(folder, ignore_errors=True)
            elif folder.is_dir():
                for item in folder.glob(".*"):
                    shutil.rmtree(item, ignore_errors=True)
        for folder in (self.root / "parts", self.root / "receipts"):
            for item in folder.glob("*/.*"):
                item.unlink(missing_ok=True)

    # Receipts

    def receipt(self, task: str) -> Receipt | None:
        """The receipt of a task that has been done and whose parts are still there, else None."""
        try:
            receipt = Receipt.model_validate_json(self._receipt_path(task).read_bytes())
        except FileNotFoundError:
            return None
        if all(self.parts.path(digest).exists() for digest in (receipt.kept, receipt.dropped)):
            return receipt
        return None

    def write_receipt(self, task: str, receipt: Receipt) -> None:
        """Record that a task is done; its parts must have been written before."""
        write_file(self._receipt_path(task), canonical_json(receipt.model_dump()))

    def _receipt_path(self, task: str) -> Path:
        return self.root / "receipts" / task[:2] / f"{task}.json"

    # Artifacts

    def artifact(self, fingerprint: str) -> Path:
        """The folder of an artifact."""
        return self.root / "artifacts" / fingerprint

    def manifest(self, fingerprint: str) -> Manifest | None:
        """The manifest of a finished artifact whose parts are all there, else None."""
        try:
            data = (self.artifact(fingerprint) / "manifest.json").read_bytes()
        except FileNotFoundError:
            return None
        manifest = Manifest.model_validate_json(data)
        if all(self.parts.path(part).exists() for part in manifest.parts):
            return manifest
        return None

    def write_manifest(self, manifest: Manifest, side: Path | None = None) -> None:
        """Finish an artifact: its manifest and, for a barrier stage, the folder of side files."""
        final = self.artifact(manifest.fingerprint)
        temporary = final.with_name(f".{final.name}")
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        if side is not None:
            side.replace(temporary / "side")
        write_file(temporary / "manifest.json", canonical_json(manifest.model_dump()))
        shutil.rmtree(final, ignore_errors=True)
        temporary.replace(final)

    def scratch(self, name: str) -> Path:
        """A new empty folder for temporary files, swept by the next build at the latest."""
        folder = self.root / "scratch" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def unfinished(self, name: str) -> Path:
        """A folder that a killed build leaves to the next one; made where it is not there."""
        folder = self.root / "unfinished" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    # Runs

    def write_run(self, dataset: str, version: str, run: dict[str, Any]) -> None:
        """Record what a build consisted of; `trace`, `why`, `gc` and `plan` start from it."""
        write_file(self._run_path(dataset, version), canonical_json(run))

    def run(self, dataset: str, version: str) -> dict[str, Any] | None:
        """What the last build of that version consisted of, or None."""
        try:
            found: dict[str, Any] = json.loads(self._run_path(dataset, version).read_bytes())
        except FileNotFoundError:
            return None
        return found

    def runs(self) -> Iterator[dict[str, Any]]:
        """Every recorded run, by dataset and version."""
        for path in sorted((self.root / "runs").glob("*/*/*.json")):
            yield json.loads(path.read_bytes())

    def _run_path(self, dataset: str, version: str) -> Path:
        return self.root / "runs" / dataset / f"{version}.json"

    def release(self, dataset: str, version: str) -> Path:
        """Where the release directory of that version lies by default."""
        return self.root / "releases" / dataset / version
