"""Discussions: which pages are one, and their posts as text, quotes and signatures by choice.

A page is a discussion when one parent holds repeated children that carry most of its text and
nearly every one of them shows who wrote it and when, or buttons to answer it. What each post says
is read by `corpusforge.extraction.posts`.
"""

# ruff: noqa: SIM905 - word lists read best as running words

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from typing import Any, Literal

from corpusforge.extraction.posts import (
    DIGITS,
    LINE,
    MOMENT,
    PROFILE_LINK,
    Post,
    Said,
    author_of,
    read_posts,
)
from corpusforge.extraction.render import as_div
from corpusforge.extraction.tree import BLOCKS, Size, measure, squeeze, words_of
from corpusforge.extraction.vocabulary import (
    COMMENTS,
    POST,
    POSTER,
    PRINTED_POSTER,
    PRINTED_TOOLS,
)

#: Posts carry at least this share of a discussion's characters.
_SHARE = 0.35
#: This share of the posts must show an author, and a date or buttons.
_MARKED = 0.6
_TITLES = ("h1", "h2", "h3", "h4")
_PARITY = frozenset(
    "odd even alt first last new unread read row bg clearfix online offline op starter".split()
)
_PARITY_END = re.compile(r"(?<=\w\w)(?:odd|even|alt)$")
_ADDRESS = re.compile(
    r"forum|viewtopic|showthread|/topic|/thread|/sujet|/discussion|/t/|/questions?/|phpbb|smf|vb/",
    re.IGNORECASE,
)
_SOFTWARE = re.compile(
    r"phpbb|vbulletin|simple machines|smf|mybb|xenforo|invision|ip\.board|discourse|flarum|vanilla|"
    r"punbb|fluxbb|phorum|nodebb|bbpress|burning board|forumactif|منتدى|منتديات|forum",
    re.IGNORECASE,
)


def forum_text(
    root: Any,
    *,
    url: str | None = None,
    quotes: Literal["keep", "drop"] = "drop",
    signatures: Literal["keep", "drop"] = "drop",
) -> str:
    """The posts of a discussion page, a blank line between them; empty if it is no discussion.

    Quotes, where they are kept, begin with ``> ``; a signature stands last, under a line ``--``.

    Args:
        root: the `html` element, noise removed and layout tables unwrapped.
        url: the page's address, which may say that it is a forum.
        quotes: what a poster repeats of others.
        signatures: what a poster writes under every post.

    """
    body = root.find("body")
    if body is None:
        return ""
    sizes = measure(body)
    posts = _find_posts(root, body, sizes, url)
    if not posts:
        return ""
    _unwrap(posts)
    read = read_posts(posts, sizes)
    written = [_written(post, quotes == "keep", signatures == "keep") for post in read]
    return "\n\n".join("\n".join(lines) for lines in written if lines)


def _written(post: list[Said], quotes: bool, signatures: bool) -> list[str]:  # noqa: FBT001
    lines = [
        f"> {line.text}" if line.role == "quote" else line.text
        for line in post
        if line.role == "own" or (quotes and line.role == "quote")
    ]
    signed = [line.text for line in post if line.role == "signature"]
    return [*lines, "--", *signed] if lines and signed and signatures else lines


# --- which elements are the posts -----------------------------------------------------------


def _find_posts(root: Any, body: Any, sizes: dict[Any, Size], url: str | None) -> list[Post]:
    said = _says_forum(root, url)
    total = max(1, sizes[body].text)
    best: list[Post] = []
    best_score = 0.0
    for parent in body.iter():
        if sizes.get(parent, Size(0, 0)).text < _SHARE * total:
            continue
        for posts in _groups(parent, sizes):
            score = _score(posts, sizes, total, said=said)
            # One post alone: only where nothing repeats, and then the innermost element.
            alone = len(posts) == 1
            if score > 0 and alone and len(best) < 2:
                best = posts
            elif not alone and score > best_score:
                best, best_score = posts, score
    signed = [post for post in best if _shows_author(post)]
    best = signed if len(signed) >= 0.5 * len(best) else best
    opening = _opening(best[0], sizes) if best else None
    return [opening, *best] if best and opening is not None else best


def _opening(first: Post, sizes: dict[Any, Size]) -> Post | None:
    """The question that the posts answer, where it stands before them in an element of its own."""
    for above in first.elements[0].iterancestors():
        if above.tag == "body":
            return None
        for before in above.itersiblings(preceding=True):
            post = Post((before,))
            size = sizes.get(before, Size(0, 0))
            if (
                size.text >= 40
                and size.link_share < 0.5
                and before.tag not in ("header", "nav", "form", "aside")
                and _shows_author(post)
                and _shows_moment(post)
            ):
                return post
    return None


def _unwrap(posts: list[Post]) -> None:
    """Rows and cells of posts are places, not data; tables with headings in a post stay."""
    for post in posts:
        for element in post.inside:
            if element.tag == "table" and next(element.iter("th"), None) is None:
                for part in list(element.iter("table", "tbody", "tr", "td")):
                    as_div(part)
        for element in post.elements:
            if element.tag in ("tr", "td"):
                for part in list(element.iter("tr", "td")):
                    as_div(part)


def _says_forum(root: Any, url: str | None) -> bool:
    generator = " ".join(
        meta.get("content") or ""
        for meta in root.iter("meta")
        if (meta.get("name") or "").lower() == "generator"
    )
    powered = next(
        (
            text
            for text in root.itertext()
            if len(text) < 200 and re.search(r"powered by|propulsé par|مدعوم", text, re.IGNORECASE)
        ),
        "",
    )
    body = root.find("body")
    named = words_of(body) if body is not None else set()
    return bool(
        _SOFTWARE.search(generator)
        or _SOFTWARE.search(powered)
        or (url and _ADDRESS.search(url))
        or named & {"forum", "topic", "thread", "viewtopic", "phpbb"}
    )


