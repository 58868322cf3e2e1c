"""Which texts are asked about, and with what probability each could have been.

The frame (every text that could be drawn) is cut into strata. In each, the most doubtful texts are
taken, all of them: they teach the most and stand only for themselves. From the rest a simple random
sample is drawn, those whose hash of seed, wave and place comes first. So the probability of every
task is known exactly: 1 for the doubtful, drawn over remaining for the others, and one over it is
the number of texts the task stands for (Horvitz & Thompson 1952). Nothing but the frame, the seed
and the name of the wave shapes the draw; neither the order of the frame nor how it is cut into
parts does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]
Index = NDArray[np.intp]

Allocation = Literal["equal", "proportional"]

#: Texts a stratum gets at least where it has them: with one there is no spread to see.
_LEAST = 2


@dataclass(frozen=True)
class Design:
    """How many texts are drawn, and how."""

    tasks: int
    uncertain: float = 0.3  # share taken by doubt; the others by chance
    allocation: Allocation = "equal"  # of tasks to strata

    @property
    def doubtful(self) -> int:
        """Tasks taken by doubt."""
        return round(self.tasks * self.uncertain)


class Stratum(NamedTuple):
    """What was drawn from one stratum."""

    name: str
    population: int
    doubtful: int  # taken for their doubt
    drawn: int  # by chance, out of the others


class Draw(NamedTuple):
    """The texts drawn: positions in the frame, in the order of their keys."""

    chosen: Index
    probability: Floats  # of inclusion, exact
    strata: tuple[Stratum, ...]


def order_key(seed: int, wave: str, record: str, start: int, end: int) -> int:
    """The place of a text in the lottery of a wave: 64 bits, uniform."""
    text = f"{seed}\0{wave}\0{record}\0{start}\0{end}"
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def shortlist(keys: Keys, strata: Sequence[str], doubt: Floats, design: Design) -> Index:
    """Positions that could be drawn whatever the rest of the frame holds.

    A part of a large frame needs to keep only these, and how many texts each stratum has.
    """
    kept: list[Index] = []
    for _, members in _grouped(strata):
        first = _by_doubt(keys, doubt, members)[: design.doubtful]
        rest = members[np.argsort(keys[members], kind="stable")][: design.tasks]
        kept += [first, rest]
    return np.unique(np.concatenate(kept)) if kept else np.empty(0, np.intp)


def draw(
    keys: Keys,
    strata: Sequence[str],
    doubt: Floats,
    design: Design,
    population: Mapping[str, int] | None = None,
) -> Draw:
    """Draw the texts of a wave.

    Args:
        keys: `order_key` of each text, all different.
        strata: the stratum of each text.
        doubt: how doubtful each text is, higher is more; NaN, where nothing says, is least.
        design: how many and how.
        population: texts in each stratum, where the frame is a `shortlist` of it.
    """
    groups = dict(_grouped(strata))
    sizes = dict(population or {name: len(members) for name, members in groups.items()})
    doubtful = {name: _by_doubt(keys, doubt, members) for name, members in groups.items()}
    by_doubt = allocate(sizes, design.doubtful, design.allocation)
    taken = {name: doubtful[name][: by_doubt[name]] for name in groups}
    left = {name: sizes[name] - len(taken[name]) for name in groups}
    count = min(design.tasks, sum(sizes.values())) - sum(map(len, taken.values()))
    by_chance = allocate(left, count, design.allocation)
    chosen, probability, facts = [], [], []
    for name, members in groups.items():
        rest = np.setdiff1d(members, taken[name], assume_unique=True)
        rest = rest[np.argsort(keys[rest], kind="stable")][: by_chance[name]]
        chosen += [taken[name], rest]
        share = len(rest) / left[name] if left[name] else 1.0
        probability += [np.ones(len(taken[name])), np.full(len(rest), share)]
        facts.append(Stratum(name, sizes[name], len(taken[name]), len(rest)))
    where = np.concatenate(chosen) if chosen else np.empty(0, np.intp)
    order = np.argsort(keys[where], kind="stable")
    flat = np.concatenate(probability) if probability else np.empty(0)
    return Draw(where[order], flat[order], tuple(facts))


def allocate(sizes: Mapping[str, int], total: int, how: Allocation) -> dict[str, int]:
    """Share `total` tasks among strata of these sizes; none gets more than it has.

    `equal` gives each the same as far as it has them, `proportional` by size. Either way a stratum
    gets two where there are enough, so that its spread can be seen. Ties go by name.
    """
    total = min(total, sum(sizes.values()))
    names = sorted(sizes)
    given = dict.fromkeys(names, 0)
    if how == "proportional":
        floor = _LEAST if total >= _LEAST * len(names) else 0
        given = {name: min(floor, sizes[name]) for name in names}
        whole = sum(sizes.values()) or 1
        exact = {name: total * sizes[name] / whole for name in names}
        given = {name: max(given[name], int(exact[name])) for name in names}
        while sum(given.values()) > total:
            above = [name for name in names if given[name] > floor]
            given[max(above, key=lambda name: (given[name] - exact[name], name))] -= 1
        ranked = sorted(names, key=lambda name: (given[name] - exact[name], name))
    else:
        while (open_ := [n for n in names if given[n] < sizes[n]]) and sum(given.values()) < total:
            each = (total - sum(given.values())) // len(open_)
            if each == 0:
                break
            given |= {n: min(sizes[n], given[n] + each) for n in open_}
        ranked = names
    for name in ranked:
        if sum(given.values()) >= total:
            break
        if given[name] < sizes[name]:
            given[name] += 1
    return given


def share_of(keys: Sequence[int], share: float, purpose: str) -> frozenset[int]:
    """That share of some keys, chosen by a hash of their own; the number is rounded.

    Who knows which texts were drawn cannot tell from it which of them are blind or repeated.
    """
    ranked = sorted(keys, key=lambda key: hashlib.blake2b(f"{purpose}\0{key}".encode()).digest())
    return frozenset(ranked[: round(share * len(ranked))])


def _grouped(strata: Sequence[str]) -> list[tuple[str, Index]]:
    names, codes = np.unique(np.asarray(strata, dtype=object).astype(str), return_inverse=True)
    return [(str(name), np.flatnonzero(codes == number)) for number, name in enumerate(names)]


def _by_doubt(keys: Keys, doubt: Floats, members: Index) -> Index:
    """Members, the most doubtful first; equal doubts by key."""
    order: Index = np.lexsort((keys[members], -np.nan_to_num(doubt[members], nan=-np.inf)))
    return members[order]
