"""Texts, posts and titles in the templates of the coast web, in five languages."""

from __future__ import annotations

import re
from collections import Counter

import coast_more_designs as more
import pytest
from coast_site import ARTICLES, FORUMS, linked, page, thread

from corpusforge.extraction.html import extract_html
from corpusforge.extraction.page import Options

LANGUAGES = ("arb_Arab", "fra_Latn", "ary_Arab", "ary_Latn", "zgh_Tfng")


def _f1(found, wanted):
    a, b = (Counter(re.findall(r"\w+", text.lower())) for text in (found, wanted))
    return 2 * sum((a & b).values()) / max(1, sum(a.values()) + sum(b.values()))


def _read(doc):
    url = f"https://large.example{doc.path}"
    return extract_html(doc.body(), charset=None, url=url, options=Options())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("design", [*ARTICLES, *more.ARTICLES], ids=lambda one: one.__name__)
def test_an_article_is_read_from_every_template(design, language):
    """Cards, captions, hours, references and furniture stay out, short texts stay in."""
    docs = linked([page("h", f"/a/{n}", language, n, design) for n in range(4)])
    for doc in docs:
        found = _read(doc)
        assert _f1(found.text, more.gold(design, doc)) >= 0.96
        assert found.title == doc.title


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("design", [*FORUMS, *more.FORUMS], ids=lambda one: one.__name__)
def test_posts_are_read_from_every_forum(design, language):
    """Names, dates, votes, quotes and signatures stay out, whatever they are called."""
    docs = linked([thread("h", f"/forum/sujet-{n}", language, n, design) for n in range(4)])
    for doc in docs:
        found = _read(doc)
        assert found.method == "forum"
        assert _f1(found.text, doc.gold) >= 0.97
        assert found.text.count("\n\n") == len(doc.posts) - 1
