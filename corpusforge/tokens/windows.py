"""Long texts as windows: which tokens a model reads together, and which of them it answers for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Window(NamedTuple):
    """A run of a text's tokens that a model reads at once.

    It reads ``start`` to ``end`` and answers for ``first`` to ``last``; what lies outside of these
    is context. Over the windows of a text, every token is answered for once.
    """

    start: int
    end: int
    first: int
    last: int


def windows(length: int, size: int, overlap: int = 0, *, ahead: bool = False) -> Iterator[Window]:
    """The windows of a text of `length` tokens, none larger than `size`.

    Each begins `size - overlap` tokens after the one before it. Of the tokens that two of them
    read, the later one answers for none where a model only looks back (they are its context), and
    for the second half where it looks `ahead` too.
    """
    if length <= 0:
        return
    if not 0 <= overlap < size:
        message = f"windows of {size} tokens cannot overlap by {overlap}"
        raise ValueError(message)
    start = first = 0
    while True:
        end = min(length, start + size)
        last = end if end == length or not ahead else end - overlap // 2
        yield Window(start, end, first, last)
        if end == length:
            return
        start, first = start + size - overlap, last
