"""Personal data in texts: one linear pass finds candidates, each is judged where it stands."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np

from corpusforge.privacy.addresses import Addresses, address_heads
from corpusforge.privacy.births import Births
from corpusforge.privacy.context import Cues
from corpusforge.privacy.cues import BIT, social_names
from corpusforge.privacy.fold import Batch, fold, page
from corpusforge.privacy.names import Names
from corpusforge.privacy.numbers import Found, Numbers
from corpusforge.privacy.online import Online
from corpusforge.privacy.plates import plate
from corpusforge.privacy.spans import TYPES, Span, Width, settle, width_for
from corpusforge.privacy.words import Words, split_words

#: Code points folded at once; larger texts are a batch of their own.
_BATCH = 1 << 17

#: What may stand between two groups of digits of one number.
_JOIN = r"[ \t]{0,2}[.\-/_|,;()\n ][ \t]{0,2}[\-+(]?"

#: The letter of a plate, as a sign or by its name.
_SERIES = "[A-Za-zابتجدهوطي]|ألف|الف|باء|دال|هاء|واو|طاء|alif|ⴰ|ⴱ|ⴷ"

_NETWORKS = (
    r"(?:facebook|instagram|twitter|tiktok|snapchat|threads|pinterest|twitch|soundcloud|vk|"
    r"behance|github|gitlab|patreon|Facebook|Instagram|Twitter|TikTok|Snapchat)\.(?:com|net|tv)|"
    r"\bx\.com|fb\.com|fb\.me|m\.me|\bt\.me|telegram\.me|wa\.me|linkedin\.com|LinkedIn\.com|"
    r"youtube\.com|linktr\.ee|instagr\.am|about\.me"
)

#: At signs and words for them, social networks in addresses.
_ONLINE = (
    r"@",
    r"[(\[{<] ?(?:@|at|AT|arobase|arobas|a|chez|آت|ات|أروباس|أت|أروباز) ?[)\]}>]",
    r" (?:arobase|arobas|at|AT|Arobase|AROBASE|آت|ات|أت|أروباس|أروباز|اروباس|ⴰⵔⵓⴱⴰⵣ) ",
    rf"(?:{_NETWORKS})/",
)
#: IPv6; times look alike.
_MACHINE_6 = r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){3,8}"
_MACHINE_4 = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3,}"
_TRIGGERS_ONLINE = page("|".join((_MACHINE_6, _MACHINE_4, *_ONLINE)))
_TRIGGERS = page(
    "|".join(
        (
            # IBAN, as far as its second group.
            r"\b[A-Za-z]{2}[0-9]{2}[ \-]?[0-9A-Za-z]{4}",
            _MACHINE_6,
            # Runs of digit groups.
            rf"[0-9]{{4,}}(?:{_JOIN}[0-9]+)*",
            rf"\b[0-9]{{1,3}}(?:{_JOIN}[0-9]+)+",
            # Plates whose first part is short: 12-أ-5.
            rf"\b[0-9]{{1,3}}[ |/\-_.]{{0,5}}(?:{_SERIES})[ |/\-_.]{{0,5}}[0-9]",
            *_ONLINE,
            # Degrees.
            r"[0-9] ?°",
        )
    )
)


_IBAN = re.compile("[A-Za-z]{2}[0-9]{2}[ \\-]?[0-9A-Za-z]{4}")
_FIRST_DIGITS = re.compile("[0-9]+")
_DECIMAL_MARK = re.compile("[0-9][.,][0-9]{3}")
_SHORT_PLATE = re.compile(r"[0-9]{1,3}[ |/\-_.]{0,5}[A-Za-z\x80-\xd7]")
_RUN_GOES_ON = re.compile(rf"[0-9]*(?:{_JOIN}[0-9]+)*")
_PLATE_GOES_ON = frozenset(page(" |/-_.WABDHEJTYabdhewjtyابتجدهوطيⴰⴱⴷⵀⵡⵟⵢⵊ"))


@cache
def _triggers(width: Width) -> Any:
    import re2

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.never_capture = True
    pattern = _TRIGGERS_ONLINE if width == "online" else _TRIGGERS
    return re2.compile(pattern.encode("latin-1"), options)


@cache
def _signs() -> Any:
    """What triggers the width "online", or what may be a network's name, however cased."""
    import re2

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.never_capture = True
    latin, other = social_names()
    networks = rf"(?i:(?:\b|_)l?(?:{'|'.join(latin)})(?:\b|_))|(?:{'|'.join(other)})"
    return re2.compile(f"{_TRIGGERS_ONLINE}|{networks}".encode("latin-1"), options)


