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


def judged_otherwise(column: pa.ListArray, before: Policy, now: Policy) -> Any:
    """For each text of a `MET` column, whether the policies differ over what was met (bools)."""
    values = column.flatten()
    kinds = values.field("type").to_numpy()
    scores = values.field("score").to_numpy()
    verdict = _verdicts(kinds, scores, now)
    differ = _verdicts(kinds, scores, before) != verdict
    if before.allow != now.allow:
        # What is allowed is a matter of words: whatever is acted on may be meant.
        differ |= verdict > _CONTENDS
    text = np.repeat(np.arange(len(column)), np.diff(column.offsets.to_numpy()))
    return np.bincount(text, weights=differ, minlength=len(column)) > 0


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
