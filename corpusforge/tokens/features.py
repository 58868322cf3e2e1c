"""What a tokenizer file may ask for and the fast engine is known to do exactly."""

from __future__ import annotations

from corpusforge.tokens.file import TokenizerFile


def obstacle(file: TokenizerFile) -> str | None:
    """Why the fast engine is not to be used for a tokenizer; None where it may be."""
    if file.model != "BPE":
        return f"the model is {file.model}; the fast engine is for BPE"
    return None
