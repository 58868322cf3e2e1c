"""What could be personal data in a text: found once, kept by content, whatever a policy says.

Finding costs nearly all of the time of masking, and it does not depend on the policy: types,
scores, allow-lists and actions only choose among the candidates. So the candidates of every text
that was looked at (documents, their titles and addresses, what stands around a placeholder) are
kept under the text's hash, and another policy decides anew without looking again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import xxhash

from corpusforge.privacy.spans import TYPES, Span, Width
from corpusforge.privacy.verdicts import Met, met

#: One text a row: the XXH3 of its UTF-8 (128 bits) and its candidates, scores as they were given.
#: Values beside the text that hold nothing (`speaking`) have a row without spans.
FINDINGS = pa.schema(
    [
        pa.field("text", pa.binary(16), nullable=False),
        pa.field(
            "spans",
            pa.list_(
                pa.struct(
                    [
                        ("start", pa.int32()),
                        ("end", pa.int32()),
                        ("type", pa.int8()),  # place in TYPES
                        ("score", pa.float64()),
                    ]
                )
            ),
            nullable=False,
        ),
    ]
)
#: Seed of the hashes of values all of whose readings have no candidates.
_VALUES = 1
_PLACE = {name: place for place, name in enumerate(TYPES)}


#: What a text is called in `FINDINGS`, from its UTF-8.
text_name = xxhash.xxh3_128_digest


class Detector:
    """Finds candidates, and remembers those of texts it was asked about before.

    Args:
        width: what is looked for; see `corpusforge.privacy.spans.Width`.
        recall: gives `FINDINGS` of earlier runs, looked for as widely as these, or None; asked when
            the first text comes. What is found is the same with or without them. Where it is given,
            what is found is remembered, for `findings`.

    """

    def __init__(
        self,
        width: Width = "everything",
        *,
        recall: Callable[[], pa.Table | None] | None = None,
    ) -> None:
        self._width = width
        self._recall = recall
        self._before = 0
        #: What was met, where somebody wants to know: put a set here and read it afterwards.
        self.met: set[Met] | None = None

    @cached_property
    def _known(self) -> dict[bytes, tuple[Span, ...]]:
        table = None if self._recall is None else self._recall()
        known = {} if table is None else _read(table)
        self._before = len(known)
        return known

    def candidates(
        self, texts: Sequence[str], names: Sequence[bytes] | None = None
    ) -> Sequence[Sequence[Span]]:
        """The candidates of each text, as `corpusforge.privacy.engine.candidates` finds them.

        Args:
            texts: any strings.
            names: the `text_name` of each, where they are at hand.

        """
        found = self._candidates(texts, names)
        if self.met is not None:
            self.met.update(met(span for spans in found for span in spans))
        return found

    def _candidates(
        self, texts: Sequence[str], names: Sequence[bytes] | None
    ) -> Sequence[Sequence[Span]]:
        if self._recall is None:
            return self._search(texts)
        known = self._known
        if names is None:
            names = [text_name(text.encode("utf-8", "surrogatepass")) for text in texts]
        new = {name: text for name, text in zip(names, texts, strict=True) if name not in known}
        if new:
            found = self._search(list(new.values()))
            self._known.update(zip(new, map(tuple, found), strict=True))
        return [known[name] for name in names]

    def _search(self, texts: Sequence[str]) -> list[list[Span]]:
        if not texts:
            return []
        # Half a second of patterns and tables, which a policy that only decides does not need.
        from corpusforge.privacy.engine import candidates

        return candidates(texts, self._width)

    def speaking(
        self, values: Sequence[str], readings: Callable[[str], Sequence[str]]
    ) -> list[str]:
        """The values of which any reading has a candidate; the others stay under every policy.

        Args:
            values: what columns beside the text hold, such as addresses.
            readings: the texts that a value is looked at as; one function for one kind of value.

        """
        label = readings.__qualname__
        marks = [
            xxhash.xxh3_128_digest(f"{label}\0{value}".encode("utf-8", "surrogatepass"), _VALUES)
            for value in values
        ]
        new = [place for place, mark in enumerate(marks) if mark not in self._known]
        texts = [readings(values[place]) for place in new]
        # The readings themselves are not kept: the value's mark says as much.
        found = iter(self._search([text for group in texts for text in group]))
        spans = {
            marks[place]: tuple(span for _ in group for span in next(found))
            for place, group in zip(new, texts, strict=True)
        }
        for mark in marks:
            spans.setdefault(mark, self._known.get(mark, ()))
        if self._recall is not None:
            self._known.update(spans)
        if self.met is not None:
            self.met.update(met(span for found in spans.values() for span in found))
        return [value for value, mark in zip(values, marks, strict=True) if spans[mark]]

    @property
    def learned(self) -> bool:
        """Whether more than a fiftieth is new: then the findings are worth keeping again."""
        if "_known" not in self.__dict__:
            return False
        return len(self._known) - self._before > self._before // 50

    def findings(self) -> pa.Table:
        """All it knows, as `FINDINGS`, in the order of the hashes."""
        names = sorted(self._known)
        spans = [span for name in names for span in self._known[name]]
        counts = np.fromiter((len(self._known[name]) for name in names), np.int32, len(names))
        offsets = np.concatenate((np.zeros(1, np.int32), np.cumsum(counts, dtype=np.int32)))
        kind = FINDINGS.field("spans").type.value_type
        values = pa.StructArray.from_arrays(
            [
                pa.array([span.start for span in spans], pa.int32()),
                pa.array([span.end for span in spans], pa.int32()),
                pa.array([_PLACE[span.type] for span in spans], pa.int8()),
                pa.array([span.score for span in spans], pa.float64()),
            ],
            fields=list(kind),
        )
        return pa.table(
            [
                pa.array(names, pa.binary(16)),
                pa.ListArray.from_arrays(pa.array(offsets), values).cast(
                    FINDINGS.field("spans").type
                ),
            ],
            schema=FINDINGS,
        )


def _read(known: pa.Table) -> dict[bytes, tuple[Span, ...]]:
    if known.num_rows == 0:
        return {}
    column: Any = known.column("spans").combine_chunks()
    values = column.flatten()
    starts, ends, kinds, scores = (values.field(number).to_pylist() for number in range(4))
    types = map(TYPES.__getitem__, kinds)
    spans = list(map(Span._make, zip(starts, ends, types, scores, strict=True)))
    offsets = column.offsets.to_numpy()
    edges = (offsets - offsets[0]).tolist()
    names = known.column("text").to_pylist()
    return {
        name: tuple(spans[first:last]) if first < last else ()
        for name, first, last in zip(names, edges[:-1], edges[1:], strict=True)
    }
