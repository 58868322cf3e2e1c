"""The types of personal data, a found span, and which span wins where two overlap."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from typing import Literal, NamedTuple

#: Types that identify a natural person.
CORE_TYPES = (
    "PERSON",
    "PHONE",
    "EMAIL",
    "ADDRESS",
    "DOB",
    "CIN",
    "PASSPORT",
    "RESIDENCE_PERMIT",
    "DRIVING_LICENCE",
    "RIB",
    "IBAN",
    "CARD",
    "CNSS",
    "HEALTH_INS",
    "MRN",
    "STUDENT_ID",
    "PLATE",
    "IP",
    "SOCIAL",
    "GPS",
)

#: Identifiers of businesses; personal where the business is one person (auto-entrepreneur).
BUSINESS_TYPES = ("ICE", "TAX_ID", "RC", "TP")

TYPES = CORE_TYPES + BUSINESS_TYPES

#: Types whose recognisers are only run where a policy asks for one of them: they cost the most.
LOOKED_FOR = frozenset(("PERSON", "ADDRESS", "DOB"))
#: Types that need no number to be judged but addresses of machines.
ONLINE = frozenset(("EMAIL", "IP", "SOCIAL"))

#: What is looked for: what stands on networks, all that has a sign of its own, or names, addresses
#: and births as well. Each is wider than the one before, and several times its cost.
Width = Literal["online", "identifiers", "everything"]


def width_for(kinds: Collection[str]) -> Width:
    """How widely to look for some types."""
    if not LOOKED_FOR.isdisjoint(kinds):
        return "everything"
    return "online" if ONLINE.issuperset(kinds) else "identifiers"


class Span(NamedTuple):
    """A half-open range of code points that holds personal data, and how sure we are (0 to 1)."""

    start: int
    end: int
    type: str
    score: float


def settle(spans: Sequence[Span], *, minimum: float, kinds: Collection[str]) -> list[Span]:
    """The candidates that stand: strong enough, the strongest where some overlap.

    Types of `LOOKED_FOR` count only where they are among `kinds`; the others always do, as what
    looks like two identifiers is the likelier one, wanted or not.
    """
    chosen = [
        span
        for span in spans
        if span.score >= minimum and (span.type in kinds or span.type not in LOOKED_FOR)
    ]
    return resolve(chosen) if len(chosen) > 1 else chosen


def resolve(spans: Iterable[Span]) -> list[Span]:
    """The strongest spans that do not overlap, in order of position.

    The higher score wins, then the longer span, then the earlier one, then the type's place in
    `TYPES`: the order of the input decides nothing.
    """
    found = sorted(spans, key=_rank)
    if len(found) < 2:
        return found
    # Kept spans stay in order of position, so that a neighbour on either side tells of an overlap.
    kept: list[Span] = []
    for span in found:
        place = bisect_left(kept, (span.start,))
        if place < len(kept) and kept[place].start < span.end:
            continue
        if place and kept[place - 1].end > span.start:
            continue
        kept.insert(place, span)
    return kept


def _rank(span: Span) -> tuple[float, int, int, int]:
    # A street is named after people: within an address no name is a person of its own.
    strength = span.score + (0.2 if span.type == "ADDRESS" else 0.0)
    return (-strength, span.start - span.end, span.start, _PLACE[span.type])


_PLACE = {name: place for place, name in enumerate(TYPES)}
