"""Crawls of real sites on loopback: what is fetched, what is not, and why."""

import gzip
import json
import time
from itertools import pairwise

import pytest
from crawl_site import Reply, config_for, html, words

from corpusforge.errors import SourceError


def test_robots_comes_first_and_once(site, crawl):
    """robots.txt, then the reservations of the host, then pages; each file once."""
    site.pages.update({"/": html("x", links=["/a", "/b"]), "/a": html("a"), "/b": html("b")})
    crawl(site)
    assert site.paths()[:3] == ["/robots.txt", "/.well-known/tdmrep.json", "/ai.txt"]
    assert {site.paths().count(path) for path in ("/robots.txt", "/ai.txt", "/a", "/")} == {1}


def test_what_robots_disallows_is_never_asked_for(site, crawl, kept, refused):
    """Not by link, sitemap, redirect or canonical link."""
    site.pages.update(
        {
            "/robots.txt": Reply(b"User-agent: *\nDisallow: /prive\nSitemap: /s.xml"),
            "/s.xml": Reply(
                f"<urlset><url><loc>{site.url}/prive/1</loc></url></urlset>".encode(),
                headers={"Content-Type": "application/xml"},
            ),
            "/": html("x", links=["/prive/2", "/r"], head='<link rel=canonical href="/prive/3">'),
            "/r": Reply(status=302, headers={"Location": "/a/../prive/4"}),
        }
    )
    acquired = crawl(site)
    assert not [path for path in site.paths() if "prive" in path]
    assert list(kept(acquired)) == [""]
    reasons = refused(acquired)
    assert {reasons[f"{site.url}/prive/{n}"] for n in (1, 2, 3, 4)} == {"robots"}


@pytest.mark.parametrize(
    ("reply", "open_"),
    [
        (Reply(status=404), True),
        (Reply(status=403), True),
        (Reply(status=500), False),
        (Reply(status=503), False),
        (Reply(status=429), False),
        (Reply(raw=lambda stream: stream.close()), False),
        (Reply(status=301, headers={"Location": "/robots.txt"}), True),
        (Reply(b"<html>Not here</html>", headers={"Content-Type": "text/html"}), True),
    ],
    ids=["404", "403", "500", "503", "429", "silence", "endless-redirect", "html"],
)
def test_an_absent_robots_opens_and_a_broken_one_closes(site, crawl, kept, reply, open_):
    """RFC 9309: 4xx means no rules, 5xx and silence mean do not fetch."""
    site.pages.update({"/robots.txt": reply, "/": html("x")})
    if open_:
        assert list(kept(crawl(site))) == [""]
    else:
        with pytest.raises(SourceError, match="robots_unreachable") as caught:
            crawl(site)
        assert caught.value.code == "SRC010"
        assert set(site.paths()) == {"/robots.txt"}


def test_the_robots_of_another_host_bind_after_a_redirect(make_site, crawl, refused):
    """A robots.txt that redirects elsewhere still speaks for the host it was asked of."""
    other = make_site({"/robots.txt": Reply(b"User-agent: *\nDisallow: /x\nCrawl-delay: 0.1")})
    site = make_site(
        {
            "/robots.txt": Reply(status=301, headers={"Location": f"{other.url}/robots.txt"}),
            "/": html("x", links=["/x"]),
        }
    )
    acquired = crawl(site, hosts=(other.host,))
    assert refused(acquired)[f"{site.url}/x"] == "robots"
    assert acquired.facts["hosts"][site.url]["crawl_delay"] == 0.1
    assert other.paths() == ["/robots.txt"]


def test_requests_are_never_closer_than_the_crawl_delay(site, crawl):
    """Measured where they arrive."""
    pages = {f"/{n}": html(words(n)) for n in range(6)}
    site.pages.update(
        {"/robots.txt": Reply(b"User-agent: *\nCrawl-delay: 0.2"), "/": html("x", links=pages)}
    )
    site.pages.update(pages)
    crawl(site)
    times = [started for started, _, _ in site.log[1:]]
    assert min(b - a for a, b in pairwise(times)) >= 0.2


def test_a_long_crawl_delay_is_cut_and_reported(site, crawl):
    """The recipe's limit holds, and the facts say that it was used."""
    site.pages.update({"/robots.txt": Reply(b"User-agent: *\nCrawl-delay: 600"), "/": html("x")})
    facts = crawl(site, max_crawl_delay=0.05).facts["hosts"][site.url]
    assert facts["crawl_delay"] == 600
    assert facts["crawl_delay_cut_to"] == 0.05


