"""What a page says of itself: title, date, author, section, and the text for machines.

Only explicit statements count (metadata elements, JSON-LD, marked elements): a date guessed from
running text is worse than none.
"""

# ruff: noqa: SIM905 - word lists read best as running words

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from corpusforge.extraction.section import read_section
from corpusforge.extraction.tree import squeeze, words_of
from corpusforge.sources.json_ld import is_json_ld, load_json_ld
from corpusforge.sources.parts import iso_date

_TITLES = ("og:title", "dc.title", "dcterms.title", "citation_title", "twitter:title")
_DATES = (
    "article:published_time", "og:article:published_time", "dcterms.issued", "dcterms.created",
    "dcterms.date", "dc.date", "dc.date.issued", "dc.date.created", "citation_publication_date",
    "citation_date", "datepublished", "pubdate", "publishdate", "publish-date", "date",
    "sailthru.date", "parsely-pub-date", "article.published", "originalpublicationdate",
)  # fmt: skip
_AUTHORS = (
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "citation_author",
    "dc.author",
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier january janv jan يناير كانون_الثاني enero",
            "février fevrier february févr feb فبراير febrero",
            "mars march مارس marzo",
            "avril april avr apr أبريل ابريل إبريل abril",
            "mai may ماي مايو mayo",
            "juin june jun يونيو junio",
            "juillet july juil jul يوليوز يوليو julio",
            "août aout august aug غشت أغسطس agosto",
            "septembre september sept sep شتنبر سبتمبر septiembre",
            "octobre october oct أكتوبر اكتوبر octubre",
            "novembre november nov نونبر نوفمبر noviembre",
            "décembre decembre december déc dec دجنبر ديسمبر diciembre",
        ),
        1,
    )
    for name in names.split()
}
_WRITTEN = re.compile(r"(\d{1,2})(?:er)?\s+([^\W\d_]+)\.?,?\s+(\d{4})")
_WRITTEN_FIRST = re.compile(r"([^\W\d_]+)\.?\s+(\d{1,2}),?\s+(\d{4})")
_FIGURES = re.compile(r"(?<!\d)(?:\d{4}-\d{2}(?:-\d{2})?|\d{1,2}[/.-]\d{1,2}[/.-]\d{4})(?!\d)")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")
_BODY_TYPES = frozenset(
    "Article NewsArticle BlogPosting ReportageNewsArticle MedicalWebPage TechArticle "
    "ScholarlyArticle Report WebPage Recipe DiscussionForumPosting".split()
)
_DATE_WORDS = frozenset(
    "date published pubdate datepublished postdate timestamp time posted maj publie publication "
    "fecha tarikh".split()
)
_AUTHOR_WORDS = frozenset("author byline auteur".split())
#: So many elements after the heading, a line so short, and hardly a letter beside the date.
_NEAR = 8
_DATE_LINE = 60
_LETTERS_LEFT = 22
_LETTERS = re.compile(r"[^\W\d_]")
_SAID = re.compile(
    r"publiée?|posté|mise? à jour|mis en ligne|published|updated|posted|نشر|نُشر|تاريخ|بتاريخ|يوم|"
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|الاثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|"
    r"السبت|الأحد",
    re.IGNORECASE,
)
_SITE = re.compile(r"\s+[|\-–—•·»:]\s+")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page states; None where it states nothing."""

    title: str | None = None
    date: str | None = None
    author: str | None = None
    section: str | None = None
    #: The article's text as JSON-LD gives it to machines.
    body: str | None = None


def read_metadata(root: Any) -> Metadata:
    """The statements in a page whose scripts and head are still there."""
    named = _named(root)
    linked = list(_linked(root))
    title = _title(root, named, linked)
    return Metadata(
        title=title,
        date=_date(root, named, linked, title),
        author=_author(root, named, linked),
        section=read_section(root, named, linked, title),
        body=_property(linked, "articleBody"),
    )


def _named(root: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = (
            element.get("property") or element.get("name") or element.get("itemprop") or ""
        ).lower()
        content = squeeze(element.get("content"))
        if name and content:
            found.setdefault(name, content)
    return found


def _linked(root: Any) -> Iterator[dict[str, Any]]:
    """Every object in the page's JSON-LD, graphs opened."""
    for script in root.iter("script"):
        if not is_json_ld(script.get("type")):
            continue
        waiting = [load_json_ld(script.text_content())]
        for _ in range(200):
            if not waiting:
                break
            item = waiting.pop(0)
            if isinstance(item, list):
                waiting.extend(item)
            elif isinstance(item, dict):
                yield item
                waiting.extend(
                    value
                    for key, value in item.items()
                    if key in ("@graph", "mainEntity", "breadcrumb")
                )


