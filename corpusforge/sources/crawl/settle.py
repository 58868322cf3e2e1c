"""What an answer means for its page: kept, unchanged, moved, to be tried again, or not wanted."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpusforge.sources.crawl import discover
from corpusforge.sources.crawl.archive import Place, payload_digest, read_body, timestamp
from corpusforge.sources.crawl.discover import Link
from corpusforge.sources.crawl.fetch import GOOD, Answer
from corpusforge.sources.crawl.frontier import SCRIPTED, Page, Stored
from corpusforge.sources.crawl.host import Host
from corpusforge.sources.crawl.politeness import retry_after
from corpusforge.sources.crawl.traps import lines_of
from corpusforge.sources.crawl.urls import canonical, origin
from corpusforge.sources.page import markup_nofollow, needs_javascript, parse_html
from corpusforge.sources.signals import header_signals

if TYPE_CHECKING:
    from corpusforge.sources.crawl.crawl import Crawl

#: So many answers in a row that never came, and the host is left alone.
_SILENT = 5
#: Signs of overload: as many tries as the recipe allows. Other troubles get two.
BUSY = frozenset({429, 503})
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_LOST = frozenset({"timeout", "unreachable", "truncated"})
_OF_THE_BODY = frozenset({"content-length", "content-encoding", "transfer-encoding"})


def settle(crawl: Crawl, host: Host, page: Page, answer: Answer) -> None:
    """Bring the frontier and the archive up to date with what came for a page."""
    status = answer.status
    if status in GOOD and answer.problem is None:
        _keep(crawl, host, page, answer)
    elif status == 304 and page.file is not None:
        _unchanged(crawl, host, page, answer)
    elif answer.location is not None:
        _redirect(crawl, page, answer)
    elif answer.problem == "address_refused":
        _fail(crawl, page, "refused", "address_refused", answer)
        crawl.close(host, "address_refused", answer.detail)
    elif status in _RETRIED or answer.problem in _LOST:
        _retry(crawl, host, page, answer)
    elif status in (404, 410):
        _fail(crawl, page, "gone", f"http_{status}", answer)
    elif status in GOOD or (answer.problem is not None and status == 0):
        _fail(crawl, page, "refused", answer.problem or "bad_response", answer)
    else:
        _fail(crawl, page, "failed", f"http_{status}", answer)


def _fail(crawl: Crawl, page: Page, state: str, reason: str, answer: Answer) -> None:
    detail = answer.detail
    if reason == "not_wanted":
        reason, detail = "not_text", answer.media_type[:80]
    crawl.frontier.settle(page, state, reason, detail, answer.status or None)


def _retry(crawl: Crawl, host: Host, page: Page, answer: Answer) -> None:
    reason = f"http_{answer.status}" if answer.problem is None else answer.problem
    asked = retry_after(answer.header("retry-after"), time.time())
    tries = crawl.config.attempts if answer.status in BUSY else min(2, crawl.config.attempts)
    if host.silent >= _SILENT:
        crawl.close(host, "unreachable", f"{host.silent} answers in a row never came")
    elif asked is not None and asked > crawl.config.max_retry_after:
        answer.detail = f"asked to wait {asked:.0f} s"
        _give_up(crawl, page, reason, answer)
    elif page.tries + 1 >= tries:
        _give_up(crawl, page, reason, answer)
    else:
        wait = asked if asked is not None else min(60.0, 2.0**page.tries)
        crawl.frontier.postpone(page, time.time() + wait, reason, answer.status or None)


def _give_up(crawl: Crawl, page: Page, reason: str, answer: Answer) -> None:
    """A passing trouble that lasted: an earlier copy stays, a new page is missed."""
    if page.file is not None:
        crawl.frontier.keep_old(page, reason)
    else:
        _fail(crawl, page, "failed", reason, answer)


def _redirect(crawl: Crawl, page: Page, answer: Answer) -> None:
    target = canonical(answer.location or "", page.url)
    if target is None:
        _fail(crawl, page, "refused", "redirect_bad_address", answer)
        return
    if crawl.scope.refusal(target) is not None:
        answer.detail = origin(target)
        _fail(crawl, page, "refused", "redirect_out_of_scope", answer)
        return
    crawl.archive.write(answer, payload_digest(answer.body), {"via": page.kind})
    crawl.frontier.settle(page, "redirect", "redirect", target, answer.status)
    crawl.queue(
        [Link(target, "redirect")], depth=page.depth, hops=page.hops + 1, barren=page.barren,
        via=page.id,
    )  # fmt: skip


@dataclass(frozen=True)
class _Kept:
    """A page with the copy that holds now."""

    page: Page
    role: str
    outcome: str
    media_type: str
    digest: str
    place: Place
    headers: list[tuple[str, str]]
    body: bytes
    seen: float  # when the site last said so

    @property
    def charset(self) -> str | None:
        """The charset the header fields declare."""
        return Answer(self.page.url, 0.0, headers=self.headers).charset


def _keep(crawl: Crawl, host: Host, page: Page, answer: Answer) -> None:
    if not answer.body:
        _fail(crawl, page, "refused", "empty", answer)
        return
    media = discover.true_type(
        answer.media_type, answer.body, page.url, answer.header("content-disposition")
    )
    role = _role(media, answer.body, page.kind)
    if role == "page" and not (discover.is_html(media) or discover.is_document(media)):
        answer.detail = f"{media} sent as {answer.media_type or 'nothing'}"[:120]
        _fail(crawl, page, "refused", "not_text", answer)
        return
    digest = payload_digest(answer.body)
    old = page.place
    if old is not None and page.digest == digest:
        place, outcome = old, "same"
        facts = _facts(page, outcome)
        crawl.archive.write_revisit(answer, digest, _first_seen(page), "identical", facts)
    else:
        outcome = "changed" if page.digest else "new"
        place = crawl.archive.write(answer, digest, _facts(page, outcome))
    kept = _Kept(
        page, role, outcome, media, digest, place, answer.headers, answer.body, answer.started
    )
    _store(crawl, host, kept)
    _expand(crawl, host, kept)


def _unchanged(crawl: Crawl, host: Host, page: Page, answer: Answer) -> None:
    """304: the stored response holds, with the header fields of this one (RFC 9111, 4.3.4)."""
    place = page.place
    assert place is not None  # only then was the request conditional
    try:
        body = read_body(crawl.root / place.file, place.start, place.length)
    except (OSError, ValueError):
        # The old record is damaged: ask again, without conditions.
        crawl.frontier.forget(page)
        return
    fresh = {name.lower() for name, _ in answer.headers}
    old = [(name, value) for name, value in json.loads(page.headers or "[]")]
    headers = [pair for pair in old if pair[0].lower() not in fresh]
    headers += [pair for pair in answer.headers if pair[0].lower() not in _OF_THE_BODY]
    merged = Answer(page.url, answer.started, headers=headers)
    media = discover.true_type(
        merged.media_type, body, page.url, merged.header("content-disposition")
    )
    digest = page.digest or payload_digest(body)
    facts = _facts(page, "unchanged")
    crawl.archive.write_revisit(answer, digest, _first_seen(page), "not-modified", facts)
    kept = _Kept(
        page,
        _role(media, body, page.kind),
        "unchanged",
        media,
        digest,
        place,
        headers,
        body,
        answer.started,
    )
    _store(crawl, host, kept)
    _expand(crawl, host, kept)


def _role(media: str, body: bytes, kind: str) -> str:
    if discover.is_html(media):
        return "page"
    if kind == "index" and discover.is_address_list(body):
        return "sitemap"
    return discover.listing_kind(body) or "page"


def _facts(page: Page, outcome: str) -> dict[str, str]:
    """What the metadata record says."""
    return {"via": page.kind, "hopsFromSeed": str(page.depth), "outcome": outcome}


def _first_seen(page: Page) -> str:
    return page.changed or timestamp(time.time())


def _store(crawl: Crawl, host: Host, kept: _Kept) -> None:
    crawl.pages += kept.role == "page"
    host.pages += kept.role == "page"
    crawl.frontier.store(
        kept.page,
        Stored(
            role=kept.role,
            outcome=kept.outcome,
            status=200,
            media_type=kept.media_type,
            charset=kept.charset,
            headers=kept.headers,
            digest=kept.digest,
            file=kept.place.file,
            start=kept.place.start,
            length=kept.place.length,
            fetched=timestamp(kept.seen),
        ),
    )


def _expand(crawl: Crawl, host: Host, kept: _Kept) -> None:
    """Queue what a page, sitemap or feed leads to."""
    page, config = kept.page, crawl.config
    if kept.role == "sitemap":
        if config.sitemaps:
            links = discover.sitemap_links(kept.body, page.url, config.max_document_bytes)
            # An index may name an index, but not for ever: the limit on redirects counts.
            crawl.queue(links, depth=page.depth, hops=page.hops + 1, via=page.id)
        return
    if kept.role == "feed":
        if config.feeds:
            links = discover.feed_links(kept.body, page.url)
            crawl.queue(links, depth=page.depth, via=page.id)
        return
    if not discover.is_html(kept.media_type):
        # The same file again and again under other addresses is a trap like others.
        crawl.note_yield(page, barren=host.novelty.add([kept.digest.encode()]) == 0)
        return
    barren = host.novelty.add(lines_of(kept.body)) == 0
    crawl.note_yield(page, barren=barren)
    if config.follow == "none" and page.kind == "link":
        return
    tree = parse_html(kept.body, kept.charset)
    if needs_javascript(tree):
        crawl.frontier.count_yield(host.name, SCRIPTED, barren=False)
    if header_signals(kept.headers, config.agent).nofollow or markup_nofollow(tree, config.agent):
        return
    links = discover.page_links(tree, page.url, feeds=config.feeds)
    if config.follow == "none":
        links = [link for link in links if link.kind != "link"]
    crawl.queue(links, depth=page.depth + 1, barren=page.barren + 1 if barren else 0, via=page.id)
