"""The main text of an article-like page.

trafilatura, the best-measured extractor, says *where* the text is; what it loses inside that place
(lists, tables, first paragraphs, short pages) is read from the tree, and furniture that lies in
between is left out by several kinds of evidence: element, role, class words, share of links,
lists of teasers, printed forms. Where trafilatura finds too little, the place is the smallest
element that holds most of the page's running text.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from corpusforge.extraction.metadata import parse_date
from corpusforge.extraction.render import Line, render, render_lines
from corpusforge.extraction.tree import BLOCKS, HEADINGS, Size, measure, squeeze, words_of
from corpusforge.extraction.vocabulary import (
    ABOUT,
    AROUND,
    COMMENTS,
    PRINTED_MORE,
    PRINTED_POSTED,
    PRINTED_RIGHTS,
    PRINTED_TOOLS,
    ROLES_AROUND,
)

#: Furniture words on an element with more than this share of the page's text mean something else
#: (`<body class="has-sidebar">`, a page about menus).
_SHARE_AROUND = 0.45
#: A place holds the text when it holds this share of what trafilatura found, or of running text.
_SHARE_PLACE = 0.9
_SHARE_RUNNING = 0.7
_ELLIPSIS = re.compile(r"(?:…|\.\.\.|\[…\]|»|›|→)\s*$")
_SENTENCE = re.compile(r"[.!?؟۔…:؛;][\"'»”)\]]*\s*$")
_WORD = re.compile(r"\w+")
_HEADERS = frozenset(("header", "masthead", "entete"))
_TEXT_NAMES = (
    {"hentry"},
    {"entry", "content"},
    {"post", "content"},
    {"post", "body"},
    {"article", "body"},
    {"article", "content"},
    {"field", "body"},
)
_PARTED = re.compile(r"\s[|·•»›>/–-]\s|[|•]")
_NOTHING = Size(0, 0)
_AROUND_TAGS = frozenset(
    ("nav", "aside", "footer", "button", "form", "menu", "dialog", "label", "figcaption")
)


def main_text(root: Any, *, tables: bool, title: str | None = None) -> str:
    """The main text below `root` (pruned of noise, layout tables unwrapped); empty where none is.

    Args:
        root: the `html` element.
        tables: False leaves data tables out.
        title: the page's title; a first line that repeats it is left out, it has its own column.

    """
    body = root.find("body")
    body = root if body is None else body
    sizes = measure(body)
    if not sizes[body].text:
        return ""
    found = _trafilatura(root, tables=tables)
    known = {_key(line) for line in found.split("\n")} - {""}
    around = _Around(body, sizes, known)
    place = _place(body, around, known, found)
    skip = lambda element: element is not place and around(element)  # noqa: E731
    lines = _lead(body, place, around, title) + render_lines(place, skip=skip, tables=tables)
    return "\n".join(line.text for line in _trimmed(lines, title))


def _lead(body: Any, place: Any, around: _Around, title: str | None) -> list[Line]:
    """Running text between the page's title and the place, such as an introduction set apart."""
    order = {element: number for number, element in enumerate(body.iter())}
    headings = [
        element
        for element in body.iter(*HEADINGS)
        if title and _key(element.text_content()) == _key(title) and order[element] < order[place]
    ]
    if not headings or any(above is place for above in headings[-1].iterancestors()):
        return []
    lead: list[Line] = []
    for element, text, links in _blocks(body, around):
        between = order[headings[-1]] < order[element] < order[place]
        holds = any(above is element for above in place.iterancestors())
        if between and not holds and text >= 60 and links < 0.3 * text:
            lead.extend(render_lines(element, skip=around))
    return lead


