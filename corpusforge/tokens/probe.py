"""The fixed texts on which a fast engine must agree with the oracle before it is used at all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

#: Texts as they come, and as nobody expects them.
_WRITTEN = (
    "",
    " ",
    "   \n\n\t \r\n  \u00a0\u3000x",
    "واش كاين شي حل؟ ماعرفتش علاش، ولكن غادي نشوفو غدا إن شاء الله.",
    "يُعَدُّ المَغْرِبُ بَلَدًا عَرَبِيًّا أَمَازِيغِيًّا، عاصِمَتُهُ الرِّباط (١٢٣٤٫٥).",
    "ⵜⴰⵎⴰⵣⵉⵖⵜ ⴷ ⵜⵓⵜⵍⴰⵢⵜ ⵏ ⵉⵎⴰⵣⵉⵖⵏ, ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ! ⵜⴰⵡⵡⵓⵔⵜ ⵏ ⵡⵓⵎⵎⵔⵙ⵿ⵜ",
    "L'école n'est-elle pas à côté d'ici ? Aujourd’hui, c’est 3 500,75 dirhams.",
    "wach 3refti chno w9e3 lbare7? ma3reftch, ghir 7ta l 5 d l3chiya... 3la 9bel",
    "I'll've done it; they'RE, she'S, WE'D don’t THERE’S",
    "Tamazight n Lmeɣrib: ečč, ḥmed, ṭṭalb, ɛli, ẓer",
    "def f(x: int) -> str:\n    return f'{x!r:>10}'  # \u200f\u202bملاحظة\u202c\n\n\n",
    "https://example.test/a/b?c=%D8%A7&d=1#e user@example.test 0612345678 1234567890123",
    "ــــــــ مـــرحـــبـــا ﷺ ﻻ ﷲ ﺍﻟﺴﻼﻡ",
    "\u200f\u200e\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u061c",
    "\x00\x01\x02\x07\x08\x0b\x0c\x1b\x1c\x1d\x1e\x1f\x7f\x80\x85\x9f\u2028\u2029",
    "👩‍👩‍👧‍👦🇲🇦👍🏽 é é Å Å ﬁ ½ ² ＡＢＣ ｶﾞ 한국어 中文字符 ไทย हिन्दी",
    "\U0010ffff\U000e0001\ue000\ufffd\ufffe\uffff",
    "a" * 5000,
    "ⵣ" * 5000,
    "ه" * 3000 + "ـ" * 2000,
    " " * 3000 + "x" + "\n" * 500,
    "1" * 999,
    "!?" * 700,
    "'s't're've'm'll'd" * 50,
)

#: Code points that are all looked at: every alphabet of living use, Arabic and Tifinagh among them.
_DENSE = 0x3100
#: Above, one in so many; the step is prime, so that it does not keep time with the blocks.
_STEP = 67
_TOP = 0x110000
_SURROGATES = range(0xD800, 0xE000)
_DOCUMENT = 48


def probe_texts(added: Iterable[dict[str, Any]] = ()) -> list[str]:
    """The probe: written texts, runs of code points, and the added tokens in all places.

    About 0.1 MB: the oracle takes a tenth of a second for it.
    """
    texts = list(_WRITTEN)
    points = [*range(_DENSE), *range(_DENSE, _TOP, _STEP)]
    letters = [chr(point) for point in points if point not in _SURROGATES]
    for start in range(0, len(letters), _DOCUMENT):
        run = letters[start : start + _DOCUMENT]
        texts.append("".join(run) if start // _DOCUMENT % 2 else " a".join(run))
    for token in list(added)[:200]:
        word = token["content"]
        texts += [
            word,
            f"ا{word}ب",
            f"a {word} ⵣ",
            f"  {word}  \n{word}{word}",
            word[:-1],
            word * 3,
        ]
    return texts
