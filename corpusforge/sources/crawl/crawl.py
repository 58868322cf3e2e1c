"""The crawl itself: hosts in parallel, one request at a time each, everything through the frontier.

Every hop of a redirect, every sitemap and feed is an address of the frontier like any other, so
scope, robots.txt, budgets and the rest between requests hold for all of them alike.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from corpusforge.sources.crawl import discover
from corpusforge.sources.crawl.addresses import connector, literal_refusal
from corpusforge.sources.crawl.archive import Archive
from corpusforge.sources.crawl.config import CrawlConfig
from corpusforge.sources.crawl.discover import Link
from corpusforge.sources.crawl.fetch import GOOD, Answer, fetch
from corpusforge.sources.crawl.frontier import Frontier, Page
from corpusforge.sources.crawl.host import Host, open_host
from corpusforge.sources.crawl.politeness import retry_after
from corpusforge.sources.crawl.settle import BUSY, settle
from corpusforge.sources.crawl.traps import IDLE_VALUES, note_yield, trap, without_idle
from corpusforge.sources.crawl.urls import origin, scope_of
from corpusforge.sources.snapshot import Report

#: A host gives up its place after so many requests where others wait.
_STINT = 40
#: Bodies of redirects and errors are read this far, to keep the connection.
_SMALL = 65_536
#: So many hosts are remembered in memory when nothing of theirs is queued.
_HOSTS = 1_000
#: Links followed from one page; sitemaps have a limit of their own, the same.
_LINKS = 50_000


class Crawl:
    """One run over the frontier in `root`."""

    def __init__(self, config: CrawlConfig, root: Path, frontier: Frontier, report: Report) -> None:
        self.config = config
        self.root = root
        self.frontier = frontier
        self.scope = scope_of(config)
        self.archive = Archive(root, config.user_agent, config.contact)
        self.hosts: dict[str, Host] = {}
        self.out_of_scope = 0
        self.stopped: str | None = None
        self._report = report
        self.pages = frontier.pages_done()
        self._started = time.monotonic()
        self.session: aiohttp.ClientSession

    async def run(self) -> None:
        """Work until nothing is due or a limit of the recipe is reached."""
        for file, size in self.archive.resume(self.frontier.archive_sizes()).items():
            self.frontier.requeue_beyond(file, size)
            self.frontier.set_archive_size(file, size)
        self.session = self._session()
        try:
            async with self.session:
                await self._work()
        finally:
            self.archive.close()
            self._commit_archive()

    def _session(self) -> aiohttp.ClientSession:
        networks = self.config.allow_addresses

        def is_named(host: str, port: int) -> bool:
            bracketed = f"[{host}]" if ":" in host else host
            return self.scope.is_named(f"http://{bracketed}:{port}/")

        return aiohttp.ClientSession(
            connector=connector(networks, is_named, self.config.concurrency),
            headers={
                "User-Agent": self.config.user_agent,
                "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                "Accept-Encoding": "gzip, deflate",
                "Accept-Language": "ar, fr;q=0.9, *;q=0.8",
            },
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=min(10.0, self.config.timeout)),
            trust_env=False,
        )

    async def _work(self) -> None:
        waiting = dict.fromkeys(self.frontier.hosts_with_work())
        tasks: dict[asyncio.Task[None], str] = {}
        self._waiting = waiting
        self._busy: set[str] = set()
        try:
            while tasks or waiting:
                while waiting and len(tasks) < self.config.concurrency:
                    host = next(iter(waiting))
                    del waiting[host]
                    self._busy.add(host)
                    tasks[asyncio.create_task(self._host(host))] = host
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    host = tasks.pop(task)
                    self._busy.discard(host)
                    task.result()
                    if self.frontier.has_work(host):
                        if self.stopped is None:
                            waiting.setdefault(host)
                    elif len(self.hosts) > _HOSTS and self.hosts[host].closed is None:
                        # What was learned of it is in the frontier.
                        self.hosts.pop(host, None)
                if self.stopped is not None:
                    waiting.clear()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _host(self, name: str) -> None:
        host = self.host(name)
        for _ in range(_STINT):
            if self._over():
                return
            if host.closed is not None:
                # Addresses found after it was closed.
                self.close(host, *host.closed)
                return
            page = self.frontier.next_due(name, time.time())
            if page is None:
                due = self.frontier.next_time(name)
                if due is None:
                    return
                await asyncio.sleep(max(0.05, min(due - time.time(), 1.0)))
                if self._waiting:
                    return
                continue
            if (refusal := self._early_refusal(page)) is not None:
                self.frontier.settle(page, "refused", *refusal)
                continue
            if not host.opened:
                await open_host(self, host)
                if host.closed is not None:
                    self.close(host, *host.closed)
                    return
            await self._visit(host, page)

    def host(self, name: str) -> Host:
        """The state of a host, new where it was not met before."""
        if name not in self.hosts:
            self.hosts[name] = Host(name, self.config)
        return self.hosts[name]

    def address_refusal(self, url: str) -> str | None:
        """Why the host of an address, where it is written as a number, must not be asked."""
        refused = literal_refusal(
            urlsplit(url).hostname or "",
            named=self.scope.is_named(url),
            networks=self.config.allow_addresses,
        )
        return "not a public address" if refused else None

    def count(self, name: str, answer: Answer) -> None:
        """Count a request and its bytes."""
        self.frontier.count_request(name, len(answer.body))

    def _over(self) -> bool:
        if self.stopped is None:
            if self.pages >= self.config.max_pages:
                self.stopped = "max_pages"
            elif time.monotonic() - self._started > 60 * self.config.max_minutes:
                self.stopped = "max_minutes"
        return self.stopped is not None

    def _early_refusal(self, page: Page) -> tuple[str, str] | None:
        """What can be refused without knowing the host."""
        if (reason := self.scope.refusal(page.url)) is not None:
            return reason, ""
        if page.hops > self.config.max_redirects:
            return "too_many_redirects", f"over {self.config.max_redirects}"
        if page.depth > self.config.max_depth:
            return "too_deep", f"over {self.config.max_depth}"
        announced = page.kind in ("seed", "index", "feed")
        if not announced and (reason := self.scope.pattern_refusal(page.url)) is not None:
            return reason, ""
        if (found := trap(self.frontier, page, self.config)) is not None:
            return found
        if (reason := self.address_refusal(page.url)) is not None:
            return "address_refused", reason
        return None

    async def _visit(self, host: Host, page: Page) -> None:
        if page.place is None and (plain := self._plain(Link(page.url, page.kind)).url) != page.url:
            self.frontier.settle(page, "redirect", "idle_parameter", plain)
            self.queue([Link(plain, "link")], depth=page.depth, barren=page.barren, via=page.id)
            return
        if not host.allows(page.url):
            self.frontier.settle(page, "refused", "robots")
            return
        requests, size, _ = self.frontier.spent(host.name)
        if requests >= self.config.host_pages:
            self.close(host, "host_pages", f"{requests} requests")
            return
        if size >= self.config.host_bytes:
            self.close(host, "host_bytes", f"{size} bytes")
            return
        headers = {}
        if page.etag:
            headers["If-None-Match"] = page.etag
        if page.last_modified:
            headers["If-Modified-Since"] = page.last_modified
        answer = await self.ask(host, page.url, headers)
        if self.pages >= self.config.max_pages:
            return  # other hosts brought the last pages meanwhile
        try:
            with self.frontier.transaction():
                self.count(host.name, answer)
                settle(self, host, page, answer)
                self._commit_archive()
        except (OSError, sqlite3.Error):
            raise  # the disk, not the page
        except Exception as problem:  # noqa: BLE001 (one page never ends a crawl)
            with self.frontier.transaction():
                self.count(host.name, answer)
                self.frontier.settle(page, "failed", "internal_error", type(problem).__name__)
                self._commit_archive()
        self._tell(host)

    async def ask(
        self,
        host: Host,
        url: str,
        headers: dict[str, str] | None = None,
        *,
        head_of: int | None = None,
    ) -> Answer:
        """One request in the host's turn; every request of the crawl passes here.

        With `head_of`, the body is whatever it is, cut to so many bytes.
        """
        async with host.turn:
            answer = await fetch(
                self.session,
                url,
                headers=headers or {},
                limit_of=self._limit,
                head_of=head_of,
                seconds=self.config.timeout,
            )
            self._note(host, answer)
        return answer

    def _note(self, host: Host, answer: Answer) -> None:
        """Learn from an answer how much the host can take."""
        if answer.status in BUSY:
            asked = retry_after(answer.header("retry-after"), time.time())
            wait = asked if asked is not None and asked <= self.config.max_retry_after else None
            host.turn.trouble(wait)
        elif answer.problem in ("timeout", "unreachable"):
            host.turn.trouble()
        else:
            host.turn.good(answer.seconds)
        host.silent = host.silent + 1 if answer.problem in ("timeout", "unreachable") else 0

    def _limit(self, answer: Answer) -> int:
        if answer.status not in GOOD:
            return _SMALL
        if not discover.is_wanted(answer.media_type):
            return 0
        if discover.is_html(answer.media_type):
            return self.config.max_page_bytes
        return self.config.max_document_bytes

    def queue(
        self, links: list[Link], *, depth: int, hops: int = 0, barren: int = 0, via: int | None
    ) -> None:
        """Add addresses to the frontier, those out of scope left out, and wake their hosts."""
        inside = [
            self._plain(link) for link in links[:_LINKS] if self.scope.refusal(link.url) is None
        ]
        self.out_of_scope += len(links) - len(inside)
        for name in self.frontier.add(inside, depth=depth, hops=hops, barren=barren, via=via):
            if name not in self._busy:
                self._waiting.setdefault(name)

    def _plain(self, link: Link) -> Link:
        """A link without the parameters that change nothing on its host."""
        if link.kind != "link" or "?" not in link.url:
            return link
        known = self.hosts.get(origin(link.url))
        if known is None or not known.idle:
            return link
        return Link(without_idle(link.url, known.idle), link.kind)

    def note_yield(self, page: Page, *, barren: bool) -> None:
        """Count whether a page brought anything new, for it and for its parameters."""
        note_yield(self.frontier, page.url, barren=barren)
        if page.barren and not barren:
            self.frontier.lead_on(page)
        if "?" in page.url:
            host = self.host(origin(page.url))
            host.idle = self.frontier.idle_parameters(host.name, IDLE_VALUES)

    def close(self, host: Host, reason: str, detail: str = "") -> None:
        """Ask nothing more of a host."""
        host.closed = (reason, detail)
        self.frontier.refuse_rest(host.name, reason, detail)

    def _commit_archive(self) -> None:
        position = self.archive.position
        if position is not None:
            self.frontier.set_archive_size(*position)

    def _tell(self, host: Host) -> None:
        """Report a host's progress, once a second at most."""
        now = time.monotonic()
        if now - host.told >= 1.0:
            host.told = now
            requests, size, _ = self.frontier.spent(host.name)
            self._report(
                "crawling",
                {
                    "host": host.name,
                    "requests": requests,
                    "pages": host.pages,
                    "kilobytes": size // 1000,
                    "rest": round(host.turn.rest, 2),
                },
            )
