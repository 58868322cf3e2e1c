"""What a page, a sitemap or a feed leads to."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urljoin
from xml.parsers import expat

from corpusforge.sources.crawl.urls import canonical, is_asset

_HTML = frozenset({"text/html", "application/xhtml+xml"})
_REFRESH = re.compile(r"^\s*\d+(?:\.\d+)?\s*[;,]\s*(?:url\s*=\s*)?['\"]?([^'\"]+)", re.IGNORECASE)
_FEED_TYPES = (
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json",
)  # fmt: skip
_JSON_FEED = re.compile(rb"\s*\{.{0,400}?jsonfeed\.org/version", re.DOTALL)
_SITEMAP_LIMIT = 50_000


@dataclass(frozen=True)
class Link:
    """An address found somewhere, and how."""

    url: str
    #: seed, index, sitemap, feed, canonical, alternate, redirect or link.
    kind: str


def page_links(tree: Any, url: str, *, feeds: bool) -> list[Link]:
    """Every address a page leads to, announced ones first, each once."""
    base = url
    node = tree.css_first("base[href]")
    if node is not None:
        base = canonical(node.attributes["href"] or "", url) or url
    found: dict[str, str] = {}

    def add(target: str | None, kind: str) -> None:
        if not target or target.startswith(("#", "javascript:", "mailto:", "tel:", "data:")):
            return
        address = canonical(target, base)
        if address is not None and address not in found and not is_asset(address):
            found[address] = kind

    for link in tree.css("link[rel][href]"):
        kind = _link_kind(link.attributes)
        if kind is not None and (feeds or kind != "feed"):
            add(link.attributes["href"], kind)
    for meta in tree.css("meta[http-equiv][content]"):
        if (meta.attributes["http-equiv"] or "").lower() == "refresh":
            match = _REFRESH.match(meta.attributes["content"] or "")
            if match:
                add(match[1].strip(), "link")
    for anchor in tree.css("a[href], area[href]"):
        attributes = anchor.attributes
        if "nofollow" not in (attributes.get("rel") or "").lower() and not _is_hidden(attributes):
            add(attributes["href"], "link")
    for frame in tree.css("frame[src], iframe[src]"):
        add(frame.attributes["src"], "link")
    found.pop(url, None)
    return [Link(address, kind) for address, kind in found.items()]


def _is_hidden(attributes: Any) -> bool:
    """Whether a link is one that no reader can see: bait for robots."""
    style = (attributes.get("style") or "").replace(" ", "").lower()
    return "hidden" in attributes or "display:none" in style or "visibility:hidden" in style


def _link_kind(attributes: Any) -> str | None:
    """What a link element announces, or None where it leads to no page."""
    relations = (attributes["rel"] or "").lower().split()
    if "canonical" in relations:
        return "canonical"
    if "alternate" in relations:
        if (attributes.get("type") or "").lower() in _FEED_TYPES:
            return "feed"
        return "alternate" if "hreflang" in attributes else None
    return "link" if "next" in relations or "prev" in relations else None


def is_html(media_type: str) -> bool:
    """Whether this is the type of a web page."""
    return media_type in _HTML


_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "application/octet-stream"),
    (b"OggS", "application/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\x7fELF", "application/octet-stream"),
    (b"MZ\x90", "application/octet-stream"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
    (b"wOF", "font/woff"),
)
_DOCUMENTS = frozenset(
    {
        "application/pdf",
        "application/msword",
        "application/rtf",
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/csv",
        "application/json",
        "application/jsonl",
        "application/x-ndjson",
        "application/zip",
        "text/plain",
        "text/csv",
        "text/markdown",
        "text/tab-separated-values",
    }
)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_BY_NAME = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "md": "text/markdown",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "zip": "application/zip",
}
_XML = re.compile(r"^(?:text/xml|application/(?:[a-z0-9.+-]+\+)?xml|application/(?:x-)?gzip)$")


#: Types that say "a file to keep" and no more.
_VAGUE = frozenset(
    {
        "", "application/octet-stream", "binary/octet-stream", "application/binary",
        "application/force-download", "application/x-force-download", "application/download",
        "application/x-download", "application/octetstream", "application/x-octet-stream",
        "application/unknown", "application/x-unknown", "unknown/unknown",
    }
)  # fmt: skip
#: Other names of the types of documents.
_ALIASES = {
    "application/x-pdf": "application/pdf",
    "application/acrobat": "application/pdf",
    "applications/vnd.pdf": "application/pdf",
    "text/pdf": "application/pdf",
    "application/x-zip-compressed": "application/zip",
    "application/x-zip": "application/zip",
    "application/x-csv": "text/csv",
    "text/x-csv": "text/csv",
    "text/comma-separated-values": "text/csv",
    "application/x-msexcel": "application/vnd.ms-excel",
    "application/msexcel": "application/vnd.ms-excel",
    "application/vnd.ms-word": "application/msword",
}
_FILENAME = re.compile(
    r"filename\*\s*=\s*[\w-]*'[^']*'([^;]+)|filename\s*=\s*(?:\"([^\"]+)\"|([^;]+))", re.IGNORECASE
)


def file_name(disposition: str | None) -> str | None:
    """The name that Content-Disposition gives a file."""
    found = _FILENAME.search(disposition or "")
    return None if found is None else unquote(next(filter(None, found.groups()))).strip()


def is_wanted(media_type: str) -> bool:
    """Whether a response of this type could hold text, links or a sitemap."""
    return (
        media_type in _VAGUE
        or media_type in _ALIASES
        or media_type in _HTML
        or media_type in _DOCUMENTS
        or media_type in _FEED_TYPES
        or bool(_XML.match(media_type))
    )


def is_document(media_type: str) -> bool:
    """Whether a body of this (true) type could be a document with text."""
    return media_type in _DOCUMENTS


def true_type(media_type: str, body: bytes, url: str, disposition: str | None = None) -> str:
    """The type of a body: what its first bytes prove, else what was declared, else its name."""
    media_type = _ALIASES.get(media_type, media_type)
    name = file_name(disposition) or url.partition("?")[0]
    for magic, found in _MAGIC:
        if body.startswith(magic):
            return found
    vague = media_type in _VAGUE
    named = _BY_NAME.get(name.rpartition(".")[2].lower())
    if body.startswith(b"PK\x03\x04") and (vague or media_type in ("application/zip", *_HTML)):
        return named or "application/zip"
    head = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if (vague or media_type == "text/plain") and head.startswith((b"<!doctype html", b"<html")):
        return "text/html"
    return named or "application/octet-stream" if vague else media_type


def listing_kind(body: bytes) -> str | None:
    """``sitemap`` or ``feed`` where the body is one (XML, gzip or not, or JSON), else None."""
    head = _unzip(body, 4096)[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head.startswith(b"<"):
        return "feed" if _JSON_FEED.match(head) else None
    root = re.search(rb"<(?:[\w.-]+:)?(urlset|sitemapindex|rss|feed|RDF)[\s>]", head)
    if root is None:
        return None
    return "sitemap" if root[1] in (b"urlset", b"sitemapindex") else "feed"


def is_address_list(body: bytes) -> bool:
    """Whether a body is a sitemap in plain text: web addresses, one a line, and nothing else."""
    lines = body[:100_000].lstrip(b"\xef\xbb\xbf").split()
    whole = lines[:-1] or lines  # the last may be cut
    return bool(whole) and all(line.startswith((b"http://", b"https://")) for line in whole)


def _unzip(body: bytes, limit: int) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return zlib.decompressobj(31).decompress(body, limit)
    except zlib.error:
        return b""


def sitemap_links(body: bytes, url: str, limit: int) -> list[Link]:
    """Addresses in a sitemap (``sitemap``) or sitemap index (``index``), gzip or plain text too.

    A broken file gives what stands before the break; at most 50,000 addresses are read, as the
    protocol sets.
    """
    if body.startswith(b"\x1f\x8b"):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(body)) as stream:
                body = stream.read(limit)
        except (OSError, EOFError, zlib.error):
            body = _unzip(body, limit)
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        lines = body.decode("utf-8-sig", "replace").split()
        return _as_links([("sitemap", line) for line in lines if "://" in line], url)
    return _as_links(list(_elements(body, {"loc"})), url)


def feed_links(body: bytes, url: str) -> list[Link]:
    """The entries of an RSS, RDF, Atom or JSON feed (``sitemap``: announced, like those of one)."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _as_links(_json_items(body), url, kind="sitemap")
    return _as_links(list(_elements(body, {"link", "guid"})), url, kind="sitemap")


