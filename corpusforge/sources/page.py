"""An HTML page parsed once: its text for reading marks, and what its markup states of itself."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from corpusforge.sources.json_ld import is_json_ld, load_json_ld, own_name
from corpusforge.sources.licence_names import RESERVED, licence_of
from corpusforge.sources.signals import (
    PageSignals,
    Statement,
    refuses_training,
    robots_signals,
    tdm_signal,
)

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

#: Names of meta elements that hold a licence or a statement of rights.
_META_LICENCE = frozenset(
    {
        "dcterms.license", "dcterms.licence", "dcterms:license", "dct:license", "dct.license",
        "dc.license", "dc.licence", "dc:license", "cc:license", "cc.license", "license", "licence",
        "dcterms.rights", "dcterms:rights", "dc.rights", "dc:rights", "rights", "copyright",
        "dcterms.rightsholder", "og:license", "article:license", "schema:license",
        "citation_license",
    }
)  # fmt: skip
_RDFA_LICENCE = frozenset(
    {"cc:license", "dct:license", "dc:license", "dcterms:license", "schema:license", "license",
     "xhv:license", "http://creativecommons.org/ns#license", "http://purl.org/dc/terms/license",
     "http://schema.org/license", "https://schema.org/license"}
)  # fmt: skip
#: JSON-LD nodes and microdata items that are parts of a page, not the page.
_PARTS = ("imageobject", "videoobject", "audioobject", "person", "organization", "mediaobject")
_LICENCE_WORD = re.compile(
    r"licen[cs]|رخصة|ترخيص|ⵜⵓⵔⴰⴳⵜ|creative\s*commons|CC[ -]BY|\bCC[ -]?0\b", re.IGNORECASE
)
_REL_LICENCE = frozenset(
    {"license", "licence", "cc:license", "dct:license", "dcterms.license", "dcterms:license",
     "dc.license", "schema:license"}
)  # fmt: skip
#: Where a page speaks of itself, and where others speak or are spoken of, by class or id.
_TERMS_PLACE = re.compile(
    r"foot|licen|copy(?:right|left)|\bcopy\b|legal|mention|colophon|rights|credits|terms|"
    r"\bpied|\bbas(?:page|-de-page|_page)?\b|bottom|droits",
    re.IGNORECASE,
)
_OTHERS_NAMES = frozenset(
    {
        "comment", "comments", "comment-list", "commentlist", "comment-body", "comment-content",
        "comment-text", "comments-area", "quote", "blockquote", "citation", "caption",
        "wp-caption", "wp-caption-text", "signature", "sig",
    }
)  # fmt: skip
_OTHERS = frozenset({"figure", "figcaption", "blockquote", "q"})
_INLINE = frozenset({"a", "b", "em", "font", "i", "img", "small", "span", "strong", "u"})
_ANCESTORS = 60
#: Words of a page about itself, and about parts of it or about the software behind it.
_OWN_TERMS = re.compile(
    r"^\W*(?:20\d\d\W*)?(?:"
    r"(?:ce|cet|cette|le présent|la présente|nos|tous? (?:les |nos )?|les? |the |this |our |all )"
    r"\s*(?:contenus?|textes?|articles?|pages?|sites?|œuvres?|oeuvres?|documents?|fiches?|billets?|"
    r"contents?|texts?|works?|posts?|website|materials?)|"
    r"contenus?\b|textes?\b|articles?\b|content\b|licen[cs]e\b|cc\b|creative commons|"
    r"(?:publi|diffus|distribu)ée?s? sous|mise? à disposition|"
    r"sauf (?:mention|indication)|except where|unless otherwise|"
    r"هذا|هذه|جميع|كل|محتو|المحتو|النص|نصوص|المقال|رخصة|الرخصة|ما لم|منشور|ⴰⴹⵕⵉⵚ|ⵜⵓⵔⴰⴳⵜ)",
    re.IGNORECASE,
)
_OF_PARTS = re.compile(
    r"photo|image|illustration|ic[oô]n|vid[eé]o|polices?\b|fonts?\b|logiciel|software|source code|"
    r"code source|propuls|powered|th[eè]me|template|gabarit|plugin|صور|الصورة|فيديو|برنامج|البرمجي",
    re.IGNORECASE,
)
#: A line of this length is running text, unless it is a link or a notice.
_RUNNING = 50
#: Longest line that is read as a notice; longer ones are prose about something.
_NOTICE = 300

_NOT_FOUND = re.compile(
    r"^\W*(?:http|error|erreur|خطأ)?\W*404\b|\b404\W+(?:not|page|error|erreur)|page\s+(?:introuvable|non\s+trouv[eé]e|inexistante)|(?:page|document)\s+not\s+found"
    r"|n[’']existe\s+(?:pas|plus)|الصفحة\s+(?:غير\s+موجودة|المطلوبة\s+غير)|لم\s+يتم\s+العثور"
    r"|p[aá]gina\s+no\s+encontrada|ⵓⵔ\s+ⵜⵍⵍⵉ\s+ⵜⴰⵙⵏⴰ",
    re.IGNORECASE,
)


def decode_html(payload: bytes, charset: str | None) -> str:
    """Markup as text: what is valid UTF-8 is UTF-8, whatever is declared.

    Good enough for attributes and notices; the extractor has its own, slower detection.
    """
    for mark, encoding in _BOMS:
        if payload.startswith(mark):
            return payload.decode(encoding, "replace").lstrip("\ufeff")
    head = payload[:400]
    if 0 in head:
        if (charset or "").lower().startswith(("utf-16", "utf_16")):
            return payload.decode(charset or "", "replace")
        if head.count(0) * 8 > len(head):  # UTF-16 without a mark: markup is every other byte NUL
            little = head[1::2].count(0) > head[::2].count(0)
            return payload.decode("utf-16-le" if little else "utf-16-be", "replace")
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError:
        pass
    declared = _META_CHARSET.search(payload[:4096])
    for name in (charset, declared[1].decode("ascii", "replace") if declared else None):
        if name and name.lower().replace("_", "-") not in ("utf-8", "utf8"):
            try:
                return payload.decode(name, "replace")
            except (LookupError, ValueError):
                continue
    return payload.decode("windows-1256", "replace")


def parse_html(payload: bytes, charset: str | None) -> Any:
    """The tree of a page (selectolax, lexbor)."""
    from selectolax.lexbor import LexborHTMLParser

    return LexborHTMLParser(decode_html(payload, charset))


def markup_signals(tree: Any, agent: str) -> PageSignals:
    """Opt-outs, licences, canonical address and nofollow as the markup states them."""
    signals = PageSignals()
    reserved: str | None = None
    for meta in tree.css("meta"):
        attributes = meta.attributes
        name = (
            attributes.get("name")
            or attributes.get("property")
            or attributes.get("http-equiv")
            or ""
        ).lower()
        content = attributes.get("content") or ""
        if name in ("robots", agent.lower(), "x-robots-tag"):
            robots_signals(signals, content, agent, "meta")
        elif name == "tdm-reservation":
            tdm_signal(signals, content, "meta")
        elif name in ("content-usage", "content-signal", "content-signals"):
            if refuses_training(content):
                signals.opt_outs.append(f"{name.removesuffix('s')}:meta")
        elif name in _META_LICENCE:
            if RESERVED.search(content):
                reserved = reserved or content
            elif name not in ("copyright", "dcterms.rightsholder") or licence_of(content):
                signals.licences.append(Statement(f"meta {name}", content, licence_of(content)))
    for link in tree.css("link[rel][href]"):
        relations = (link.attributes["rel"] or "").lower().split()
        target = (link.attributes["href"] or "").strip()
        if _REL_LICENCE.intersection(relations):
            signals.licences.append(Statement("link", target, licence_of(target)))
        elif "canonical" in relations and signals.canonical is None:
            signals.canonical = target
    signals.licences.extend(_anchors(tree))
    signals.licences.extend(_microdata(tree))
    signals.licences.extend(_json_ld_licences(tree))
    _notices(tree, signals, reserved)
    return signals


def markup_nofollow(tree: Any, agent: str) -> bool:
    """Whether the page asks that its links be not followed (a cheap part of `markup_signals`)."""
    signals = PageSignals()
    for meta in tree.css("meta[name][content]"):
        if (meta.attributes["name"] or "").lower() in ("robots", agent.lower()):
            robots_signals(signals, meta.attributes["content"] or "", agent, "meta")
    return signals.nofollow


def _anchors(tree: Any) -> Iterator[Statement]:
    for anchor in tree.css("a[rel][href], area[rel][href]"):
        relations = (anchor.attributes["rel"] or "").lower().split()
        if _REL_LICENCE.intersection(relations) and not _of_others(anchor):
            target = (anchor.attributes["href"] or "").strip()
            yield Statement("a", target, licence_of(target) or licence_of(anchor.text(deep=True)))


def _microdata(tree: Any) -> Iterator[Statement]:
    for node in tree.css("[itemprop~=license], [property], [rel][resource]"):
        attributes = node.attributes
        if "itemprop" not in attributes:
            said = f"{attributes.get('property') or ''} {attributes.get('rel') or ''}"
            properties = said.lower().split()
            linked = node.tag in ("link", "a", "area") and not attributes.get("property")
            if linked or node.tag == "meta" or not _RDFA_LICENCE.intersection(properties):
                continue
        if _of_others(node) or _belongs_to_part(node):
            continue
        value = (
            attributes.get("href")
            or attributes.get("resource")
            or attributes.get("content")
            or node.text(deep=True)
            or ""
        ).strip()
        if value:
            yield Statement(
                "microdata" if "itemprop" in attributes else "rdfa", value, licence_of(value)
            )


def _ancestors(node: Any) -> Iterator[Any]:
    """The elements around a node, the nearest first; not endlessly many on hostile pages."""
    parent = node.parent
    for _ in range(_ANCESTORS):
        if parent is None:
            return
        yield parent
        parent = parent.parent


def _belongs_to_part(node: Any) -> bool:
    for parent in _ancestors(node):
        attributes = parent.attributes
        if "itemscope" in attributes:
            return (attributes.get("itemtype") or "").lower().rstrip("/").endswith(_PARTS)
    return False


def json_ld(tree: Any) -> Iterator[dict[str, Any]]:
    """The top-level nodes of the page's JSON-LD, those of a graph one by one."""
    for script in tree.css("script[type]"):
        if not is_json_ld(script.attributes["type"]):
            continue
        data = load_json_ld(script.text(deep=True) or "")
        for node in data if isinstance(data, list) else [data]:
            if not isinstance(node, dict):
                continue
            yield node
            graph = node.get("@graph")
            if isinstance(graph, list):
                yield from (item for item in graph if isinstance(item, dict))
            entity = node.get("mainEntity")
            if isinstance(entity, dict):
                yield entity


