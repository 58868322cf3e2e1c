"""Readers' comments under an article: found, taken out of the tree, and kept as text if wanted."""

from __future__ import annotations

import re
from typing import Any

from corpusforge.extraction.render import render
from corpusforge.extraction.tree import measure, remove, squeeze, words_of
from corpusforge.extraction.vocabulary import COMMENTS, POST_DATE, POST_TOOLS, POSTER, PRINTED_TOOLS

#: What is left of a page must be at least this, or the comments are what the page is about.
_LEAST_LEFT = 100
#: Names of the element around one comment, in common software.
_SINGLE = re.compile(
    r"comments?(?:[-_](?:item|entry|wrap(?:per)?|box|single))?|single-?comment|commentaire|reply|"
    r"response|reponse|review|avis|j-comment|c-comment"
)
_NUMBERED = re.compile(r"(?:comment|commentaire|c|r|div-comment|li-comment|reply|avis)[-_]?\d+")


def take_comments(root: Any) -> str:
    """Remove comment sections from the tree, in place, and return their text.

    A section is an element named by a word for comments that is not the page's only text.
    """
    body = root.find("body")
    if body is None:
        return ""
    sizes = measure(body)
    total = sizes[body].text
    sections = []
    inside: set[Any] = set()
    for element in body.iterdescendants():
        if any(above in inside for above in element.iterancestors()):
            continue
        if not words_of(element) & COMMENTS or element.tag in ("a", "span", "main", "article"):
            continue
        if next(element.iter("h1", "main"), None) is not None:
            continue
        if total - sizes[element].text < _LEAST_LEFT:
            continue
        total -= sizes[element].text
        inside.add(element)
        sections.append(element)
    texts = [text for section in sections for text in _comments(section)]
    for section in sections:
        remove(section)
    return "\n\n".join(text for text in texts if text)


def _comments(section: Any) -> list[str]:
    """The text of each comment in a section, answers after what they answer."""
    single = [element for element in section.iterdescendants() if _is_comment(element)]
    if len(single) < 2:
        return [_comment_text(section, set())]
    apart = set(single)
    return [_comment_text(element, apart) for element in single]


def _is_comment(element: Any) -> bool:
    """Whether an element is one comment: by its type or name, or as an item of the thread."""
    if (element.get("itemtype") or "").rstrip("/").endswith(("Comment", "UserComments")):
        return True
    if element.tag not in ("li", "div", "article", "section", "tr"):
        return False
    names = (element.get("class") or "").lower().split()
    return any(_SINGLE.fullmatch(name) for name in names) or bool(
        _NUMBERED.fullmatch(element.get("id") or "")
    )


def _comment_text(section: Any, apart: set[Any]) -> str:
    """The words of the commenters, without names, dates, buttons and the form.

    Elements in `apart` below it are comments of their own.
    """

    def skip(element: Any) -> bool:
        if element is not section and element in apart:
            return True
        if element.tag in ("form", "time", "h2", "h3", "h4", "button", "textarea", "label"):
            return True
        words = words_of(element)
        if words & (POSTER | POST_TOOLS | POST_DATE) and not words & {"body", "content", "text"}:
            return len(squeeze(element.text_content())) < 100
        if element.tag in ("a", "span", "div", "p", "li"):
            return PRINTED_TOOLS.fullmatch(squeeze(element.text_content())) is not None
        return False

    # The comment may be an item of a list; its words are not.
    return "\n".join(render(section, skip=skip)).removeprefix("- ")