def test_a_closed_host_stays_closed_for_addresses_found_later(make_site, crawl, refused):
    """It is not asked for robots.txt again, and the reason is the same."""
    shut = make_site({"/robots.txt": Reply(status=500)})
    chain = {f"/{n}": html(words(n), links=[f"/{n + 1}"]) for n in range(5)}
    site = make_site({"/": html("x", links=["/0"]), **chain})
    site.pages["/5"] = html(words(5), links=[f"{shut.url}/late"])
    acquired = crawl(shut, site)
    assert refused(acquired)[f"{shut.url}/late"] == "robots_unreachable"
    assert shut.paths() == ["/robots.txt"]


def test_a_host_that_was_put_aside_is_not_asked_again(make_site, crawl, kept, monkeypatch):
    """With many hosts, what was learned of one comes back from the frontier."""
    import corpusforge.sources.crawl.crawl as module

    monkeypatch.setattr(module, "_HOSTS", 0)
    one, other = make_site(), make_site()
    one.pages.update(
        {
            "/robots.txt": Reply(b"User-agent: *\nDisallow: /prive"),
            "/": html(words(0), links=[f"{other.url}/1"]),
            "/2": html(words(2), links=["/prive"]),
        }
    )
    chain = {f"/{n}": html(words(10 + n), links=[f"/{n + 1}"]) for n in range(1, 5)}
    other.pages.update({**chain, "/5": html(words(20), links=[f"{one.url}/2"])})
    acquired = crawl(one, hosts=(other.host,))
    assert {"2", "5"} <= set(kept(acquired))
    assert one.paths().count("/robots.txt") == 1
    assert "/prive" not in one.paths()


def test_two_hosts_are_asked_side_by_side(make_site, crawl):
    """Politeness is a matter of each host."""
    sites = [make_site({"/": html("x", links=["/a", "/b"])}) for _ in range(3)]
    for site in sites:
        site.pages["*"] = Reply(b"", 404, wait=0.2)
    started = time.monotonic()
    crawl(*sites)
    assert time.monotonic() - started < 0.2 * sum(len(site.log) for site in sites) * 0.7


def test_retry_after_is_waited_for(site, crawl, kept):
    """A page that is busy is tried again when it asked, and not before."""
    tries = []

    def busy(*_):
        tries.append(time.monotonic())
        if len(tries) < 3:
            return Reply(b"busy", 503, {"Retry-After": "1"})
        return html("enfin")

    site.pages.update({"/": html("x", links=["/busy"]), "/busy": busy})
    assert "busy" in kept(crawl(site))
    assert all(b - a >= 1 for a, b in pairwise(tries))


def test_a_retry_after_beyond_patience_is_a_failure(site, crawl, refused):
    """One page that asks for an hour does not hold the others up."""
    site.pages.update(
        {
            "/": html("x", links=["/later", "/now"]),
            "/later": Reply(status=503, headers={"Retry-After": "3600"}),
            "/now": html("y"),
        }
    )
    started = time.monotonic()
    acquired = crawl(site)
    assert refused(acquired)[f"{site.url}/later"] == "http_503"
    assert site.paths().count("/later") == 1
    assert time.monotonic() - started < 10


def test_sitemaps_feeds_and_alternates_are_read(site, crawl, kept):
    """An index with a gzip part, a missing part and a broken part; RSS and Atom; hreflang."""

    def urlset(*paths):
        return "".join(
            ["<urlset>", *(f"<url><loc>{site.url}{p}</loc></url>" for p in paths), "</urlset>"]
        ).encode()

    xml = {"Content-Type": "application/xml"}
    site.pages.update(
        {
            "/robots.txt": Reply(f"Sitemap: {site.url}/index.xml".encode()),
            "/index.xml": Reply(
                (
                    "<sitemapindex>"
                    + "".join(f"<sitemap><loc>{site.url}/{n}</loc></sitemap>" for n in
                              ("1.xml", "2.xml.gz", "absent.xml", "broken.xml"))
                    + "</sitemapindex>"
                ).encode(),
                headers=xml,
            ),
            "/1.xml": Reply(urlset("/s1"), headers=xml),
            "/2.xml.gz": Reply(
                gzip.compress(urlset("/s2")), headers={"Content-Type": "application/gzip"}
            ),
            "/broken.xml": Reply(urlset("/s3")[:-3] + b"<", headers=xml),
            "/": html(
                "x",
                head='<link rel=alternate type="application/rss+xml" href="/rss">'
                '<link rel=alternate type="application/atom+xml" href="/atom">'
                '<link rel=alternate hreflang=ar href="/ar">',
            ),
            "/rss": Reply(
                b"<rss><channel><link>/no</link><item><link>/f1</link>"
                b"<guid isPermaLink='false'>/no2</guid></item></channel></rss>",
                headers={"Content-Type": "application/rss+xml"},
            ),
            "/atom": Reply(
                b'<feed xmlns="http://www.w3.org/2005/Atom"><link href="/no3"/>'
                b'<entry><link href="/f2"/></entry></feed>',
                headers={"Content-Type": "application/atom+xml"},
            ),
        }
    )  # fmt: skip
    for path in ("/s1", "/s2", "/s3", "/f1", "/f2", "/ar"):
        site.pages[path] = html(path)
    assert set(kept(crawl(site))) == {"", "s1", "s2", "s3", "f1", "f2", "ar"}
    assert not [path for path in site.paths() if path.startswith("/no")]


