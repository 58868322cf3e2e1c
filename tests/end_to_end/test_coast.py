"""A crawl and build of a web that no rule was made for, scored like the development web."""

import itertools
import re
from collections import Counter, defaultdict
from urllib.parse import urlsplit

import pytest
from coast_pages import COPIES
from coast_server import DELAYS, HOSTS, REEF, Coast
from commands import run

from corpusforge.sources.crawl.urls import canonical

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.floor]

RECIPE = """
schema_version: 1
name: commons/coast
version: 1.0.0
released: 2026-11-22
title: The coast web
description: Pages of sixteen loopback hosts, in five languages.
domain: health
tier: open
mode: collection
contact: {{name: corpusforge tests, email: takedown@example.org}}
sources:
  - id: coast
    kind: crawl
    seeds: [{seeds}]
    contact: takedown@example.org
    license: detect
    delay: 0.02
    max_minutes: 10
    max_retry_after: 10
    timeout: 4
    allow_addresses: [127.23.0.0/24]
stages:
  - kind: admit
  - kind: extract
  - kind: boilerplate
  - kind: identify
  - kind: filter
    min_words: 3
  - kind: dedup
  - kind: scrub
  - kind: shard
"""


def _sorted(url):
    """The address with its parameters in order: two orders are one page, either may be kept."""
    path, mark, query = url.partition("?")
    return path + mark + "&".join(sorted(query.split("&")))


class Score:
    """What the release holds of the web, and what was asked of it."""

    def __init__(self, coast, rows, first, second):
        self.coast = coast
        self.rows = {_sorted(url): row for url, row in rows.items()}
        self.first = first
        self.second = second
        self.docs = {_sorted(canonical(coast.url(doc))): doc for doc in coast.docs}

    def row_of(self, doc):
        """The row of a page, or of a copy of it: a deduplicator may keep either."""
        copies = [other for other in self.coast.docs if other.copy_of == doc.path]
        places = [_sorted(canonical(self.coast.url(one))) for one in (doc, *copies)]
        return next((self.rows[place] for place in places if place in self.rows), None)

    @property
    def wanted(self):
        """Pages that belong in the release."""
        return [doc for doc in self.coast.docs if doc.wanted == "keep" and doc.copy_of is None]


@pytest.fixture(scope="module")
def score(tmp_path_factory):
    """Build once, crawl again, and look."""
    import pyarrow.parquet as pq

    root = tmp_path_factory.mktemp("coast")
    coast = Coast()
    try:
        seeds = ", ".join(f"{coast.root(host)}/" for host in HOSTS if host != "interne")
        (root / "coast.yaml").write_text(RECIPE.format(seeds=seeds), "utf-8")
        run(
            *("corpusforge", "build", root / "coast.yaml", "--no-publish"),
            *("--workspace", root / "w", "--output", root / "out"),
        )
        asked = len(coast.log)
        run("corpusforge", "crawl", root / "coast.yaml", "--workspace", root / "w")
    finally:
        coast.close()
    rows = {
        row["url"]: row
        for file in (root / "out" / "data").rglob("*.parquet")
        for row in pq.read_table(file).to_pylist()
    }
    return Score(coast, rows, coast.log[:asked], coast.log[asked:])


def test_every_wanted_page_is_in_the_release(score):
    """However it is found: sitemaps of every kind, feeds, base, refresh, redirects, pagination."""
    missing = [(doc.host, doc.path) for doc in score.wanted if score.row_of(doc) is None]
    assert len(missing) <= 0.02 * len(score.wanted), missing


def _f1(found, wanted):
    a, b = (Counter(re.findall(r"\w+", text.lower())) for text in (found, wanted))
    return 2 * sum((a & b).values()) / max(1, sum(a.values()) + sum(b.values()))


@pytest.mark.parametrize(("forum", "least"), [(False, 0.98), (True, 0.97)])
def test_texts_are_what_a_reader_would_copy(score, forum, least):
    """Five article templates, an old site with charsets that lie, six kinds of forum."""
    found = [
        _f1(row["text"], doc.gold)
        for doc in score.wanted
        if bool(doc.posts) is forum and (row := score.row_of(doc)) is not None
    ]
    assert sum(found) / len(found) >= least


