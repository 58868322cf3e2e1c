r"""What a tokenizer file may ask for where the fast engine is known to do exactly the same.

Everything else is left to the oracle. The lists below are what `tests/tokens` compares on every
code point, in both ways of reading special tokens. They are short on purpose: an engine that loads
a file has not yet shown that it reads it in the same way. What was found to differ (fastokens
0.3.5 and tokenizers 0.23.3):

- ``\s`` holds U+180E (a Mongolian vowel separator) in one and not in the other, so documents with
  it are encoded by the oracle (`corpusforge.tokens.encoder`);
- ``\w``, ``\h``, script properties and POSIX classes hold hundreds of other code points;
- special tokens of a tokenizer without byte-level splitting are still recognised where they are to
  be read as text;
- added tokens that overlap are found in another order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from corpusforge.tokens.bytelevel import byte_letters
from corpusforge.tokens.file import TokenizerFile

_NORMALIZERS = {"NFC", "Lowercase"}
_BEHAVIOURS = {"Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"}

_CATEGORY = r"\\[pP]\{(?:L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?)\}"
_ESCAPE = r"\\[rntsSdD]|\\[!-/:-@\[-`{-~]"
_CLASS = rf"\[\^?\]?(?:{_CATEGORY}|{_ESCAPE}|&(?!&)|[^\[\]\\&])+\]"
_FOLDED = r"\(\?i:'(?:s|t|re|ve|m|ll|d)(?:\|'(?:s|t|re|ve|m|ll|d))*\)"
_GROUP = r"\((?:\?(?::|=|!|<=|<!)|(?!\?))|\)"
_QUANTIFIER = r"(?:[*+?]|\{\d+(?:,\d*)?\})(?:\?(?!\+)|(?![+?]))"
_LITERAL = r"[^\\\[\](){}^$.*+?|]"
#: The part of the language of patterns that both engines read alike: no possessive or atomic
#: groups, back references, anchors, nested classes, word boundaries or case folding but that of
#: English contractions.
_PATTERN = re.compile(
    rf"{_CLASS}|{_CATEGORY}|{_ESCAPE}|{_FOLDED}|{_GROUP}|{_QUANTIFIER}|\||{_LITERAL}"
)


def obstacle(file: TokenizerFile) -> str | None:
    """Why the fast engine is not to be used for a tokenizer; None where it may be."""
    content = file.content
    return next(
        (
            reason
            for check in (_model, _added, _normalizer, _pre_tokenizer)
            for reason in check(content)
        ),
        None,
    )


def same_pattern(pattern: str) -> bool:
    """Whether a pattern uses only what both engines read alike."""
    at = 0
    while at < len(pattern):
        found = _PATTERN.match(pattern, at)
        if found is None or found.end() == at:
            return False
        at = found.end()
    return True


def _model(content: dict[str, Any]) -> Iterator[str]:
    model = content["model"]
    if (kind := model.get("type", "BPE")) != "BPE":
        yield f"its model is {kind}; the fast engine is for byte-level BPE"
        return
    for key in ("continuing_subword_prefix", "end_of_word_suffix", "byte_fallback"):
        if model.get(key):
            yield f"its model uses {key}"
    if missing := sum(letter not in model["vocab"] for letter in byte_letters()):
        yield f"{missing} of the 256 bytes have no token"


def _added(content: dict[str, Any]) -> Iterator[str]:
    tokens = content.get("added_tokens") or []
    blank = [token for token in tokens if re.search(r"\s", token["content"])]
    greedy = [token for token in tokens if token.get("lstrip") or token.get("rstrip")]
    if greedy and [token for token in blank if token not in greedy or len(greedy) > 1]:
        yield "an added token takes the space beside it, and another is made of space"
    special = [token["content"] for token in tokens if token.get("special")]
    plain = [token["content"] for token in tokens if not token.get("special")]
    ends = {text[at:] for text in special for at in range(len(text))}
    starts = {text[:at] for text in special for at in range(1, len(text) + 1)}
    for text in plain:
        before = any(text[:at] in ends for at in range(1, len(text) + 1))
        behind = any(text[at:] in starts for at in range(len(text)))
        inside = any(other in text or text in other for other in special)
        if before or behind or inside:
            yield f"the added token {text!r} overlaps a special one"
            return


def _normalizer(content: dict[str, Any]) -> Iterator[str]:
    for step in _steps(content.get("normalizer"), "normalizers"):
        kind = step.get("type")
        literal = kind == "Replace" and "String" in (step.get("pattern") or {})
        if kind not in _NORMALIZERS and not literal:
            yield f"its normalizer uses {kind}"


def _pre_tokenizer(content: dict[str, Any]) -> Iterator[str]:
    steps = _steps(content.get("pre_tokenizer"), "pretokenizers")
    kinds = [step.get("type") for step in steps]
    if kinds.count("ByteLevel") != 1 or kinds[-1] != "ByteLevel":
        yield "it does not end by splitting text into bytes"
    for step in steps:
        kind = step.get("type")
        if kind == "Split":
            pattern = step.get("pattern") or {}
            if "String" not in pattern and not same_pattern(str(pattern.get("Regex", "\\"))):
                yield "its splitting pattern uses what the engines read differently"
            if step.get("behavior") not in _BEHAVIOURS:
                yield f"it splits with the behaviour {step.get('behavior')}"
        elif kind not in {"ByteLevel", "Digits"}:
            yield f"its pre-tokenizer uses {kind}"


def _steps(step: Any, inside: str) -> list[dict[str, Any]]:
    """A step, or those that a sequence is made of."""
    if not step:
        return []
    if step.get("type") != "Sequence":
        return [step]
    return [each for part in step.get(inside) or [] for each in _steps(part, inside)]