def _json_items(body: bytes) -> list[tuple[str, str]]:
    """What the items of a JSON feed lead to; nothing where it is broken."""
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError):
        return []
    items = feed.get("items") if isinstance(feed, dict) else None
    entries = items if isinstance(items, list) else []
    found = [entry.get("url") for entry in entries if isinstance(entry, dict)]
    return [("feed", address) for address in found if isinstance(address, str)]


def _as_links(pairs: list[tuple[str, str]], base: str, kind: str | None = None) -> list[Link]:
    found: dict[str, str] = {}
    for how, target in pairs[:_SITEMAP_LIMIT]:
        address = canonical(target, base)
        if address is not None and not is_asset(address):
            found.setdefault(address, kind or how)
    return [Link(address, how) for address, how in found.items()]


def _elements(body: bytes, wanted: set[str]) -> Iterator[tuple[str, str]]:
    """(what it is, address) of the wanted elements; entities are not expanded."""
    found: list[tuple[str, str]] = []
    path: list[str] = []
    text: list[str] = []
    attributes_of: dict[str, str] = {}
    bases: list[str] = [""]

    def start(name: str, attributes: dict[str, str]) -> None:
        path.append(name.rpartition(":")[2].lower())
        bases.append(urljoin(bases[-1], attributes.get("xml:base", "")))
        text.clear()
        attributes_of.clear()
        attributes_of.update(attributes)
        atom = path[-1] == "link" and "href" in attributes and "entry" in path
        if atom and "link" in wanted and attributes.get("rel", "alternate") == "alternate":
            found.append(("feed", urljoin(bases[-1], attributes["href"])))

    def is_link(tag: str) -> bool:
        return tag != "guid" or attributes_of.get("isPermaLink", "true").lower() != "false"

    def end(name: str) -> None:
        tag = name.rpartition(":")[2].lower()
        value = "".join(text).strip()
        if tag in wanted and value:
            if tag == "loc":
                parent = path[-2] if len(path) > 1 else ""
                if parent in ("url", "sitemap"):
                    found.append(("index" if parent == "sitemap" else "sitemap", value))
            elif "item" in path and value.startswith(("http://", "https://", "/")) and is_link(tag):
                found.append(("feed", value))
        text.clear()
        if path:
            path.pop()
            bases.pop()

    def refuse(*_: Any) -> None:
        raise expat.ExpatError

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text.append
    parser.EntityDeclHandler = refuse  # no entity bombs
    with contextlib.suppress(expat.ExpatError, ValueError, LookupError):
        parser.Parse(body, True)
    yield from found
