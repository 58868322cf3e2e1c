import sys

import numpy as np
import pytest
from small import LINES, saved

from corpusforge.errors import TokenError
from corpusforge.tokens.decoder import decode
from corpusforge.tokens.encoder import encoder_for_task, load_encoder, prove, token_id

TEXTS = [*LINES, "", "<|endoftext|>", "ـ" * 300, "\u200fⵣ\x00😀\u180e", "a" * 5000]


def test_the_fast_engine_gives_the_ids_of_the_oracle(tmp_path):
    """`auto` takes the fast engine for byte-level BPE, and its ids are the oracle's."""
    path = saved(tmp_path)
    fast, oracle = load_encoder(path), load_encoder(path, "hf")
    assert (fast.engine, fast.reason, oracle.engine) == ("fastokens", None, "tokenizers")
    found, wanted = fast.encode(TEXTS), oracle.encode(TEXTS)
    assert found.ids.dtype == np.int32
    assert found.offsets.dtype == np.int64
    assert found.ids.tolist() == wanted.ids.tolist()
    assert found.offsets.tolist() == wanted.offsets.tolist()
    assert fast.vocabulary == oracle.vocabulary == 500


@pytest.mark.parametrize("engine", ["hf", "fast"])
def test_special_tokens_in_a_text_are_characters_unless_they_are_to_be_recognised(tmp_path, engine):
    """A page that says <|endoftext|> does not end a document."""
    path = saved(tmp_path)
    ordinary = load_encoder(path, engine).encode(["<|endoftext|>"])
    recognised = load_encoder(path, engine, "recognised").encode(["<|endoftext|>"])
    assert recognised.ids.tolist() == [token_id(path, "<|endoftext|>")]
    assert len(ordinary.ids) > 1
    assert decode(path, ordinary) == decode(path, recognised) == [b"<|endoftext|>"]


@pytest.mark.parametrize("engine", ["hf", "fast"])
def test_every_byte_of_a_text_comes_back(tmp_path, engine):
    """What is encoded can be decoded, byte for byte."""
    path = saved(tmp_path)
    assert decode(path, load_encoder(path, engine).encode(TEXTS)) == [t.encode() for t in TEXTS]


@pytest.mark.parametrize("engine", ["hf", "fast"])
def test_nothing_to_encode_gives_no_ids(tmp_path, engine):
    """An empty batch has one offset, an empty text no id."""
    encoder = load_encoder(saved(tmp_path), engine)
    for texts in ([], ["", ""]):
        found = encoder.encode(texts)
        assert found.ids.dtype == np.int32
        assert found.offsets.tolist() == [0] * (len(texts) + 1)
        assert found.ids.tolist() == []


@pytest.mark.parametrize("engine", ["hf", "fast"])
def test_half_a_character_is_refused(tmp_path, engine):
    """A lone surrogate is no text."""
    with pytest.raises(TokenError) as caught:
        load_encoder(saved(tmp_path), engine).encode(["سلام", "ⴰⵣⵓⵍ \ud800"])
    assert caught.value.code == "TOK005"
    assert "text 1" in caught.value.where


class Wrong:
    """An engine that is right but for one text."""

    engine, version, reason, vocabulary = "other", "1", None, 500

    def __init__(self, oracle):
        self._oracle = oracle

    def encode(self, texts):
        """Ids of other texts than were asked for."""
        return self._oracle.encode([text.replace("ⴰⵣⵓⵍ", "ⵣ") for text in texts])


def test_an_engine_that_differs_is_not_used(tmp_path):
    """The oracle takes its place and says why, without a word of the text."""
    oracle = load_encoder(saved(tmp_path), "hf")
    wrong = Wrong(oracle)
    assert prove(wrong, oracle, ["سلام", "bonjour"]) is wrong
    proved = prove(wrong, oracle, ["سلام", "ⴰⵣⵓⵍ", "bonjour"])
    assert proved.engine == "tokenizers"
    assert "1 of 3 documents, first on number 1" in proved.reason
    assert "ⴰⵣⵓⵍ" not in proved.reason


