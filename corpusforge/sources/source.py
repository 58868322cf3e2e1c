"""What a source is: a config, a way to acquire bytes, and a way to read them as records.

`acquire` may touch the network and writes files into the directory it is given; that directory
becomes an artifact (a snapshot). `read` is pure: the same snapshot gives the same `RAW` parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from corpusforge.errors import SourceError
from corpusforge.record import DROPPED

#: A part ends with the record that takes it over this many bytes of payload or text …
PART_BYTES = 16_000_000
#: … or this many records, whichever comes first.
PART_RECORDS = 10_000
#: A single record larger than this is dropped (reason ``too_large``), never held in memory whole.
RECORD_BYTES = 32_000_000


class Evidence(BaseModel):
    """Why the steward believes the licence holds: an address, a statement, or an agreement."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    url: str | None = Field(None, description="Page on which the licence is stated.")
    statement: str | None = Field(None, description="The words that grant it, and by whom.")
    agreement: str | None = Field(None, description="Id of a signed contribution agreement.")


class SourceConfig(BaseModel):
    """The recipe keys every source has; subclasses add `kind` and their own."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    #: Raise it with any change to what `read` yields: it is part of the fingerprint.
    VERSION: ClassVar[str] = "1"
    LIBRARIES: ClassVar[tuple[str, ...]] = ()
    #: Fields that steer `acquire` alone (paths, seeds, limits): what they fetched is named by the
    #: snapshot's digest, so they stay out of the fingerprint of what is read.
    ACQUISITION: ClassVar[tuple[str, ...]] = ()

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", description="Short name, unique here.")
    license: str = Field(
        description="SPDX expression, LicenseRef-…, or `detect`: as each page states it."
    )
    evidence: Evidence | None = Field(
        None, description="Why the licence is believed; needed unless each page states its own."
    )
    attribution: str | None = Field(None, description="Who is to be named for each document.")
    origin: Literal["native", "translated", "synthetic"] = Field(
        "native", description="Written by people, translated, or made by a machine or as a sample."
    )
    domain: str | None = Field(None, description="Sector; the recipe's own where absent.")


@dataclass(frozen=True)
class Acquired:
    """A snapshot of a source: its files, and what to know about them."""

    root: Path
    files: tuple[Path, ...]
    #: Free facts for reports (pages fetched, hosts refused); no effect on the build.
    facts: dict[str, Any] = field(default_factory=dict)


class NothingAcquiredError(SourceError):
    """A source was asked and gave nothing; what it said instead is kept in `acquired`.

    Alone it ends the work. Beside sources that gave something it is a count of drops.
    """

    acquired: Acquired | None = None


@dataclass(frozen=True)
class ReadContext:
    """What the recipe says of every record of a source."""

    domain: str
    priority: int
    #: Digest of the snapshot, "sha256:…": the `acquired` of rows that have no better one.
    snapshot: str


@dataclass
class RawPart:
    """A bounded run of records and the ones that could not be read (`DROPPED` rows)."""

    records: pa.Table
    dropped: pa.Table = field(default_factory=DROPPED.empty_table)


@dataclass(frozen=True)
class Piece:
    """Files of a snapshot whose records depend on nothing but them and the source's config."""

    name: str
    #: Of names and bytes of its files.
    digest: str
    read: Callable[[], Iterator[RawPart]]


@dataclass(frozen=True)
class Source:
    """A kind of source."""

    config: type[SourceConfig]
    #: acquire(config, root, previous, report) -> Acquired. `root` is an empty directory to fill,
    #: `previous` the last snapshot or None, `report` a `Callable[[str, dict], None]` for progress.
    acquire: Callable[..., Acquired]
    #: read(config, acquired, context) -> RawPart after RawPart, bounded in memory.
    read: Callable[[Any, Acquired, ReadContext], Iterator[RawPart]]
    #: What `acquire` would find now, cheaply (names, sizes, times of local files). A build that
    #: sees it changed acquires again. None: only `crawl` and `build --refresh` do.
    signature: Callable[[Any], str] | None = None
    #: May `root` hold what a killed `acquire` left there? Otherwise it is always empty.
    resumable: bool = False
    #: pieces(config, acquired, context) -> what `read` reads, in order, for sources whose pieces
    #: are worth keeping; a key that an earlier piece has is refused by whoever reads them.
    pieces: Callable[[Any, Acquired, ReadContext], Iterator[Piece]] | None = None
