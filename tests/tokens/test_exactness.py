"""The ids of the fast engine are those of `tokenizers`, for every text there is."""

import json
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small import LINES, O200K, SPECIAL, around, byte_level, code_points, revealing, saved

from corpusforge.tokens.decoder import decode
from corpusforge.tokens.encoder import load_encoder
from corpusforge.tokens.features import obstacle, same_pattern
from corpusforge.tokens.file import read_tokenizer
from corpusforge.tokens.package import limit_threads
from corpusforge.tokens.pattern import PATTERN

CL100K = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
READINGS = ("ordinary", "recognised")
#: How text is split: as in GPT-2 (by `tokenizers` itself), GPT-4, GPT-4o, and as we train.
PATTERNS = {"gpt2": None, "cl100k": CL100K, "o200k": O200K, "own": PATTERN}

#: What comes in, and what nobody expects.
TEXTS = [
    *LINES,
    "",
    " ",
    "\n\n \t\r\n \u00a0\u3000",
    "ـ" * 700,
    "مـــرحـــبـــا بِكُمْ ﷺ ﻻ ﷲ ﺍﻟﺴﻼﻡ",
    "\u200f\u200e\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u061c",
    "".join(map(chr, range(32))) + "\x7f\x80\x85\x9f\u2028\u2029",
    "a" * 5000,
    "ⵣ" * 5000,
    "س" * 5000,
    "wach3" * 1000,
    "\u0301" * 500 + "e\u0301 é e\u0650\u0670",
    "<|endoftext|>",
    "x<|endoftext|>y <s> </s>ⵣ<|endoftext|><|endoftext|>",
    "<|endoftext",
    "👩‍👩‍👧‍👦🇲🇦👍🏽 한국어 中文 ไทย हिन्दी \U0010ffff\U000e0001\ufffe",
    "a\u180e!\u180e b \u180e\n",
    "12345678 ١٢٣٤٥ ½²Ⅷ 0612345678",
    "class Ⅷ_x:\n\tdef f(self, *a):\n\t\treturn {'k': 1_000}  # ⵣ\n" * 9,
]


def both(path, reading="ordinary"):
    """The encoder that `auto` takes, which must be the fast one, and the oracle."""
    found = load_encoder(path, "auto", reading)
    assert (found.engine, found.reason) == ("fastokens", None)
    return found, load_encoder(path, "hf", reading)


def differing(found, oracle, texts):
    """The texts whose ids differ."""
    a, b = found.encode(texts), oracle.encode(texts)
    if np.array_equal(a.ids, b.ids) and np.array_equal(a.offsets, b.offsets):
        return []
    rows = [
        [each.ids[each.offsets[i] : each.offsets[i + 1]].tolist() for each in (a, b)]
        for i in range(len(texts))
    ]
    return [text for text, (one, other) in zip(texts, rows, strict=True) if one != other]


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("ignore_merges", [False, True])
@pytest.mark.parametrize("name", PATTERNS)
def test_texts_of_all_kinds_have_the_ids_of_the_oracle(tmp_path, name, reading, ignore_merges):
    """Five languages, code, controls, marks of direction, runs, long words, special tokens."""
    change = {"ignore_merges": ignore_merges}
    path = saved(tmp_path, lambda it: it["model"].update(change), PATTERNS[name])
    assert differing(*both(path, reading), TEXTS) == []


@pytest.mark.slow
@pytest.mark.parametrize("reading", READINGS)
def test_every_code_point_is_encoded_as_the_oracle_does(tmp_path, reading):
    """All 1,112,064 characters, each a document of its own."""
    assert differing(*both(saved(tmp_path, pattern=PATTERN), reading), code_points()) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "normalizer"),
    [*((name, None) for name in PATTERNS), ("own", "NFC"), ("own", "Lowercase")],
)
def test_every_code_point_is_split_from_its_neighbours_as_the_oracle_does(
    tmp_path, name, normalizer
):
    """Beside a letter, a digit, a mark, an apostrophe, a space and an end of line."""
    content = json.loads(revealing(PATTERNS[name]))
    content["normalizer"] = normalizer and {"type": normalizer}
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    assert differing(*both(path), [around(character) for character in code_points()]) == []


