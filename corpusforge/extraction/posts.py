"""The words of the posts of a discussion: what each poster wrote, quoted, and signs with.

Class words help where there are any; what old forums leave unnamed is told apart by evidence on
the page itself: lines that recur in most posts, last lines that recur under several posts, lines
that an earlier post said already.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from corpusforge.extraction.render import render
from corpusforge.extraction.tree import BLOCKS, HEADINGS, Size, squeeze, words_of
from corpusforge.extraction.vocabulary import (
    POST_DATE,
    POST_TOOLS,
    POSTER,
    PRINTED_EDITED,
    PRINTED_HEADER,
    PRINTED_POSTED,
    PRINTED_POSTER,
    PRINTED_QUOTE,
    PRINTED_TOOLS,
    QUOTE,
    SIGNATURE,
)

#: Whose words a line of a post is.
Role = Literal["own", "quote", "signature"]

PROFILE_LINK = re.compile(
    r"(?:^|[/?&;=._-])(?:profile?s?|members?|membres?|users?|utilisateurs?|memberlist|auteur|u|"
    r"author|viewprofile|showuser|userinfo)(?:[/?&;=._-]|$)",
    re.IGNORECASE,
)
MOMENT = re.compile(
    r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|\d{1,2}[:h]\d{2}|\d{1,2}\s+[^\W\d_]+\.?\s+\d{4}|"
    r"[^\W\d_]+\.?\s+\d{1,2},\s+\d{4}|[٠-٩]{1,4}[/.-][٠-٩]{1,2}|hier|aujourd|yesterday|today|"
    r"il y a \d|\d+ (?:minutes?|hours?|days?|months?|years?) ago|منذ \S+(?: \S+)?|أمس|اليوم",
    re.IGNORECASE,
)
DIGITS = re.compile(r"\d+")
#: A line of furniture is shorter than this.
LINE = 120
_RULE = re.compile(r"(?:[-_=*~—–.]\s?){2,}$|--\s|_{3,}|-{3,}|—{2,}")
_NUMBER = re.compile(
    r"(?:#|n°|no\.?|message|post|réponse|مشاركة|رقم)?\s*[#:]?\s*\d{1,6}\.?", re.IGNORECASE
)
#: Votes: figures and arrows.
_COUNTER = re.compile(r"(?=.*[\d▲▼△▽⬆⬇↑↓+-])[\W\d_]{1,20}")
_WORD = re.compile(r"\w+")
#: A line quoted as in mail.
_MAIL_QUOTE = re.compile(r"(?:>\s?){1,4}(?=[^\W\d_])")
_UNFOLD = re.compile(
    r"(?:click|cliquez|cliquer|appuyez|اضغط|انقر) .{0,30}"
    r"(?:expand|agrandir|développer|للتوسيع|هنا).{0,12}"
    r"|(?:lire|voir|afficher) (?:la suite|plus)\W*|(?:read|show) more\W*",
    re.IGNORECASE,
)
#: Names of a quotation's head: whom it quotes, and the arrow that leads there.
_QUOTE_HEAD = frozenset(
    ("header", "title", "attribution", "author", "controls", "info", "username")
)
#: Stands in a tree for a part that was set aside; plane 15 is private, no page's text has it.
_MARK = "\U000f0001"
_MARKED = re.compile(f"{_MARK}(\\d+){_MARK}")


class Said(NamedTuple):
    """One line of a post and whose words it is."""

    text: str
    role: Role = "own"


@dataclass(frozen=True)
class Post:
    """One post: the sibling elements it consists of (a row or two, mostly one element)."""

    elements: tuple[Any, ...]

    @property
    def inside(self) -> list[Any]:
        """Every element of the post, in order."""
        return [inner for element in self.elements for inner in element.iter()]


def read_posts(posts: Sequence[Post], sizes: dict[Any, Size]) -> list[list[Said]]:
    """The lines of each post, quotes and signatures told apart from the poster's own words.

    Changes the trees of the posts.

    Args:
        posts: in the order of the page.
        sizes: of all elements in them.

    """
    aside: list[tuple[Role, list[str]]] = []
    whole = sum(sizes[element].text for post in posts for element in post.elements)
    for post in posts:
        _set_aside(post, sizes, aside)
    raw = [_lines(post, sizes, aside, careful=False) for post in posts]
    if sum(map(_length, raw)) < 0.1 * whole:
        raw = [_lines(post, sizes, aside, careful=True) for post in posts]
    return _told_apart(raw, [author_of(post) for post in posts])


def author_of(post: Post) -> str:
    """The name that a post shows for its author; empty where none is found."""
    for element in post.inside:
        if element.tag == "a" and PROFILE_LINK.search(element.get("href") or ""):
            name = squeeze(element.text_content())
            if name:
                return name
    for element in post.inside:
        if words_of(element) & {"author", "username", "auteur", "pseudo", "nick", "nickname"}:
            name = squeeze(element.text_content())
            if 0 < len(name) < 60:
                return name
    return first_name(post) or _sender(post)


def _sender(post: Post) -> str:
    """The name behind "De :" over a message."""
    texts = (squeeze(text) for element in post.inside for text in (element.text, element.tail))
    waiting = False
    for text in filter(None, texts):
        field = PRINTED_HEADER.fullmatch(text)
        if waiting or (field is not None and field["who"] and field["value"]):
            return text if field is None else field["value"]
        waiting = field is not None and bool(field["who"])
        if field is None:
            return ""
    return ""


def first_name(post: Post) -> str:
    """A name in bold or a heading that the post begins with."""
    for element in post.inside:
        text = squeeze(element.text)
        if text:
            bold = element.tag in ("b", "strong", "a", *HEADINGS)
            return text if bold and len(text) < 40 and len(text.split()) < 4 else ""
    return ""


# --- the words of one post ------------------------------------------------------------------


def _set_aside(post: Post, sizes: dict[Any, Size], aside: list[tuple[Role, list[str]]]) -> None:
    """Take quotes and signatures out of a post, in place; a mark stays where each stood."""
    from lxml import etree

    walk = list(reversed(post.elements))
    while walk:
        element = walk.pop()
        role = None if element in post.elements else _role(element, sizes)
        if role is None:
            walk.extend(reversed(element))
            continue
        lines = _inner_lines(element)
        mark = etree.Element("div")
        mark.text, mark.tail = f"{_MARK}{len(aside)}{_MARK}", element.tail
        element.tail = None
        element.getparent().replace(element, mark)
        aside.append((role, lines))


def _role(element: Any, sizes: dict[Any, Size]) -> Role | None:
    size = sizes.get(element)
    if size is None or not size.text or not isinstance(element.tag, str):
        return None
    words = words_of(element)
    if words & SIGNATURE:
        return "signature"
    if element.tag == "blockquote" or words & QUOTE:
        return "quote"
    text = squeeze(element.text_content()) if size.text < 600 else ""
    return "quote" if text and _quotes(element, text) else None


def _inner_lines(element: Any) -> list[str]:
    """The words quoted or signed with, without names, arrows and "click to expand"."""

    def skip(inner: Any) -> bool:
        if inner is element:
            return False
        if inner.tag in ("cite", "form", "button", "time", "img", "header", "footer", "aside"):
            return inner.tag != "aside" or not words_of(inner) & QUOTE
        words = words_of(inner)
        short = len(squeeze(inner.text_content())) < LINE
        return short and bool(words & _QUOTE_HEAD) and not words & {"content", "body", "text"}

    lines = []
    for line in render(element, skip=skip):
        text = _RULE.sub("", line.removeprefix("- ")).strip()
        head = PRINTED_QUOTE.match(text)
        if head is not None and head.group().endswith(":"):
            text = text[head.end() :].strip()
        if text and not any(p.fullmatch(text) for p in (PRINTED_TOOLS, PRINTED_QUOTE, _UNFOLD)):
            lines.append(text)
    return lines


def _lines(
    post: Post,
    sizes: dict[Any, Size],
    aside: list[tuple[Role, list[str]]],
    *,
    careful: bool,
) -> list[Said]:
    name = author_of(post)

    def skip(element: Any) -> bool:
        return element not in post.elements and _beside(element, sizes, name, careful=careful)

    found: list[Said] = []
    for element in post.elements:
        for line in render(element, skip=skip):
            text = line.removeprefix("- ")
            mark = _MARKED.fullmatch(text)
            if mark is not None:
                role, lines = aside[int(mark[1])]
                found.extend(Said(inner, role) for inner in lines)
            elif quoted := _MAIL_QUOTE.match(text):
                found.append(Said(text[quoted.end() :], "quote"))
            elif text:
                found.append(Said(text))
    return found


def _beside(element: Any, sizes: dict[Any, Size], name: str, *, careful: bool) -> bool:  # noqa: PLR0911
    """Whether an element inside a post is furniture: one kind of evidence a line."""
    tag = element.tag
    if tag in ("button", "nav", "time", "footer", "label", "cite"):
        return True
    if tag == "form" and next(element.iter("textarea", "input", "select"), None) is not None:
        return any(
            field.tag == "textarea" or field.get("type", "text") not in ("hidden", "button")
            for field in element.iter("textarea", "input")
        )
    size = sizes.get(element)
    if size is None or not size.text:
        return False
    words = words_of(element)
    text = squeeze(element.text_content()) if size.text < 600 else ""
    if text and PRINTED_TOOLS.fullmatch(text):
        return True
    if tag == "a":
        href = element.get("href") or ""
        inner = href.startswith(("#", "javascript:")) or PROFILE_LINK.search(href) is not None
        return inner and len(text) < 60
    if tag in HEADINGS and (size.text < 20 or text.lower().startswith(("re:", "re :", "رد:"))):
        return True
    if careful:
        return False
    if words & POSTER and not words & {"content", "body", "text", "message"}:
        return True
    short = size.text < LINE
    if words & POST_DATE and short and MOMENT.search(text or "-"):
        return True
    if words & POST_TOOLS and not words & {"content", "body"}:
        few = len(_WORD.findall(text)) <= 8
        if size.link_share > 0.5 or (short and (few or size.link_share > 0.3)):
            return True
    return _is_profile(element, size) or _is_name_cell(element, size, name)


def _is_name_cell(element: Any, size: Size, name: str) -> bool:
    """A cell or box that begins with the poster's name and has only short lines."""
    if not name or element.tag not in ("div", "td", "aside", "section", "ul"):
        return False
    if size.text > (150 if element.get("data-cell") is not None else len(name) + 40):
        return False
    lines = render(element)
    return bool(lines) and lines[0].casefold() == name.casefold() and max(map(len, lines)) < 40