def _json_ld_licences(tree: Any) -> Iterator[Statement]:
    for node in json_ld(tree):
        kinds = node.get("@type")
        names = [kinds] if isinstance(kinds, str) else kinds if isinstance(kinds, list) else []
        if any(str(name).lower().endswith(_PARTS) for name in names):
            continue
        own = {own_name(key).lower(): value for key, value in node.items()}
        stated = own.get("license", own.get("licence"))
        for value in stated if isinstance(stated, list) else [stated]:
            address = (
                value.get("url") or value.get("@id") or value.get("name")
                if isinstance(value, dict)
                else value
            )
            if isinstance(address, str) and address.strip():
                yield Statement("json-ld", address.strip(), licence_of(address))


def _notices(tree: Any, signals: PageSignals, reserved: str | None) -> None:
    """Reservations in short lines of the page's text, and licences in its notices.

    Words about a licence count only where pages put their own terms (footer, licence box, under
    the last or, where they speak of "this content", over the first line of running text), and only
    if nothing made for machines says more. Words that reserve rights count anywhere but in what
    readers wrote or what is quoted.
    """
    body = tree.body
    if body is None:
        return
    named = any(statement.license for statement in signals.licences)
    lines = list(_lines(body))
    first, last = (0, len(lines)) if named else _running_span(lines)
    for number, (line, node) in enumerate(lines):
        if node.tag == "a":
            if not named and (_in_notice(node) or (number > last and _is_badge(node))):
                _note_address(signals, node)
        elif len(line) > _NOTICE:
            continue
        elif reserved is None and RESERVED.search(line) and not _of_others(node):
            reserved = line
        elif not named and _LICENCE_WORD.search(line):
            beside = not first <= number <= last and _speaks_of_itself(node)
            if _in_notice(node) or beside:
                licence = licence_of(line)
                if licence is not None:
                    signals.licences.append(Statement("text", line, licence))
    if reserved is not None:
        signals.licences.append(Statement("reserved", reserved.strip()[:_NOTICE], "reserved"))