def test_feeds_in_json_and_with_a_base_and_sitemaps_in_plain_text_are_read(site, crawl, kept):
    """Wrong types and name spaces do not matter; a broken JSON feed leads nowhere."""
    plain = {"Content-Type": "text/plain"}
    feed = (
        '{"version": "https://jsonfeed.org/version/1.1", "items": [{"url": "/j1"}, {"id": 2}, 3]}'
    )
    site.pages.update(
        {
            "/robots.txt": Reply(b"Sitemap: /list.txt\nSitemap: /odd.xml"),
            "/list.txt": Reply(f"\ufeff{site.url}/t1\n{site.url}/t2\n".encode(), headers=plain),
            "/odd.xml": Reply(
                b"<urlset xmlns='urn:x'><url><loc>\n  /o1\n</loc></url></urlset>", headers=plain
            ),
            "/": html(
                "x",
                head='<link rel=alternate type="application/feed+json" href="/feed.json">'
                '<link rel=alternate type="application/feed+json" href="/broken.json">'
                '<link rel=alternate type="application/atom+xml" href="/atom">',
            ),
            "/feed.json": Reply(feed.encode(), headers={"Content-Type": "application/feed+json"}),
            "/broken.json": Reply(feed[:-4].encode(), headers={"Content-Type": "application/json"}),
            "/atom": Reply(
                b"<feed xml:base='/fil/'><entry xml:base='2026/'><link href='a1'/></entry></feed>",
                headers={"Content-Type": "application/atom+xml"},
            ),
        }
    )
    for path in ("/t1", "/t2", "/o1", "/j1", "/fil/2026/a1"):
        site.pages[path] = html(path)
    assert set(kept(crawl(site))) == {"", "t1", "t2", "o1", "j1", "fil/2026/a1"}


def test_documents_are_known_by_their_bytes_or_the_name_they_are_sent_under(site, crawl):
    """Downloads by number, with types that say nothing."""
    keep = {"Content-Type": "application/force-download"}
    files = {
        "/get?f=1": (b"%PDF-1.4 x", keep, "application/pdf"),
        "/get?f=2": (
            "مدينة;عدد\nآسفي;3".encode(),
            {**keep, "Content-Disposition": "attachment; filename*=UTF-8''%D8%A3.csv"},
            "text/csv",
        ),
        "/get?f=3": (
            b"PK\x03\x04 x",
            {**keep, "Content-Disposition": 'attachment; filename="bulletin.odt"'},
            "application/vnd.oasis.opendocument.text",
        ),
        "/get?f=4": (b"PK\x03\x04 y", {"Content-Type": "application/x-zip"}, "application/zip"),
        "/get?f=5": (b"%PDF-1.7 y", {"Content-Type": "application/x-pdf"}, "application/pdf"),
    }
    site.pages["/"] = html("x", links=list(files))
    for path, (body, headers, _) in files.items():
        site.pages[path] = Reply(body, headers=headers)
    acquired = crawl(site)
    import pyarrow.parquet as pq

    table = pq.read_table(acquired.root / "index.parquet").to_pylist()
    found = {row["url"].removeprefix(site.url): row["media_type"] for row in table}
    assert {path: found.get(path) for path in files} == {
        p: kind for p, (_, _, kind) in files.items()
    }


def test_an_entity_bomb_in_a_sitemap_is_not_expanded(site, crawl, kept):
    """A billion laughs: what stands before it counts."""
    site.pages.update(
        {
            "/": html("x"),
            "/sitemap.xml": Reply(
                b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
                b"<urlset><url><loc>/&b;</loc></url></urlset>",
                headers={"Content-Type": "application/xml"},
            ),
        }
    )
    assert list(kept(crawl(site))) == [""]


