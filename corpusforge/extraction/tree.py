"""Web pages as trees: parsing, the words of class names, and text measured a subtree."""

# ruff: noqa: SIM905 - word lists read best as running words

from __future__ import annotations

import re
from typing import Any, NamedTuple

from corpusforge.extraction.page import NotExtractedError

#: Never text, whatever is inside.
_NOISE = (
    "script", "style", "template", "svg", "canvas", "iframe", "object", "embed", "applet", "map",
    "video", "audio", "link", "meta", "head", "noframes", "math", "select", "datalist", "progress",
)  # fmt: skip
#: Elements that begin and end lines.
BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav "
    "ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_WORD = re.compile(r"[a-z]+", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_INLINE = frozenset(("span", "b", "em", "font", "i", "label", "small", "strong"))
_BLOCK_STYLE = re.compile(r"display\s*:\s*(?:block|flex|grid|list-item)", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


class Size(NamedTuple):
    """Characters in a subtree, white space runs counted once, and those inside links."""

    text: int
    links: int

    @property
    def link_share(self) -> float:
        """Share of the characters that stand in links; 1 where there is no text."""
        return self.links / self.text if self.text else 1.0


def parse(text: str) -> Any:
    """The page as an lxml tree of `html`, comments and processing instructions left out.

    Raises:
        NotExtractedError: ``empty``, there is no element in it.

    """
    from lxml import etree, html

    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True
    )
    cleaned = text.replace("\0", "").encode("utf-8", "replace")
    try:
        root = html.document_fromstring(cleaned, parser=parser)
    except (etree.ParserError, ValueError) as problem:
        raise NotExtractedError("empty") from problem
    return root


def drop_noise(root: Any) -> None:
    """Remove, in place, what is never shown as text: scripts, styles, hidden and void things."""
    for element in list(root.iter(*_NOISE, "noscript")):
        if element.tag != "noscript" or not _long_noscript(element):
            remove(element)
    for element in list(root.iter()):
        if not isinstance(element.tag, str):
            remove(element)
        elif element.tag in ("html", "body"):
            continue
        elif (
            element.get("hidden") is not None
            or element.get("aria-hidden") == "true"
            or _HIDDEN.search(element.get("style") or "")
        ):
            remove(element)
        elif element.tag in _INLINE and _BLOCK_STYLE.search(element.get("style") or ""):
            element.tag = "div"


def _long_noscript(element: Any) -> bool:
    """Lazy-loading pages keep images there (parsed as text by some), a few the whole text."""
    text = squeeze(element.text_content())
    return len(text) > 500 and "<img" not in text and "<iframe" not in text


def remove(element: Any) -> None:
    """Take an element out of its tree, keeping the text behind it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    element.tail = None
    parent.remove(element)


def squeeze(text: str | None) -> str:
    """`text` with runs of white space made single spaces."""
    return " ".join(text.split()) if text else ""


def words_of(element: Any) -> set[str]:
    """The lower-case words in an element's class, id and role: ``postBody`` gives post, body."""
    named = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('role') or ''}"
    return {word.lower() for word in _WORD.findall(_CAMEL.sub(" ", named))}


def measure(root: Any) -> dict[Any, Size]:
    """The size of every subtree."""
    texts: dict[Any, int] = {}
    links: dict[Any, int] = {}
    elements = list(root.iter())
    for element in reversed(elements):
        text = texts.get(element, 0) + _length(element.text)
        link = text if element.tag == "a" and element.get("href") else links.get(element, 0)
        texts[element], links[element] = text, link
        parent = element.getparent()
        if parent is not None:
            texts[parent] = texts.get(parent, 0) + text + _length(element.tail)
            links[parent] = links.get(parent, 0) + link
    return {element: Size(texts[element], links[element]) for element in elements}


def _length(text: str | None) -> int:
    return len(squeeze(text)) if text else 0