def test_the_tokenizer_that_shows_splits_does_show_them(tmp_path):
    """Two patterns that part the same text differently give different ids."""
    ids = []
    for index, regex in enumerate((r"\p{L}+|[^\p{L}]+", r"[\p{L}\p{M}]+|[^\p{L}\p{M}]+")):
        path = tmp_path / f"{index}.json"
        path.write_text(revealing(regex), encoding="utf-8")
        ids.append(load_encoder(path, "hf").encode([around("\u0651")]).ids.tolist())
    assert ids[0] != ids[1]


LETTERS = st.text(
    st.sampled_from("aéEZçɣḥṭ ابتةىءـِّ٣ⵣⴰⵎ⵿379 \t\n\r\u00a0'’.,!?<|>_-\u200f\u200d\ufeff😀中\u180e"),
    max_size=60,
)
PIECES = st.lists(st.one_of(LETTERS, st.text(max_size=8), st.sampled_from(SPECIAL)), max_size=6)


@pytest.fixture(scope="module", params=READINGS)
def pair(request, tmp_path_factory):
    """The fast engine and the oracle for one tokenizer, in both ways of reading special tokens."""
    path = saved(tmp_path_factory.mktemp("pair"), pattern=PATTERN)
    return path, *both(path, request.param)


@settings(max_examples=150)
@given(st.lists(PIECES.map("".join), max_size=8))
def test_any_text_has_the_ids_of_the_oracle_and_comes_back(pair, texts):
    """Whatever is written, beside whatever else."""
    path, found, oracle = pair
    assert differing(found, oracle, texts) == []
    assert decode(path, found.encode(texts)) == [text.encode() for text in texts]


@settings(max_examples=60)
@given(st.lists(PIECES.map("".join), min_size=1, max_size=12), st.randoms())
def test_neither_batch_nor_order_is_part_of_the_ids(pair, texts, rng):
    """A text has the ids it has alone."""
    _, found, _ = pair
    alone = [found.encode([text]).ids.tolist() for text in texts]
    order = list(range(len(texts)))
    rng.shuffle(order)
    encoded = found.encode([texts[index] for index in order])
    rows = [encoded.ids[a:b].tolist() for a, b in zip(encoded.offsets, encoded.offsets[1:])]  # noqa: B905
    assert rows == [alone[index] for index in order]


@pytest.mark.parametrize("engine", ["hf", "fast"])
def test_large_batches_are_cut_without_a_seam(tmp_path, engine):
    """More texts than are given to an engine at once, and one longer than all."""
    rng = random.Random(5)
    texts = [" ".join(rng.sample(LINES, 2)) for _ in range(2500)] + ["ⴰⵣⵓⵍ " * 100_000, "سلام"]
    encoder = load_encoder(saved(tmp_path), engine)
    encoded = encoder.encode(texts)
    assert len(encoded.offsets) == len(texts) + 1
    for index in (0, 1023, 1024, 2499, 2501):
        alone = encoder.encode([texts[index]]).ids.tolist()
        assert encoded.ids[encoded.offsets[index] : encoded.offsets[index + 1]].tolist() == alone


