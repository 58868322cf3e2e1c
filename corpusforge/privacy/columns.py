"""Columns beside the text: titles, addresses, authors, dates and keys name people too."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
import pyarrow as pa

from corpusforge.privacy.masking import Masked, Masker

Offsets = np.ndarray[Any, np.dtype[np.int64]]

#: Columns of short text, each with a cue that says what its values are: a lone name in `author`
#: has no word of its own beside it.
_CUES = {"title": "", "author": "Nom : ", "section": "", "domain": "", "attribution": ""}

_ISO_DATE = re.compile(
    r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
    r"(?:Z|[+\-][0-9]{2}:?[0-9]{2})?)?)?)?"
)
#: Most addresses: then what follows the host needs no parser.
_PLAIN_HOST = re.compile(r"https?://[A-Za-z0-9.\-]+(?::[0-9]+)?(?=/[!-~]*\Z)")
_PIECES = re.compile(r"[/?&=#]+")
_SLUG = re.compile(r"[\-_/=&?+.:;,~%#]+")


def masked_column(name: str, column: pa.ChunkedArray, masker: Masker) -> pa.Array:
    """`column`, called `name`, with nothing of a person left in it; nulls stay null."""
    if column.null_count == len(column):
        return pa.nulls(len(column), pa.string())
    # What many records share, such as an attribution, is masked once.
    every = [value for value in column.unique().to_pylist() if value]
    if name == "date":
        new = {value: _date(value) for value in every}
    else:
        # Most values hold nothing, whatever the policy: they need no masking.
        values = masker.detector.speaking(every, _READINGS.get(name, _plain))
        new = dict(zip(values, _masked(name, values, masker), strict=True))
    changed = {value: masked for value, masked in new.items() if value != masked}
    if not changed:
        return column.combine_chunks()
    return pa.array([changed.get(value, value) for value in column.to_pylist()], pa.string())


def _masked(name: str, values: list[str], masker: Masker) -> Sequence[str | None]:
    if name == "url":
        return clean_addresses(values, masker)
    if name == "key":
        return _keys(values, masker)
    if name == "attribution":
        # Licences ask that authors are named: names stay, every other identifier goes.
        return _texts(values, "", without_names(masker))
    return _texts(values, _CUES.get(name, ""), masker)


def without_names(masker: Masker) -> Masker:
    """The same, but names of persons stay."""
    types = tuple(kind for kind in masker.policy.types if kind != "PERSON")
    return masker.under(masker.policy.model_copy(update={"types": types}))


def _texts(values: Sequence[str], cue: str, masker: Masker) -> list[str | None]:
    return [one.text[len(cue) :] for one in masker.mask([cue + value for value in values])]


def _date(value: str | None) -> str | None:
    """ISO 8601 dates stay; anything else may be a date of birth in a sentence, or a name."""
    return value if value is None or _ISO_DATE.fullmatch(value) else None


def _keys(values: Sequence[str], masker: Masker) -> list[str]:
    """Native keys; addresses among them are treated as such, empty is never a key."""
    addresses = clean_addresses([value if "://" in value else None for value in values], masker)
    words = _slug_spans([value if "://" not in value else None for value in values], masker)
    masked = masker.mask([value for value in values if "://" not in value])
    plain = iter(masked)
    kept: list[str] = []
    for address, slug, value in zip(addresses, words, values, strict=True):
        if "://" in value:
            kept.append(address or "[REDACTED]")
            continue
        text = next(plain).text
        # A file name such as dossier-karim-raji.pdf says more than it should without any cue.
        kept.append("[REDACTED]" if slug and text == value else text)
    return kept


def _slug_spans(values: Sequence[str | None], masker: Masker) -> list[bool]:
    """Whether the value names someone once its dashes and dots are read as spaces."""
    return [bool(spans) for spans in masker.find([_slug(value or "") for value in values])]


def _slug(value: str) -> str:
    return _SLUG.sub(" ", unquote(value)).title()


def clean_addresses(values: Sequence[str | None], masker: Masker) -> list[str | None]:
    """Web addresses; one that names a person or holds an identifier is cut to its host.

    The whole path goes, not the span: what remains of `/patients/karim-raji-06.html` around a
    placeholder would still find the page.
    """
    spans = masker.find([text for value in values for text in _as_address(value or "")])
    readings = [spans[first : first + _READ_AS] for first in range(0, len(spans), _READ_AS)]
    return [
        _host_only(value) if value and any(found) else value
        for value, found in zip(values, readings, strict=True)
    ]


def _as_address(value: str) -> tuple[str, str, str]:
    """As it stands, as the words of a slug, and piece by piece; all after the host."""
    decoded = unquote(value)
    tail = _tail(decoded)
    return decoded, _slug(tail), " ; ".join(_PIECES.split(tail))


_READ_AS = 3


def _as_key(value: str) -> tuple[str, ...]:
    return _as_address(value) if "://" in value else (value, _slug(value))


def _as_author(value: str) -> tuple[str]:
    return (_CUES["author"] + value,)


def _plain(value: str) -> tuple[str]:
    return (value,)


#: What the values of a column are looked at as.
_READINGS: dict[str, Callable[[str], tuple[str, ...]]] = {
    "url": _as_address,
    "key": _as_key,
    "author": _as_author,
}


def _tail(address: str) -> str:
    """Everything after the host."""
    plain = _PLAIN_HOST.match(address)
    if plain is not None:
        return address[plain.end() :]
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    tail = parts.path
    if parts.query:
        tail += "?" + parts.query
    if parts.fragment:
        tail += "#" + parts.fragment
    return tail


def _host_only(address: str) -> str | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if not parts.scheme or not parts.hostname:
        return None
    # Without user name, password and port.
    return f"{parts.scheme}://{parts.hostname}/"


def moved_segments(column: pa.ChunkedArray, masked: Sequence[Masked]) -> pa.Array:
    """Segments with their offsets in the masked texts; empty ones are left out."""
    before = column.combine_chunks()
    counts = np.diff(before.offsets.to_numpy()) if len(before) else np.zeros(0, np.int64)
    if not sum(len(result.spans) for result in masked) or not counts.sum():
        return before
    # All texts one after the other, far enough apart that no offset reaches the next.
    text = np.repeat(np.arange(len(masked)), counts) * _APART
    values = before.flatten()
    starts = values.field("start").to_numpy() + text
    ends = values.field("end").to_numpy() + text
    new_starts, new_ends = _moved(starts, ends, masked)
    # A segment begins where the one before it ends at the earliest.
    reach = np.maximum.accumulate(new_ends)
    new_starts[1:] = np.maximum(new_starts[1:], np.where(text[1:] == text[:-1], reach[:-1], 0))
    kept = new_ends > new_starts
    offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(kept)))[
        np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))
    ]
    moved = pa.StructArray.from_arrays(
        [
            pa.array((new_starts - text)[kept], pa.int32()),
            pa.array((new_ends - text)[kept], pa.int32()),
            values.field("language").filter(pa.array(kept)),
        ],
        fields=list(column.type.value_type),
    )
    return pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), moved, type=column.type, mask=before.is_null()
    )


_APART = 1 << 40


def _moved(starts: Offsets, ends: Offsets, masked: Sequence[Masked]) -> tuple[Offsets, Offsets]:
    """As `Masked.moved` of all starts and `Masked.moved_end` of all ends."""
    spans = [
        (span.start + number * _APART, span.end + number * _APART, len(new), number)
        for number, result in enumerate(masked)
        for span, new in zip(result.spans, result.replacements, strict=True)
    ]
    first, last, size, number = np.array(spans, np.int64).T
    # How far each span's replacement has moved what follows it in its text.
    grown = np.concatenate((np.zeros(1, np.int64), np.cumsum(size - (last - first))))
    opening = np.searchsorted(number, np.arange(len(masked)))

    def shift(place: Offsets, offsets: Offsets) -> Offsets:
        return np.asarray(grown[place] - grown[opening[offsets // _APART]])

    place = np.searchsorted(last, starts, side="right")
    span = np.minimum(place, len(first) - 1)
    inside = (place < len(first)) & (starts > first[span])
    new_starts = np.where(inside, first[span], starts) + shift(place, starts)
    place = np.searchsorted(first, ends, side="left")
    span = np.maximum(place - 1, 0)
    inside = (place > 0) & (ends < last[span]) & (number[span] == ends // _APART)
    new_ends = np.where(inside, last[span], ends) + shift(place, ends)
    return new_starts, new_ends