def test_sitemap_indexes_do_not_nest_for_ever(site, crawl):
    """An index that names another that names another."""

    def index(path, _headers):
        number = int(path[7:] or 0)
        return Reply(
            f"<sitemapindex><sitemap><loc>{site.url}/index-{number + 1}</loc></sitemap>"
            "</sitemapindex>".encode(),
            headers={"Content-Type": "application/xml"},
        )

    site.pages.update({"/robots.txt": Reply(b"Sitemap: /index-0"), "/": html("x"), "*": index})
    site.pages.update({"/ai.txt": Reply(status=404), "/.well-known/tdmrep.json": Reply(status=404)})
    crawl(site)
    assert len([path for path in site.paths() if path.startswith("/index-")]) <= 6


def test_redirects_are_followed_five_deep(site, crawl, kept, refused):
    """Each hop in its turn; loops and longer chains end."""
    site.pages["/"] = html("x", links=["/hop/5", "/far/6", "/loop", "/self"])
    for number in range(1, 7):
        site.pages[f"/hop/{number}"] = Reply(status=302, headers={"Location": f"/hop/{number - 1}"})
        site.pages[f"/far/{number}"] = Reply(status=302, headers={"Location": f"/far/{number - 1}"})
    site.pages["/hop/0"] = site.pages["/far/0"] = html("arrivée")
    site.pages["/loop"] = Reply(status=301, headers={"Location": "/pool"})
    site.pages["/pool"] = Reply(status=301, headers={"Location": "/loop"})
    site.pages["/self"] = Reply(status=301, headers={"Location": "/self"})
    acquired = crawl(site)
    assert set(kept(acquired)) == {"", "hop/0"}
    assert refused(acquired)[f"{site.url}/far/0"] == "too_many_redirects"
    assert site.paths().count("/loop") == site.paths().count("/self") == 1


def test_nothing_inside_is_reached(make_site, crawl, refused):
    """Redirects and links to hosts that the recipe does not name, files, metadata services."""
    inside = make_site({"/secret": html("secret")})
    site = make_site()
    targets = [
        f"{inside.url}/secret",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "http://[::1]:22/",
        "http://localhost:22/",
        "http://0x7f000001/",
        "gopher://127.0.0.1/",
    ]
    site.pages["/"] = html("x", links=[*targets, *(f"/to/{n}" for n in range(len(targets)))])
    for number, target in enumerate(targets):
        site.pages[f"/to/{number}"] = Reply(status=302, headers={"Location": target})
    acquired = crawl(site)
    assert inside.log == []
    reasons = refused(acquired)
    assert {reasons[f"{site.url}/to/{n}"] for n in range(len(targets))} <= {
        "redirect_out_of_scope",
        "redirect_bad_address",
    }


def test_an_open_scope_still_keeps_out_of_the_inside(make_site, crawl, refused):
    """With `follow: any`, `allow_addresses` is for the named hosts alone."""
    inside = make_site({"/": html("secret")})
    site = make_site({"/": html("x", links=[f"http://{inside.host}/", "http://127.21.0.9/"])})
    acquired = crawl(site, follow="any")
    assert inside.log == []
    assert refused(acquired)["http://127.21.0.9/"] == "address_refused"


def test_large_endless_and_wrong_answers_are_counted_reasons(site, crawl, refused, kept):
    """Too large, empty, binary under a wrong name, errors, pictures."""
    page = {"Content-Type": "text/html"}
    site.pages.update(
        {
            "/": html("x", links=["/big", "/empty", "/png", "/500", "/403", "/film", "/pdf"]),
            "/big": Reply(b"a" * 200_000, headers=page),
            "/empty": Reply(b"", headers=page),
            "/png": Reply(b"\x89PNG\r\n\x1a\n" + bytes(100), headers=page),
            "/500": Reply(status=500),
            "/403": Reply(status=403),
            "/film": Reply(b"x" * 100, headers={"Content-Type": "video/mp4"}),
            "/pdf": Reply(b"%PDF-1.4 x", headers={"Content-Type": "application/octet-stream"}),
        }
    )
    acquired = crawl(site, max_page_bytes=100_000)
    reasons = {url.rsplit("/", 1)[1]: reason for url, reason in refused(acquired).items()}
    assert reasons == {
        "big": "too_large", "empty": "empty", "png": "not_text", "500": "http_500",
        "403": "http_403", "film": "not_text",
    }  # fmt: skip
    assert set(kept(acquired)) == {"", "pdf"}