@pytest.mark.slow
def test_the_number_of_threads_is_no_part_of_the_ids(tmp_path):
    """One thread and several, each in a process that has not started any."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    path = saved(tmp_path, pattern=PATTERN)
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        one, three = pool.map(ids_with_threads, [path, path], [1, 3])
    assert one == three


def ids_with_threads(path, threads):
    """The ids of all texts, on so many threads."""
    limit_threads(threads)
    return load_encoder(path, "fast").encode(TEXTS * 20).ids.tolist()


def _split(regex):
    return {
        "type": "Split",
        "pattern": {"Regex": regex},
        "behavior": "Isolated",
        "invert": False,
    }


BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}


def steps(*before):
    """A change of the pre-tokenizer to these steps and bytes."""
    return lambda it: it.update(
        pre_tokenizer={"type": "Sequence", "pretokenizers": [*before, BYTES]}
    )


def added(*tokens):
    """A change that adds tokens, each its text and what sets it apart."""
    plain = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized", "special"), False)

    def change(it):
        first = max(it["model"]["vocab"].values()) + 1
        it["added_tokens"] += [
            plain | flags | {"id": first + index, "content": content}
            for index, (content, flags) in enumerate(tokens)
        ]

    return change


TEMPLATE = {
    "type": "TemplateProcessing",
    "single": [
        {"SpecialToken": {"id": "<s>", "type_id": 0}},
        {"Sequence": {"id": "A", "type_id": 0}},
    ],
    "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
    "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
}
ROBERTA = {
    "type": "RobertaProcessing",
    "sep": ["</s>", 2],
    "cls": ["<s>", 1],
    "trim_offsets": True,
    "add_prefix_space": False,
}
CUT = {"direction": "Right", "max_length": 5, "strategy": "LongestFirst", "stride": 0}
PADDED = {
    "strategy": {"Fixed": 9},
    "direction": "Right",
    "pad_to_multiple_of": None,
    "pad_id": 0,
    "pad_type_id": 0,
    "pad_token": "<|endoftext|>",
}
EXACT = {
    "a frame of special tokens": lambda it: it.update(post_processor=TEMPLATE),
    "the frame of RoBERTa": lambda it: it.update(post_processor=ROBERTA),
    "truncation and padding": lambda it: it.update(truncation=CUT, padding=PADDED),
    "NFC": lambda it: it.update(normalizer={"type": "NFC"}),
    "lower case": lambda it: it.update(normalizer={"type": "Lowercase"}),
    "single digits": steps({"type": "Digits", "individual_digits": True}, _split(O200K)),
    "spaces removed": steps({**_split(r"\s+"), "behavior": "Removed"}),
    "spaces before": steps({**_split(r"\s+"), "behavior": "MergedWithNext"}),
    "a token that takes the space before it": added(("<mask>", {"lstrip": True})),
    "a token that takes the space behind it": added(("<mask>", {"rstrip": True})),
    "a token that is a whole word": added(("سلام", {"single_word": True})),
    "a token that is normalised": added(("École", {"normalized": True})),
    "tokens of space": added(("  ", {}), ("    ", {}), ("\n\n", {})),
    "more special tokens": added(("<|im_start|>", {"special": True}), ("[INST]", {})),
}
LEFT_TO_THE_ORACLE = {
    "NFKC": (lambda it: it.update(normalizer={"type": "NFKC"}), "normalizer uses NFKC"),
    "NFD": (lambda it: it.update(normalizer={"type": "NFD"}), "normalizer uses NFD"),
    "BERT's letters": (
        lambda it: it.update(
            normalizer={
                "type": "BertNormalizer",
                "clean_text": True,
                "handle_chinese_chars": True,
                "strip_accents": None,
                "lowercase": True,
            }
        ),
        "normalizer uses BertNormalizer",
    ),
    "word characters": (steps(_split(r"\w+|\W+")), "pattern"),
    "scripts": (steps(_split(r"\p{Arabic}+|\p{Latin}+")), "pattern"),
    "POSIX classes": (steps(_split(r"[[:alpha:]]+")), "pattern"),
    "other pre-tokenizers": (steps({"type": "Whitespace"}), "pre-tokenizer uses Whitespace"),
    "no bytes": (lambda it: it.update(pre_tokenizer={"type": "WhitespaceSplit"}), "bytes"),
    "tokens that overlap": (
        added(
            ("endoftext|>x", {}),
        ),
        "overlaps a special one",
    ),
    "tokens that share spaces": (added(("<m>", {"lstrip": True}), ("  ", {})), "space beside it"),
    "a byte without a token": (lambda it: _without(it, "ÿ"), "256 bytes"),
}


def _without(it, letter):
    vocabulary = it["model"]["vocab"]
    vocabulary["never seen"] = vocabulary.pop(letter)


@pytest.mark.parametrize("shape", EXACT)
@pytest.mark.parametrize("reading", READINGS)
def test_shapes_of_tokenizers_that_the_fast_engine_knows(tmp_path, shape, reading):
    """Each is encoded by it, with the ids of the oracle."""
    path = saved(tmp_path, EXACT[shape])
    tokens = [token["content"] for token in read_tokenizer(path).added]
    rng = random.Random(5)
    mixed = [
        "".join(rng.choice([*tokens, "سلام", " ", "  ", "a", "ⵣ", "\n"]) for _ in range(7))
        for _ in range(400)
    ]
    assert differing(*both(path, reading), [*TEXTS, *mixed]) == []


@pytest.mark.parametrize("shape", LEFT_TO_THE_ORACLE)
def test_shapes_of_tokenizers_that_are_left_to_the_oracle(tmp_path, shape):
    """`auto` says why; nothing is approximated."""
    change, why = LEFT_TO_THE_ORACLE[shape]
    found = load_encoder(saved(tmp_path, change))
    assert found.engine == "tokenizers"
    assert why in found.reason


def test_a_frame_truncation_and_padding_are_no_part_of_a_document(tmp_path):
    """A corpus is packed by its own rules: the ids are those of the whole text and nothing else."""
    plain = load_encoder(saved(tmp_path), "hf").encode(TEXTS).ids.tolist()
    for shape in ("a frame of special tokens", "truncation and padding"):
        for engine in ("hf", "fast"):
            path = saved(tmp_path, EXACT[shape])
            assert load_encoder(path, engine).encode(TEXTS).ids.tolist() == plain


@pytest.mark.parametrize("kind", ["Unigram", "WordPiece", "WordLevel", "byte fallback"])
def test_other_models_are_left_to_the_oracle(tmp_path, kind):
    """Their ids are those of `tokenizers`, unknown tokens and all."""
    import tokenizers as tk

    bpe = tk.models.BPE(byte_fallback=True, unk_token="[UNK]", fuse_unk=True)
    model, trainer = {
        "Unigram": (tk.models.Unigram(), tk.trainers.UnigramTrainer),
        "WordPiece": (tk.models.WordPiece(unk_token="[UNK]"), tk.trainers.WordPieceTrainer),
        "WordLevel": (tk.models.WordLevel(unk_token="[UNK]"), tk.trainers.WordLevelTrainer),
        "byte fallback": (bpe, tk.trainers.BpeTrainer),
    }[kind]
    tokenizer = tk.Tokenizer(model)
    tokenizer.pre_tokenizer = tk.pre_tokenizers.Metaspace()
    unknown = {"unk_token": "[UNK]"} if kind == "Unigram" else {}
    tokenizer.train_from_iterator(
        LINES, trainer(vocab_size=300, show_progress=False, special_tokens=["[UNK]"], **unknown)
    )
    path = tmp_path / "tokenizer.json"
    tokenizer.save(str(path))
    found = load_encoder(path)
    assert found.engine == "tokenizers"
    assert "BPE" in found.reason or "byte_fallback" in found.reason
    wanted = [tokenizer.encode(text, add_special_tokens=False).ids for text in LINES]
    assert found.encode(LINES).ids.tolist() == [one for row in wanted for one in row]


def test_a_tokenizer_asked_to_be_fast_is_not_approximated(tmp_path):
    """`fast` is a refusal where the engine is not known to be exact."""
    from corpusforge.errors import TokenError

    path = saved(tmp_path, LEFT_TO_THE_ORACLE["NFKC"][0])
    with pytest.raises(TokenError) as caught:
        load_encoder(path, "fast")
    assert caught.value.code == "TOK003"
    assert "NFKC" in caught.value.message


@pytest.mark.parametrize(
    ("regex", "same"),
    [
        (O200K, True),
        (CL100K, True),
        (PATTERN, True),
        (r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", True),
        (r"\p{N}{1,3}", True),
        (r"[一-龥぀-ゟ]+", True),
        (r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+", True),
        (r"\w+", False),
        (r"\bx", False),
        (r"\p{Arabic}", False),
        (r"[[:alpha:]]", False),
        (r"[a-z&&[aeiou]]", False),
        (r"(?i:straße)", False),
        (r"(?i)a", False),
        (r"(a)\1", False),
        (r"a++", False),
        (r"(?>a)", False),
        (r"^a$", False),
        (r".", False),
        (r"\h", False),
        (r"\x{41}", False),
        ("(?#c)", False),
        ("\\", False),
    ],
)
def test_patterns_are_known_to_be_read_alike_or_not(regex, same):
    """What the engines' languages of patterns have in common, and nothing more."""
    assert same_pattern(regex) is same


def test_nothing_speaks_against_a_plain_tokenizer(tmp_path):
    """The fast engine is for what most models have."""
    assert obstacle(read_tokenizer(saved(tmp_path))) is None
    assert json.loads(byte_level())["model"]["type"] == "BPE"
