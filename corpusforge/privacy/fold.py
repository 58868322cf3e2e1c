"""Texts as bytes of one alphabet: one byte a character, so that offsets need no decoding.

Every recogniser works on the *page*: 256 symbols that hold ASCII, the Arabic letters, Tifinagh and
a few marks. Digits of every script become 0-9, accents and letter variants fall away, all dashes
are one dash, and what has no width (bidi marks, joiners, tashkeel, tatweel) is left out. An offset
map leads each symbol back to the code point it came from. Many texts are folded at once with one
table look-up, about 150 MB/s, and byte 0 stands between them: nothing ever matches across it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any

import numpy as np

#: Between two texts, and at both ends of a batch.
BREAK = 0
#: A control character, a NUL of the text included.
CONTROL = 1
#: The degree sign, and the raised o in N°.
DEGREE = 0xF0
#: A letter of a script that no recogniser reads (Cyrillic, Han …).
OTHER_LETTER = 0xF1
#: Emoji, currency signs and the rest.
OTHER_SYMBOL = 0xF2
_GONE = 0xFF

_ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنهويءؤئى"
_TIFINAGH = "".join(chr(code) for code in range(0x2D30, 0x2D68))
_SYMBOL = {letter: 0x80 + place for place, letter in enumerate(_ARABIC + _TIFINAGH)}
#: Letters written in several ways, and letters that a name may carry in either form.
_SAME = {
    **dict.fromkeys("أإآٱٲٳ", "ا"),
    **dict.fromkeys("یېےۍ", "ي"),
    **dict.fromkeys("ةھہەۀۂۃ", "ه"),
    **dict.fromkeys("کڪګگڭݣڬ", "ك"),
    **dict.fromkeys("پٻ", "ب"),
    **dict.fromkeys("ڤڢڥ", "ف"),
    **dict.fromkeys("چژ", "ج"),
    **dict.fromkeys("ڨڧ", "ق"),
    **dict.fromkeys("ۆۇۋۏ", "و"),
    **dict.fromkeys("‐‑‒–—―−﹣－۔", "-"),
    "۔": ".",
    **dict.fromkeys("’‘ʼʹ′´`‛ˈʾʿ", "'"),
    **dict.fromkeys("“”„«»″‹›‟", '"'),
    **dict.fromkeys("¦│┃ǀ∣", "|"),
    **dict.fromkeys("⁄∕", "/"),
    **dict.fromkeys("°º˚", "°"),
    "،": ",",
    "٬": ",",
    "٫": ".",
    "؛": ";",
    "؟": "?",
    "٪": "%",
    "٭": "*",
    "꞉": ":",
    "ɣ": "g",
    "γ": "g",
    "Ɣ": "G",
    "ɛ": "e",
    "ε": "e",
    "Ɛ": "E",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "đ": "d",
    "ı": "i",
    "œ": "e",
    "Œ": "E",
    "æ": "e",
    "Æ": "E",
    "ß": "s",
    "\r": " ",
    "\v": "\n",
    "\f": "\n",
    "\x85": "\n",
    "\u2028": "\n",
    "\u2029": "\n",
    "ⵯ": "",
    "ـ": "",
    "ﷲ": "ا",
}


def _symbol_of(char: str) -> int:  # noqa: PLR0911 - one class of characters a line
    """The page's symbol for one character."""
    code = ord(char)
    if char in _SAME:
        same = _SAME[char]
        if not same:
            return _GONE
        return DEGREE if same == "°" else _SYMBOL.get(same, ord(same))
    if char in _SYMBOL:
        return _SYMBOL[char]
    if code < 0x80:
        return code if (code >= 0x20 and code != 0x7F) or char in "\t\n" else CONTROL
    category = unicodedata.category(char)
    if category in {"Mn", "Me", "Cf"}:
        return _GONE
    if category == "Nd":
        return ord("0") + unicodedata.decimal(char)
    if category.startswith("Z"):
        return ord(" ")
    if category == "Cc":
        return CONTROL
    plain = unicodedata.normalize("NFKD", char)
    base = [part for part in plain if unicodedata.category(part) not in {"Mn", "Me", "Cf"}]
    if base and base[0] != char:
        # A ligature keeps its first letter here; `fold` writes lam-alef out in full.
        return _symbol_of(base[0])
    return OTHER_LETTER if category[0] == "L" else OTHER_SYMBOL


#: Lower case, and the final ya without dots as the ya that it is in other spellings.
_LOWERED = (
    bytes(range(256))
    .lower()
    .translate(bytes(_SYMBOL["ي"] if code == _SYMBOL["ى"] else code for code in range(256)))
)


def lowered(folded: str) -> str:
    """Folded text in lower case (A-Z alone: the other symbols have no case), ى as ي."""
    return folded.encode("latin-1").translate(_LOWERED).decode("latin-1")


#: Presentation forms of lam-alef: one character, two letters.
_LAM_ALEF = range(0xFEF5, 0xFEFD)


