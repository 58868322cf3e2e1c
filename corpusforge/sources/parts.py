"""From single records to bounded parts: the last step of every source's `read`.

A source yields `Record` and `Refusal` values; `parts` turns them into `RawPart` tables with ids,
the recipe's licence and the bounds of `corpusforge.sources.source`.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from corpusforge.record import DROPPED, ORIGINS, RAW, conform, record_id
from corpusforge.sources.source import (
    PART_BYTES,
    PART_RECORDS,
    RECORD_BYTES,
    RawPart,
    ReadContext,
    SourceConfig,
)


@dataclass(frozen=True, slots=True)
class Record:
    """One document as a source found it: either `payload` (bytes to extract) or `text`."""

    key: str
    payload: bytes | None = None
    text: str | None = None
    url: str | None = None
    title: str | None = None
    date: str | None = None
    section: str | None = None
    media_type: str | None = None
    charset: str | None = None
    headers: Sequence[tuple[str, str]] | None = None
    opt_outs: Sequence[str] | None = None
    #: Licence stated by the record itself; None leaves the recipe's.
    license: str | None = None
    #: Where `license` was found: kind, value, digest.
    evidence: tuple[str, str, str] | None = None
    attribution: str | None = None
    #: native, translated or synthetic where the record itself says so; None leaves the recipe's.
    origin: str | None = None
    #: "sha256:…" of the file or archive record; None stands for the snapshot.
    acquired: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """One document that could not be read, and why; `detail` holds figures, never text."""

    key: str
    reason: str
    detail: str | None = None
    url: str | None = None
    duplicate_of: str | None = None


def parts(
    items: Iterable[Record | Refusal], config: SourceConfig, context: ReadContext
) -> Iterator[RawPart]:
    """Records and refusals as `RawPart` tables, each of a quarter to all of `PART_BYTES`.

    A record without bytes or text becomes a drop (``empty``), one over `RECORD_BYTES` too
    (``too_large``).
    """
    rows: list[dict[str, Any]] = []
    drops: list[dict[str, Any]] = []
    size = 0
    for item in items:
        refusal = item if isinstance(item, Refusal) else _refuse(item)
        if refusal is not None:
            drops.append(_drop(refusal, config))
        elif isinstance(item, Record):
            rows.append(_row(item, config, context))
            size += len(item.payload) if item.payload is not None else len(item.text or "")
        full = size >= PART_BYTES or len(rows) >= PART_RECORDS or len(drops) >= PART_RECORDS
        if full or (rows and size >= PART_BYTES // 4 and _closes(rows[-1]["id"])):
            yield _part(rows, drops)
            rows, drops, size = [], [], 0
    if rows or drops:
        yield _part(rows, drops)


def without_repeated(part: RawPart, seen: Collection[str], piece: str) -> RawPart:
    """`part` without the records whose key is in `seen`: drops (``duplicate_key``) of `piece`."""
    keys = part.records.column("key").to_pylist()
    again = [place for place, key in enumerate(keys) if key in seen]
    if not again:
        return part
    drops = []
    for place in again:
        facts = part.records.slice(place, 1).select(["source", "license", "key"]).to_pylist()[0]
        key = f"{facts['key']}#{piece}"
        drops.append(
            {
                **dict.fromkeys(DROPPED.names),
                **facts,
                "id": record_id(facts["source"], key),
                "key": key,
                "reason": "duplicate_key",
                "detail": facts["key"],
            }
        )
    new = conform(pa.Table.from_pylist(drops, schema=DROPPED), DROPPED)
    kept = np.ones(len(keys), np.bool_)
    kept[again] = False
    return RawPart(part.records.filter(pa.array(kept)), pa.concat_tables([part.dropped, new]))


def _closes(record: str) -> bool:
    """Whether a part may end after the record of this id: one in 64 may.

    Parts that end where their content says, rather than at a size, fall into step again behind a
    record that came or went, so a new version has most of its parts in common with the last.
    """
    return int(record[:8], 16) % 64 == 0


def clean(value: str) -> str:
    """`value` as valid Unicode: surrogate pairs joined, lone surrogates made U+FFFD."""
    if value.isascii():
        return value
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value


_ISO_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?(?![\d-])")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


def iso_date(value: object) -> str | None:
    """A date as ISO 8601 with the precision it has, or None where it cannot be told.

    Dates in figures are read day first, as in Morocco: 05/11/2026 is the fifth of November.
    """
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return None if value is None else _iso_date(str(value).strip())


@functools.lru_cache(maxsize=4096)
def _iso_date(written: str) -> str | None:
    if match := _ISO_DATE.match(written):
        return match.group()
    if match := _DAY_FIRST.match(written):
        day, month, year = (int(figure) for figure in match.groups())
        try:
            return dt.date(year, month, day).isoformat()
        except ValueError:
            return None
    return None


def _refuse(record: Record) -> Refusal | None:
    size = len(record.payload) if record.payload is not None else len(record.text or "")
    if size > RECORD_BYTES:
        return Refusal(record.key, "too_large", f"{size} bytes", record.url)
    text = record.text
    empty = not record.payload if text is None else not text or text.isspace()
    return Refusal(record.key, "empty", None, record.url) if empty else None


def _row(record: Record, config: SourceConfig, context: ReadContext) -> dict[str, Any]:
    stated = None if config.license == "detect" else config.license
    key = clean(record.key)
    return {
        "id": record_id(config.id, key),
        "source": config.id,
        "key": key,
        "url": _clean(record.url),
        "title": _clean(record.title),
        "date": record.date,
        "section": _clean(record.section),
        "domain": config.domain or context.domain,
        "license": _clean(record.license) or stated,
        "license_evidence": _evidence(record, config),
        "attribution": _clean(record.attribution) or config.attribution,
        "origin": record.origin if record.origin in ORIGINS else config.origin,
        "priority": context.priority,
        "acquired": record.acquired or context.snapshot,
        "media_type": _clean(record.media_type),
        "charset": _clean(record.charset),
        "headers": None
        if record.headers is None
        else [{"name": clean(name), "value": clean(value)} for name, value in record.headers],
        "opt_outs": None if record.opt_outs is None else list(record.opt_outs),
        "payload": record.payload,
        "text": record.text,  # cleaned by `_part` where there is need
    }


def _clean(value: str | None) -> str | None:
    return None if value is None else clean(value)


def _evidence(record: Record, config: SourceConfig) -> dict[str, str] | None:
    if record.license is not None and record.evidence is not None:
        kind, value, digest = record.evidence
        return {"kind": kind, "value": clean(value), "digest": digest}
    if config.license == "detect" or config.evidence is None:
        return None
    for kind in ("agreement", "url", "statement"):
        value = getattr(config.evidence, kind)
        if value:
            return {"kind": kind, "value": value, "digest": ""}
    return None


def _drop(refusal: Refusal, config: SourceConfig) -> dict[str, Any]:
    key = clean(refusal.key)
    return {
        "id": record_id(config.id, key),
        "source": config.id,
        "key": key,
        "url": _clean(refusal.url),
        "license": None if config.license == "detect" else config.license,
        "language": None,
        "reason": refusal.reason,
        "detail": _clean(refusal.detail),
        "duplicate_of": refusal.duplicate_of,
    }


def _part(rows: list[dict[str, Any]], drops: list[dict[str, Any]]) -> RawPart:
    try:
        records = pa.Table.from_pylist(rows, schema=RAW)
    except UnicodeEncodeError:
        # Some text holds lone surrogates, as JSON may: rare, and to look costs every text.
        rows = [{**row, "text": _clean(row["text"])} for row in rows]
        records = pa.Table.from_pylist(rows, schema=RAW)
    return RawPart(
        conform(records, RAW),
        conform(pa.Table.from_pylist(drops, schema=DROPPED), DROPPED),
    )
