"""Endless generators are noticed by what they do not bring, and real sections are not harmed."""

import re

import pytest
from crawl_site import Reply, html, words

from corpusforge.sources.crawl.traps import Novelty, lines_of


def _requests(site, prefix):
    return [path for path in site.paths() if path.startswith(prefix)]


def _serve(site, prefix, answer, real=()):
    """Everything under `prefix` is made by `answer`; `real` pages have text of their own."""

    def page(path, _headers):
        return answer(path) if path.startswith(prefix) else Reply(b"no", 404)

    site.pages["*"] = page
    site.pages["/"] = html("accueil", links=[prefix, *real])
    for number, path in enumerate(real):
        site.pages[path] = html(words(number))


@pytest.mark.slow
def test_a_calendar_is_left(site, crawl, kept):
    """Every month leads to the next, and says nothing."""

    def month(path):
        year, number = map(int, re.findall(r"\d+", path + "/2026/1")[:2])
        return html(
            f"Agenda {year}-{number}",
            links=[f"/agenda/{year + number // 12}/{number % 12 + 1}",
                   *(f"/agenda/{year}/{number}/{day}" for day in range(1, 29))],
        )  # fmt: skip

    real = [f"/article/{number}" for number in range(60)]
    _serve(site, "/agenda/", month, real)
    assert {path[1:] for path in real} <= set(kept(crawl(site)))
    assert len(_requests(site, "/agenda/")) < 60


def test_lists_of_short_titles_are_no_trap_when_they_lead_to_texts(site, crawl, kept):
    """A list says nothing new of itself; what it leads to does, and the next list is read."""

    def titles(path):
        number = int(path.rpartition("=")[2] or 1)
        return (
            html("بحر", links=[f"/l?p={number + 1}", f"/t/{number}"]) if number < 30 else html("x")
        )

    _serve(site, "/l?p=", titles)
    for number in range(1, 16):
        site.pages[f"/t/{number}"] = html(words(number))
    found = set(kept(crawl(site)))
    assert {f"t/{number}" for number in range(1, 16)} <= found


def test_sessions_in_the_path_are_one_shape(site, crawl):
    """A new name for the same pages with every visit."""
    count = iter(range(100_000))

    def page(_path):
        links = [f"/(S(k{next(count):05}zq))/{name}.aspx" for name in ("menu", "liste", "aide")]
        return html("Bienvenue dans votre espace, la session est ouverte.", links=links)

    _serve(site, "/(S(", page, ["/article/1"])
    site.pages["/"] = html("accueil", links=["/(S(k00000aa))/menu.aspx", "/article/1"])
    crawl(site)
    assert len(_requests(site, "/(S(")) < 60


@pytest.mark.slow
def test_facets_are_left(site, crawl, kept):
    """Every combination of sorts and filters shows the same goods."""

    def facet(path):
        chosen = dict(pair.split("=") for pair in path.partition("?")[2].split("&") if "=" in pair)
        links = []
        for name in ("tri", "region", "taille", "page"):
            for value in range(1, 9):
                pairs = sorted({**chosen, name: str(value)}.items())
                links.append("/catalogue?" + "&amp;".join(f"{a}={b}" for a, b in pairs))
        return html("Catalogue des produits de la coopérative agricole", links=links)

    real = [f"/produit/{number}" for number in range(30)]
    _serve(site, "/catalogue", facet, real)
    assert {path[1:] for path in real} <= set(kept(crawl(site)))
    assert len(_requests(site, "/catalogue")) < 130


@pytest.mark.slow
def test_session_ids_are_learned_whatever_their_name(site, crawl, kept):
    """A parameter whose value changes nothing is left off."""
    count = iter(range(100_000))

    def member(path):
        number = path.partition("?")[0].rsplit("/", 1)[1] or "0"
        links = [f"/forum/{target}?jeton={next(count):08x}" for target in range(25)]
        return html(words(number), links=links)

    _serve(site, "/forum/", member)
    paths = {path.partition("?")[0] for path in kept(crawl(site))}
    assert {f"forum/{number}" for number in range(25)} <= paths
    assert len(_requests(site, "/forum/")) < 80


@pytest.mark.slow
def test_paths_that_only_grow_are_left(site, crawl):
    """Archives of files of annexes of archives."""

    def deep(path):
        return html("Archives", links=[f"{path.rstrip('/')}/{word}/" for word in "abc"])

    _serve(site, "/profond/", deep)
    crawl(site)
    assert len(_requests(site, "/profond/")) < 60


@pytest.mark.slow
def test_pages_by_number_with_text_of_their_own_are_all_read(site, crawl, kept):
    """A long run of pages of one shape is no trap when each says something."""
    for number in range(60):
        site.pages[f"/sujet?id={number}"] = html(words(number), links=[f"/sujet?id={number + 1}"])
    site.pages["/"] = html("accueil", links=["/sujet?id=0"])
    assert len(kept(crawl(site, max_depth=1000, query_variants=1000))) == 61


def test_variants_of_one_path_have_a_budget(site, crawl, refused):
    """Even with new text on each, as a generator of nonsense would have."""
    for number in range(60):
        site.pages[f"/sujet?id={number}"] = html(words(number), links=[f"/sujet?id={number + 1}"])
    site.pages["/"] = html("accueil", links=["/sujet?id=0"])
    acquired = crawl(site, max_depth=1000, query_variants=20)
    assert refused(acquired) == {f"{site.url}/sujet?id=20": "query_variants"}


def test_what_a_site_announces_is_never_taken_for_a_trap(site, crawl, kept):
    """Thirty pages with the same short text, all in the sitemap."""
    paths = [f"/court/{number}" for number in range(30)]
    listed = "".join(f"<url><loc>{path}</loc></url>" for path in paths)
    site.pages["/sitemap.xml"] = Reply(
        f"<urlset>{listed}</urlset>".encode(), headers={"Content-Type": "application/xml"}
    )
    site.pages["/"] = html("accueil", links=paths)
    for path in paths:
        site.pages[path] = html("Ouvert de neuf heures à midi.")
    assert len(kept(crawl(site))) == 31


@pytest.mark.slow
def test_a_recrawl_does_not_wander_further_into_a_trap(site, crawl, kept):
    """Pages of an earlier snapshot do not lend the trap new depth."""
    _serve(site, "/p/", lambda path: html("x", links=[f"{path.rstrip('/')}/{w}/" for w in "abc"]))
    first = crawl(site)
    second = crawl(site, previous=first)
    assert set(kept(second)) == set(kept(first))


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1256", "utf-16-le"])
def test_lines_are_compared_without_numbers_in_any_charset(encoding):
    """Dates, counters and nonces are no news; text in any encoding is."""
    one = "<p>آخر تحديث للصفحة يوم الاثنين 12/05/2026</p><script>nonce=1</script>"
    other = one.replace("12/05", "13/06").replace("nonce=1", "nonce=2")
    assert lines_of(one.encode(encoding)) == lines_of(other.encode(encoding)) != []


def test_novelty_remembers_what_it_was_shown():
    """No line is new twice, and few are taken for old ones."""
    novelty = Novelty()
    lines = [f"line {words(number)}".encode() for number in range(3000)]
    new = sum(novelty.add([line]) for line in lines)
    assert new > 2600
    assert novelty.add(lines) == 0