def _is_badge(anchor: Any) -> bool:
    """Whether a link to a licence is its badge or name, and not about a part of the page."""
    label = (anchor.text(deep=True) or "").strip()
    badge = licence_of(label) is not None if label else anchor.css_first("img, svg") is not None
    return badge and not _OF_PARTS.search(_block_text(anchor)) and not _of_others(anchor)


def _speaks_of_itself(node: Any) -> bool:
    """Whether the block around a text begins like terms of the page and names no part of it."""
    block = _block_text(node)
    return (
        len(block) <= _NOTICE
        and _OWN_TERMS.search(block) is not None
        and not _OF_PARTS.search(block)
        and not _of_others(node)
    )


def _block_text(node: Any) -> str:
    """The text of the block that a node stands in."""
    for above in _ancestors(node):
        if above.tag not in _INLINE:
            return " ".join((above.text(deep=True) or "").split())[: _NOTICE + 1]
    return ""


def _running_span(lines: list[tuple[str, Any]]) -> tuple[int, int]:
    """The first and the last line of running text; all of the page where there is none."""
    numbers = range(len(lines))
    first = next((n for n in numbers if _is_running(*lines[n])), None)
    last = next((n for n in reversed(numbers) if _is_running(*lines[n])), None)
    return (0, len(lines)) if first is None or last is None else (first, last)


