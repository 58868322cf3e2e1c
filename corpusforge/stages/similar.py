"""The `similar` stage: records whose embeddings point the same way, found by comparing them all.

`dedup` finds copies by the words they share. This stage finds what says the same in other words, or
in another script, by the vectors that a `score` stage gave. Vectors are whole numbers, so that the
sums behind a comparison are exact: neither block, machine nor number of workers can be seen in what
is dropped.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
import pyarrow as pa
from pydantic import Field

from corpusforge.errors import BuildError
from corpusforge.stages.stage import Context, Parts, Split, StageConfig, Work, split

#: Vectors compared at once; a block of products takes 4 bytes times the square of this.
_BLOCK = 2048
#: So many products of numbers up to 127 have a sum that float32 holds exactly.
_EXACT = (1 << 24) // (127 * 127)
_UNDATED = "9999"

Vectors = np.ndarray[Any, np.dtype[np.int8]]


class Similar(StageConfig):
    """Drop records whose embedding is as near to a better placed one's as the threshold."""

    kind: Literal["similar"] = "similar"
    threshold: float = Field(
        0.95, gt=0, le=1, description="Least cosine of two embeddings that count as the same."
    )

    BARRIER: ClassVar[bool] = True
    VERSION: ClassVar[str] = "1"


class _Order(NamedTuple):
    """Where a record stands among all, and its row of the vectors; -1 for one without a vector."""

    priority: int
    date: str
    id: str
    part: int
    place: int


def similar(parts: Parts, config: Similar, context: Context, work: Work) -> Iterator[Split]:
    """Drop each record that is near to one that stays; `duplicate_of` names the nearest of those.

    Who stays is decided as in `dedup`: priority of the source, date, id. A record goes only for one
    that stays, never for one that goes itself. Records without an embedding stay. The reason is
    ``similar``, the detail the cosine.

    Every pair is compared: time grows with the square of the records (100,000 of 384 dimensions
    take a core about two minutes, a million some three hours), so it stands after `dedup`.

    Raises:
        BuildError: BLD003, embeddings of different lengths meet.

    """
    del context
    order, vectors = _in_order(parts, work.scratch / "vectors.npy")
    best = _decide(len(order), vectors, config.threshold, work)
    outcome: dict[tuple[int, int], tuple[str, float]] = {
        (order[gone].part, order[gone].place): (order[stays].id, cosine)
        for gone, (stays, cosine) in best.items()
    }
    for number in range(len(parts)):
        part = parts.read(number)
        found = [outcome.get((number, place)) for place in range(part.num_rows)]
        yield split(
            part,
            pa.array([None if each is None else "similar" for each in found], pa.string()),
            detail=pa.array([None if each is None else f"{each[1]:.3f}" for each in found]).cast(
                pa.string()
            ),
            duplicate_of=pa.array([None if each is None else each[0] for each in found]).cast(
                pa.string()
            ),
        )


def _in_order(parts: Parts, path: Path) -> tuple[list[_Order], Path]:
    """The records with an embedding in order of survival, and a file of their vectors in it."""
    order: list[_Order] = []
    blocks: list[Vectors] = []
    width = 0
    for number in range(len(parts)):
        part = parts.read(number, ["id", "priority", "date", "embedding"])
        if "embedding" not in part.column_names:
            continue
        found = part.column("embedding").combine_chunks()
        here = [place for place, valid in enumerate(found.is_valid().to_pylist()) if valid]
        ids, priorities, dates = (
            part.column(name).to_pylist() for name in ("id", "priority", "date")
        )
        order += [
            _Order(priorities[place], dates[place] or _UNDATED, ids[place], number, place)
            for place in here
        ]
        flat = np.asarray(found.flatten().to_numpy(zero_copy_only=False), np.int8)
        if here:
            lengths = set(found.value_lengths().drop_null().to_pylist()) | ({width} - {0})
            if len(lengths) != 1:
                raise BuildError(
                    "BLD003",
                    f"embeddings of {' and '.join(map(str, sorted(lengths)))} numbers meet",
                    where="stage similar",
                    hint="score all records with one model",
                )
            width = lengths.pop()
            blocks.append(flat.reshape(-1, width))
    ranks = sorted(range(len(order)), key=lambda n: order[n])
    vectors = np.concatenate(blocks)[ranks] if blocks else np.zeros((0, 1), np.int8)
    np.save(path, vectors)
    return [order[n] for n in ranks], path


def _decide(count: int, path: Path, threshold: float, work: Work) -> dict[int, tuple[int, float]]:
    """For each record that goes, the nearest one that stays, and their cosine."""
    near: dict[int, list[tuple[int, float]]] = {}
    starts = range(0, count, _BLOCK)
    for pairs in work.map(functools.partial(near_pairs, path, threshold), starts):
        for later, earlier, cosine in pairs:
            near.setdefault(later, []).append((earlier, cosine))
    gone: dict[int, tuple[int, float]] = {}
    for later in sorted(near):
        staying = [(cosine, -earlier) for earlier, cosine in near[later] if earlier not in gone]
        if staying:
            cosine, earlier = max(staying)
            gone[later] = (-earlier, cosine)
    return gone


def near_pairs(path: Path, threshold: float, start: int) -> list[tuple[int, int, float]]:
    """Pairs (later, earlier, cosine) of a block of vectors with all before it and in it."""
    vectors = np.load(path, mmap_mode="r")
    mine = vectors[start : start + _BLOCK]
    kind = np.float32 if vectors.shape[1] <= _EXACT else np.float64
    wide = mine.astype(kind)
    norms = _norms(mine)
    found: list[tuple[int, int, float]] = []
    for first in range(0, start + len(mine), _BLOCK):
        others = vectors[first : min(first + _BLOCK, start + len(mine))]
        products = (wide @ others.astype(kind).T).astype(np.float64)
        cosine = products / np.outer(norms, _norms(others))
        rows, columns = np.nonzero(cosine >= threshold)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            if first + column < start + row:
                found.append((start + row, first + column, float(cosine[row, column])))
    return found


def _norms(vectors: Vectors) -> np.ndarray[Any, np.dtype[np.float64]]:
    whole = vectors.astype(np.int64)
    return np.asarray(np.sqrt((whole * whole).sum(axis=1)), np.float64)