def _trimmed(lines: list[Line], title: str | None) -> list[Line]:
    """Lines without statements of rights and without furniture at both ends.

    That is kicker and title, date and author, menus in a line.
    """
    lines = [line for line in lines if not _states_rights(line.text)]
    head = next((n for n, line in enumerate(lines[:6]) if _is_title(line.text, title)), -1)
    if head >= 0 and all(len(line.text) < 60 for line in lines[:head]):
        lines = lines[head + 1 :]
    while lines and _is_furniture(lines[0]):
        lines.pop(0)
    while lines and _is_furniture(lines[-1]):
        lines.pop()
    return lines


def _is_furniture(line: Line) -> bool:
    if not line.text:
        return True
    if line.links > 0.9 * len(line.text) and not _SENTENCE.search(line.text):
        return True
    if line.row or len(line.text) > 200:
        return False
    if _states_date(line.text):
        return True
    pieces = [piece for piece in _PARTED.split(line.text) if piece.strip()]
    if len(pieces) > 2 and max(map(len, pieces)) < 40:
        return True
    return line.links > 0.5 * len(line.text) and not _SENTENCE.search(line.text)


def _is_title(line: str, title: str | None) -> bool:
    return bool(title and line) and _key(line) == _key(title or "")


def _states_date(line: str) -> bool:
    """A line such as "Publié le 12 janvier 2026 par la rédaction"."""
    return (
        len(line) < 120
        and PRINTED_POSTED.fullmatch(line) is not None
        and parse_date(line) is not None
        and not _SENTENCE.search(line)
    )


def _states_rights(line: str) -> bool:
    return len(line) < 200 and PRINTED_RIGHTS.match(line) is not None


def _trafilatura(root: Any, *, tables: bool) -> str:
    import trafilatura

    try:
        found = trafilatura.bare_extraction(
            copy.deepcopy(root),
            include_comments=False,
            include_tables=tables,
            deduplicate=False,
            with_metadata=False,
            fast=True,
        )
    except Exception:  # noqa: BLE001 - it raises anything on odd trees; the other way remains
        return ""
    return (found.text or "") if found is not None else ""


def _key(text: str) -> str:
    """A line as its letters and digits only, for comparing what two readers made of it."""
    return "".join(_WORD.findall(text)).lower()


