"""REF: what the command line calls a release by, a directory or ``name@version``.

A name means the registry that is configured; where none is, the release that the workspace keeps.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

from corpusforge.errors import ReleaseError

_PUBLISHED = re.compile(r"(?P<name>[A-Za-z0-9._-]+/[A-Za-z0-9._-]+)@v?(?P<version>[0-9][^@/\s]*)")


class Remote(NamedTuple):
    """One version of a dataset in a registry."""

    name: str
    version: str
    endpoint: str
    token: str | None

    @property
    def tag(self) -> str:
        """The tag the version stands under."""
        return f"v{self.version}"

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


def resolve(reference: str, endpoint: str | None, token: str | None) -> Path | Remote:
    """The directory or the published version that `reference` names.

    Raises:
        ReleaseError: REL016, it is neither; REL010, no registry is given and the workspace
            (`CORPUSFORGE_WORKSPACE`) keeps no such release.

    """
    path = Path(reference).expanduser()
    if reference and path.is_dir():
        return path
    found = _PUBLISHED.fullmatch(reference)
    if found is None:
        raise ReleaseError(
            "REL016",
            f'"{reference}" is neither a directory nor NAME@VERSION',
            hint="such as workspace/releases/commons/health/1.0.0 or commons/health@1.0.0",
        )
    if endpoint:
        return Remote(found["name"], found["version"], endpoint.rstrip("/"), token)
    releases = Path(os.environ.get("CORPUSFORGE_WORKSPACE", "workspace")) / "releases"
    kept = releases / found["name"] / found["version"]
    if kept.is_dir():
        return kept
    raise ReleaseError(
        "REL010",
        f"no registry is configured, and {releases} keeps no such release",
        where=reference,
        hint="set HF_ENDPOINT to the registry's address, e.g. http://127.0.0.1:8000",
    )
