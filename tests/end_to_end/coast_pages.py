"""What the coast web holds: its pages, and what becomes of each."""

# ruff: noqa: E501 - markup is kept as it is served

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import coast_designs as designs
from coast_site import ARTICLES, FORUMS, MARKS, Doc, linked, page, thread

NEWS, PORTAL, BOARD, LIST, SCHOOL, COPIES, WISHES, SEA = (
    "phare", "portail", "forum-large", "liste-peche", "ecole-1999", "miroir", "souhaits", "haute-mer",
)  # fmt: skip
LANGUAGES = ("arb_Arab", "fra_Latn", "ary_Arab", "ary_Latn", "zgh_Tfng")
_OPEN = ("link", "header", "rights", "object", "words", "arabic", "rdfa", "microdata", "rel")
_SHUT = ("nd", "nc", "reserved", "none")


def documents():
    """Every page, by host."""
    return [
        *_news(), *_portal(), *_boards(), *_school(), *_wishes(), *_sea(), *_copies(),
    ]  # fmt: skip


def _news():
    """Each mark of a licence in each of three templates; addresses in Arabic, French, figures."""
    docs = []
    for number in range(40):
        language = LANGUAGES[number % 5]
        mark = (*_OPEN, "icon", *_SHUT)[number % 14]
        slug = ("خبر-البحر", "port", "lb7er", "ⵉⵍⵍ")[number % 4]
        docs.append(
            page(NEWS, f"/{2026 - number % 3}/{slug}-{number}", language, number,
                 (designs.magazine, designs.sections, designs.notebook)[number % 3], mark=mark,
                 wanted="drop" if mark in _SHUT else "keep", date=f"2026-0{1 + number % 9}-1{number % 9}")
        )  # fmt: skip
    docs = linked(docs)
    # The same article for small screens, for printing and on AMP: each names the first.
    canonical = f'<link rel="canonical" href="{quote(docs[1].path)}">'
    alike = [
        replace(docs[1], path=path, design=design, more_head=canonical, wanted="drop",
                copy_of=docs[1].path, listed=False)
        for path, design in (("/amp/2025/port-1", designs.sections), ("/m/port-1", designs.notebook))
    ]  # fmt: skip
    return [*docs, *alike]


def _portal():
    """One text in three languages, each its own page, all naming the French one by mistake."""
    found = []
    for number in range(6):
        names = (f"/fr/avis/{number}", f"/ar/avis/{number}", f"/zgh/avis/{number}")
        alternates = tuple(zip(("fr", "ar", "zgh"), names, strict=True))
        head = f'<link rel="canonical" href="{names[0]}">' + "".join(
            f'<link rel="alternate" hreflang="{tongue}" href="{path}">'
            for tongue, path in alternates
        )
        found.extend(
            page(PORTAL, path, language, 100 + number, designs.portal, mark="rdfa",
                 alternates=alternates, more_head=head, listed=language == "fra_Latn")
            for path, language in zip(names, ("fra_Latn", "arb_Arab", "zgh_Tfng"), strict=True)
        )  # fmt: skip
    return linked(found)


def _boards():
    """Five makes of forum on one host, an archive of a list on another."""
    found = []
    for number in range(15):
        language = ("ary_Arab", "ary_Latn", "fra_Latn")[number % 3]
        found.append(
            thread(BOARD, f"/viewtopic.php?f=2&t={number}", language, 200 + number,
                   [f for f in FORUMS if f is not designs.pipermail][number % 5], mark="rel")
        )  # fmt: skip
    mails = [
        thread(LIST, f"/archive/2026/{number}.html", language, 300 + number, designs.pipermail,
               mark="link")
        for number, language in enumerate(("fra_Latn", "ary_Latn", "ary_Arab", "zgh_Tfng"))
    ]  # fmt: skip
    return [*linked(found), *linked(mails)]


def _school():
    """Charsets that lie: in header, in head, in both, or not declared at all."""
    lies = [
        ("arb_Arab", "windows-1256", "utf-8", ""),
        ("ary_Arab", "windows-1256", None, ""),
        ("arb_Arab", "iso-8859-6", "windows-1256", ""),
        ("fra_Latn", "windows-1252", "utf-8", ""),
        ("fra_Latn", "iso-8859-15", None, '<meta charset="utf-8">'),
        ("zgh_Tfng", "utf-8", "iso-8859-1", '<meta charset="windows-1252">'),
        ("arb_Arab", "utf-16", None, ""),
        ("ary_Arab", "utf-8-sig", "windows-1256", ""),
        ("ary_Latn", "utf-8", "x-unknown", ""),
    ]
    docs = [
        page(SCHOOL, f"/PAGES/p{number}.HTM", language, 400 + number, designs.school, mark="link",
             charset=charset, declared=declared, more_head=head)
        for number, (language, charset, declared, head) in enumerate(lies)
    ]  # fmt: skip
    return linked(docs)


