"""The flow of deduplication: signatures, pool, pairs, verified pairs, sets, survivors."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from corpusforge.stages.dedup.candidates import candidates
from corpusforge.stages.dedup.components import Components
from corpusforge.stages.dedup.config import Dedup
from corpusforge.stages.dedup.decide import decide, write_index
from corpusforge.stages.dedup.disk import Rows
from corpusforge.stages.dedup.equal import equal_pairs
from corpusforge.stages.dedup.index import seen_before
from corpusforge.stages.dedup.pool import WORDS, Pool, make_pool
from corpusforge.stages.dedup.sketches import signed
from corpusforge.stages.dedup.verify import verify
from corpusforge.stages.stage import Context, Parts, Split, Work

_LABEL = np.dtype(np.uint32)
_ROWS = 1_000_000


def dedup(parts: Parts, config: Dedup, context: Context, work: Work) -> Iterator[Split]:
    """Drop every record that is a copy of a better placed one; `duplicate_of` names that one.

    Reasons: ``exact_duplicate`` (same bytes), ``normalised_duplicate`` (same words),
    ``near_duplicate`` (similarity of at least the threshold), ``withdrawn`` (a copy of what was
    withdrawn). A record that was published before stays, whatever it resembles by now.

    All that grows with the corpus is on disk in `work.scratch`; in memory there is what
    `work.memory` allows.
    """
    root = context.private.parent.parent
    derived = work.derive(signed, parts, ["text"], config.shingle, config.numbers)
    heads = (
        (parts.read(number, ["id", "priority", "date"]), table)
        for number, table in enumerate(derived)
    )
    indexes = seen_before(root, context.dataset, context.version, config.against)
    pool = make_pool(heads, indexes, root, context.dataset, work.scratch, work.memory)
    survivors, clusters = sets_of_copies(pool, parts, config, work)
    yield from decide(pool, survivors, clusters, parts)
    write_index(pool, clusters, work.side / "index.arrow")


def sets_of_copies(pool: Pool, parts: Parts, config: Dedup, work: Work) -> tuple[Rows, Rows]:
    """For each record the least of its copies, and the least of its cluster.

    Of each set of equal records only the least takes part in the search for near duplicates.
    """
    copies = Components(Rows(work.scratch / "survivors", _LABEL), len(pool))
    for pairs in equal_pairs(pool, work.scratch / "equal", work.memory):
        copies.join(pairs)
    survivors = copies.settle()
    if not config.near:
        return survivors, survivors
    alone = _least_with_words(pool, survivors, work.scratch / "alone")
    found = candidates(pool.digests, alone, work, work.memory)
    verified = verify(pool, found, parts, config, work)
    for pairs in verified.copies():
        copies.join(pairs)
    copies.settle()
    clusters = Components(_copy(survivors, work.scratch / "clusters"), len(pool))
    for pairs in verified.similar():
        clusters.join(pairs)
    return survivors, clusters.settle()


def _least_with_words(pool: Pool, least: Rows, path: Path) -> Rows:
    """1 for every record that has words and is the least of its equals, 0 for the others."""
    marked = Rows(path, np.dtype(np.uint8))
    for start, flags in pool.flags.blocks(_ROWS):
        mine = least.read(start, start + len(flags)) == np.arange(start, start + len(flags))
        marked.append(mine & ((flags & WORDS) > 0))
    return marked


def _copy(rows: Rows, path: Path) -> Rows:
    if rows.path.exists():
        shutil.copyfile(rows.path, path)
    return Rows(path, rows.dtype)
