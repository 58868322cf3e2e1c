"""The section, with title, date and author, as pages of several makes state them."""

from __future__ import annotations

import json

import pytest

from corpusforge.extraction.html import extract_html
from corpusforge.extraction.page import Options

TEXTS = {
    "ary_Arab": "خاص الواحد يسقي الزيتون بكري قبل ما تسخن الشمس، حيت الما كيتبخر بالزربة.",
    "fra_Latn": "On arrose l'olivier tôt le matin, car l'eau s'évapore vite quand il fait chaud.",
    "zgh_Tfng": "ⴰⵎⴰⵏ ⴳⴰⵏ ⵜⵓⴷⵔⵜ, ⵉⵅⵚⵚⴰ ⴰⴷ ⵏⵙⵙⵓ ⵉⴳⵔⴰⵏ ⵣⵉⴽ ⵜⵉⴼⴰⵡⵜ ⴷⴰⵜ ⵏ ⵓⵣⵎⵣ ⵏ ⵜⴰⴼⵓⴽⵜ.",
}


def page(text, *, head="", before="", title="Arroser à temps"):
    """A page with one article of four sentences."""
    return extract_html(
        f"<html><head><title>{title} | Site</title>{head}</head><body>{before}<article>"
        f"<h1>{title}</h1><p>{text * 2}</p><p>{text * 2}</p></article></body></html>".encode(),
        charset=None,
        url="https://a.ma/x",
        options=Options(),
    )


def ld(value):
    """A JSON-LD script."""
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


CRUMB_LIST = {
    "@type": "BreadcrumbList",
    "itemListElement": [
        {"@type": "ListItem", "position": 3, "name": "Arroser à temps"},
        {"@type": "ListItem", "position": 1, "name": "Accueil"},
        {"@type": "ListItem", "position": 2, "item": {"@id": "/f", "name": "فلاحة"}},
    ],
}
STATED = {
    "meta": ('<meta property="article:section" content="فلاحة">', ""),
    "json-ld": (ld({"@type": "NewsArticle", "articleSection": "فلاحة"}), ""),
    "json-ld list": (ld({"@type": "NewsArticle", "articleSection": ["فلاحة", "سقي"]}), ""),
    "json-ld crumbs": (ld({"@graph": [{"@type": "WebPage", "breadcrumb": CRUMB_LIST}]}), ""),
    "microdata": ("", '<span itemprop="articleSection">فلاحة</span>'),
    "crumbs": (
        "",
        (
            '<ol class="breadcrumb"><li><a href="/">الرئيسية</a></li>'
            '<li><a href="/f">فلاحة</a></li><li>Arroser à temps</li></ol>'
        ),
    ),
    "crumbs that end in the page": (
        "",
        (
            '<nav aria-label="Fil d\'Ariane"><a href="/">Accueil</a> › <a href="/f">فلاحة</a> › '
            '<a href="/x">Arroser à temps</a></nav>'
        ),
    ),
    "category link": ("", '<p>Publié dans <a rel="category tag" href="/f">فلاحة</a></p>'),
    "one subject": ('<meta name="DC.Subject" content="فلاحة">', ""),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("name", STATED)
def test_a_section_is_read_from_every_statement_of_it(name, text):
    """Head, JSON-LD, microdata, crumbs or category, whatever the language of the text."""
    head, before = STATED[name]
    assert page(text, head=head, before=before).section == "فلاحة"


@pytest.mark.parametrize(
    ("head", "before"),
    [
        ("", ""),
        ('<meta name="dc.subject" content="eau, olivier, Souss">', ""),
        ('<meta property="article:section" content="Non classé">', ""),
        ("", '<ol class="breadcrumb"><li><a href="/">Accueil</a></li><li>Ici</li></ol>'),
        ("", '<div class="breadcrumb"><a href="/">ⴰⵙⵏⵓⴱⴳ</a></div>'),
        (ld({"@type": "BreadcrumbList", "itemListElement": "x"}), ""),
        (ld({"articleSection": {"@id": "/f"}}), ""),
    ],
)
def test_keywords_home_pages_and_unfiled_are_no_sections(head, before):
    """A guess is worse than nothing."""
    assert page(TEXTS["fra_Latn"], head=head, before=before).section is None


def test_title_date_and_author_stand_beside_the_section():
    """All four from one page, and none of them in the text."""
    found = page(
        TEXTS["ary_Arab"],
        title="سقي الزيتون",
        head=(
            '<meta property="article:published_time" content="2026-03-05T10:00:00+01:00">'
            '<meta name="author" content="هيئة التحرير">'
            '<meta property="article:section" content="فلاحة">'
        ),
    )
    facts = (found.title, found.date, found.author, found.section)
    assert facts == ("سقي الزيتون", "2026-03-05", "هيئة التحرير", "فلاحة")
    assert "هيئة" not in found.text
