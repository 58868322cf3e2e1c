"""What a masking came of, so that another policy can tell whether it would have come out the same.

A masking is decided by candidates: their types, their scores, and what the policy makes of each. If
another policy makes the same of every candidate that was met on the way, in the text and in what
stood around its placeholders, each step comes out the same, and so does the masked text. It is
enough to remember which pairs of type and score were met.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusforge.privacy.policy import Action, Policy
from corpusforge.privacy.spans import LOOKED_FOR, TYPES, Span

#: A type and a score that a candidate had.
Met = tuple[str, float]

#: The pairs that were met for one text: place of the type in `TYPES`, score.
MET = pa.list_(pa.struct([("type", pa.int8()), ("score", pa.float64())]))

_PLACE = {name: place for place, name in enumerate(TYPES)}


def met(candidates: Iterable[Span]) -> set[Met]:
    """The pairs of type and score among candidates."""
    return {(span.type, span.score) for span in candidates}


def met_column(texts: Sequence[Collection[Met]]) -> pa.ListArray:
    """What was met for each text, as a column of `MET`."""
    offsets = np.zeros(len(texts) + 1, np.int32)
    np.cumsum([len(pairs) for pairs in texts], out=offsets[1:])
    ordered = [pair for pairs in texts for pair in sorted(pairs)]
    values = pa.StructArray.from_arrays(
        [
            pa.array([_PLACE[kind] for kind, _ in ordered], pa.int8()),
            pa.array([score for _, score in ordered], pa.float64()),
        ],
        fields=list(MET.value_type),
    )
    return pa.ListArray.from_arrays(pa.array(offsets), values).cast(MET)


def comparable(before: Policy, now: Policy) -> bool:
    """Whether `judged_otherwise` can tell: pseudonyms depend on a key, which may be another."""
    return Action.PSEUDONYM not in before.all_actions | now.all_actions


def judged_otherwise(
    column: pa.ListArray, before: Policy, now: Policy, texts: pa.ChunkedArray | None = None
) -> Any:
    """For each text of a `MET` column, whether the policies may differ over it; array of bools.

    Args:
        column: what was met for each text.
        before: the policy under which it was met.
        now: another one.
        texts: the texts themselves, where they are at hand: a mail domain that only one of the
            policies allows matters to those that hold it.

    """
    values = column.flatten()
    kinds = values.field("type").to_numpy()
    scores = values.field("score").to_numpy()
    text = np.repeat(np.arange(len(column)), np.diff(column.offsets.to_numpy()))
    verdict = _verdicts(kinds, scores, now)
    acts = verdict > _CONTENDS
    differ = _verdicts(kinds, scores, before) != verdict
    allowed = set(before.allow) ^ set(now.allow)
    domains = {entry for entry in allowed if entry.startswith("@")}
    written = allowed - domains
    if any(map(str.isalpha, "".join(written))):
        differ |= acts  # what is allowed is a matter of words: any may be meant
    elif written:
        differ |= acts & ~np.isin(kinds, _LETTERS)
    found = _texts_with(differ, text, len(column))
    if domains:
        holds = np.ones(len(column), np.bool_) if texts is None else _hold(texts, domains)
        found |= holds & _texts_with(acts, text, len(column))
    return found


#: Types whose values have letters: no figure that is allowed is one of them.
_LETTERS = [_PLACE["PERSON"], _PLACE["EMAIL"]]


def _texts_with(flags: Any, text: Any, count: int) -> Any:
    return np.bincount(text, weights=flags, minlength=count) > 0


def _hold(texts: pa.ChunkedArray, domains: Iterable[str]) -> Any:
    """Which texts hold any of the domains, in upper or lower case."""
    lower = pc.utf8_lower(texts)
    holds = [pc.match_substring(lower, domain.lower()).to_numpy() for domain in domains]
    return np.logical_or.reduce(holds)


#: A candidate that is not masked itself, but may win over another that would be.
_CONTENDS = 1


def _verdicts(kinds: Any, scores: Any, policy: Policy) -> Any:
    """What the policy makes of candidates: nothing (0), `_CONTENDS`, or a number an action."""
    actions = list(Action)
    table = np.array(
        [
            _CONTENDS + 1 + actions.index(policy.action_for(kind))
            if policy.covers(kind)
            else 0
            if kind in LOOKED_FOR
            else _CONTENDS
            for kind in TYPES
        ]
    )
    return np.where(scores >= policy.minimum_score, table[kinds], 0)
