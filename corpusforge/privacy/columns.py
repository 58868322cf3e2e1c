"""Columns beside the text: titles, addresses, authors, dates and keys name people too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

import pyarrow as pa

from corpusforge.privacy.masking import Masked, Masker

#: Columns of short text, each with a cue that says what its values are: a lone name in `author`
#: has no word of its own beside it.
_CUES = {"title": "", "author": "Nom : ", "section": "", "domain": "", "attribution": ""}

_ISO_DATE = re.compile(
    r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
    r"(?:Z|[+\-][0-9]{2}:?[0-9]{2})?)?)?)?"
)
_SLUG = re.compile(r"[\-_/=&?+.:;,~%#]+")


def masked_column(name: str, column: pa.ChunkedArray, masker: Masker) -> pa.Array:
    """`column`, called `name`, with nothing of a person left in it; nulls stay null."""
    if column.null_count == len(column):
        return pa.nulls(len(column), pa.string())
    # What many records share, such as an attribution, is masked once.
    values = list(dict.fromkeys(column.to_pylist()))
    new: Sequence[str | None]
    if name == "url":
        new = clean_addresses(values, masker)
    elif name == "date":
        new = [_date(value) for value in values]
    elif name == "key":
        new = _keys(values, masker)
    elif name == "attribution":
        # Licences ask that authors are named: names stay, every other identifier goes.
        new = _texts(values, "", without_names(masker))
    else:
        new = _texts(values, _CUES.get(name, ""), masker)
    if list(new) == values:
        return column.combine_chunks()
    masked = dict(zip(values, new, strict=True))
    return pa.array([masked[value] for value in column.to_pylist()], pa.string())


def without_names(masker: Masker) -> Masker:
    """The same, but names of persons stay."""
    types = tuple(kind for kind in masker.policy.types if kind != "PERSON")
    return masker.under(masker.policy.model_copy(update={"types": types}))


def _texts(values: Sequence[str | None], cue: str, masker: Masker) -> list[str | None]:
    present = [cue + value for value in values if value]
    masked = iter(masker.mask(present))
    return [next(masked).text[len(cue) :] if value else value for value in values]


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
    words = [_SLUG.sub(" ", unquote(value)).title() if value else "" for value in values]
    return [bool(spans) for spans in masker.find(words)]


def clean_addresses(values: Sequence[str | None], masker: Masker) -> list[str | None]:
    """Web addresses; one that names a person or holds an identifier is cut to its host.

    The whole path goes, not the span: what remains of `/patients/karim-raji-06.html` around a
    placeholder would still find the page.
    """
    decoded = [unquote(value) if value else "" for value in values]
    tails = [_tail(value) for value in decoded]
    raw = masker.find(decoded)
    slugs = _slug_spans(tails, masker)
    pieces = masker.find([" ; ".join(re.split(r"[/?&=#]+", tail)) for tail in tails])
    return [
        _host_only(value) if value and (spans or slug or piece) else value
        for value, spans, slug, piece in zip(values, raw, slugs, pieces, strict=True)
    ]


def _tail(address: str) -> str:
    """Everything after the host."""
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
    moved: list[list[dict[str, object]] | None] = []
    for segments, result in zip(column.to_pylist(), masked, strict=True):
        if segments is None or not result.spans:
            moved.append(segments)
            continue
        moved.append(_moved(segments, result))
    return pa.array(moved, column.type)


def _moved(segments: list[dict[str, object]], result: Masked) -> list[dict[str, object]]:
    new = []
    cursor = 0
    for segment in segments:
        start = max(result.moved(int(str(segment["start"]))), cursor)
        end = result.moved_end(int(str(segment["end"])))
        if end > start:
            new.append({**segment, "start": start, "end": end})
            cursor = end
    return new
