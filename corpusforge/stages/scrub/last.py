"""The last run on a part: what of it stands under another policy, and the notes that tell.

A steward who changes a policy changes what becomes of few records. Where the new policy makes the
same of everything that was met when a text was masked, the masked text is taken over as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from corpusforge.privacy.policy import Policy
from corpusforge.stages.scrub.beside import BESIDE
from corpusforge.stages.scrub.findings import findings_name
from corpusforge.stages.scrub.texts import Texts, masked_texts
from corpusforge.stages.stage import Memory

if TYPE_CHECKING:
    from corpusforge.privacy.masking import Masker
    from corpusforge.privacy.verdicts import Met

#: In the metadata of notes: the name of the findings, the policy, what was met beside the texts.
_FOUND, _POLICY, _BESIDE = b"corpusforge.found", b"corpusforge.policy", b"corpusforge.beside"


def notes(policy: Policy, texts: Texts, beside: Iterable[Met]) -> pa.Table:
    """What another run has to know of this one; a row a record."""
    facts = {
        _FOUND: findings_name(policy),
        _POLICY: policy.model_dump_json(),
        _BESIDE: json.dumps(sorted(beside)),
    }
    table = pa.table({"met": texts.met, "stays": texts.gone.is_null()})
    return table.replace_schema_metadata(facts)


def last_run(memory: Memory, policy: Policy, part: pa.Table) -> Last | None:
    """The last run on this part, if it can be compared with one under `policy`."""
    from corpusforge.privacy.verdicts import comparable

    found = memory.last()
    if found is None:
        return None
    kept, noted = found
    facts = noted.schema.metadata or {}
    if facts.get(_FOUND, b"").decode() != findings_name(policy):
        return None
    before = Policy.model_validate_json(facts[_POLICY])
    if not comparable(before, policy) or noted.num_rows != part.num_rows:
        return None
    met = {(kind, score) for kind, score in json.loads(facts[_BESIDE])}
    return Last(kept, noted, before, policy, met)


@dataclass(frozen=True)
class Last:
    """What the stage kept of a part under one policy, looked at under another."""

    kept: pa.Table
    notes: pa.Table
    before: Policy
    policy: Policy
    met_beside: set[Met]

    @cached_property
    def _stood(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """For each record of the part, whether it was kept."""
        return np.asarray(
            self.notes.column("stays").combine_chunks().to_numpy(zero_copy_only=False)
        )

    def _anew(self, texts: pa.ChunkedArray) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """For each record of the part, whether its text is to be masked anew."""
        from corpusforge.privacy.verdicts import judged_otherwise

        met = self.notes.column("met").combine_chunks()
        return np.asarray(judged_otherwise(met, self.before, self.policy, texts) | ~self._stood)

    def texts(self, part: pa.Table, masker: Masker) -> Texts:
        """The texts of the part: those that stand as they were kept, the others masked."""
        anew = self._anew(part.column("text"))
        fresh = masked_texts(part.filter(pa.array(anew)), masker)
        # Rows of what was kept, and behind them those that are fresh.
        rows = np.where(anew, self.kept.num_rows + np.cumsum(anew) - 1, np.cumsum(self._stood) - 1)
        order = pa.array(rows)
        standing = {name: self.kept.column(name) for name in ("text", "segments", "pii")}
        met = self.notes.column("met").filter(pa.array(self._stood))
        gone = pa.nulls(self.kept.num_rows, pa.string())
        columns = zip([*standing.values(), gone, met], fresh, strict=True)
        return Texts(*(_followed_by(old, new).take(order) for old, new in columns))

    @cached_property
    def beside_stands(self) -> bool:
        """Whether the columns beside the texts can be taken over."""
        from corpusforge.privacy.verdicts import judged_otherwise, met_column

        differs = judged_otherwise(met_column([self.met_beside]), self.before, self.policy)
        return bool(self._stood.all() and not differs.any())

    def beside(self) -> tuple[dict[str, pa.ChunkedArray], set[Met]]:
        """The columns beside the texts, and what was met in them."""
        return {name: self.kept.column(name) for name in BESIDE}, self.met_beside


def _followed_by(first: Any, second: Any) -> pa.ChunkedArray:
    chunks = [
        chunk
        for column in (first, second)
        for chunk in (column.chunks if isinstance(column, pa.ChunkedArray) else [column])
    ]
    return pa.chunked_array([chunk.cast(chunks[0].type) for chunk in chunks])
