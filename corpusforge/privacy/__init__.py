"""Personal data: finding and masking what Law 09-08 protects, in every language of Morocco.

`detect` gives spans, `mask` gives texts with placeholders. Nothing heavy is imported until one of
them is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corpusforge.privacy.masking import Masked
    from corpusforge.privacy.policy import Policy
    from corpusforge.privacy.spans import Span

__all__ = ["NAME_MODEL", "detect", "mask"]

#: How likely words are names, as shipped; `lexicon.py` reads it.
NAME_MODEL = Path(__file__).parent / "data" / "names.npz"


def detect(texts: Sequence[str], policy: str | Policy = "law-09-08") -> list[list[Span]]:
    """The spans of personal data that `policy` acts on, in code points of each text."""
    from corpusforge.privacy.masking import find

    return find(texts, policy)


def mask(
    texts: Sequence[str], policy: str | Policy = "law-09-08", key: bytes | None = None
) -> list[Masked]:
    """Each text with its personal data replaced as `policy` says."""
    from corpusforge.privacy.masking import mask as mask_texts

    return mask_texts(texts, policy, key)