def _groups(parent: Any, sizes: dict[Any, Size]) -> list[list[Post]]:
    """Repeated children of one kind, as posts; also pairs of kinds that take turns."""
    children = [
        child
        for child in parent
        if isinstance(child.tag, str) and sizes[child].text and child.tag in BLOCKS
    ]
    kinds: dict[tuple[str, frozenset[str]], list[Any]] = defaultdict(list)
    for child in children:
        kinds[_kind(child)].append(child)
    shared: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for child in children:
        for word in _kind(child)[1]:
            shared[child.tag, word].append(child)
    whole = {len(members) for members in kinds.values()}
    alike = [members for members in shared.values() if len(members) > max(2, *whole)]
    groups = [[Post((child,)) for child in members] for members in [*kinds.values(), *alike]]
    frequent = [kind for kind, members in kinds.items() if len(members) > 1]
    if len(frequent) == 2:
        groups.append(_pairs(children, frequent[0], frequent[1]))
    return [group for group in groups if group]


def _pairs(children: list[Any], first: Any, second: Any) -> list[Post]:
    pairs = []
    for one, other in itertools.pairwise(children):
        if _kind(one) == first and _kind(other) == second:
            pairs.append(Post((one, other)))
    return pairs


def _kind(element: Any) -> tuple[str, frozenset[str]]:
    words = {
        _PARITY_END.sub("", word.lower())
        for word in re.findall(r"[A-Za-z]+", element.get("class") or "")
    }
    return element.tag, frozenset(words - _PARITY - {""})


def _score(posts: list[Post], sizes: dict[Any, Size], total: int, *, said: bool) -> float:
    """How likely these are the posts of a discussion; 0 for no."""
    share = sum(_size(post, sizes) for post in posts) / total
    if share < _SHARE:
        return 0.0
    words = set().union(*(words_of(post.elements[0]) for post in posts))
    if words & COMMENTS and not said:
        return 0.0
    if len(posts) == 1 and not (said and words & POST) and _labels(posts[0]) < 2:
        return 0.0
    sample = posts[:40]
    if _is_index(sample):
        return 0.0
    authors = sum(map(_shows_author, sample)) / len(sample)
    moments = sum(map(_shows_moment, sample)) / len(sample)
    tools = sum(map(_shows_tools, sample)) / len(sample)
    evidence = (said, bool(words & POST), tools >= _MARKED)
    if moments >= _MARKED and any(evidence):
        authors = max(authors, sum(bool(author_of(post)) for post in sample) / len(sample))
    if authors < _MARKED or max(moments, tools) < _MARKED:
        return 0.0
    if not said and not words & POST and (moments < _MARKED or tools < _MARKED):
        return 0.0
    return share * (authors + moments + tools) * (1 + min(len(posts), 10) / 100)


def _is_index(posts: list[Post]) -> bool:
    """Whether each has a linked heading of its own: articles listed, not posts that answer."""
    titles = [
        squeeze(element.text_content()).casefold()
        for post in posts
        for element in [next((e for e in post.inside if e.tag in _TITLES), None)]
        if element is not None and _leads_away(element) and not _is_moment(element)
    ]
    if len(posts) > 1 and len(set(titles)) > 0.8 * len(posts):
        return True
    links = [sum(_length_of(a) for a in post.inside if a.tag == "a") for post in posts]
    texts = [sum(_length_of(element) for element in post.elements) for post in posts]
    return sum(links) > 0.6 * max(1, sum(texts))


def _is_moment(heading: Any) -> bool:
    """A heading that is the date of a post, linked to the post."""
    text = squeeze(heading.text_content())
    return MOMENT.search(text) is not None and len(re.findall(r"[^\W\d_]{3,}", text)) <= 2


def _length_of(element: Any) -> int:
    return len(squeeze(element.text_content()))


def _leads_away(heading: Any) -> bool:
    parent = heading.getparent()
    links = [*heading.iter("a"), *([parent] if parent is not None and parent.tag == "a" else [])]
    addresses = [link.get("href") or "#" for link in links]
    return any("#" not in address and not PROFILE_LINK.search(address) for address in addresses)


def _size(post: Post, sizes: dict[Any, Size]) -> int:
    return sum(sizes[element].text for element in post.elements)


def _shows_author(post: Post) -> bool:
    for element in post.inside:
        if words_of(element) & POSTER and squeeze(element.text_content()):
            return True
        if element.tag == "a" and PROFILE_LINK.search(element.get("href") or ""):
            return True
        for text in (element.text, element.tail):
            label = squeeze(text) if text and len(text) < LINE else ""
            if PRINTED_POSTER.match(label) and (":" in label or DIGITS.search(label)):
                return True
    return False


def _labels(post: Post) -> int:
    """How many figures about the poster are printed: messages, joined, place."""
    return sum(
        1
        for element in post.inside
        for text in (squeeze(element.text), squeeze(element.tail))
        if len(text) < 60 and PRINTED_POSTER.match(text)
    )


def _shows_moment(post: Post) -> bool:
    for element in post.inside:
        if element.tag == "time":
            return True
        for text in (element.text, element.tail):
            if text and len(text) < LINE and MOMENT.search(text):
                return True
    return False


def _shows_tools(post: Post) -> bool:
    return any(
        PRINTED_TOOLS.fullmatch(squeeze(element.text_content()))
        for element in post.inside
        if element.tag in ("a", "button", "li", "span")
    )