def test_a_token_that_is_missing_is_named_beside_those_that_are_there(tmp_path):
    """Asking for another model's end token says which special tokens this one has."""
    with pytest.raises(TokenError) as caught:
        token_id(saved(tmp_path), "<|im_end|>")
    assert caught.value.code == "TOK004"
    assert "<|endoftext|>, <s>, </s>" in caught.value.hint


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"model": {"vocab": 3}}', "{" * 9999, None])
def test_what_is_no_tokenizer_is_refused(tmp_path, content):
    """Any other file, or none, is one clear error."""
    path = tmp_path / "tokenizer.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(TokenError) as caught:
        load_encoder(path)
    assert caught.value.code == "TOK002"


def test_a_vocabulary_that_the_oracle_cannot_load_is_refused(tmp_path):
    """JSON of the right shape with wrong merges is the file's fault, and said so."""
    path = saved(tmp_path, lambda content: content["model"].update(merges=[["zzz", "qqq"]]))
    with pytest.raises(TokenError) as caught:
        load_encoder(path)
    assert caught.value.code == "TOK002"


def test_merges_dropped_at_random_are_refused(tmp_path):
    """BPE dropout gives a text other ids each time."""
    path = saved(tmp_path, lambda content: content["model"].update(dropout=0.1))
    with pytest.raises(TokenError) as caught:
        load_encoder(path)
    assert caught.value.code == "TOK006"


def test_a_task_is_proved_on_its_own_first_documents(tmp_path):
    """`auto` and `fast` give one engine where it is exact, `hf` is the oracle."""
    path = saved(tmp_path)
    assert encoder_for_task(path, TEXTS).engine == "fastokens"
    assert encoder_for_task(path, TEXTS, "fast").engine == "fastokens"
    assert encoder_for_task(path, TEXTS, "hf").engine == "tokenizers"


@pytest.fixture
def missing(monkeypatch):
    """Make a package of the extra impossible to import."""
    return lambda name: monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.parametrize("choice", ["auto", "hf", "fast"])
def test_without_the_extra_the_way_to_it_is_said(tmp_path, missing, choice):
    """One clear error, with the command that helps."""
    path = saved(tmp_path)
    missing("tokenizers")
    with pytest.raises(TokenError) as caught:
        load_encoder(path, choice)
    assert caught.value.code == "TOK001"
    assert caught.value.hint == "pip install 'corpusforge[tokenize]'"


def test_without_the_fast_engine_the_oracle_does_its_work(tmp_path, missing):
    """And says why; only who asked for `fast` is refused."""
    path = saved(tmp_path)
    missing("fastokens")
    found = load_encoder(path)
    assert found.engine == "tokenizers"
    assert found.reason == "the package fastokens is not installed"
    with pytest.raises(TokenError) as caught:
        load_encoder(path, "fast")
    assert caught.value.code == "TOK001"


def test_proving_costs_little(tmp_path):
    """The probe is some thousand short texts: a tenth of a second for the oracle, not seconds."""
    from corpusforge.tokens.probe import probe_texts

    texts = probe_texts()
    assert len(texts) < 1500
    assert sum(len(text.encode()) for text in texts) < 200_000
    assert all(chr(point) in "".join(texts) for point in (0x0, 0x2D30, 0x0640, 0x30FF, 0x2D7F))
    assert decode(saved(tmp_path), load_encoder(saved(tmp_path)).encode(texts)) == [
        text.encode() for text in texts
    ]


def test_tokens_that_are_not_made_of_bytes_give_no_text_back_for_certain(tmp_path):
    """A vocabulary of words loses what it does not have: that is said, nothing is guessed."""
    from tokenizers import Tokenizer, models

    words = Tokenizer(models.WordLevel({"[UNK]": 0, "ⴰⵣⵓⵍ": 1}, unk_token="[UNK]"))
    words.save(str(tmp_path / "tokenizer.json"))
    encoded = load_encoder(tmp_path, "hf").encode(["ⴰⵣⵓⵍ", "سلام"])
    with pytest.raises(TokenError, match="not made of bytes") as refused:
        decode(tmp_path, encoded)
    assert refused.value.code == "TOK007"
    assert "byte-level" in refused.value.hint
