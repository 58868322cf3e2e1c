"""How texts are split before bytes are merged: the pattern of the tokenizers that we train.

It is GPT-4's plan (a word with the one mark or space before it, up to three digits, marks, spaces)
with what this country writes: digits that are letters in Arabizi stay in their word (``3refti``,
``w9e3``, ``7ta``), and a French elision ends a piece (``l'`` ``eau``), so that ``eau`` is spelt one
way. Letters of every script go with their marks, so Arabic vowel signs, tatweel and Tifinagh's
joiner never cut a word. Nothing is merged across words.

Only what `tokenizers` and the fast engine read alike is used (`corpusforge.tokens.features`).
"""

from __future__ import annotations

#: Letters of the Latin alphabets of Darija, Amazigh and French: no script property, because the
#: engines' tables of scripts differ.
_LATIN = "A-Za-zÀ-ÖØ-öø-ʯḀ-ỿ"
_RUN = rf"[{_LATIN}][{_LATIN}\p{{M}}]*"
_BEFORE = r"[^\r\n\p{L}\p{N}]?"
#: 0 and 1 stand for no letter; a digit in front is one at most (``3la``, but ``25 km`` and ``25km``
#: keep their number), one at the end is not the first of a number (``covid19``, ``page 23``).
_ARABIZI = rf"{_BEFORE}[2-9]?{_RUN}(?:[2-9]{{1,2}}{_RUN})*(?:[2-9](?!\p{{N}}))?"
_ELISION = (
    rf"{_BEFORE}(?:[cdjlmnstCDJLMNST]|(?:[Jj]us|[Ll]ors|[Pp]uis|[Qq]uoi|[Pp]res)?[Qq]u)['’]"
    r"(?=\p{L})"
)
_CONTRACTION = r"['’](?:s|t|re|ve|m|ll|d)(?![\p{L}\p{N}])"

PATTERN = "|".join(
    [
        _CONTRACTION,
        _ELISION,
        _ARABIZI,
        rf"{_BEFORE}[\p{{L}}\p{{M}}]+",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    ]
)