def _is_profile(element: Any, size: Size) -> bool:
    """A column with the poster's name and figures, told by what is printed in it."""
    if element.tag not in ("td", "th", "div", "dl", "ul", "aside", "section") or size.text > 400:
        return False
    if len(element.xpath(".//*[@data-cell]")) > 1:  # a row, with the message beside the profile
        return False
    texts = [squeeze(text) for text in element.itertext()]
    texts = [text for text in texts if text]
    labels = sum(1 for text in texts if PRINTED_POSTER.match(text) and len(text) < 60)
    return labels >= 2 and labels >= 0.3 * len(texts) and max(map(len, texts)) < 80


def _quotes(element: Any, text: str) -> bool:
    """A part that begins like a quotation, holds no other part that is one, and has words after it.

    What comes after must be the poster's answer: not a signature, not buttons.
    """
    if not PRINTED_QUOTE.match(text) or element.tag not in BLOCKS:
        return False
    for inner in element.iterdescendants():
        if inner.tag == "blockquote" or words_of(inner) & QUOTE:
            return False
        if inner.tag in BLOCKS and _quotes(inner, squeeze(inner.text_content())):
            return False  # the quotation is further in, with its answer
    if squeeze(element.tail):
        return True
    return any(_answers(later) for later in element.itersiblings())