def test_budgets_end_a_host_and_a_crawl(site, crawl):
    """Requests to a host, pages in all, depth."""
    for number in range(40):
        site.pages[f"/{number}"] = html(words(number), links=[f"/{number + 1}"])
    site.pages["/"] = html("x", links=["/0"])
    assert crawl(site, host_pages=10).facts["refused"]["host_pages"] == 1
    by_pages = crawl(site, max_pages=5).facts
    assert (by_pages["pages"], by_pages["stopped"]) == (5, "max_pages")
    assert crawl(site, max_depth=3).facts["pages"] == 4
    assert crawl(site, host_bytes=2_000).facts["refused"]["host_bytes"] == 1


def test_nofollow_and_hidden_links_are_not_followed(site, crawl, kept):
    """Neither links nor pages that say nofollow, nor bait that no reader sees."""
    site.pages.update(
        {
            "/": Reply(
                b'<a rel="nofollow ugc" href="/a">a</a><a style="display: none" href="/b">b</a>'
                b'<a hidden href="/c">c</a><a href="/d">d</a><a href="/e">e</a>',
                headers={"Content-Type": "text/html"},
            ),
            "/d": html("d", head="<meta name=robots content=nofollow>", links=["/f"]),
            "/e": html("e", links=["/g"]),
        }
    )  # fmt: skip
    site.pages["/e"].headers["X-Robots-Tag"] = "nofollow"
    for path in "abcfg":
        site.pages[f"/{path}"] = html(path)
    assert set(kept(crawl(site))) == {"", "d", "e"}


def test_follow_none_takes_seeds_and_what_the_site_announces(site, crawl, kept):
    """No link is followed, sitemaps are."""
    site.pages.update(
        {
            "/": html("x", links=["/a"]),
            "/a": html("a"),
            "/b": html("b", links=["/a"]),
            "/sitemap.xml": Reply(
                b"<urlset><url><loc>/b</loc></url></urlset>",
                headers={"Content-Type": "text/xml"},
            ),
        }
    )
    assert set(kept(crawl(site, follow="none"))) == {"", "b"}


def test_records_carry_what_the_stages_need(site, crawl, rows):
    """Address, bytes, type, charset, headers, opt-outs, day, digest."""
    site.pages.update(
        {
            "/robots.txt": Reply(b"User-agent: *\nContent-Signal: /x ai-train=no\nAllow: /"),
            "/.well-known/tdmrep.json": Reply(
                json.dumps([{"location": "/a*", "tdm-reservation": 1}]).encode(),
                headers={"Content-Type": "application/json"},
            ),
            "/": html("accueil", links=["/a/1", "/x", "/gone"]),
            "/a/1": html("réservé"),
            "/x": html("ⵜⴰⴷⵓⵙⵉ"),
        }
    )
    site.pages["/"].headers["Last-Modified"] = "Mon, 05 Jan 2026 08:00:00 GMT"
    acquired = crawl(site)
    records, drops = rows(config_for(site), acquired)
    by = {row["url"].removeprefix(site.url): row for row in records}
    home = by["/"]
    assert home["payload"] == site.pages["/"].body
    assert (home["media_type"], home["charset"], home["date"]) == (
        "text/html", "utf-8", "2026-01-05",
    )  # fmt: skip
    assert home["acquired"].startswith("sha256:")
    assert home["license"] is None
    assert {"name": "content-type", "value": "text/html; charset=utf-8"} in home["headers"]
    assert by["/a/1"]["opt_outs"] == ["tdm-reservation:tdmrep.json"]
    assert by["/x"]["opt_outs"] == ["content-signal:robots.txt"]
    assert [(row["url"], row["reason"]) for row in drops] == [(f"{site.url}/gone", "http_404")]


def test_the_licence_of_a_host_or_section_is_in_the_records(site, crawl, rows):
    """With its evidence; the page's own words are weighed later."""
    site.pages.update({"/": html("x", links=["/data/1", "/database"])})
    site.pages.update({"/data/1": html("y"), "/database": html("z")})
    acquired = crawl(site)
    terms = {"license": "etalab-2.0", "evidence": {"url": "https://a.ma/conditions"}}
    free = {"license": "CC0-1.0", "evidence": {"statement": "Données libres"}}
    section = site.host.partition(":")[0] + "/data/"
    config = config_for(site, host_licenses={site.host: terms, section: free})
    records, _ = rows(config, acquired)
    by = {row["url"].removeprefix(site.url): row for row in records}
    assert {path: row["license"] for path, row in by.items()} == {
        "/": "etalab-2.0", "/data/1": "CC0-1.0", "/database": "etalab-2.0",
    }  # fmt: skip
    assert by["/"]["license_evidence"] == {
        "kind": "host", "value": "https://a.ma/conditions", "digest": "",
    }  # fmt: skip
