"""The kinds of source a recipe can name: recipes, their schema and the build read this list."""

from __future__ import annotations

from importlib import import_module

from corpusforge.sources.source import Source

#: Every kind, in the order of the reference. The module of that name has it as `SOURCE`, and is
#: imported when a recipe names it: a command pays for what its recipe uses.
SOURCES = ("crawl", "warc", "files", "dataset")


def source_of(kind: str) -> Source | None:
    """The source of a kind, or None where there is no such kind."""
    if kind not in SOURCES:
        return None
    source: Source = import_module(f"corpusforge.sources.{kind}").SOURCE
    return source