def _wishes():
    """Reservations one by one, beside statements that bind others or nobody."""
    wishes = [
        ("drop", {"X-Robots-Tag": "corpusforge: noai"}, ""),
        ("keep", {"X-Robots-Tag": "otherbot: noindex, nofollow"}, ""),
        ("drop", {"X-Robots-Tag": "otherbot: noindex, corpusforge: none"}, ""),
        ("drop", {"TDM-Reservation": "1"}, ""),
        ("keep", {"TDM-Reservation": "0"}, ""),
        ("drop", {"TDM-Reservation": "0"}, '<meta name="tdm-reservation" content="1">'),
        ("keep", {"TDM-Reservation": "1"}, '<meta name="TDM-Reservation" content="0">'),
        ("drop", {}, '<meta name="robots" content="NOAI, NOIMAGEAI">'),
        ("keep", {}, '<meta name="robots" content="noimageai, noarchive">'),
        ("keep", {}, '<meta name="googlebot" content="noindex">'),
        ("drop", {}, '<meta name="CorpusForge" content="noindex">'),
        ("drop", {}, '<meta http-equiv="X-Robots-Tag" content="noindex">'),
        ("drop", {"Content-Usage": "train-ai=n, search=y"}, ""),
        ("keep", {"Content-Usage": "search=n"}, ""),
        ("drop", {"Content-Signal": "search=yes, ai-train=no"}, ""),
        ("drop", {}, '<meta name="robots" content="unavailable_after: 2026-01-31">'),
        ("keep", {}, '<meta name="robots" content="unavailable_after: 31 Jan 2036 10:00:00 GMT">'),
        ("keep", {}, '<meta name="robots" content="index, follow, max-snippet:-1">'),
    ]
    docs = [
        page(WISHES, f"/v/{number}", LANGUAGES[number % 5], 500 + number, designs.portal,
             mark="link", wanted=wanted, headers=headers, more_head=head)
        for number, (wanted, headers, head) in enumerate(wishes)
    ]  # fmt: skip
    by_file = [
        page(WISHES, f"/{folder}/{number}", LANGUAGES[number % 5], 540 + number, designs.portal,
             mark="link", wanted=wanted)
        for number, (folder, wanted) in enumerate(
            [("reserve", "drop"), ("reserve/libre", "keep"), ("sans-ia", "drop"), ("signal", "drop"),
             ("prive", "never"), ("prive/ouvert", "keep")]
        )
    ]  # fmt: skip
    return linked([*docs, *by_file])


def _sea():
    """Pages that only a sitemap, a feed, a base element, a refresh or a redirect leads to."""
    paths = [
        "/plan/relatif", "/plan/espace", "/plan/gzip", "/plan/texte", "/fil/rss", "/fil/atom",
        "/fil/json", "/fil/rdf", "/base/dossier/page", "/relais/refresh", "/relais/بحر",
        "/relais/308", "/xhtml", "/octets", "/sans-type", "/plus%20tard", "/occupe", "/cookie?sans=1",
        "/Majuscules/Page", "/fin//double", *(f"/pagination/{number}" for number in range(1, 14)),
    ]  # fmt: skip
    more = {
        "/xhtml": "application/xhtml+xml",
        "/octets": "application/octet-stream",
        "/sans-type": "",
    }
    return [
        page(SEA, path, LANGUAGES[number % 5], 600 + number, ARTICLES[number % 5], mark="link",
             listed=False, media_type=more.get(path, "text/html"))
        for number, path in enumerate(paths)
    ]  # fmt: skip


def _copies():
    """News of the first host again, in another template, licensed as there."""
    first = [doc for doc in _news() if doc.wanted == "keep" and doc.copy_of is None]
    exact = [
        replace(doc, host=COPIES, path=f"/repris/{number}", design=designs.portal, mark="link",
                copy_of=doc.path, others=())
        for number, doc in enumerate(first[:8])
    ]  # fmt: skip
    near = [
        replace(doc, host=COPIES, path=f"/adapte/{number}", design=designs.portal, mark="link",
                copy_of=doc.path, others=(), text=(*doc.text[:-1], doc.text[-1] + " (MAP)"))
        for number, doc in enumerate(first[8:14])
    ]  # fmt: skip
    return [*exact, *near]


__all__ = ["MARKS", "Doc", "documents"]