class _Around:
    """Decides whether an element is furniture around the text; remembers its decisions."""

    def __init__(self, body: Any, sizes: dict[Any, Size], known: set[str]) -> None:
        self.sizes = sizes
        self.total = max(1, sizes[body].text)
        self._known = known
        self._decided: dict[Any, bool] = {}
        self._teasers: dict[Any, set[Any]] = {}
        self._protected = self._holders(body)

    def __call__(self, element: Any) -> bool:
        decided = self._decided.get(element)
        if decided is None:
            decided = self._decided[element] = self._decide(element)
        return decided

    def _holders(self, body: Any) -> set[Any]:
        """Elements around one that is named as the text and has a fair share of it."""
        holders: set[Any] = set()
        for element in body.iterdescendants():
            if self.sizes[element].text < 0.2 * self.total:
                continue
            words = words_of(element)
            if (
                element.tag in ("article", "main")
                or element.get("itemprop") in ("articleBody", "text", "description")
                or any(pair <= words for pair in _TEXT_NAMES)
            ):
                holders.add(element)
                holders.update(element.iterancestors())
        return holders

    def _decide(self, element: Any) -> bool:
        size = self.sizes.get(element)
        if size is None or not isinstance(element.tag, str):
            return False
        if element.tag == "article" and element in self._teasers_beside(element):
            return True
        if element.tag in ("body", "main", "article", "html") or element in self._protected:
            return False
        if element.tag == "time" and _stands_alone(element):
            return True
        if size.text == 0:
            return element.tag not in ("br", "table", "tr", "td", "th", "hr")
        large = size.text > _SHARE_AROUND * self.total
        if not large and self._marked(element, size):
            return True
        if element.tag in BLOCKS or element.tag == "a":
            return self._reads_around(element, size)
        return False

    def _teasers_beside(self, element: Any) -> set[Any]:
        parent = element.getparent()
        if parent not in self._teasers:
            self._teasers[parent] = teasers(parent, self.sizes)
        return self._teasers[parent]

    def _marked(self, element: Any, size: Size) -> bool:
        """By element, role or class words."""
        if element.tag in _AROUND_TAGS:
            return True
        words = words_of(element)
        if element.tag == "header" or words & _HEADERS:
            return size.text - size.links < 200 or next(element.iter("nav"), None) is not None
        if element.tag in ("td", "th", "tr", "tbody", "table", "li") and size.text > 400:
            return False
        if (element.get("role") or "").lower() in ROLES_AROUND:
            return True
        if words & COMMENTS:
            return True
        if words & AROUND:
            return not self._trusted(element, size)
        return bool(words & ABOUT) and size.text < 200

    def _trusted(self, element: Any, size: Size) -> bool:
        """Running text that trafilatura kept too, under an unlucky class name."""
        if size.text - size.links < 150 or size.link_share > 0.3:
            return False
        lines = [_key(line) for line in render(element)]
        kept = sum(len(line) for line in lines if line in self._known)
        return kept > 0.6 * sum(map(len, lines))

    def _reads_around(self, element: Any, size: Size) -> bool:  # noqa: PLR0911
        """By what it says and how much of it is links: one kind of evidence a line."""
        if element.tag == "a":
            return False
        if size.text < 200 and not any(inner.tag in BLOCKS for inner in element.iterdescendants()):
            text = squeeze(element.text_content())
            if PRINTED_RIGHTS.match(text) or PRINTED_TOOLS.fullmatch(text):
                return True
            if size.links and PRINTED_MORE.match(text):
                return True
            if _states_licence(element):
                return True
        if size.links == 0:
            return False
        if element.tag in HEADINGS:
            return False
        children = [child for child in element if self.sizes.get(child, _NOTHING).text]
        if len(children) > 1 and len(teasers(element, self.sizes)) == len(children):
            return True
        if element in self._teasers_beside(element):
            return True
        # A line of links: a menu without a list, tags, share buttons.
        links = [a for a in element.iter("a") if a.get("href")]
        if size.link_share > 0.75 and size.text < 600:
            if _SENTENCE.search(squeeze(element.text_content())):
                return False
            return len(links) > 1 or element.tag not in ("p", "td", "li", "dd")
        return len(links) > 2 and size.link_share > 0.6 and size.text < 600


def _stands_alone(element: Any) -> bool:
    """Whether an inline element begins its block without text after it: an hour over an entry."""
    parent = element.getparent()
    return (
        element.getprevious() is None
        and not squeeze(parent.text if parent is not None else None)
        and not squeeze(element.tail)
    )


def _states_licence(element: Any) -> bool:
    return any("license" in (a.get("rel") or "").lower().split() for a in element.iter("a"))


def teasers(parent: Any, sizes: dict[Any, Size]) -> set[Any]:
    """The children that are links with a teaser at most: related articles, menus, indexes.

    Two or more neighbours of one kind, each of which begins with a link and says little else, or
    breaks off in an ellipsis.
    """
    found: set[Any] = set()
    run: list[Any] = []
    for child in [*(child for child in parent if sizes.get(child, _NOTHING).text), None]:
        if child is not None and (not run or run[0].tag == child.tag) and _is_teaser(child, sizes):
            run.append(child)
            continue
        if len(run) > 2 or (len(run) == 2 and not any(map(_is_card, run))):
            found.update(run)
        run = [child] if child is not None and _is_teaser(child, sizes) else []
    return found


def _is_teaser(item: Any, sizes: dict[Any, Size]) -> bool:
    size = sizes[item]
    if size.text > 500 or not size.links or item.tag not in BLOCKS:
        return False
    link = next((a for a in item.iter("a") if a.get("href") and squeeze(a.text_content())), None)
    if link is None:
        return False
    text, label = squeeze(item.text_content()), squeeze(link.text_content())
    if not text.startswith(label) and size.link_share <= 0.5:
        return False
    return len(text) - len(label) < 25 or _ELLIPSIS.search(text) is not None or _is_card(item)


