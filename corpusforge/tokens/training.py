"""Byte-level BPE trained on a sample, saved as `tokenizers` and `transformers` read it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from corpusforge.errors import TokenError
from corpusforge.tokens.bytelevel import byte_letters
from corpusforge.tokens.file import NAME
from corpusforge.tokens.package import extra
from corpusforge.tokens.pattern import PATTERN

#: Ends a document; the first id, so that it is the same in every tokenizer that we train.
END = "<|endoftext|>"
PAD = "<|padding|>"
CONFIG = "tokenizer_config.json"

#: The least vocabulary: the bytes and some special tokens.
LEAST = 300


def train(
    texts: Iterable[str], vocabulary: int, special_tokens: Sequence[str] = (), least: int = 2
) -> str:
    """The tokenizer.json of a byte-level BPE; the same texts in the same order give the same bytes.

    Args:
        texts: what to train on.
        vocabulary: ids in all, special tokens and the 256 bytes among them.
        special_tokens: more of them, after the end of a document and the padding.
        least: a pair is merged if it stands this often.

    Raises:
        TokenError: TOK001, the extra is missing; TOK010, the vocabulary is too small.

    """
    if vocabulary < LEAST + len(special_tokens):
        raise TokenError(
            "TOK010",
            f"a vocabulary of {vocabulary} ids has no room for words",
            hint=f"ask for {LEAST + len(special_tokens)} or more; 32768 is usual",
        )
    tokenizers = extra("tokenizers")
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Sequence(
        [
            tokenizers.pre_tokenizers.Split(tokenizers.Regex(PATTERN), "isolated"),
            tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=vocabulary,
        min_frequency=least,
        show_progress=False,
        special_tokens=list(dict.fromkeys((END, PAD, *special_tokens))),
        initial_alphabet=sorted(byte_letters()),
    )
    tokenizer.train_from_iterator(texts, trainer)
    return str(tokenizer.to_str(pretty=True)) + "\n"


def files(tokenizer: str) -> dict[str, bytes]:
    """What `transformers` wants beside the tokenizer, and the tokenizer itself, by file name."""
    config: dict[str, Any] = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": END,
        "eos_token": END,
        "pad_token": PAD,
        "unk_token": None,
        "add_prefix_space": False,
        "clean_up_tokenization_spaces": False,  # decoding gives the text, not a tidied one
        "model_input_names": ["input_ids", "attention_mask"],
    }
    return {
        NAME: tokenizer.encode(),
        CONFIG: (json.dumps(config, ensure_ascii=False, indent=2) + "\n").encode(),
    }