def test_titles_and_dates_stand_beside_the_texts(score):
    """Titles always; dates where the page shows one."""
    pairs = [(doc, score.rows[place]) for place, doc in score.docs.items() if place in score.rows]
    titles = [row["title"] == doc.title for doc, row in pairs]
    assert sum(titles) >= 0.98 * len(titles)
    dated = [row["date"] == doc.date for doc, row in pairs if doc.design.__name__ == "magazine"]
    assert dated
    assert all(dated)


def test_licences_are_those_the_pages_state(score):
    """In head, header, JSON-LD objects, badges, words, RDFa and microdata."""
    right = [
        row["license"] == doc.licence
        for place, doc in score.docs.items()
        if (row := score.rows.get(place)) is not None
    ]
    assert sum(right) >= 0.98 * len(right)


def test_nothing_is_published_against_a_wish_or_without_a_licence(score):
    """Every row is a page that may be published; error pages and frames are none."""
    rows = {place: score.docs.get(place) for place in score.rows}
    assert [place for place, doc in rows.items() if doc is None] == []
    wrong = [(d.host, d.path) for d in rows.values() if d.wanted != "keep" and d.copy_of is None]
    assert wrong == []


def test_copies_are_removed(score):
    """Exact ones in another template, for small screens and for printing; most near ones."""
    both = defaultdict(list)
    for doc in score.coast.docs:
        if doc.copy_of is not None:
            kept = _sorted(canonical(score.coast.url(doc))) in score.rows
            first = next(d for d in score.coast.docs if d.path == doc.copy_of and not d.copy_of)
            kept = kept and _sorted(canonical(score.coast.url(first))) in score.rows
            both["near" if doc.path.startswith("/adapte") else "exact"].append(kept)
    assert not any(both["exact"])
    assert sum(both["near"]) <= 0.2 * len(both["near"])
    assert COPIES in {doc.host for doc in score.coast.docs}


_NEVER = re.compile(
    r"^/(?:mur/|posting\.php|recherche|prive(?!/ouvert))|\.brouillon$|[?&](?:imprimer|sid|tri)="
)


def test_nothing_forbidden_is_asked_for(score):
    """Not inside, not behind robots.txt in any of its spellings; what is open is asked for."""
    bad = []
    for host, path, *_ in score.first + score.second:
        rules = host.startswith("robots") and path != "/robots.txt"
        closed = host == "robots-503" or (
            host in ("robots-cr", "robots-gzip") and path.startswith("/ferme/x")
        )
        if host == "interne" or (rules and closed) or _NEVER.search(path):
            bad.append((host, path))
    assert bad == []
    asked = {(host, path) for host, path, *_ in score.first}
    assert {("robots-403", "/ferme/x"), ("robots-cr", "/ferme/ouverte")} <= asked


def test_delays_are_kept_however_they_are_written(score):
    """A fraction, one without its zero, one with a comma."""
    for host, (_, seconds) in DELAYS.items():
        times = [started for name, _, started, *_ in score.first if name == host]
        gaps = [later - one for one, later in itertools.pairwise(times)]
        close = sum(gap < 0.9 * seconds for gap in gaps)
        assert close < 0.02 * len(gaps), host


def test_the_reef_costs_little(score):
    """Calendars, facets, sessions in the path, one page under many names."""
    spent = Counter(host for host, *_ in score.first)
    assert spent[REEF] < 300, Counter(
        re.sub(r"\d+", "0", urlsplit(path).path)[:20]
        for host, path, *_ in score.first
        if host == REEF
    )


def test_unchanged_pages_are_304_the_second_time(score):
    """Every page that has a validator is asked for with it."""
    pages = {(doc.host, urlsplit(score.coast.url(doc)).path) for doc in score.coast.docs}
    again = [
        (host, path, status)
        for host, path, _, status, headers in score.second
        if (host, path) in pages and "If-None-Match" in headers
    ]
    assert len(again) > 100
    assert [item for item in again if item[2] != 304] == []
