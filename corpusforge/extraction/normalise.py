"""The form text is kept in: one spelling for what reads the same, and nothing that says more lost.

What changes: line ends, spaces, invisible marks (bidi controls, zero-width characters, control
codes), canonical composition (NFC), Arabic presentation forms and Latin ligatures folded to their
letters, kashida (tatweel) between letters, and look-alikes typed for Tifinagh letters inside
Tifinagh words. What stays as written: digits of every script, diacritics, ﷺ and ﷽, Persian and
Maghrebi letters (ڭ ڤ پ گ), the Tuareg letters, hamza spellings.

`normalise` is idempotent, and never touches text that is already in this form.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pyarrow as pa

Tatweel = Literal["strip", "keep"]

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_OTHER_SPACES = re.compile("[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_SPACES = re.compile(" {2,}")
# Controls but line feed (tabs are spaces by then), bidi marks, zero-width marks, soft hyphen,
# byte order mark, noncharacters, interlinear and tag characters.
_INVISIBLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff0-\ufffb\ufffe\uffff\ufdd0-\ufdef\U000e0000-\U000e0fff]"
)
# Joiners change meaning in emoji and in Persian compounds (and show the lone form of heh in dates:
# "1445 ه‍"); elsewhere they are remains of a word processor.
_ARABIC = "\u0620-\u064a\u066e-\u06d3\u06fa-\u06fc\u0750-\u077f\u08a0-\u08c7"
_MARKS = "\u064b-\u065f\u0670"
_STRAY_JOINERS = re.compile(
    f"(?<![{_ARABIC}{_MARKS}\u200d\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]+"
    f"|(?<=[{_ARABIC}])\u200d+(?=[{_ARABIC}])|[\u200c\u200d]+(?=\\s|\\Z)(?<!ه\u200d)"
)
# FDFA, FDFB, FDFD are signs of their own; FD3E, FD3F are ornate parentheses; FDCF, FDFC likewise.
_PRESENTATION = re.compile(
    "[\ufb00-\ufb06\ufb50-\ufbc1\ufbd3-\ufd3d\ufd50-\ufd8f\ufd92-\ufdc7\ufdf0-\ufdf9\ufe70-\ufefc]+"
)
_LONE_MARK = re.compile(f"[ \u0640](?=[{_MARKS}])")
# The kashida first, then what stands before it: text is searched for one character.
_KASHIDA = re.compile(f"\u0640(?<=[{_ARABIC}{_MARKS}]\u0640)\u0640*(?=[{_MARKS}]*[{_ARABIC}])")
_LONG_KASHIDA = re.compile("\u0640{2,}")
_TIFINAGH_WORD = re.compile(
    "[\u2d30-\u2d67\u2d6f\u2d7f⊙☉ʘ∑Σ∧Λʷ]*[\u2d30-\u2d67][\u2d30-\u2d67\u2d6f\u2d7f⊙☉ʘ∑Σ∧Λʷ]*"
)
# Typed before phones had Tifinagh keyboards, or by a font that draws them so.
_TIFINAGH_LIKE = str.maketrans("⊙☉ʘ∑Σ∧Λʷ", "ⵙⵙⵙⵉⵉⴷⴷⵯ")
#: Any character that a rule above is about, lone surrogates included. Most text has none, and one
#: search for them costs a tenth of running the rules.
_ODD = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\xa0\xad\u034f\u061c\u0640\u1680\u180e\u2000-\u200f\u2028-\u202f"
    "\u205f-\u206f\u2211\u2227\u2299\u2609\u3000\u0298\u039b\u03a3\u02b7\ud800-\udfff\ufb00-\ufb06"
    "\ufb50-\ufdff\ufe70-\ufeff\ufff0-\uffff\U000e0000-\U000e0fff]"
)

#: The same as a pattern of RE2, and whatever `_tidy` would change.
_UNTIDY = (
    r"[\x00-\x09\x0b-\x1f\x7f-\x{a0}\x{ad}\x{34f}\x{61c}\x{640}\x{1680}\x{180e}\x{2000}-\x{200f}"
    r"\x{2028}-\x{202f}\x{205f}-\x{206f}\x{2211}\x{2227}\x{2299}\x{2609}\x{3000}\x{298}\x{39b}"
    r"\x{3a3}\x{2b7}\x{fb00}-\x{fb06}\x{fb50}-\x{fdff}\x{fe70}-\x{feff}\x{fff0}-\x{ffff}"
    r"\x{e0000}-\x{e0fff}]|  | \n|\n |\n\n\n|\A\s|\s\z"
)

#: As a pattern of RE2: anything but letters, figures and signs that NFC leaves as they are
#: whatever they stand beside.
_COMPOSING = (
    r"[^\x00-\x{2ff}\x{60c}\x{61b}\x{61f}\x{621}-\x{64a}\x{660}-\x{669}\x{671}-\x{6d3}"
    r"\x{1e00}-\x{1e99}\x{391}-\x{3a1}\x{3a3}-\x{3c9}\x{2010}-\x{2027}\x{20ac}\x{2d30}-\x{2d67}]"
)


def normal_already(texts: pa.Array | pa.ChunkedArray) -> list[bool]:
    """For each text, whether `normalise` would leave it as it is; false may also mean "perhaps".

    Two passes of RE2 over all of them: most text that comes as text is in normal form, and of
    letters that compose with nothing.
    """
    import pyarrow.compute as pc

    tidy = pc.invert(pc.fill_null(pc.match_substring_regex(texts, _UNTIDY), True))
    composing = pc.fill_null(pc.match_substring_regex(texts, _COMPOSING), False)
    unsure = pc.and_(tidy, composing)
    composed = iter(
        unicodedata.is_normalized("NFC", text) for text in texts.filter(unsure).to_pylist()
    )
    return [
        fine and (not ask or next(composed))
        for fine, ask in zip(tidy.to_pylist(), unsure.to_pylist(), strict=True)
    ]


_COMMON = (("\u00a0", " "), ("\t", " "))


def normalise(text: str, *, tatweel: Tatweel = "strip") -> str:
    """`text` in the form described above.

    Args:
        text: any string, lone surrogates included (they become U+FFFD).
        tatweel: ``strip`` removes it between Arabic letters, where it only stretches a word, and
            shortens runs elsewhere; ``keep`` leaves it. A single one at a word's edge stays: it is
            a sign there (``1445 هـ``, ``لـ CNSS``).

    """
    # Odd things that much text has and that no other rule has to see first.
    if "\r" in text:
        text = _LINE_ENDS.sub("\n", text)
    for common, plain in _COMMON:
        if common in text:
            text = text.replace(common, plain)
    odd = set(_ODD.findall(text))
    if not odd:
        return _tidy(unicodedata.normalize("NFC", text))
    if odd == {"\u0640"}:
        plain = _without_kashida(unicodedata.normalize("NFC", text), tatweel)
        return _tidy(unicodedata.normalize("NFC", plain))
    if text.isascii():
        return _tidy(_INVISIBLE.sub("", _OTHER_SPACES.sub(" ", _LINE_ENDS.sub("\n", text))))
    text = _repair(text)
    text = _LINE_ENDS.sub("\n", text)
    text = _OTHER_SPACES.sub(" ", text)
    text = _INVISIBLE.sub("", text)
    # Before the joiners: a joiner between letters is one whichever form they were typed in.
    text = unicodedata.normalize("NFC", fold_presentation(text))
    if "\u200c" in text or "\u200d" in text:
        # Runs of spaces count as one where a joiner stands beside them.
        text = _STRAY_JOINERS.sub("", _SPACES.sub(" ", text))
    text = _without_kashida(text, tatweel)
    # Once more: marks that a joiner or kashida kept apart have an order of their own.
    text = unicodedata.normalize("NFC", text)
    text = _TIFINAGH_WORD.sub(lambda word: word.group().translate(_TIFINAGH_LIKE), text)
    return _tidy(text)


def _without_kashida(text: str, tatweel: Tatweel) -> str:
    if tatweel == "keep" or "\u0640" not in text:
        return text
    text = _KASHIDA.sub("", text)
    return _LONG_KASHIDA.sub("\u0640", text) if "\u0640\u0640" in text else text


def fold_presentation(text: str) -> str:
    """Arabic presentation forms and Latin ligatures as the letters they stand for."""
    return _PRESENTATION.sub(
        lambda run: _LONE_MARK.sub("", unicodedata.normalize("NFKC", run.group())), text
    )


def _repair(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _tidy(text: str) -> str:
    # Removing a mark can leave two spaces side by side.
    while "  " in text:
        text = text.replace("  ", " ")
    text = text.replace(" \n", "\n").replace("\n ", "\n")
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip()
