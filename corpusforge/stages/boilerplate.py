"""The `boilerplate` stage: lines that a host repeats from page to page are taken out.

Evidence, not stop lists: a line goes where it begins or ends a page (or stands alone between
others and is long enough to be no phrase of the language) and the same line stands on a share of
the host's *different* pages. Copies of one page, told by the longest line of their own, count
once, so that near duplicates do not condemn each other's text. Figures count as equal (`Page 3 of
12`), and so do case and punctuation. Nothing is judged by language: what is rare stays, in Darija
and Tamazight as in French.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
from pydantic import Field, PositiveInt

from corpusforge.stages.stage import Context, Parts, Split, StageConfig, Work, split

#: A line within a page, not at its edges, goes only if it has at least this many letters.
_INNER_LETTERS = 20
_LETTERS = re.compile(r"[^\W\d_]+|\d+")
_DIGITS = re.compile(r"\d+")

#: A page is told by its own lines where they are at least this share of its letters.
_OWN_SHARE = 0.3

#: One line of one page: how long it is in letters, and where it stands (all three are hashes).
LINES = pa.schema(
    [
        ("host", pa.uint64()),
        ("line", pa.uint64()),
        ("page", pa.uint64()),
        ("letters", pa.uint32()),
    ]
)
_Hashes = np.ndarray[Any, np.dtype[np.uint64]]


class Boilerplate(StageConfig):
    """Removes lines repeated across the pages of a host; pages that are nothing else are drops."""

    BARRIER: ClassVar[bool] = True

    kind: Literal["boilerplate"] = "boilerplate"
    min_pages: PositiveInt = Field(
        5, description="A line must stand on at least so many different pages of its host …"
    )
    share: Annotated[float, Field(gt=0, le=1)] = Field(
        0.3, description="… and on this share of them."
    )


def boilerplate(parts: Parts, config: Boilerplate, context: Context, work: Work) -> Iterator[Split]:
    """The parts without repeated lines, in their order."""
    _ = context
    seen = list(work.derive(page_lines, parts, ["id", "source", "url", "text"]))
    repeated = repeated_lines(pa.concat_tables(seen), config) if seen else frozenset()
    for index in range(len(parts)):
        yield _stripped(parts.read(index), repeated)


def page_lines(part: pa.Table) -> pa.Table:
    """The distinct lines of every page of a part, as `LINES`."""
    hosts: list[int] = []
    lines: list[int] = []
    pages: list[int] = []
    letters: list[int] = []
    columns = (part.column(name).to_pylist() for name in ("id", "source", "url", "text"))
    for identity, source, url, text in zip(*columns, strict=True):
        host, page = _host(source, url), _hash(identity)
        for key in sorted({_key(line) for line in text.split("\n")} - {""}):
            hosts.append(_hash(host))
            lines.append(_hash(f"{host}\0{key}"))
            pages.append(page)
            letters.append(len(key))
    return pa.table([hosts, lines, pages, letters], schema=LINES)


def repeated_lines(seen: pa.Table, config: Boilerplate) -> frozenset[int]:
    """The lines (by their hashes) that stand on enough different pages of their hosts.

    Pages are counted as they are first, which gives candidates; then again with copies of one
    page as one. A page is told by its longest line that is no candidate, or, where candidates
    are nearly all it has, by its longest line.
    """
    if not len(seen):
        return frozenset()
    host, line, page = (seen.column(name).to_numpy() for name in ("host", "line", "page"))
    letters = seen.column("letters").to_numpy().astype(np.int64)
    candidate = _frequent(host, line, page, config)
    _, number = np.unique(page, return_inverse=True)
    own = np.bincount(number, np.where(candidate, 0, letters))
    whole = np.bincount(number, letters)
    longest = _longest(number, letters, line)
    longest_own = _longest(number, np.where(candidate, 0, letters), line)
    mark = np.where(own >= _OWN_SHARE * whole, longest_own, longest)
    return frozenset(line[_frequent(host, line, mark[number], config)].tolist())


def _frequent(host: _Hashes, line: _Hashes, page: _Hashes, config: Boilerplate) -> Any:
    """For each row, whether its line stands on enough different pages of its host."""
    table = pa.table({"host": host, "line": line, "page": page})
    pages = table.group_by("host").aggregate([("page", "count_distinct")])
    stands = table.group_by("line").aggregate([("page", "count_distinct")])
    total = _lookup(pages, "host", host)
    count = _lookup(stands, "line", line)
    return (count >= config.min_pages) & (count >= config.share * total)


def _lookup(table: pa.Table, key: str, wanted: _Hashes) -> Any:
    keys = table.column(key).to_numpy()
    order = np.argsort(keys)
    counts = table.column("page_count_distinct").to_numpy()
    return counts[order][np.searchsorted(keys[order], wanted)]


def _longest(number: Any, letters: Any, line: _Hashes) -> _Hashes:
    """For each page, by number, its line with the most letters; of several, one and the same."""
    order = np.lexsort((line, letters, number))
    last = np.flatnonzero(np.diff(number[order], append=-1))
    longest: _Hashes = line[order][last]
    return longest


def _stripped(part: pa.Table, repeated: frozenset[int]) -> Split:
    if not repeated:
        return split(part, pa.nulls(part.num_rows, pa.string()))
    sources, urls = part.column("source").to_pylist(), part.column("url").to_pylist()
    texts = [
        without_lines(text, _host(source, url), repeated)
        for source, url, text in zip(sources, urls, part.column("text").to_pylist(), strict=True)
    ]
    reasons = pa.array([None if text else "boilerplate_only" for text in texts], pa.string())
    place = part.schema.get_field_index("text")
    column = pa.array([text or "" for text in texts], pa.string())
    return split(part.set_column(place, part.schema.field(place), column), reasons)


def without_lines(text: str, host: str, repeated: frozenset[int]) -> str:
    """A text without its repeated lines; blank lines are closed up."""
    lines = text.split("\n")
    keys = [_key(line) for line in lines]
    marked = [not key or _hash(f"{host}\0{key}") in repeated for key in keys]
    if not any(mark and key for mark, key in zip(marked, keys, strict=True)):
        return text
    first = next((place for place, mark in enumerate(marked) if not mark), len(lines))
    last = next((len(lines) - place for place, mark in enumerate(marked[::-1]) if not mark), 0)
    kept = [
        lines[place]
        for place in range(first, last)
        if not keys[place] or not marked[place] or len(keys[place]) < _INNER_LETTERS
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\n")


def _key(line: str) -> str:
    """A line as its letters, figures made equal; empty for rules and blank lines."""
    return _DIGITS.sub("0", "".join(_LETTERS.findall(line.casefold())))


def _host(source: str, url: str | None) -> str:
    """The host of an address; records without one are told apart by their source alone."""
    host = urlsplit(url).hostname if url and "://" in url else None
    return host or f"source:{source}"


def _hash(value: str) -> int:
    return int.from_bytes(hashlib.blake2b(value.encode(), digest_size=8).digest(), "little")
