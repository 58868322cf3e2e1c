"""The text column and what follows from it: segments, counts by type, which records go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusforge.arrow import text_bytes

if TYPE_CHECKING:
    from corpusforge.privacy.masking import Masked, Masker
    from corpusforge.privacy.spans import Span


class Texts(NamedTuple):
    """What became of the texts of some records; every column has a row a record."""

    text: pa.ChunkedArray
    segments: pa.Array
    pii: pa.Array
    #: Types for which the record goes, separated by spaces; null where it stays.
    gone: pa.Array
    #: What was met on the way, a column of `corpusforge.privacy.verdicts.MET`.
    met: pa.Array


def masked_texts(part: pa.Table, masker: Masker) -> Texts:
    """Mask the texts of a `WORK` part."""
    from corpusforge.privacy.columns import moved_segments
    from corpusforge.privacy.detector import text_name
    from corpusforge.privacy.verdicts import Met, met_column

    column = part.column("text")
    texts = column.to_pylist()
    names = [text_name(text) for chunk in column.chunks for text in text_bytes(chunk)]
    seen: list[set[Met]] = [set() for _ in texts]
    masked = masker.mask(texts, given_names(part, texts), names, seen)
    new = [result.text for result in masked if result.spans]
    if new:
        changed = pa.array([bool(result.spans) for result in masked])
        column = pc.replace_with_mask(column, changed, pa.array(new, pa.string()))
    gone = [" ".join(result.counts) if result.drop else None for result in masked]
    return Texts(
        text=column,
        segments=moved_segments(part.column("segments"), masked),
        pii=_counts(masked, part.schema.field("pii").type),
        gone=pa.array(gone, pa.string()),
        met=met_column(seen),
    )


def given_names(part: pa.Table, texts: Sequence[str]) -> list[list[Span]] | None:
    """The names a `score` stage found in each text, as candidates beside our own; None for none.

    Where the text has changed since, a name is looked for by its words, wherever they stand.
    """
    from corpusforge.privacy.spans import Span

    if "names" not in part.column_names or part.column("names").null_count == part.num_rows:
        return None
    return [
        [
            Span(start, start + len(name["words"]), "PERSON", name["score"])
            for name in names or ()
            for start in _places(text, name)
        ]
        for text, names in zip(texts, part.column("names").to_pylist(), strict=True)
    ]


def _places(text: str, name: dict[str, Any]) -> list[int]:
    words = name["words"]
    if text[name["start"] : name["end"]] == words:
        return [name["start"]]
    return [found.start() for found in re.finditer(re.escape(words), text)] if words else []


def _counts(masked: Sequence[Masked], kind: pa.DataType) -> pa.Array:
    """The `pii` column: what was masked in each text, by type."""
    nothing: dict[str, int] = {}
    found = [result.counts if result.spans else nothing for result in masked]
    offsets = np.zeros(len(found) + 1, np.int32)
    np.cumsum([len(counts) for counts in found], out=offsets[1:])
    values = pa.StructArray.from_arrays(
        [
            pa.array([name for counts in found for name in counts], pa.string()),
            pa.array([number for counts in found for number in counts.values()], pa.int32()),
        ],
        fields=list(kind.value_type),
    )
    return pa.ListArray.from_arrays(pa.array(offsets), values).cast(kind)