#: Blocks looked up in the Unicode database one by one: Latin to Thai, punctuation and symbols,
#: Tifinagh, presentation forms, half and full width, mathematical letters and digits.
_READ = (
    (0x0000, 0x1100), (0x1680, 0x1900), (0x1AB0, 0x2E80), (0x3000, 0x3040), (0xA640, 0xA800),
    (0xFB00, 0x10000), (0x10E60, 0x10E80), (0x1D400, 0x1D800), (0x1EE00, 0x1EF00),
    (0x1FBF0, 0x1FBFA),
)  # fmt: skip
#: Blocks of letters that no recogniser reads: Hangul, Ethiopic to Cham, kana, Han, and beyond.
_OTHER_LETTERS = (
    (0x1100, 0x1680), (0x1900, 0x1AB0), (0x2E80, 0xA640), (0xA800, 0xD7FC), (0xF900, 0xFB00),
    (0x10000, 0x1D000), (0x1E000, 0x1F000), (0x20000, 0x32000),
)  # fmt: skip


@cache
def _table() -> Any:
    """The symbol of every code point."""
    table = np.full(0x110000, OTHER_SYMBOL, np.uint8)
    for first, last in _OTHER_LETTERS:
        table[first:last] = OTHER_LETTER
    for first, last in _READ:
        for code in range(first, last):
            table[code] = _symbol_of(chr(code))
    table[0xE0000:0xE01F0] = _GONE  # tags and variation selectors
    return table


def page(text: str) -> str:
    """`text`, or a pattern, in the page's alphabet (each symbol as one Latin-1 character)."""
    table = _table()
    return "".join(chr(table[ord(char)]) for char in text if table[ord(char)] != _GONE)


@dataclass(frozen=True)
class Batch:
    """Folded texts, or pieces of them, one after the other with `BREAK` between and around them."""

    #: The symbols, an array of uint8.
    codes: Any
    #: Where each piece begins and ends among the symbols, and the number of the text it is of.
    starts: Any
    ends: Any
    texts: Any
    #: For each piece, the place of its text's first code point among those of all the texts.
    bases: Any
    #: From symbols to the places of their code points among those of all the texts, where some code
    #: points left no symbol or two; None where each left one.
    places: Callable[[Any], Any] | None = None

    @cached_property
    def symbols(self) -> bytes:
        """The symbols as bytes."""
        return bytes(self.codes.tobytes())

    @cached_property
    def string(self) -> str:
        """The symbols as Latin-1 characters, for patterns of `re`."""
        return self.symbols.decode("latin-1")

    def origin(self, symbols: Sequence[int] | Any) -> tuple[Any, Any]:
        """For each of these symbols, the number of its text and the offset of its code point."""
        wanted = np.asarray(symbols, np.int64)
        piece = np.searchsorted(self.ends, wanted, side="right")
        places = wanted if self.places is None else self.places(wanted)
        return self.texts[piece], places - self.bases[piece]

    def cut(self, ranges: Sequence[tuple[int, int]]) -> Batch:
        """Only these ranges of symbols, in order and each within one text, as pieces."""
        first, last = np.array(ranges, np.int64).reshape(-1, 2).T
        ends: Any = np.cumsum(last - first + 1)
        starts = ends - (last - first)
        piece = np.searchsorted(self.starts, first, side="right") - 1
        edge = bytes([BREAK])
        cut = edge.join((edge[:0], *(self.symbols[begin:stop] for begin, stop in ranges), edge[:0]))

        def places(symbols: Any) -> Any:
            before = symbols + (first - starts)[np.searchsorted(ends, symbols, side="right")]
            return before if self.places is None else self.places(before)

        return Batch(
            np.frombuffer(cut or edge, np.uint8), starts, ends, self.texts[piece],
            self.bases[piece], places,
        )  # fmt: skip


def fold(texts: Sequence[str]) -> Batch:
    """All of `texts` in the page's alphabet."""
    joined = "\0".join(("", *texts, ""))
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    codes = _table().take(points)
    lengths = np.fromiter((len(text) for text in texts), np.int64, len(texts))
    # The separators' places: a NUL of a text is folded to CONTROL, ours to BREAK.
    breaks = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(lengths + 1, out=breaks[1:])
    codes[breaks] = BREAK
    places: Callable[[Any], Any] | None = None
    left: Any = codes
    marks: Any = breaks
    if bool(_ligatures(points).any()):
        left, source = _write_out_lam_alef(points, codes)
        places = source.__getitem__
    elif (symbols := codes.tobytes()).find(_GONE) >= 0:
        left = np.frombuffer(symbols.translate(None, bytes([_GONE])), np.uint8)
        places = partial(_places_of, codes)
    if places is not None:
        marks = np.flatnonzero(left == BREAK)
    return Batch(left, marks[:-1] + 1, marks[1:], np.arange(len(texts)), breaks[:-1] + 1, places)


def _places_of(codes: Any, symbols: Any) -> Any:
    """Where in `codes` the symbols of these numbers stand, those that are gone not counted."""
    return np.flatnonzero(codes != _GONE)[symbols]


def _ligatures(points: Any) -> Any:
    """Which code points are presentation forms of lam-alef; an empty array where it is plain."""
    if not points.size or points.max() < _LAM_ALEF.start:
        return np.zeros(0, np.bool_)
    return (points >= _LAM_ALEF.start) & (points < _LAM_ALEF.stop)


def _write_out_lam_alef(points: Any, codes: Any) -> tuple[Any, Any]:
    """Symbols and their sources where lam-alef ligatures are two letters."""
    ligature = _ligatures(points)
    counts = np.where(codes == _GONE, 0, 1 + ligature)
    source = np.repeat(np.arange(points.size), counts)
    written = codes[source]
    second = np.flatnonzero(source[1:] == source[:-1]) + 1
    written[second] = _SYMBOL["ا"]
    return written, source
