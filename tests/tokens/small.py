"""Small tokenizers, trained where they are needed: no vocabulary of others is kept here."""

import json
from functools import cache

#: What people write here, and a program.
LINES = (
    "واش كاين شي حل لهاد المشكل؟ ماعرفتش علاش، ولكن غادي نشوفو غدا إن شاء الله.",
    "يُعَدُّ المغربُ بلدًا عربيًّا أمازيغيًّا، عاصمته الرباط وأكبر مدنه الدار البيضاء ١٢٣٤.",
    "ⵜⴰⵎⴰⵣⵉⵖⵜ ⴷ ⵜⵓⵜⵍⴰⵢⵜ ⵏ ⵉⵎⴰⵣⵉⵖⵏ, ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ! ⵜⴰⴷⴷⴰⵔⵜ ⵏ ⵜⵎⴰⵣⵉⵔⵜ",
    "L'école n'est pas à côté d'ici ? Aujourd’hui, c’est 3 500,75 dirhams, l'eau et l'air.",
    "wach 3refti chno w9e3 lbare7? ma3reftch, ghir 7ta l 5 d l3chiya, 3la 9bel ghadi nchofo",
    "I'll've done it; they're here and she's gone, the water of the river is cold.",
    "def f(x: int) -> str:\n    return f'{x!r:>10}'  # ملاحظة\n\n\n",
)
#: The pattern of o200k: a word in any case with what stands before it, up to three digits, marks,
#: spaces.
_BEFORE, _END = r"[^\r\n\p{L}\p{N}]?", r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
_UPPER, _LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_REST = r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
O200K = f"{_BEFORE}{_UPPER}*{_LOWER}+{_END}|{_BEFORE}{_UPPER}+{_LOWER}*{_END}|{_REST}"
SPECIAL = ("<|endoftext|>", "<s>", "</s>")


@cache
def byte_level(pattern=O200K, size=500):
    """The tokenizer.json of a small byte-level BPE, as text; `pattern` None is GPT-2's own."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    letters = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=pattern is None)
    split = [] if pattern is None else [pre_tokenizers.Split(Regex(pattern), "isolated")]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*split, letters])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        show_progress=False,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(LINES * 3, trainer)
    return tokenizer.to_str()


def saved(folder, changes=None, pattern=O200K, size=500):
    """A small tokenizer as a file, its JSON first given to `changes`."""
    content = json.loads(byte_level(pattern, size))
    if changes:
        changes(content)
    path = folder / "tokenizer.json"
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


#: What stands beside a code point in `around`: one of each kind of piece.
_BESIDE = " a1'!\n"


@cache
def revealing(pattern=O200K):
    """A tokenizer.json whose ids show where text was split, for every code point.

    Each byte merges with each of the characters of `_BESIDE` on both sides, so a piece that ends
    between the two keeps them apart, and the ids say so.
    """
    from corpusforge.tokens.bytelevel import byte_letters

    content = json.loads(byte_level(pattern, 300))
    letters = {byte: letter for letter, byte in byte_letters().items()}
    every = list(letters.values())
    beside = [letters[ord(character)] for character in _BESIDE]
    pairs = [(x, y) for x in beside for y in every] + [(y, x) for x in beside for y in every]
    pairs = list(dict.fromkeys(pairs))
    content["model"]["merges"] = [list(pair) for pair in pairs]
    tokens = [*SPECIAL, *every, *("".join(pair) for pair in pairs)]
    content["model"]["vocab"] = {token: index for index, token in enumerate(dict.fromkeys(tokens))}
    return json.dumps(content)


def around(character):
    """A text with a character beside each kind of piece, on both sides."""
    return character.join(("", *_BESIDE, ""))


def code_points():
    """Every character there is: all code points but the halves of pairs."""
    return [chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000]
