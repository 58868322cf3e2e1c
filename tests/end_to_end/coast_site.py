"""The coast web: hosts on loopback with other themes, templates, marks and traps than any sample.

`Coast` serves it; `documents()` says what each page is and what must become of it. Everything here
is invented.
"""

# ruff: noqa: ISC004 - markup is kept as it is served

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

import coast_designs as designs
from coast_texts import DIRECTION, HTML_LANGUAGE, sentences, title

#: Licence marks by name: (head, foot, response headers, licence that they state).
CC_BY = "https://creativecommons.org/licenses/by/4.0/"
MARKS = {
    "link": (f'<link rel="license" href="{CC_BY}">', "", {}, "CC-BY-4.0"),
    "header": ("", "", {"Link": f'<{CC_BY}>; rel="license"'}, "CC-BY-4.0"),
    "rights": ('<meta name="DC.rights" content="CC BY-SA 4.0">', "", {}, "CC-BY-SA-4.0"),
    "object": (
        '<script type="application/ld+json">{"@context":"https://schema.org","@graph":['
        '{"@type":"WebSite","name":"x"},{"@type":["NewsArticle"],"license":{"@type":'
        f'"CreativeWork","url":"{CC_BY}"}}}}]}}</script>',
        "", {}, "CC-BY-4.0",
    ),
    "icon": (
        "", f'<a href="{CC_BY}deed.fr"><img alt="Licence Creative Commons" src="/cc.png"></a>', {},
        "CC-BY-4.0",
    ),
    "words": (
        "", '<p class="licence">Sauf mention contraire, ce contenu est mis à disposition sous '
        "licence Creative Commons Attribution 4.0 International.</p>", {}, "CC-BY-4.0",
    ),
    "arabic": (
        "", '<p class="copyright">هذا المحتوى منشور برخصة المشاع الإبداعي: النسبة – الترخيص بالمثل '
        "4.0</p>", {}, "CC-BY-SA-4.0",
    ),
    "rdfa": (
        "", '<span property="dct:license" resource="https://www.etalab.gouv.fr/licence-ouverte-'
        'open-licence">Licence Ouverte 2.0</span>', {}, "etalab-2.0",
    ),
    "microdata": (
        "", '<div itemscope itemtype="https://schema.org/WebPage"><link itemprop="license" '
        'href="https://creativecommons.org/publicdomain/zero/1.0/"></div>', {}, "CC0-1.0",
    ),
    "rel": ("", f'<a rel="license noopener" href="{CC_BY}">CC BY</a>', {}, "CC-BY-4.0"),
    "nd": (
        "", '<a rel="license" href="https://creativecommons.org/licenses/by-nd/4.0/">ND</a>', {},
        "CC-BY-ND-4.0",
    ),
    "nc": (
        '<meta name="dcterms.license" content="https://creativecommons.org/licenses/by-nc/4.0/">',
        "", {}, "CC-BY-NC-4.0",
    ),
    "reserved": ("", "<small>© 2026 Tous droits réservés.</small>", {}, None),
    "none": ("", "<small>© 2026</small>", {}, None),
}  # fmt: skip


@dataclass(frozen=True)
class Post:
    """One post of a thread."""

    author: str
    text: str
    signature: str = ""
    quoted: Post | None = None


@dataclass(frozen=True)
class Doc:
    """One page of the site, and what is to become of it."""

    host: str
    path: str
    language: str
    title: str
    text: tuple[str, ...]
    design: object
    mark: str = "link"
    date: str = "2026-05-04"
    others: tuple[Doc, ...] = ()
    alternates: tuple[tuple[str, str], ...] = ()
    posts: tuple[Post, ...] = ()
    extra: str = ""
    comments: str = ""
    more_head: str = ""
    headers: dict = field(default_factory=dict)
    #: How the bytes are written, and what the header and the head say of it.
    charset: str = "utf-8"
    declared: str | None = "utf-8"
    media_type: str = "text/html"
    #: keep, drop (may be fetched, must not be published) or never (must not be fetched).
    wanted: str = "keep"
    copy_of: str | None = None
    listed: bool = True

    @property
    def tongue(self):
        """The language as pages declare it."""
        return HTML_LANGUAGE[self.language]

    @property
    def direction(self):
        """Which way the script runs."""
        return DIRECTION.get(self.language, "ltr")

    @property
    def head(self):
        """Licence marks and others of the head."""
        return MARKS[self.mark][0] + self.more_head

    @property
    def foot(self):
        """Licence marks of the footer."""
        return MARKS[self.mark][1]

    @property
    def licence(self):
        """What the page's mark states."""
        return MARKS[self.mark][3]

    @property
    def gold(self):
        """The text that a reader would copy."""
        return "\n".join(post.text for post in self.posts) if self.posts else "\n".join(self.text)

    def body(self):
        """The page as bytes."""
        markup = self.design(self)
        if self.charset != "utf-8":
            markup = markup.replace('<meta charset="utf-8">', "")
        return markup.encode(self.charset, "xmlcharrefreplace")


def page(host, path, language, number, design, **facts):
    """A page with a text of its own."""
    text = tuple(sentences(language, number, 5 + number % 3))
    return Doc(host, path, language, title(language, number), text, design, **facts)


def thread(host, path, language, number, design, **facts):
    """A discussion of four to six posts, some with quotes, the same two signatures."""
    signs = ("البحر ما عندو صاحب", "Barka b lkhir")
    people = ("hamid_safi", "Rkia", "moul_lflouka", "ⵉⴷⵉⵔ")
    said = sentences(language, number, 7)
    posts = []
    for n in range(4 + number % 3):
        quoted = posts[n - 2] if n in (2, 4) else None
        posts.append(Post(people[n % 4], said[n], signs[n % 2], quoted))
    return Doc(
        host, path, language, title(language, number), tuple(p.text for p in posts), design,
        posts=tuple(posts), **facts,
    )  # fmt: skip


def linked(docs):
    """The same pages, each with two others of its host beside its text."""
    found = []
    for number, doc in enumerate(docs):
        beside = [docs[(number + step) % len(docs)] for step in (1, 2)]
        found.append(replace(doc, others=tuple(d for d in beside if d is not doc)))
    return found


def digest(body):
    """A validator for a body."""
    return '"' + hashlib.sha256(body).hexdigest()[:20] + '"'


ARTICLES = (
    designs.magazine, designs.portal, designs.school, designs.notebook, designs.sections,
)  # fmt: skip
FORUMS = (
    designs.mybb, designs.flarum, designs.smf2, designs.invision, designs.pipermail,
    designs.montada,
)  # fmt: skip
