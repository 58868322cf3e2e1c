"""Cutting a text into segments that a person can judge at a glance."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LETTER = re.compile(r"[^\W\d_]")
_END = re.compile(r"[.!?؟…؛;:۔]['\"»”’)\]]*(?=\s)")
_SPACE = re.compile(r"\s+")
#: Letters below which nobody can tell anything.
_LEAST = 8


def segments(text: str, limit: int) -> Iterator[tuple[int, int]]:
    """Code point ranges of the lines of a text, long ones cut behind a sentence, else at a space.

    Ranges have no blank ends, do not overlap and hold at most `limit` characters, unless a word is
    longer. Lines with fewer than eight letters are left out.
    """
    for line in re.finditer(r"[^\r\n]+", text):
        start, end = line.span()
        while start < end:
            cut = end if end - start <= limit else _cut(text, start, end, limit)
            piece = text[start:cut]
            first = start + len(piece) - len(piece.lstrip())
            last = start + len(piece.rstrip())
            if len(_LETTER.findall(text, first, last)) >= _LEAST:
                yield first, last
            start = cut


def whole(text: str) -> Iterator[tuple[int, int]]:
    """The range of a text without blank ends, if there are eight letters in it."""
    first, last = len(text) - len(text.lstrip()), len(text.rstrip())
    if len(_LETTER.findall(text, first, last)) >= _LEAST:
        yield first, last


def _cut(text: str, start: int, end: int, limit: int) -> int:
    """Where a line is cut: behind the last sentence in its second half, the last space, or later.

    A word longer than the limit stays whole: a cut inside it would be a text nobody wrote.
    """
    stop = start + limit
    sentences = [m.end() for m in _END.finditer(text, start + limit // 2, stop + 1)]
    if sentences and sentences[-1] <= stop:
        return sentences[-1]
    spaces = [m.start() for m in _SPACE.finditer(text, start + 1, stop + 1)]
    if spaces:
        return spaces[-1]
    later = _SPACE.search(text, stop, end)
    return later.start() if later else end
