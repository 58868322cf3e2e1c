"""The `admit` stage: what rights, reservations and duplicates forbid is out before extraction.

Each page's own words (headers, markup) are read and recorded; then, in this order, a record is
dropped for being a file such as robots.txt, for the recipe's address rules, for a reservation that
binds (`noindex`, `opt_out_…`), for being an error page or an empty frame, for its licence
(`LIC…`), for saying that another admitted page is the canonical one, and for having the very bytes
of another record. Which of several records with the same bytes stays is decided by priority of the
source, date and id, never by the order of the parts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from corpusforge.record import EVIDENCE
from corpusforge.sources.crawl.traps import lines_of
from corpusforge.sources.crawl.urls import canonical
from corpusforge.sources.page import (
    attribution_of,
    is_soft_404,
    markup_signals,
    needs_javascript,
    parse_html,
)
from corpusforge.sources.policies import is_policy_file
from corpusforge.sources.rights import decide, pdf_statements, refusal, unstated
from corpusforge.sources.signals import (
    PageSignals,
    binding,
    expired,
    header_signals,
    headers_from,
)
from corpusforge.stages.stage import Context, Parts, Split, StageConfig, Work, split

_HTML = ("text/html", "application/xhtml+xml")
_READ = (
    "id", "source", "key", "url", "date", "license", "license_evidence", "attribution", "priority",
    "acquired", "media_type", "charset", "headers", "opt_outs", "payload",
)  # fmt: skip
#: Least hashes of a page's lines kept to compare it with the page it calls canonical.
_SKETCH = 64
#: Share of the smaller page's lines that the two must have in common.
_ALIKE = 0.5

#: What `examine` finds of a part, one row for each record.
FOUND = pa.schema(
    [
        pa.field("reason", pa.string()),
        pa.field("detail", pa.string()),
        pa.field("license", pa.string()),
        pa.field("license_evidence", EVIDENCE),
        pa.field("attribution", pa.string()),
        pa.field("opt_outs", pa.list_(pa.string())),
        pa.field("payload_hash", pa.binary(16)),
        pa.field("address_hash", pa.binary(16)),
        pa.field("canonical_hash", pa.binary(16)),  # null where the page is its own
        pa.field("lines", pa.binary()),  # sketch: 8 bytes a hash, ascending
        pa.field("id", pa.string()),
        pa.field("priority", pa.int32()),
        pa.field("date", pa.string()),
    ]
)


class Admit(StageConfig):
    """Licences, reservations, address rules, canonical addresses and identical files."""

    VERSION: ClassVar[str] = "3"
    BARRIER: ClassVar[bool] = True
    LIBRARIES: ClassVar[tuple[str, ...]] = ("selectolax", "license-expression")
    CONTEXT: ClassVar[tuple[str, ...]] = ("tier", "released")

    kind: Literal["admit"] = "admit"
    agent: str = Field(
        "corpusforge", description="Name under which X-Robots-Tag and meta robots address us."
    )
    deny: tuple[str, ...] = Field(
        (), description="Drop records whose address one of these expressions is found in."
    )
    duplicates: Literal["drop", "keep"] = Field(
        "drop", description="Records with the very bytes of another."
    )
    canonical: Literal["drop", "keep"] = Field(
        "drop", description="Pages that name another admitted page, alike in text, as canonical."
    )


def admit(parts: Parts, config: Admit, context: Context, work: Work) -> Iterator[Split]:
    """One split for each part; licence, evidence, attribution and opt-outs filled in."""
    # The version is an argument so that what is kept by content is not taken for a later one's.
    rest = (config.agent, list(config.deny), context.tier, context.released, config.VERSION)
    found = list(work.derive(examine, parts, _READ, *rest))
    verdict = _verdicts(found, config)
    for index, own in enumerate(found):
        part = parts.read(index)
        for name in ("license", "license_evidence", "attribution", "opt_outs"):
            part = part.set_column(
                part.schema.get_field_index(name), part.schema.field(name), own.column(name)
            )
        reasons, originals = verdict[index]
        yield split(part, reasons, detail=own.column("detail").combine_chunks(),
                    duplicate_of=originals)  # fmt: skip


# --- one part --------------------------------------------------------------------------------


def examine(
    part: pa.Table, agent: str, deny: list[str], tier: str, released: str, version: str
) -> pa.Table:
    """What each record of a part says of its use, and why it must go if it must."""
    _ = version
    import re2

    patterns = [re2.compile(expression) for expression in deny]
    rows: list[dict[str, Any]] = []
    for batch in part.to_batches(max_chunksize=32):
        rows.extend(_examined(row, agent, patterns, tier, released) for row in batch.to_pylist())
    return pa.Table.from_pylist(rows, schema=FOUND)


def _examined(
    row: dict[str, Any], agent: str, deny: list[Any], tier: str, released: str
) -> dict[str, Any]:
    payload: bytes | None = row["payload"]
    url: str = row["url"] or ""
    signals = header_signals(headers_from(row["headers"]), agent)
    tree: Any = None
    if payload is not None and row["media_type"] in _HTML:
        tree = parse_html(payload, row["charset"])
        _add(signals, markup_signals(tree, agent))
    elif payload is not None and payload.startswith(b"%PDF-"):
        signals.licences.extend(pdf_statements(payload))
    opt_outs = list(dict.fromkeys([*(row["opt_outs"] or ()), *signals.opt_outs]))
    known = row["license_evidence"]
    evidence = None if known is None else (known["kind"], known["value"], known["digest"])
    digest = "" if payload is None else "sha256:" + hashlib.sha256(payload).hexdigest()
    decision = decide(row["license"], evidence, signals.licences, digest)
    licence = decision.license
    reason, detail = _row_reason(url, opt_outs, tree, deny)
    if reason is None and expired(opt_outs, released):
        reason, detail = "noindex", "unavailable_after"
    if reason is None:
        if licence is None:
            reason, detail = _unlicensed(decision.reason, decision.detail, signals, tier, url)
            licence = unstated(tier) if reason is None else None
        elif (found := refusal(licence, tier)) is not None:
            reason, detail = found
    return {
        "reason": reason,
        "detail": detail,
        "license": licence,
        "license_evidence": None
        if decision.evidence is None
        else dict(zip(("kind", "value", "digest"), decision.evidence, strict=True)),
        "attribution": row["attribution"] or (attribution_of(tree, url) if tree else None),
        "opt_outs": opt_outs,
        "payload_hash": None if payload is None else _hash(payload),
        "address_hash": _hash(url.encode()) if url else None,
        "canonical_hash": _canonical(signals, url),
        "lines": b"" if tree is None else _sketch(payload or b""),
        "id": row["id"],
        "priority": row["priority"],
        "date": row["date"],
    }


def _add(signals: PageSignals, more: PageSignals) -> None:
    signals.opt_outs.extend(more.opt_outs)
    signals.licences.extend(more.licences)
    signals.canonical = signals.canonical or more.canonical


def _row_reason(
    url: str, opt_outs: list[str], tree: Any, deny: list[Any]
) -> tuple[str | None, str | None]:
    if is_policy_file(url):
        return "not_content", None
    if any(pattern.search(url) for pattern in deny):
        return "denied_by_recipe", None
    bound = binding(opt_outs)
    if bound:
        what, _, where = bound[0].partition(":")
        reason = "noindex" if what == "noindex" else f"opt_out_{what.replace('-', '_')}"
        return ("opt_out_ai_txt" if where == "ai.txt" else reason), where
    if tree is not None:
        if is_soft_404(tree):
            return "soft_404", None
        if needs_javascript(tree):
            return "js_only", None
    return None, None


def _unlicensed(
    reason: str | None, detail: str | None, signals: PageSignals, tier: str, url: str
) -> tuple[str | None, str | None]:
    """Text without a licence is in no open release, and nowhere where it reserves all rights."""
    reserved = any(statement.kind == "reserved" for statement in signals.licences)
    if unstated(tier) is not None and not reserved:
        return None, None
    if reason == "LIC011" and not url.startswith(("http://", "https://")) and not reserved:
        return "LIC002", detail
    return reason, detail


def _hash(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()


def _canonical(signals: PageSignals, url: str) -> bytes | None:
    if not signals.canonical or not url:
        return None
    target = canonical(signals.canonical, url)
    return None if target is None or target == canonical(url) else _hash(target.encode())


def _sketch(payload: bytes) -> bytes:
    hashes = {hashlib.blake2b(line, digest_size=8).digest() for line in lines_of(payload)}
    return b"".join(sorted(hashes)[:_SKETCH])


def _alike(one: bytes, other: bytes) -> bool:
    """Do two pages share text? Bottom-k sketches compared over the range both cover."""
    if not one or not other:
        return not one and not other
    left = {one[i : i + 8] for i in range(0, len(one), 8)}
    right = {other[i : i + 8] for i in range(0, len(other), 8)}
    top = min(max(left), max(right)) if min(len(left), len(right)) == _SKETCH else max(left | right)
    left, right = ({value for value in side if value <= top} for side in (left, right))
    return len(left & right) >= _ALIKE * max(1, min(len(left), len(right)))


# --- all parts -------------------------------------------------------------------------------


def _verdicts(found: list[pa.Table], config: Admit) -> list[tuple[pa.Array, pa.Array]]:
    """Reason and original of every record of every part, duplicates and canonical pages included.

    Holds a few hashes for each record, no payload.
    """
    if not found:
        return []
    sizes = [table.num_rows for table in found]
    thin = pa.concat_tables(found).select(
        ["reason", "payload_hash", "address_hash", "canonical_hash", "lines", "id", "priority",
         "date"]
    ).combine_chunks()  # fmt: skip
    reasons = np.array(thin.column("reason").to_pylist(), dtype=object)
    originals = np.full(len(reasons), None, dtype=object)
    if config.canonical == "drop":
        _drop_canonical(thin, reasons, originals)
    if config.duplicates == "drop":
        _drop_duplicates(thin, reasons, originals)
    verdicts = []
    start = 0
    for size in sizes:
        end = start + size
        verdicts.append(
            (pa.array(reasons[start:end], pa.string()), pa.array(originals[start:end], pa.string()))
        )
        start = end
    return verdicts


def _drop_canonical(thin: pa.Table, reasons: Any, originals: Any) -> None:
    """A page goes where the page it calls canonical is admitted, is its own, and is alike."""
    named = thin.column("canonical_hash")
    pointing = np.flatnonzero(pc.is_valid(named).to_numpy(zero_copy_only=False))
    if not len(pointing):
        return
    ids, lines = thin.column("id"), thin.column("lines")
    wanted = {named[int(row)].as_py() for row in pointing if reasons[row] is None}
    targets: dict[bytes, int] = {}
    for row, address in enumerate(thin.column("address_hash").to_pylist()):
        if address in wanted and reasons[row] is None and not named[row].is_valid:
            targets.setdefault(address, row)
    for row in pointing:
        target = targets.get(named[int(row)].as_py())
        if reasons[row] is not None or target is None:
            continue
        if _alike(lines[int(row)].as_py(), lines[target].as_py()):
            reasons[row], originals[row] = "canonical_elsewhere", ids[target].as_py()


def _drop_duplicates(thin: pa.Table, reasons: Any, originals: Any) -> None:
    """Of records with the same bytes, the one least by priority, date and id stays."""
    hashed = pc.is_valid(thin.column("payload_hash")).to_pylist()
    open_rows = np.flatnonzero(
        [ok and reason is None for ok, reason in zip(hashed, reasons, strict=True)]
    )
    rows = thin.select(["payload_hash", "priority", "date", "id"]).take(pa.array(open_rows))
    order = pc.sort_indices(
        rows,
        sort_keys=[
            ("payload_hash", "ascending"), ("priority", "ascending"), ("date", "ascending"),
            ("id", "ascending"),
        ],
    ).to_numpy()  # fmt: skip
    hashes, ids = rows.column("payload_hash").to_pylist(), rows.column("id").to_pylist()
    first: int | None = None
    for row in order:
        if first is None or hashes[row] != hashes[first]:
            first = row
            continue
        reasons[open_rows[row]] = "duplicate_payload"
        originals[open_rows[row]] = ids[first]