def _answers(element: Any) -> bool:
    text = squeeze(element.text_content())
    if not text or _RULE.match(text) or words_of(element) & (SIGNATURE | POST_TOOLS):
        return False
    return element.tag in BLOCKS and PRINTED_TOOLS.fullmatch(text) is None


# --- evidence across the posts --------------------------------------------------------------


def _told_apart(posts: list[list[Said]], names: list[str]) -> list[list[Said]]:
    """Posts without furniture; signatures and quotes that only the other posts show are marked."""
    frequent = Counter(
        fold
        for lines in posts
        for fold in {_fold(line.text) for line in lines if line.role == "own"}
    )
    least = max(2, 0.5 * len(posts))
    cleaned = []
    for lines, name in zip(posts, names, strict=True):
        own = sum(line.role == "own" for line in lines)
        kept = [
            line
            for line in lines
            if not (
                line.role == "own"
                and len(posts) > 2
                and len(line.text) < 80
                and not _RULE.match(line.text)
                and frequent[_fold(line.text)] > least
                and own > 1
            )
        ]
        cleaned.append(_own(kept, name))
    return _with_quotes(_with_signatures(cleaned))


def _own(lines: list[Said], name: str) -> list[Said]:
    """Lines without figures about the poster, dates, numbers and buttons.

    What follows a rule at the end is a signature.
    """
    kept: list[Said] = []
    begun = False
    lines = _without_headers(lines)
    for number, line in enumerate(lines):
        if line.role != "own":
            kept.append(line)
            continue
        if len(line.text) < LINE and _is_furniture(line.text, name, head=not begun):
            continue
        if _RULE.match(line.text) and begun:
            rest = [later for later in lines[number:] if later.role == "own"]
            if len(rest) <= 5 and _length(rest) < 300:
                kept.extend(
                    later._replace(role="signature") if later.role == "own" else later
                    for later in _signed(lines[number:])
                )
                break
            continue
        kept.append(line)
        begun = True
    return kept


