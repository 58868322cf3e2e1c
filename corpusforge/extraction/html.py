"""The text of a web page: which kind of page it is, and the reader for that kind."""

from __future__ import annotations

from dataclasses import replace

from corpusforge.extraction.charset import decode
from corpusforge.extraction.forum import forum_text
from corpusforge.extraction.javascript import needs_javascript
from corpusforge.extraction.main_text import main_text
from corpusforge.extraction.metadata import Metadata, read_metadata
from corpusforge.extraction.page import Document, NotExtractedError, Options
from corpusforge.extraction.readers_comments import take_comments
from corpusforge.extraction.render import unwrap_layout_tables
from corpusforge.extraction.tree import drop_noise, parse


def extract_html(
    payload: bytes, *, charset: str | None, url: str | None, options: Options
) -> Document:
    """The main text of a page and its title, date, author and section.

    Raises:
        NotExtractedError: ``js_only``, ``no_main_text`` or ``empty``.

    """
    text, _ = decode(payload, charset)
    root = parse(text)
    about = read_metadata(root)
    scripted = needs_javascript(root)
    drop_noise(root)
    if scripted:
        if about.body:
            return _document(about.body, about, "json-ld")
        raise NotExtractedError("js_only")
    unwrap_layout_tables(root)
    posts = forum_text(root, url=url, quotes=options.quotes, signatures=options.signatures)
    if posts:
        # Posts have authors of their own; the page has none.
        return replace(_document(posts, about, "forum"), author=None)
    discussion = take_comments(root)
    body = main_text(root, tables=options.tables == "keep", title=about.title)
    if options.comments == "keep" and discussion:
        body = f"{body}\n\n{discussion}".strip()
    if not body:
        raise NotExtractedError("no_main_text")
    return _document(body, about, "main_text")


def _document(text: str, about: Metadata, method: str) -> Document:
    return Document(text, about.title, about.date, about.author, about.section, method)
