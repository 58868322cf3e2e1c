"""The frontier: every address a crawl knows, in SQLite, so that a killed crawl loses nothing.

A page's new state, the place of its record in the archive and the links found on it are one
transaction. An address that was being fetched when the process died is still ``queued``.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpusforge.sources.crawl.archive import Place
from corpusforge.sources.crawl.discover import Link
from corpusforge.sources.crawl.urls import origin, shape

_SCHEMA = """
CREATE TABLE IF NOT EXISTS page (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    host TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued',
    priority REAL NOT NULL,
    depth INTEGER NOT NULL,
    hops INTEGER NOT NULL DEFAULT 0,
    barren INTEGER NOT NULL DEFAULT 0,
    via INTEGER,
    not_before REAL NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    status INTEGER,
    reason TEXT,
    detail TEXT,
    role TEXT,
    outcome TEXT,
    media_type TEXT,
    charset TEXT,
    headers TEXT,
    etag TEXT,
    last_modified TEXT,
    digest TEXT,
    file TEXT,
    start INTEGER,
    length INTEGER,
    fetched TEXT,
    changed TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS due ON page (host, priority, id) WHERE state = 'queued';
CREATE INDEX IF NOT EXISTS barren_via ON page (via) WHERE barren > 0;
CREATE TABLE IF NOT EXISTS shape (
    host TEXT NOT NULL, shape TEXT NOT NULL,
    seen INTEGER NOT NULL DEFAULT 0, fetched INTEGER NOT NULL DEFAULT 0,
    barren INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (host, shape)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS host (
    host TEXT PRIMARY KEY,
    requests INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    closed TEXT,
    facts TEXT NOT NULL DEFAULT '{}'
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS archive (file TEXT PRIMARY KEY, size INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
"""

#: Key under which pages that only scripts fill are counted, beside the shapes.
SCRIPTED = "js:"
#: Lower comes first: what the site announces, then its links by depth.
_PRIORITY = {
    "seed": 0.0,
    "redirect": 0.5,
    "index": 1.0,
    "feed": 1.5,
    "canonical": 2.0,
    "sitemap": 2.0,
    "alternate": 2.5,
    "link": 2.0,
}


@dataclass(frozen=True)
class Page:
    """One address that is due."""

    id: int
    url: str
    kind: str
    depth: int
    hops: int
    barren: int
    tries: int
    etag: str | None
    last_modified: str | None
    digest: str | None
    file: str | None
    start: int | None
    length: int | None
    headers: str | None
    changed: str | None

    @property
    def place(self) -> Place | None:
        """Where an earlier copy lies."""
        if self.file is None or self.start is None or self.length is None:
            return None
        return Place(self.file, self.start, self.length)


@dataclass(frozen=True)
class Stored:
    """Where a response lies in the archive, and what the next crawl needs of it."""

    role: str
    outcome: str
    status: int
    media_type: str
    charset: str | None
    headers: list[tuple[str, str]]
    digest: str
    file: str
    start: int
    length: int
    fetched: str


class Frontier:
    """The state of one crawl, on disk."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        # A process that dies loses nothing; after a power cut the archive is checked on opening.
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA cache_size = -8000")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Fold the log into the database and close it."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.close()

    # -- filling -----------------------------------------------------------------------------

    def add(
        self, links: Iterable[Link], *, depth: int, hops: int = 0, barren: int = 0, via: int | None
    ) -> set[str]:
        """Queue addresses that are new; returns the hosts that got work."""
        touched: set[str] = set()
        for link in links:
            host = origin(link.url)
            added = self._db.execute(
                "INSERT INTO page (url, host, kind, priority, depth, hops, barren, via)"
                " VALUES (?, ?, ?, 0, ?, ?, ?, ?) ON CONFLICT (url) DO UPDATE SET"
                " barren = min(barren, excluded.barren), depth = min(depth, excluded.depth),"
                " hops = min(hops, excluded.hops),"
                " kind = CASE WHEN kind IN ('link', 'redirect') THEN excluded.kind ELSE kind END"
                " WHERE state = 'queued' AND (excluded.barren < barren OR excluded.depth < depth"
                " OR excluded.hops < hops"
                " OR (kind = 'link' AND excluded.kind <> 'link')) RETURNING id, priority",
                (
                    link.url,
                    host,
                    link.kind,
                    depth,
                    hops if link.kind in ("redirect", "index") else 0,
                    barren,
                    via,
                ),
            ).fetchone()
            if added is None:
                continue
            touched.add(host)
            if added[1] == 0:
                self._set_priority(added[0], link, host, depth, barren)
        return touched

    def _set_priority(self, page: int, link: Link, host: str, depth: int, barren: int) -> None:
        priority = _PRIORITY.get(link.kind, 2.0) + depth
        if link.kind == "link":
            (seen,) = self._db.execute(
                "INSERT INTO shape (host, shape, seen) VALUES (?, ?, 1)"
                " ON CONFLICT DO UPDATE SET seen = seen + 1 RETURNING seen",
                (host, shape(link.url)),
            ).fetchone()
            # The more a generator has produced, the later its next address comes.
            priority += int(seen).bit_length() / 2
            priority += 4 * barren
        self._db.execute("UPDATE page SET priority = ? WHERE id = ?", (priority + 0.001, page))

    def remember(self, rows: Iterable[dict[str, Any]]) -> None:
        """Queue the pages of an earlier snapshot, with what a conditional request needs."""
        for row in rows:
            names = [name for name in row if name != "outcome"]
            marks = ", ?" * len(names)
            insert = f"INSERT OR IGNORE INTO page (host, priority, {', '.join(names)}) VALUES (?, ?{marks})"  # noqa: E501, S608 (names of ours)
            self._db.execute(
                insert,
                (origin(row["url"]), 1.0 + row["depth"], *(row[name] for name in names)),
            )

    def transaction(self) -> _Transaction:
        """All or nothing: use as a context manager."""
        return _Transaction(self._db)

    # -- taking ------------------------------------------------------------------------------

    def hosts_with_work(self) -> list[str]:
        """Hosts that have something queued."""
        rows = self._db.execute("SELECT DISTINCT host FROM page WHERE state = 'queued'")
        return [host for (host,) in rows]

    def next_due(self, host: str, now: float) -> Page | None:
        """The first address of a host that may be asked for now."""
        row = self._db.execute(
            "SELECT id, url, kind, depth, hops, barren, tries, etag, last_modified, digest, file,"
            " start, length, headers, changed FROM page WHERE state = 'queued' AND host = ?"
            " AND not_before <= ? ORDER BY priority, id LIMIT 1",
            (host, now),
        ).fetchone()
        return None if row is None else Page(*row)

    def has_work(self, host: str) -> bool:
        """Whether something of a host is queued, now or for later."""
        row = self._db.execute(
            "SELECT 1 FROM page WHERE state = 'queued' AND host = ? LIMIT 1", (host,)
        ).fetchone()
        return row is not None

    def next_time(self, host: str) -> float | None:
        """When the earliest postponed address of a host is due, or None if none is queued."""
        (time,) = self._db.execute(
            "SELECT min(not_before) FROM page WHERE state = 'queued' AND host = ?", (host,)
        ).fetchone()
        return None if time is None else float(time)

    # -- settling ----------------------------------------------------------------------------

    def store(self, page: Page, stored: Stored) -> None:
        """A page was fetched (or found unchanged) and lies in the archive."""
        headers = {name.lower(): value for name, value in reversed(stored.headers)}
        self._db.execute(
            "UPDATE page SET state = 'done', status = ?, role = ?, outcome = ?, media_type = ?,"
            " charset = ?, headers = ?, etag = ?, last_modified = ?, digest = ?, file = ?,"
            " start = ?, length = ?, changed = CASE WHEN ? IN ('unchanged', 'same') AND changed"
            " IS NOT NULL THEN changed ELSE ? END, fetched = ?, reason = NULL, detail = NULL"
            " WHERE id = ?",
            (
                stored.status, stored.role, stored.outcome, stored.media_type, stored.charset,
                json.dumps(stored.headers, ensure_ascii=False), headers.get("etag"),
                headers.get("last-modified"), stored.digest, stored.file, stored.start,
                stored.length, stored.outcome, stored.fetched, stored.fetched, page.id,
            ),
        )  # fmt: skip

    def settle(
        self, page: Page, state: str, reason: str, detail: str = "", status: int | None = None
    ) -> None:
        """An address ended as ``redirect``, ``gone``, ``failed`` or ``refused``, and why."""
        self._db.execute(
            "UPDATE page SET state = ?, reason = ?, detail = ?, status = ? WHERE id = ?",
            (state, reason, detail, status, page.id),
        )

    def postpone(self, page: Page, until: float, reason: str, status: int | None) -> None:
        """Try an address again later."""
        self._db.execute(
            "UPDATE page SET tries = tries + 1, not_before = ?, reason = ?, status = ?"
            " WHERE id = ?",
            (until, reason, status, page.id),
        )

    def keep_old(self, page: Page, reason: str) -> None:
        """A page of an earlier snapshot could not be asked for now: its copy stays."""
        self._db.execute(
            "UPDATE page SET state = 'done', status = 200, outcome = 'kept', reason = ?"
            " WHERE id = ?",
            (reason, page.id),
        )

    def forget(self, page: Page) -> None:
        """Forget the earlier copy of a page, so that it is fetched anew."""
        self._db.execute(
            "UPDATE page SET etag = NULL, last_modified = NULL, digest = NULL, file = NULL,"
            " start = NULL, length = NULL WHERE id = ?",
            (page.id,),
        )

    def refuse_rest(self, host: str, reason: str, detail: str = "") -> int:
        """Nothing more is asked of a host; returns how many addresses were waiting."""
        self._db.execute(
            "INSERT INTO host (host, closed) VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET closed = excluded.closed",
            (host, reason),
        )
        return self._drop_queued("host = ?", (host,), reason, detail)

    def refuse_all(self, reason: str) -> int:
        """The crawl ends here; returns how many addresses were waiting."""
        return self._drop_queued("1", (), reason, "")

    def _drop_queued(self, where: str, values: tuple[str, ...], reason: str, detail: str) -> int:
        """Refuse what waits; pages with an earlier copy keep it."""
        kept = f"UPDATE page SET state = 'done', status = 200, outcome = 'kept', reason = ? WHERE {where} AND state = 'queued' AND file IS NOT NULL"  # noqa: E501, S608 (texts of ours)
        self._db.execute(kept, (reason, *values))
        refused = f"UPDATE page SET state = 'refused', reason = ?, detail = ? WHERE {where} AND state = 'queued'"  # noqa: E501, S608 (texts of ours)
        return self._db.execute(refused, (reason, detail, *values)).rowcount

    # -- counting ----------------------------------------------------------------------------

    def count_request(self, host: str, size: int) -> None:
        """Count a request and its bytes against the host's budget."""
        self._db.execute(
            "INSERT INTO host (host, requests, bytes) VALUES (?, 1, ?)"
            " ON CONFLICT DO UPDATE SET requests = requests + 1, bytes = bytes + excluded.bytes",
            (host, size),
        )

    def spent(self, host: str) -> tuple[int, int, str | None]:
        """Requests and bytes of a host so far, and why it is closed if it is."""
        row = self._db.execute(
            "SELECT requests, bytes, closed FROM host WHERE host = ?", (host,)
        ).fetchone()
        return (0, 0, None) if row is None else (row[0], row[1], row[2])

    def count_yield(self, host: str, key: str, *, barren: bool) -> None:
        """Note whether a page of this shape brought anything new."""
        self._db.execute(
            "INSERT INTO shape (host, shape, fetched, barren) VALUES (?, ?, 1, ?)"
            " ON CONFLICT DO UPDATE SET fetched = fetched + 1,"
            " barren = CASE WHEN excluded.barren THEN barren + 1 ELSE 0 END",
            (host, key, int(barren)),
        )

    def yields(self, host: str, key: str) -> tuple[int, int]:
        """How many pages of a shape were fetched, and how many in a row brought nothing."""
        row = self._db.execute(
            "SELECT fetched, barren FROM shape WHERE host = ? AND shape = ?", (host, key)
        ).fetchone()
        return (0, 0) if row is None else (row[0], row[1])

    def lead_on(self, page: Page) -> None:
        """A page on a barren way brought something new: the way to it was worth going.

        What led to it (a list of titles, say) is not barren, and what lies beside and beyond it is
        counted from there.
        """
        parent = self._db.execute(
            "SELECT parent.id, parent.url FROM page JOIN page AS parent ON parent.id = page.via"
            " WHERE page.id = ?",
            (page.id,),
        ).fetchone()
        if parent is None:
            return
        number, url = parent
        for pair in url.partition("?")[2].split("&")[:6]:
            self.count_parameter(origin(url), pair.split("=", 1)[0], barren=False)
        self._db.execute(
            "UPDATE shape SET barren = 0 WHERE host = ? AND shape = ?", (origin(url), shape(url))
        )
        self._db.execute(
            "WITH RECURSIVE beyond (id, steps) AS (SELECT id, 0 FROM page WHERE via = ?1"
            " AND barren > 0 UNION ALL SELECT page.id, steps + 1 FROM page JOIN beyond"
            " ON page.via = beyond.id WHERE page.barren > steps + 1)"
            " UPDATE page SET barren = (SELECT min(steps) FROM beyond WHERE beyond.id = page.id),"
            " state = CASE WHEN state = 'refused' AND reason = 'barren_path' THEN 'queued'"
            " ELSE state END WHERE id IN (SELECT id FROM beyond)",
            (number,),
        )

    def count_parameter(self, host: str, name: str, *, barren: bool) -> None:
        """Note whether another value of a query parameter brought anything new."""
        self._db.execute(
            "INSERT INTO shape (host, shape, seen, fetched, barren) VALUES (?, ?, ?, 1, ?)"
            " ON CONFLICT DO UPDATE SET fetched = fetched + 1, seen = seen + excluded.seen,"
            " barren = barren + excluded.barren",
            (host, f"p:{name}", int(not barren), int(barren)),
        )

    def idle_parameters(self, host: str, least: int) -> set[str]:
        """Query parameters of which so many values, and all that were tried, changed nothing."""
        rows = self._db.execute(
            "SELECT substr(shape, 3) FROM shape WHERE host = ? AND shape >= 'p:' AND shape < 'p;'"
            " AND seen = 0 AND barren >= ?",
            (host, least),
        )
        return {name for (name,) in rows}

    def pages_done(self) -> int:
        """Pages in the archive so far."""
        (number,) = self._db.execute(
            "SELECT count(*) FROM page WHERE state = 'done' AND role = 'page'"
        ).fetchone()
        return int(number)

    def script_pages(self) -> dict[str, int]:
        """How many pages of each host showed nothing without JavaScript."""
        return dict(
            self._db.execute("SELECT host, fetched FROM shape WHERE shape = ?", (SCRIPTED,))
        )

    def identical_payloads(self) -> dict[str, int]:
        """Pages of each host whose bytes another page of it has too."""
        rows = self._db.execute(
            "SELECT host, count(*) - count(DISTINCT digest) FROM page"
            " WHERE state = 'done' AND role = 'page' GROUP BY host"
        )
        return dict(rows.fetchall())

    # -- the archive and the hosts -------------------------------------------------------------

    def set_archive_size(self, file: str, size: int) -> None:
        """How long a file of the archive is with everything that is committed."""
        self._db.execute("INSERT OR REPLACE INTO archive VALUES (?, ?)", (file, size))

    def archive_sizes(self) -> dict[str, int]:
        """Committed length of each file of the archive."""
        return dict(self._db.execute("SELECT file, size FROM archive").fetchall())

    def carry(self, file: str) -> None:
        """Note that a file comes from an earlier snapshot."""
        self.set_fact(f"carried:{file}", "yes")

    def carried(self) -> set[str]:
        """Files that come from an earlier snapshot."""
        rows = self._db.execute("SELECT name FROM fact WHERE name LIKE 'carried:%'")
        return {name.removeprefix("carried:") for (name,) in rows}

    def requeue_beyond(self, file: str, size: int) -> int:
        """Fetch again what lies behind the end of a file that a power cut shortened."""
        return self._db.execute(
            "UPDATE page SET state = 'queued', file = NULL, etag = NULL, last_modified = NULL,"
            " digest = NULL WHERE file = ? AND start + length > ?",
            (file, size),
        ).rowcount

    def host_facts(self, host: str) -> dict[str, Any]:
        """What was learned of a host before, or nothing."""
        row = self._db.execute("SELECT facts FROM host WHERE host = ?", (host,)).fetchone()
        return {} if row is None else dict(json.loads(row[0]))

    def set_host(self, host: str, facts: dict[str, Any]) -> None:
        """Keep what was learned of a host."""
        self._db.execute(
            "INSERT INTO host (host, facts) VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET facts = excluded.facts",
            (host, json.dumps(facts, ensure_ascii=False, sort_keys=True)),
        )

    def hosts(self) -> Iterator[tuple[str, dict[str, Any], int, int, str | None]]:
        """Every host asked: name, facts, requests, bytes, why closed."""
        for host, facts, requests, size, closed in self._db.execute(
            "SELECT host, facts, requests, bytes, closed FROM host ORDER BY host"
        ):
            yield host, json.loads(facts), requests, size, closed

    def rows(self, where: str, columns: str) -> Iterator[tuple[Any, ...]]:
        """Rows of `page`, for the index and the report; both arguments are fixed texts of ours."""
        yield from self._db.execute(f"SELECT {columns} FROM page WHERE {where}")  # noqa: S608

    def fact(self, name: str) -> str | None:
        """A fact of the crawl as a whole."""
        row = self._db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_fact(self, name: str, value: str) -> None:
        """Keep a fact of the crawl as a whole."""
        self._db.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))


class _Transaction:
    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        self._db.execute("COMMIT" if kind is None else "ROLLBACK")