def _property(linked: list[dict[str, Any]], name: str) -> str | None:
    for item in linked:
        kinds = item.get("@type")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        value = item.get(name)
        if isinstance(value, str) and value.strip() and _BODY_TYPES & {str(k) for k in kinds}:
            return value.strip()
    return None


def _first(named: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((named[name] for name in names if name in named), None)


def _title(root: Any, named: dict[str, str], linked: list[dict[str, Any]]) -> str | None:
    head = next((squeeze(e.text_content()) for e in root.iter("title")), "")
    headings = [squeeze(e.text_content()) for e in root.iter("h1")]
    headings = [heading for heading in headings if heading]
    stated = _first(named, _TITLES) or _property(linked, "headline")
    # A heading that the document title repeats is the title without the site's name.
    repeated = [
        text
        for heading in root.iter("h1", "h2", "h3")
        if (text := squeeze(heading.text_content()))
        and text.casefold() in head.casefold()
        and not _links_home(heading)
    ]
    if repeated:
        return max(repeated, key=len)
    if stated:
        return stated
    if len(headings) == 1:
        return headings[0]
    if head:
        parts = _SITE.split(head)
        return max(parts, key=len) if len(parts) > 1 else head
    return headings[0] if headings else None


def _links_home(heading: Any) -> bool:
    return any(
        link.get("href") in ("/", "./", "index.php", "/index.php") for link in heading.iter("a")
    )


def _date(
    root: Any, named: dict[str, str], linked: list[dict[str, Any]], title: str | None
) -> str | None:
    stated = _property(linked, "datePublished") or _first(named, _DATES)
    if stated and (found := parse_date(stated)):
        return found
    for element in root.iter("time"):
        written = element.get("datetime") or element.text_content()
        if found := parse_date(written):
            return found
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        marked = (element.get("itemprop") or "").lower() == "datepublished"
        if marked or words_of(element) & _DATE_WORDS:
            text = squeeze(element.text_content())
            if len(text) < 120 and (found := parse_date(text)):
                return found
    return _date_under(root, title)


def _date_under(root: Any, title: str | None) -> str | None:
    """A date that stands alone in an element next to the heading that is the page's title."""
    heading = next(
        (
            element
            for element in root.iter("h1", "h2", "h3", "b", "strong")
            if title and squeeze(element.text_content()) == title
        ),
        None,
    )
    if heading is None:
        return None
    for element in itertools.islice(heading.xpath("following::*"), _NEAR):
        text = squeeze(element.text_content())
        if len(text) > _DATE_LINE:
            continue
        found = parse_date(text)
        if found and len(_LETTERS.findall(_SAID.sub("", text))) <= _LETTERS_LEFT:
            return found
    return None


def parse_date(written: str) -> str | None:
    """A date as ISO 8601 from how sites write it.

    22/11/2026, 22 novembre 2026, Nov 22, 2026, ٢٢ نونبر ٢٠٢٦, or ISO 8601 already.
    """
    written = squeeze(written).translate(_DIGITS)
    found = None
    if match := _FIGURES.search(written):
        found = iso_date(match.group())
    elif match := _WRITTEN.search(written):
        day, month, year = match.groups()
        found = _composed(year, month, day)
    elif match := _WRITTEN_FIRST.search(written):
        month, day, year = match.groups()
        found = _composed(year, month, day)
    elif re.fullmatch(r"(19|20)\d{2}", written):
        found = written
    return found if found is None or "1990" <= found[:4] <= "2100" else None


def _composed(year: str, month: str, day: str) -> str | None:
    number = _MONTHS.get(month.lower())
    return iso_date(f"{int(day)}/{number}/{year}") if number else None


def _author(root: Any, named: dict[str, str], linked: list[dict[str, Any]]) -> str | None:
    for item in linked:
        author = item.get("author")
        author = author[0] if isinstance(author, list) and author else author
        name = author.get("name") if isinstance(author, dict) else author
        if isinstance(name, str) and name.strip() and not name.startswith("http"):
            return squeeze(name)
    stated = _first(named, _AUTHORS)
    if stated and not stated.startswith("http"):
        return stated
    for element in root.iter("a", "span", "div", "p", "b", "address"):
        marked = (
            "author" in (element.get("rel") or "").split() or element.get("itemprop") == "author"
        )
        if marked or words_of(element) & _AUTHOR_WORDS:
            text = squeeze(element.text_content())
            if 2 < len(text) < 60:
                return re.sub(r"^(?:par|by|بقلم|كتب|کتب)\s*:?\s+", "", text, flags=re.IGNORECASE)
    return None
