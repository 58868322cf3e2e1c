"""Sources whose recipe names files, at paths or at addresses: acquiring them, noticing changes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from corpusforge.sources.patterns import as_list, expand, is_remote
from corpusforge.sources.snapshot import Report, copy_files, stamps
from corpusforge.sources.source import Acquired


class Located(Protocol):
    """The config of such a source."""

    @property
    def id(self) -> str:
        """The source's id, for messages."""
        ...

    @property
    def path(self) -> str | list[str]:
        """Paths, patterns and addresses."""
        ...

    @property
    def allow_addresses(self) -> Sequence[str]:
        """Networks outside the public one that addresses may lie in."""
        ...


def acquire(config: Located, root: Path, previous: Acquired | None, report: Report) -> Acquired:
    """Copy or download the files into the snapshot.

    Raises:
        SourceError: a path matches nothing (SRC001) or an address cannot be read (SRC002 …).

    """
    local = copy_files(expand(config.path, source=config.id), root, report)
    if not any(map(is_remote, as_list(config.path))):
        return local
    from corpusforge.sources.addresses import copy_remote

    return copy_remote(
        local,
        config.path,
        previous,
        report,
        allow_addresses=config.allow_addresses,
        source=config.id,
    )


def signature(config: Located) -> str:
    """Names, sizes and times of local files, ETags of those at addresses."""
    local = stamps(expand(config.path, source=config.id))
    if not any(map(is_remote, as_list(config.path))):
        return local
    from corpusforge.sources.addresses import remote_stamps

    return remote_stamps(
        local,
        config.path,
        allow_addresses=config.allow_addresses,
        source=config.id,
    )