def _is_card(item: Any) -> bool:
    """Whether an item begins with a heading that is a link to another page, with text under it."""
    first = next((e for e in item.iterdescendants() if squeeze(e.text)), None)
    if first is None:
        return False
    heading = next((e for e in (first, *first.iterancestors()) if e.tag in HEADINGS), None)
    if heading is None or item not in heading.iterancestors():
        return False
    links = [a for a in heading.iter("a") if a.get("href")]
    away = bool(links) and not (links[0].get("href") or "").startswith("#")
    linked = sum(len(squeeze(a.text_content())) for a in links)
    return away and linked >= 0.9 * len(squeeze(heading.text_content()))


def _place(body: Any, around: _Around, known: set[str], found: str) -> Any:
    own = _densest(body, around)
    weights = _kept(body, around, known)
    total = weights.get(body, 0.0)
    if len(found) < 200 or not total:
        return own
    theirs = _smallest(body, weights)
    if any(above is own for above in theirs.iterancestors()):  # narrower than ours
        return theirs if total >= 0.5 * _running(own, around) else own
    if any(above is theirs for above in own.iterancestors()):  # wider
        return own if weights.get(own, 0.0) >= _SHARE_PLACE * total else theirs
    return theirs


def _blocks(root: Any, around: _Around) -> list[tuple[Any, int, int]]:
    """Innermost blocks outside furniture with the text and link characters that are theirs."""
    found: list[tuple[Any, int, int]] = []
    stack = [root]
    while stack:
        element = stack.pop()
        if element is not root and around(element):
            continue
        children = [child for child in element if child.tag in BLOCKS]
        inside = sum(around.sizes[child].text for child in children)
        links = sum(around.sizes[child].links for child in children)
        size = around.sizes[element]
        if size.text - inside > 0:
            found.append((element, size.text - inside, max(0, size.links - links)))
        stack.extend(reversed(children))
    return found


def _worth(text: int, links: int) -> float:
    plain = text - 2 * links
    return 0.0 if plain <= 0 else plain * (1.0 if plain >= 80 else 0.3)


def _densest(body: Any, around: _Around) -> Any:
    """The smallest element that holds most of the running text."""
    worth: dict[Any, float] = {}
    for element, text, links in _blocks(body, around):
        value = _worth(text, links)
        above = element
        while above is not None:
            worth[above] = worth.get(above, 0.0) + value
            above = above.getparent() if above is not body else None
    place = body
    while True:
        inner = max(place, key=lambda child: worth.get(child, 0.0), default=None)
        if inner is None or worth.get(inner, 0.0) < _SHARE_RUNNING * worth.get(place, 0.0):
            return place
        if inner.tag not in BLOCKS or not worth.get(inner):
            return place
        if inner.tag in ("p", "li", "blockquote", *HEADINGS):  # one paragraph is not the place
            return place
        place = inner


def _running(place: Any, around: _Around) -> float:
    return sum(text - links for _, text, links in _blocks(place, around))


def _kept(body: Any, around: _Around, known: set[str]) -> dict[Any, float]:
    """For each element, the worth of the blocks in it that trafilatura kept."""
    weights: dict[Any, float] = {}
    for element, text, links in _blocks(body, around):
        if not any(_key(line) in known for line in render(element)):
            continue
        weight = _worth(text, links)
        above = element
        while above is not None:
            weights[above] = weights.get(above, 0.0) + weight
            above = above.getparent() if above is not body else None
    return weights


def _smallest(body: Any, weights: dict[Any, float]) -> Any:
    """The smallest element with nearly all of the weight."""
    place = body
    while True:
        inner = max(place, key=lambda child: weights.get(child, 0.0), default=None)
        if (
            inner is None
            or weights.get(inner, 0.0) < _SHARE_PLACE * weights[body]
            or inner.tag in ("p", "li", "blockquote", *HEADINGS)
        ):
            return place
        place = inner