def _without_headers(lines: list[Said]) -> list[Said]:
    """Lines without the fields that archives of mail print over a message, two at least."""
    place = found = 0
    while place < len(lines) and (field := PRINTED_HEADER.fullmatch(lines[place].text)):
        place += 1 if field["value"] else 2
        found += 1
    return lines[place:] if found > 1 else lines


def _signed(lines: list[Said]) -> list[Said]:
    """Lines from a rule on, without the rule itself and without buttons."""
    found = []
    for line in lines:
        text = _RULE.sub("", line.text, count=1).strip()
        if text and PRINTED_TOOLS.fullmatch(text) is None:
            found.append(line._replace(text=text))
    return found


def _is_furniture(line: str, name: str, *, head: bool) -> bool:
    if name and line.casefold().strip(" :") == name.casefold():
        return True
    if _NUMBER.fullmatch(line) or _COUNTER.fullmatch(line) or PRINTED_TOOLS.fullmatch(line):
        return True
    if PRINTED_EDITED.fullmatch(line) and MOMENT.search(line):
        return True
    label = PRINTED_POSTER.match(line)
    if label is not None and len(line) < 60 and re.search(r":\s*\S", line):
        return True
    if PRINTED_QUOTE.fullmatch(line):
        return True
    if head and MOMENT.search(line):
        plain = MOMENT.sub("", line.replace(name, "") if name else line)
        return PRINTED_POSTED.fullmatch(line) is not None or len(_WORD.findall(plain)) <= 3
    pieces = [piece for piece in re.split(r"\s*[|·•/]\s*|\s{2,}", line) if piece]
    return len(pieces) > 1 and all(
        PRINTED_TOOLS.fullmatch(piece) or MOMENT.fullmatch(piece) for piece in pieces
    )


def _with_signatures(posts: list[list[Said]]) -> list[list[Said]]:
    """Last lines that end two or more posts are signatures, not words of the discussion."""
    while True:
        last = [_last_own(lines) for lines in posts]
        ends = Counter(
            lines[place].text for lines, place in zip(posts, last, strict=True) if place is not None
        )
        signatures = {text for text, count in ends.items() if count > 1 and len(text) < 200}
        if not signatures:
            return posts
        posts = [
            lines
            if place is None or lines[place].text not in signatures
            else [
                line._replace(role="signature") if number == place else line
                for number, line in enumerate(lines)
            ]
            for lines, place in zip(posts, last, strict=True)
        ]


def _last_own(lines: list[Said]) -> int | None:
    """Where the last of several own lines stands; None where there is one or none."""
    own = [number for number, line in enumerate(lines) if line.role == "own"]
    return own[-1] if len(own) > 1 else None


def _with_quotes(posts: list[list[Said]]) -> list[list[Said]]:
    """Lines that an earlier post on the page said already are quotations of it."""
    said = ""
    marked = []
    for lines in posts:
        marked.append([_quoted(line, said) or line for line in lines])
        said += "|" + "".join(_key(line.text) for line in lines if line.role == "own")
    return marked


def _quoted(line: Said, said: str) -> Said | None:
    """A line of others' words as a quote, without a name and a colon before them; else None."""
    if line.role != "own":
        return None
    head, colon, rest = line.text.partition(":")
    for words in (line.text, rest.strip(' «»"“”') if colon and len(head) < 60 else ""):
        if len(_key(words)) >= 20 and _key(words) in said:
            return Said(words, "quote")
    return None


def _fold(line: str) -> str:
    return DIGITS.sub("0", line.casefold())


def _key(line: str) -> str:
    return "".join(_WORD.findall(line.casefold()))


def _length(lines: list[Said]) -> int:
    return sum(len(line.text) for line in lines if line.role == "own")
