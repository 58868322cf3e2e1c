"""From a recipe's crawl to a snapshot: WARC files, an index of what is current, and reports.

A snapshot holds

``crawl-NNNNN.warc.gz``
    what was sent and received, WARC 1.1; files of earlier snapshots that still hold current pages
    are linked into the new one, so that it is whole by itself.
``index.parquet``
    one row for each current page: its record's place, headers (fresh where a 304 came), digest.
``refused.parquet``
    one row for each address that was not fetched or not kept, and why.
``hosts.json``
    what each host says of itself: robots.txt, reservations, delays, budgets.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from corpusforge.errors import SourceError
from corpusforge.sources.crawl.config import CrawlConfig
from corpusforge.sources.crawl.discover import Link
from corpusforge.sources.crawl.frontier import Frontier
from corpusforge.sources.crawl.urls import canonical
from corpusforge.sources.snapshot import Report
from corpusforge.sources.source import Acquired, NothingAcquiredError

INDEX = "index.parquet"
REFUSED = "refused.parquet"
HOSTS = "hosts.json"
_FRONTIER = "frontier.sqlite"
_BATCH = 5_000

INDEX_SCHEMA = pa.schema(
    [
        pa.field("url", pa.string(), nullable=False),
        pa.field("role", pa.string(), nullable=False),  # page, sitemap, feed
        pa.field("outcome", pa.string(), nullable=False),  # new, changed, unchanged, same, kept
        pa.field("kind", pa.string()),  # how it was found: seed, link, sitemap …
        pa.field("depth", pa.int32()),
        pa.field("barren", pa.int32()),  # pages without new text on the way to it
        pa.field("media_type", pa.string()),
        pa.field("charset", pa.string()),
        pa.field("headers", pa.string()),  # JSON list of [name, value]
        pa.field("etag", pa.string()),
        pa.field("last_modified", pa.string()),
        pa.field("digest", pa.string()),
        pa.field("file", pa.string()),
        pa.field("start", pa.int64()),
        pa.field("length", pa.int64()),
        pa.field("fetched", pa.string()),  # when it was last seen to be so
        pa.field("changed", pa.string()),  # when these bytes were first fetched
    ]
)
REFUSED_SCHEMA = pa.schema(
    [
        pa.field("url", pa.string(), nullable=False),
        pa.field("state", pa.string(), nullable=False),  # refused, failed, gone
        pa.field("reason", pa.string(), nullable=False),
        pa.field("detail", pa.string()),
        pa.field("status", pa.int32()),
        pa.field("depth", pa.int32()),
    ]
)


def acquire(config: CrawlConfig, root: Path, previous: Acquired | None, report: Report) -> Acquired:
    """Crawl into `root`; a `root` that a killed crawl left is taken up where it stopped.

    Args:
        config: the recipe's words.
        root: an empty directory, or what a killed run left in it.
        previous: the last snapshot; its pages are asked for conditionally.
        report: told of each host's progress (``crawling``) and of the end (``crawled``).

    Raises:
        SourceError: SRC012, the snapshot cannot be written; SRC010, no seed could be reached and
            there is no earlier snapshot.

    """
    import asyncio

    from corpusforge.sources.crawl.crawl import Crawl

    frontier = Frontier(root / _FRONTIER)
    try:
        if frontier.fact("begun") is None:
            with frontier.transaction():
                if previous is not None and (previous.root / INDEX).is_file():
                    _carry_over(frontier, root, previous.root)
                seeds = [canonical(seed) for seed in config.seeds]
                frontier.add(
                    [Link(seed, "seed") for seed in seeds if seed is not None], depth=0, via=None
                )
                frontier.set_fact("begun", "yes")
        crawl = Crawl(config, root, frontier, report)
        try:
            asyncio.run(crawl.run())
        except (OSError, sqlite3.Error) as problem:
            raise SourceError(
                "SRC012",
                f"the crawl cannot be kept: {problem}",
                where=str(root),
                hint="make room on the disk and give the command again: it goes on where it was",
            ) from problem
        if crawl.stopped is not None:
            frontier.refuse_all(crawl.stopped)
        facts = _write_out(frontier, root)
    finally:
        frontier.close()
    facts["out_of_scope"] = crawl.out_of_scope
    facts["stopped"] = crawl.stopped
    report("crawled", {name: value for name, value in facts.items() if isinstance(value, int)})
    for name in (_FRONTIER, f"{_FRONTIER}-wal", f"{_FRONTIER}-shm"):
        (root / name).unlink(missing_ok=True)
    acquired = Acquired(root, tuple(sorted(p for p in root.iterdir() if p.is_file())), facts)
    if not facts["pages"] and previous is None:
        refused = ", ".join(f"{reason} {count}" for reason, count in facts["refused"].items())
        nothing = NothingAcquiredError(
            "SRC010",
            "the crawl brought no page",
            where=f"source {config.id}",
            hint=f"what happened: {refused or 'nothing was due'}",
        )
        nothing.acquired = acquired
        raise nothing
    return acquired


def _carry_over(frontier: Frontier, root: Path, old: Path) -> None:
    """Take the pages of an earlier snapshot, with the WARC files they lie in."""
    files: set[str] = set()

    def rows() -> Iterator[dict[str, Any]]:
        for batch in pq.ParquetFile(old / INDEX).iter_batches(_BATCH):
            for row in batch.to_pylist():
                files.add(row["file"])
                yield row

    frontier.remember(rows())
    for name in sorted(files):
        (root / name).unlink(missing_ok=True)  # from a run that was killed here
        try:
            os.link(old / name, root / name)
        except OSError:
            shutil.copyfile(old / name, root / name)
        frontier.carry(name)
        frontier.set_archive_size(name, (root / name).stat().st_size)


def _write_out(frontier: Frontier, root: Path) -> dict[str, Any]:
    """Write index, refusals and hosts; remove WARC files without a current page."""
    counts: Counter[str] = Counter()
    files: set[str] = set()
    names = INDEX_SCHEMA.names

    def current() -> Iterator[tuple[Any, ...]]:
        for row in frontier.rows(
            "state = 'done' AND file IS NOT NULL ORDER BY file, start, url", ", ".join(names)
        ):
            files.add(row[names.index("file")])
            role = row[names.index("role")]
            counts[row[names.index("outcome")] if role == "page" else role] += 1
            yield row

    _write(root / INDEX, INDEX_SCHEMA, current())
    refused: Counter[str] = Counter()

    def others() -> Iterator[tuple[Any, ...]]:
        for row in frontier.rows(
            "state IN ('refused', 'failed', 'gone') AND kind NOT IN ('index', 'feed') ORDER BY url",
            ", ".join(REFUSED_SCHEMA.names),
        ):
            refused[row[2]] += 1
            yield row

    _write(root / REFUSED, REFUSED_SCHEMA, others())
    identical = frontier.identical_payloads()
    scripted = frontier.script_pages()
    hosts = {
        host: {
            **facts,
            "requests": requests,
            "bytes": size,
            "closed": closed,
            "identical": identical.get(host, 0),
            "js_only": scripted.get(host, 0),
        }
        for host, facts, requests, size, closed in frontier.hosts()
    }
    text = json.dumps(hosts, ensure_ascii=False, indent=1, sort_keys=True)
    (root / HOSTS).write_text(text, encoding="utf-8")
    for path in root.glob("crawl-*.warc.gz"):
        if path.name in frontier.carried() and path.name not in files:
            path.unlink()
    outcomes = ("new", "changed", "unchanged", "same", "kept")
    return {
        "pages": sum(counts[name] for name in outcomes),
        **{name: counts[name] for name in outcomes},
        "gone": sum(1 for _ in frontier.rows("state = 'gone' AND file IS NOT NULL", "id")),
        "requests": sum(facts["requests"] for facts in hosts.values()),
        "bytes": sum(facts["bytes"] for facts in hosts.values()),
        "refused": dict(refused.most_common()),
        "hosts": {
            host: {
                name: facts[name]
                for name in (
                    "requests", "bytes", "closed", "crawl_delay", "crawl_delay_cut_to",
                    "robots_cut", "identical", "js_only",
                )
                if facts.get(name)
            }
            for host, facts in hosts.items()
        },
    }  # fmt: skip


def _write(path: Path, schema: pa.Schema, rows: Iterator[tuple[Any, ...]]) -> None:
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        batch: list[tuple[Any, ...]] = []
        for row in rows:
            batch.append(row)
            if len(batch) == _BATCH:
                writer.write_table(_table(batch, schema))
                batch = []
        writer.write_table(_table(batch, schema))


def _table(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pa.Table.from_arrays(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)],
        schema=schema,
    )