#: What is read on either side of a sign, in symbols: several times what any recogniser of the width
#: "online" looks at.
_AROUND = 400
_WORD_EDGE = re.compile("[^A-Za-z0-9\x80-\xd7\xf1]")

#: What a recogniser calls a look-alike, so that nothing else is made of it.
_NOTHING = "NOTHING"


def detect(
    texts: Sequence[str], *, minimum: float = 0.5, kinds: Collection[str] = TYPES
) -> list[list[Span]]:
    """The spans of personal data in each text, in code points, none overlapping.

    Args:
        texts: any strings; what is found in one does not depend on the others.
        minimum: the least score (0 to 1) of a span.
        kinds: types wanted. Names, addresses and births are not even looked for where none of
            them is; spans of other types can still be in the answer.

    """
    found = candidates(texts, width_for(kinds))
    return [settle(spans, minimum=minimum, kinds=kinds) for spans in found]


def candidates(texts: Sequence[str], width: Width = "everything") -> list[list[Span]]:
    """All that any recogniser finds in each text, overlaps and low scores included.

    A function of the text alone: which candidates become spans is for `settle` and a policy to say.
    """
    found: list[list[Span]] = []
    for part in _parts(texts):
        found.extend(_detect_batch(part, width))
    return found


def _parts(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Runs of texts of about `_BATCH` code points."""
    start = size = 0
    for place, text in enumerate(texts):
        if size and size + len(text) > _BATCH:
            yield texts[start:place]
            start, size = place, 0
        size += len(text) + 1
    if start < len(texts):
        yield texts[start:]


def _detect_batch(texts: Sequence[str], width: Width) -> list[list[Span]]:
    batch = fold(texts)
    if width == "online":
        # Few texts have any sign of a network in them, and nothing far from one matters.
        batch = batch.cut(_around_signs(batch))
    return _found_in(batch, width, len(texts))


def _found_in(batch: Batch, width: Width, texts: int) -> list[list[Span]]:
    """The candidates in a batch of so many texts, of each text."""
    by_text: list[list[Span]] = [[] for _ in range(texts)]
    found = [one for one in _candidates(batch, width) if one[2] != _NOTHING]
    if not found:
        return by_text
    ends = [place for start, end, _, _ in found for place in (start, end - 1)]
    texts_of, offsets = batch.origin(ends)
    places = zip(found, texts_of[::2].tolist(), offsets.reshape(-1, 2).tolist(), strict=True)
    for (_, _, kind, score), text, (begin, end) in places:
        by_text[text].append(Span(begin, end + 1, kind, score))
    return by_text


def _around_signs(batch: Batch) -> list[tuple[int, int]]:
    """Ranges of whole words around all that the width "online" could make something of."""
    string = batch.string
    ranges: list[tuple[int, int]] = []
    matches = [match.span() for match in _signs().finditer(batch.symbols)]
    if not matches:
        return ranges
    text = np.searchsorted(batch.ends, [start for start, _ in matches], side="right")
    limits = zip(batch.starts[text].tolist(), batch.ends[text].tolist(), strict=True)
    for (start, end), (floor, ceiling) in zip(matches, limits, strict=True):
        first, last = max(floor, start - _AROUND), min(ceiling, end + _AROUND)
        if first > floor and (edge := _WORD_EDGE.search(string, first - 1, start)) is not None:
            first = edge.end()
        if last < ceiling and (edge := _WORD_EDGE.search(string, last, ceiling)) is not None:
            last = edge.start()
        if ranges and first <= ranges[-1][1] and floor <= ranges[-1][0]:
            first, last = ranges[-1][0], max(last, ranges.pop()[1])
        ranges.append((first, last))
    return ranges


def _candidates(batch: Batch, width: Width) -> Iterator[Found]:
    """Everything any recogniser finds in `batch`, in symbols, overlaps included."""
    words = split_words(batch)
    cues = Cues(batch, words)
    yield from _triggered(batch, cues, width)
    if width == "everything":
        yield from _births(batch, cues)
        yield from Names(batch, words, cues).find()
        yield from _addresses(batch, words)


def _triggered(batch: Batch, cues: Cues, width: Width) -> Iterator[Found]:
    string = batch.string
    numbers = Numbers(string, cues)
    online = Online(string, cues)
    for match in _triggers(width).finditer(batch.symbols):
        start, end = match.span()
        first = string[start]
        if first in "0123456789:abcdefABCDEF" and string.count(":", start, end) >= 3:
            yield from online.internet_6(start, end)
            yield from _digits(string, start, end, numbers, online, cues)
        elif _IBAN.match(string, start):
            found = numbers.iban(start)
            if found is not None:
                yield found
            else:
                digits = _FIRST_DIGITS.search(string, start, end)
                assert digits is not None
                yield from _digits(
                    string, digits.start(), _digits_end(string, end), numbers, online, cues
                )
        elif "0" <= first <= "9":
            if string[end - 1] == "\xf0":
                yield from online.degrees(end - 1)
            elif _SHORT_PLATE.match(string, start):
                found = plate(string, cues, start)
                if found is not None:
                    yield found
                else:
                    # The digits that end the match may begin a number of their own.
                    yield from _digits(
                        string, end - 1, _digits_end(string, end), numbers, online, cues
                    )
            else:
                yield from _digits(string, start, end, numbers, online, cues)
        elif string[end - 1] == "/":
            yield from online.link(start, end)
        else:
            yield from online.at(start, end)
    for place in _positions(cues, BIT["SOCIAL"]):
        yield from online.named_handle(cues.end[place])


def _digits(
    string: str, start: int, end: int, numbers: Numbers, online: Online, cues: Cues
) -> list[Found]:
    """What a run of digit groups holds."""
    found: list[Found] = []
    last = end
    while last > start and string[last - 1] in "0123456789":
        last -= 1
    if not "0" <= string[start] <= "9":
        return found
    if string[start - 1] == "\xf0" and string[start - 2] in "0123456789 " and end - start < 8:
        # The minutes of an angle, not the number of "N°".
        return found
    after = string[end]
    if end - last <= 7 and after in _PLATE_GOES_ON:
        one = plate(string, cues, last)
        if one is not None:
            found.append(one)
    found += numbers.run(start, end)
    if end - start >= 6 and _DECIMAL_MARK.search(string, start, end) is not None:
        found += online.coordinate_runs(start, end)
    if after == "\xf0" or (after == " " and string[end + 1] == "\xf0"):
        found += online.degrees(end if after == "\xf0" else end + 1)
    return found


def _addresses(batch: Batch, words: Words) -> Iterator[Found]:
    """Addresses around head words; what lies within one already found is passed over."""
    heads = np.flatnonzero(address_heads().look_up(words.hash))
    addresses = Addresses(batch.string)
    done = 0
    for start, end in zip(words.start[heads].tolist(), words.end[heads].tolist(), strict=True):
        if start < done:
            continue
        latin = batch.string[start] < "\x80"
        for found in addresses.latin(start) if latin else addresses.arabic(start, end):
            done = found[1]
            yield found


def _digits_end(string: str, end: int) -> int:
    match = _RUN_GOES_ON.match(string, end)
    return match.end() if match is not None else end


def _births(batch: Batch, cues: Cues) -> Iterator[Found]:
    births = Births(batch.string, cues)
    size = len(batch.string)
    for place in _positions(cues, BIT["DOB"]):
        yield from births.after_cue(cues.end[place], size)


def _positions(cues: Cues, bit: int) -> Iterable[int]:
    return (place for place, bits in enumerate(cues.bits) if bits & bit)
