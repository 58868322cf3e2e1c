"""What a stage is: a frozen config, a pure function over parts, and what it may know.

A *streaming* stage sees one part at a time::

    def min_length(part: pa.Table, config: MinLength, context: Context) -> Split: ...

A *barrier* stage sees all parts and yields one `Split` for each of them, in the same order, or
None for a part that stays as it is::

    def dedup(parts: Parts, config: Dedup, context: Context, work: Work) -> Iterator[Split]: ...

Stages are pure: no clock, no randomness, no environment, no network. What a streaming stage does
to a record depends on that record alone, never on its neighbours in the part, so that parts can be
cut anywhere and in any order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Protocol, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict

from corpusforge.record import DROPPED, conform

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class StageConfig(BaseModel):
    """The recipe keys of one stage; subclasses add a `kind: Literal[...]` and their own fields.

    A field of type `Path` names a file of the recipe's author; the loader makes it absolute and
    its *content* enters the fingerprint instead of its name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    #: Raise it with any change to what the stage puts out: it is part of the fingerprint.
    VERSION: ClassVar[str] = "1"
    #: Does the stage need to see all parts at once?
    BARRIER: ClassVar[bool] = False
    #: Kind of the earlier stage whose files it works on; they enter its fingerprint.
    READS: ClassVar[str] = ""
    #: Is a streaming stage given a `Memory` of its part, after the context?
    REMEMBERS: ClassVar[bool] = False
    #: Distributions whose version shapes the output, e.g. ``("trafilatura",)``.
    LIBRARIES: ClassVar[tuple[str, ...]] = ()
    #: Names of `Context` fields the stage reads; they enter its fingerprint.
    CONTEXT: ClassVar[tuple[str, ...]] = ()

    @property
    def devices(self) -> int:
        """GPUs a task of this stage asks the cluster for."""
        return 0

    def require(self) -> None:
        """Called by each task before it does anything; refuses a machine that lacks something.

        Raises:
            CorpusforgeError: what is missing, such as a GPU.

        """

    def files(self) -> tuple[Path, ...]:
        """Shipped files the output depends on (models, gazetteers), beside the `Path` fields."""
        return ()


@dataclass(frozen=True)
class Context:
    """All that a stage may know beside its part and its config."""

    dataset: str  # commons/health
    version: str  # 1.0.0, the version being built
    released: str  # ISO date of the release: the only clock
    seed: int
    tier: str  # open | gated | restricted | sealed
    #: The steward's private area (dedup indexes of published versions, keys). Never published.
    private: Path
    mode: str = "blend"  # blend | collection
    license: str | None = None  # what the release declares; in a collection, of the plain configs
    origin: str = (
        "native"  # the origin of the plain configs; other origins get configs of their own
    )
    #: State of the dedup indexes of published versions that this build is held against.
    index: str = ""
    #: Digest of what annotators have answered so far; empty where they have not.
    answers: str = ""
    splits: tuple[
        tuple[str, float], ...
    ] = ()  # share of each split beside train, e.g. ("test", .02)


class Split(NamedTuple):
    """What a stage keeps of a part, and the `DROPPED` rows for the rest."""

    kept: pa.Table
    dropped: pa.Table


class Parts(Protocol):
    """The parts of an artifact, read only when asked for."""

    def __len__(self) -> int: ...

    def read(self, index: int, columns: Sequence[str] | None = None) -> pa.Table:
        """Part number `index` (from 0), all columns or the named ones."""
        ...

    def only(self, index: int) -> Parts:
        """Something light to send to a worker, from which that part can be read."""
        ...