def _note_address(signals: PageSignals, anchor: Any) -> None:
    target = anchor.attributes["href"] or ""
    licence = licence_of(target)
    if licence is not None:
        signals.licences.append(Statement("anchor", target.strip(), licence))


def _is_running(line: str, node: Any) -> bool:
    """Whether a line is running text: long, not a link, and no notice about the page."""
    return (
        len(line) >= _RUNNING
        and not (_LICENCE_WORD.search(line) or RESERVED.search(line))
        and node.parent.tag != "a"
        and not _in_notice(node)
        and not _of_others(node)
    )


def _names_of(node: Any) -> str:
    attributes = node.attributes
    return f"{attributes.get('class') or ''} {attributes.get('id') or ''}"


def _in_notice(node: Any) -> bool:
    """Whether a node lies where a page states its own terms."""
    return not _of_others(node) and any(
        parent.tag == "footer" or _TERMS_PLACE.search(_names_of(parent))
        for parent in islice(_ancestors(node), 6)
    )


def _of_others(node: Any) -> bool:
    """Whether a node is a picture's caption, a quotation or a reader's comment."""
    return any(
        parent.tag in _OTHERS or not _OTHERS_NAMES.isdisjoint(_names_of(parent).lower().split())
        for parent in _ancestors(node)
    )


def _lines(body: Any) -> Iterator[tuple[str, Any]]:
    """Text and, without text of their own, links to licences, in the order of the page."""
    for node in body.traverse(include_text=True):
        if node.tag == "a":
            target = node.attributes.get("href") or ""
            if "creativecommons.org/" in target or "licence-ouverte" in target:
                yield "", node
            continue
        if node.tag == "-text" and node.parent.tag not in ("script", "style", "template"):
            text = node.text(deep=False)
            if text and len(text) > 3:
                yield text.strip(), node


def visible_letters(tree: Any, limit: int = 1_000, *, links: bool = True) -> int:
    """How many letters a reader without JavaScript would see, counted up to `limit`.

    With `links` false, menus and other links do not count.
    """
    body = tree.body
    if body is None:
        return 0
    found = 0
    for node in body.traverse(include_text=True):
        if node.tag == "-text" and node.parent.tag not in (
            "script",
            "style",
            "template",
            "noscript",
        ):
            if not links and any(above.tag == "a" for above in islice(_ancestors(node), 4)):
                continue
            found += sum(map(str.isalpha, node.text(deep=False) or ""))
            if found >= limit:
                break
    return found


def needs_javascript(tree: Any) -> bool:
    """Whether the page is an empty frame for scripts to fill, without text in its JSON-LD."""
    if not tree.css_first("script") or visible_letters(tree, 120) >= 120:
        return False
    for node in json_ld(tree):
        body = node.get("articleBody") or node.get("text")
        if isinstance(body, str) and len(body) >= 100:
            return False
    noscript = tree.css_first("body noscript")
    if noscript is not None and (noscript.text(deep=True) or "").strip():
        return True
    if any(
        node.child is None or not (node.text(deep=True) or "").strip()
        for node in tree.css("body div[id], body main[id], body app-root, body [data-reactroot]")
    ):
        return True
    written = sum(len(node.text(deep=True) or "") for node in tree.css("body script"))
    return written > 2_000


def is_soft_404(tree: Any) -> bool:
    """Whether a page sent with status 200 says in title or heading that it is not there."""
    if visible_letters(tree, 600, links=False) >= 600:
        return False
    return any(_NOT_FOUND.search(node.text(deep=True) or "") for node in tree.css("title, h1"))


def attribution_of(tree: Any, url: str) -> str | None:
    """Whom a licence wants named: what the page asks for, else its author and site."""
    node = tree.css_first('[property~="cc:attributionName"], [rel~="cc:attributionURL"]')
    if node is not None:
        name = (node.attributes.get("content") or node.text(deep=True) or "").strip()
        if name:
            return name[:200]
    names: list[str] = []
    for data in json_ld(tree):
        for key in ("author", "publisher", "copyrightHolder"):
            names.extend(_names(data.get(key)))
    if not names:
        names.extend(
            (meta.attributes.get("content") or "").strip()
            for meta in tree.css('meta[name="author"], meta[name="dcterms.creator"]')
        )
    site = tree.css_first('meta[property="og:site_name"]')
    names.append(
        ((site.attributes.get("content") if site is not None else None) or "").strip()
        or urlsplit(url).hostname
        or ""
    )
    kept = [name for name in dict.fromkeys(names) if 0 < len(name) <= 100]
    return ", ".join(kept[:4]) or None


def _names(value: Any) -> list[str]:
    found = []
    for item in value if isinstance(value, list) else [value]:
        name = item.get("name") if isinstance(item, dict) else item
        if isinstance(name, str) and name.strip() and "://" not in name:
            found.append(name.strip())
    return found