class Work(Protocol):
    """What a barrier stage may use of the machine."""

    #: A directory that becomes part of the stage's artifact (an index, a report).
    side: Path
    #: A directory for temporary files, removed when the stage ends. Workers see it too.
    scratch: Path
    #: Bytes that sorting and the like may use in one process; never seen in what comes out.
    memory: int
    #: A directory that outlives a kill, for files whose making is not to be repeated; it is empty
    #: at first, found again by the next build of the same stage, and removed when the stage ends.
    unfinished: Path
    #: The side folder of the stage that the config's `READS` names.
    files: Path | None

    def derive(
        self, function: Callable[..., pa.Table], parts: Parts, columns: Sequence[str], *rest: object
    ) -> Iterator[pa.Table]:
        """Run `function(part, *rest) -> table` on the named columns of every part, in order.

        The function is module-level and pure; its results are kept in the workspace by the content
        of the part and of `rest` (JSON values), so a part that has been seen is not computed again
        by the same version of the stage with the same libraries.
        """
        ...

    def map(
        self, function: Callable[[_Item], _Result], items: Iterable[_Item], *, gpus: int = 0
    ) -> Iterator[_Result]:
        """Run a module-level function over items on the workers; results in the order of items.

        Each task asks the cluster for `gpus` devices.
        """
        ...


class Memory(Protocol):
    """What a streaming stage found out about a part before, under whatever settings.

    For what is costly and does not depend on the config, such as where a text may hold personal
    data. It is kept with the part and is a cache: a stage must give the same with and without it,
    so what is kept under a name must be a function of the name and of the part.
    """

    def recall(self, name: str) -> pa.Table | None:
        """The table kept under `name` for this part, or None."""
        ...

    def keep(self, name: str, table: pa.Table) -> None:
        """Keep a table under `name` for this part, in place of the one before."""
        ...

    def last(self) -> tuple[pa.Table, pa.Table] | None:
        """What the stage kept the last time it worked on this very part, and its notes, or None.

        Whatever its config was then: the notes must say what the stage has to know of it.
        """
        ...

    def note(self, table: pa.Table) -> None:
        """Leave notes on this run for the next one."""
        ...


Run = Callable[..., Any]


@dataclass(frozen=True)
class Stage:
    """A kind of stage: its config model and its function."""

    config: type[StageConfig]
    run: Run

    @property
    def kind(self) -> str:
        """The word a recipe uses for it."""
        return str(self.config.model_fields["kind"].default)


def dropped_rows(
    part: pa.Table,
    reason: str | pa.Array,
    *,
    detail: pa.Array | None = None,
    duplicate_of: pa.Array | None = None,
) -> pa.Table:
    """`DROPPED` rows for all of `part`; `reason` is one word or one for each row."""
    rows = part.num_rows
    columns = {
        name: part.column(name)
        for name in ("id", "source", "key", "url", "license", "language")
        if name in part.column_names
    }
    columns["reason"] = (
        pa.array([reason] * rows, pa.string()) if isinstance(reason, str) else reason
    )
    if detail is not None:
        columns["detail"] = detail
    if duplicate_of is not None:
        columns["duplicate_of"] = duplicate_of
    return conform(pa.table(columns), DROPPED)


def split(
    part: pa.Table,
    reasons: pa.Array,
    *,
    detail: pa.Array | None = None,
    duplicate_of: pa.Array | None = None,
) -> Split:
    """Keep the rows whose `reasons` entry is null, drop the others for the reason given there."""
    if reasons.null_count == len(reasons):
        return keep_all(part)
    kept = pc.is_null(reasons)
    gone = pc.invert(kept)
    return Split(
        part.filter(kept),
        dropped_rows(
            part.filter(gone),
            pc.filter(reasons, gone),
            detail=None if detail is None else pc.filter(detail, gone),
            duplicate_of=None if duplicate_of is None else pc.filter(duplicate_of, gone),
        ),
    )


#: Where a stage's facts travel beside a table; they are taken off before the part is stored.
_FACTS = b"corpusforge.facts"


def with_facts(table: pa.Table, facts: dict[str, str]) -> pa.Table:
    """The table with facts of how it came about (device, engine), for the receipt of the task."""
    return table.replace_schema_metadata({_FACTS: json.dumps(facts, sort_keys=True)})


def take_facts(table: pa.Table) -> tuple[pa.Table, dict[str, str]]:
    """The table without the facts that a stage gave it, and the facts."""
    metadata = table.schema.metadata or {}
    if _FACTS not in metadata:
        return table, {}
    return table.replace_schema_metadata(None), json.loads(metadata[_FACTS])


def keep_all(part: pa.Table) -> Split:
    """The part as it is, nothing dropped."""
    return Split(part, DROPPED.empty_table())
