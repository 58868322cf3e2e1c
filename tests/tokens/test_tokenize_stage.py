"""The stage: same bytes however it runs, nothing done twice, rights and withdrawal inherited."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tokenized import EOS, digests, ids_of, records, rows_of, run

from corpusforge.build.local import Quarantined
from corpusforge.errors import BuildError, TokenError
from corpusforge.stages.tokenize import Tokenize
from corpusforge.tokens import ids as ids_module
from corpusforge.tokens.file import read_tokenizer
from corpusforge.tokens.flow import figures
from corpusforge.tokens.ids import Counts, EncodeTask, encode_file
from corpusforge.tokens.settings import tokenizer_label
from corpusforge.tokens.texts import TextFile

EVERY = {"eos": EOS, "outputs": ("packed", "ds", "megatron"), "packing": {"seq_len": 32}}


@pytest.fixture
def tokenizer(tmp_path):
    """A folder with a small tokenizer."""
    return ids_of(tmp_path)


def test_bytes_are_the_same_whatever_the_parts_their_order_and_the_workers(tmp_path, tokenizer):
    """Cut and shuffled input, one worker or two: the same files, down to what is said of them."""
    table = records(120)
    shuffled = [table.slice(90), table.slice(0, 25), table.slice(25, 65)]
    whole = run(tmp_path / "a", [table], tokenizer, **EVERY)
    cut = run(tmp_path / "b", shuffled, tokenizer, workers=2, **EVERY)
    assert digests(whole) == digests(cut)
    assert whole.manifest.side == cut.manifest.side
    assert len(digests(whole)) == 5 * 7 + 1


def test_bytes_are_the_same_whatever_the_engine_and_its_batches(tmp_path, tokenizer, monkeypatch):
    """`hf` and `fast` write one file, and so do batches of one text; only the report differs."""
    from corpusforge.tokens import encoder as encoders

    made = {}
    for name, batch in (("hf", 1024), ("fast", 1024), ("auto", 1)):
        monkeypatch.setattr(encoders, "_TEXTS", batch)
        place = tmp_path / name
        found = run(place, [records()], tokenizer, encoder=name, **EVERY)
        made[name] = {p: d for p, d in digests(found).items() if p != "configs.json"}
        engines = found.configs["tokens-own"]["facts"]["engines"]
        assert next(iter(engines)).startswith("tokenizers" if name == "hf" else "fastokens")
    assert made["hf"] == made["fast"] == made["auto"]


def test_the_report_says_what_made_the_ids_and_what_they_come_to(tmp_path, tokenizer):
    """Digest, versions, engine, policy, EOS, vocabulary, and figures by language."""
    found = run(tmp_path / "ws", [records()], tokenizer, **EVERY)
    facts = found.configs["tokens-own"]["facts"]
    assert facts["tokenizer"] == "own"
    assert len(facts["tokenizer_sha256"]) == 64
    assert facts["encoder"] == "auto"
    assert (facts["eos"], facts["eos_id"]) == (EOS, 0)
    assert (facts["vocabulary"], facts["dtype"]) == (500, "int32")
    assert facts["special_tokens"] == "ordinary"
    assert facts["devices"] == {"cpu": 5}
    assert facts["documents"] == 60
    shards = found.configs["tokens-own-zgh_Tfng"]["facts"]["shards"]
    (path,) = shards
    assert path == "tokens/own/ids/zgh_Tfng/train-00000-of-00001.parquet"
    assert shards[path]["device"] == "cpu"
    assert shards[path]["engine"] in facts["engines"]
    rows = rows_of(found, "tokens-own")
    for language, counts in facts["languages"].items():
        mine = [row for row in rows if row["language"] == language]
        assert counts["documents"] == len(mine) == 12
        assert counts["tokens"] == sum(row["n_tokens"] for row in mine)
        assert counts["unknown_rate"] == 0
        file = found.shards / f"data/{language}/train-00000-of-00001.parquet"
        texts = pq.read_table(file)["text"].to_pylist()
        assert counts["words"] == sum(len(text.encode().split()) for text in texts)
        assert counts["bytes"] == sum(len(text.encode()) for text in texts)


def test_what_the_vocabulary_does_not_have_is_counted(tmp_path):
    """Words that become [UNK] look cheap; the unknown rate says why."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    vocabulary = {"[UNK]": 0, "azul": 1, "salam": 2}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    (tmp_path / "words").mkdir()
    made.save(str(tmp_path / "words" / "tokenizer.json"))
    assert read_tokenizer(tmp_path / "words").unknown == 0
    found = run(tmp_path / "ws", [records()], tmp_path / "words")
    facts = found.configs["tokens-words"]["facts"]
    assert facts["languages"]["zgh_Tfng"]["unknown_rate"] > 0.9
    assert next(iter(facts["engines"])).startswith("tokenizers")
    assert facts["engine_reasons"]


def test_figures_of_nothing_are_no_division_by_zero():
    """A language without a token has figures too."""
    assert figures(Counts(1, 0, 0, 0, 0))["tokens_per_word"] == 0


def test_a_withdrawn_row_is_in_no_token_file_of_the_next_version(tmp_path, tokenizer):
    """Its id is gone from ids and packed rows, and so are its tokens from every other form."""
    table = records(60)
    before = run(tmp_path / "a", [table], tokenizer, **EVERY)
    gone = next(
        row["id"] for row in rows_of(before, "tokens-own-zgh_Tfng") if row["n_tokens"] > 100
    )
    rest = table.filter(pc.not_equal(table["id"], gone))
    after = run(tmp_path / "b", [rest], tokenizer, **EVERY)
    names = {row["id"] for row in rows_of(after, "tokens-own")}
    assert len(names) == 59
    assert gone not in names
    packed = {name for row in rows_of(after, "tokens-own-packed") for name in row["doc_ids"]}
    assert packed <= names
    assert gone in {i for row in rows_of(before, "tokens-own-packed") for i in row["doc_ids"]}
    for config in after.configs.values():
        for file in config["exports"]:
            was = next(
                f for f in before.configs[config["name"]]["exports"] if f["path"] == file["path"]
            )
            assert (was["sha256"] == file["sha256"]) == ("zgh_Tfng" not in file["path"])


def test_a_collection_keeps_rows_of_other_licences_in_configs_of_their_own(tmp_path, tokenizer):
    """Token configs are cut as text configs are; the plain one holds the plain licence alone."""
    tables = [records(20), records(20, source="t", license="CC-BY-SA-4.0")]
    context = {"mode": "collection"}
    found = run(tmp_path / "ws", tables, tokenizer, context=context, **EVERY)
    assert {row["license"] for row in rows_of(found, "tokens-own")} == {"CC-BY-4.0"}
    other = rows_of(found, "tokens-own-cc-by-sa-4.0")
    assert {row["license"] for row in other} == {"CC-BY-SA-4.0"}
    assert found.configs["tokens-own-cc-by-sa-4.0"]["of"] == sorted(
        f"{language}-cc-by-sa-4.0"
        for language in ("ary_Arab", "ary_Latn", "arb_Arab", "fra_Latn", "zgh_Tfng")
    )
    assert "tokens-own-packed-cc-by-sa-4.0" in found.configs
    assert "tokens-own-zgh_Tfng-cc-by-sa-4.0" in found.configs


def test_translated_texts_are_apart_from_native_ones(tmp_path, tokenizer):
    """As in the configs of texts."""
    tables = [records(20), records(20, source="t", origin="translated")]
    found = run(tmp_path / "ws", tables, tokenizer)
    assert len(rows_of(found, "tokens-own")) == 20
    assert len(rows_of(found, "tokens-own-translated")) == 20
    assert found.configs["tokens-own-translated"]["origin"] == "translated"


def test_what_was_finished_before_a_kill_is_not_made_again(tmp_path, tokenizer, monkeypatch):
    """The third file fails; the next run makes the others no second time, and the same bytes."""
    made = []
    real = ids_module._encode

    def counting(task):
        made.append(str(task))
        if len(made) == 3:
            raise KeyboardInterrupt
        return real(task)

    monkeypatch.setattr(ids_module, "_encode", counting)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "ws", [records()], tokenizer, **EVERY)
    assert len(made) == 3
    # What SIGKILL leaves: the writer had no time to take its temporary file away.
    (ids,) = (tmp_path / "ws").glob("**/tokens/own/ids")
    half = ids / ".train-00000-of-00001.parquet.72a8f8aac519"
    half.write_bytes(b"PAR1")
    found = run(tmp_path / "ws", [records()], tokenizer, **EVERY)
    assert not half.exists()
    assert len(made) == 6
    assert len(set(made)) == 5
    fresh = run(tmp_path / "fresh", [records()], tokenizer, **EVERY)
    assert digests(found) == digests(fresh)
    assert not list((tmp_path / "ws" / "unfinished").iterdir())


def test_a_half_written_file_is_never_taken_for_a_whole_one(tmp_path, tokenizer):
    """A receipt whose file is missing or of another size does not count."""
    path = tmp_path / "texts.parquet"
    pq.write_table(pa.table({"id": ["a"], "text": ["ⴰⵣⵓⵍ سلام salam"]}), path)
    source = TextFile(path, "0" * 64, "texts", "train", 0, 1)
    task = EncodeTask(source, Tokenize(tokenizer=tokenizer), tmp_path / "out")
    said = encode_file(task)
    file = tmp_path / "out" / said["files"][0]["path"]
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    assert encode_file(task) == said
    assert file.read_bytes() == whole
    file.unlink()
    assert encode_file(task) == said
    assert file.read_bytes() == whole


class Deadly:
    """An executor on which some tasks kill their worker twice."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def map(self, function, items, *, gpus=0):
        """All items but those of one language."""
        assert gpus == 0
        for item in items:
            deadly = isinstance(item, EncodeTask) and "Tfng" in str(item)
            yield Quarantined(item) if deadly else function(item)


def test_files_that_kill_their_workers_are_named_and_the_others_kept(tmp_path, tokenizer):
    """The stage fails with what it was at; what was done is found by the next run."""
    with pytest.raises(BuildError) as failed:
        run(tmp_path / "ws", [records()], tokenizer, executor=Deadly())
    assert failed.value.code == "BLD006"
    assert "zgh_Tfng/train-00000-of-00001" in failed.value.message
    made = list((tmp_path / "ws" / "unfinished").glob("*/tokens/own/ids/*/*.parquet"))
    assert len(made) == 4


def workers():
    """Processes of this test's own pool: children of its fork server."""

    def parent(process):
        return process.joinpath("stat").read_text("ascii", "replace").rpartition(")")[2].split()[1]

    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            server = Path("/proc") / parent(process)
            command = (process / "cmdline").read_text("utf-8", "replace")
            if "forkserver" in command and parent(server) == str(os.getpid()):
                yield int(process.name)


@pytest.mark.slow
def test_a_killed_worker_costs_nothing(tmp_path, tokenizer):
    """SIGKILL to workers in the middle: their files are made again, and the bytes are the same."""
    killed = []

    def kill():
        while not killed:
            for process in workers():
                os.kill(process, signal.SIGKILL)
                killed.append(process)
                break
            time.sleep(0.01)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    found = run(tmp_path / "ws", [records(400)], tokenizer, workers=2, **EVERY)
    assert killed
    fresh = run(tmp_path / "fresh", [records(400)], tokenizer, **EVERY)
    assert digests(found) == digests(fresh)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"packing": {"seq_len": 64}}, "packing has no meaning without `packed`"),
        (
            {"outputs": ("packed",), "packing": {"remainder": "pad"}},
            "remainder: pad needs an eos",
        ),
        ({"outputs": ("mds",)}, "Input should be"),
        ({"name": "a/b"}, "pattern"),
        ({"packing": {"seq_len": 1}, "outputs": ("packed",)}, "greater than or equal to 2"),
    ],
)
def test_settings_that_mean_nothing_are_refused(tmp_path, options, sentence):
    """Said when the recipe is read, not after an hour."""
    with pytest.raises(ValidationError, match=sentence):
        Tokenize(tokenizer=tmp_path, **options)


def test_an_eos_that_is_no_token_is_refused_before_any_work(tmp_path, tokenizer):
    """With the special tokens there are."""
    with pytest.raises(TokenError, match="TOK004"):
        run(tmp_path / "ws", [records()], tokenizer, eos="<|eos|>", outputs=("ds",))


def test_a_tokenizer_is_named_by_its_file_or_folder(tmp_path):
    """The name is part of config names, and of the fingerprint."""
    assert tokenizer_label(tmp_path / "darija-32k" / "tokenizer.json") == "darija_32k"
    assert tokenizer_label(tmp_path / "o200k.json") == "o200k"
    assert tokenizer_label(tmp_path / "own") == "own"
    assert tokenizer_label(tmp_path / "ⴰⵎⴰⵣⵉⵖ" / "tokenizer.json") == "tokenizer"
    assert Tokenize(tokenizer=tmp_path / "own").name == "own"


def test_another_tokenizer_or_other_files_are_another_fingerprint(tmp_path, tokenizer):
    """Content counts: of the tokenizer, and of the files that shard wrote."""
    from small import saved

    table = records()
    first = run(tmp_path / "ws", [table], tokenizer).manifest.fingerprint
    assert run(tmp_path / "ws", [table], tokenizer).manifest.fingerprint == first
    context = {"splits": (("test", 0.5),)}
    assert run(tmp_path / "ws", [table], tokenizer, context=context).manifest.fingerprint != first
    saved(tokenizer, size=400)
    assert run(tmp_path / "ws", [table], tokenizer).manifest.fingerprint != first


@given(texts=st.lists(st.text(st.sampled_from("سⵣé \t\n\r\f\u00a0\x0bx")), min_size=1, max_size=8))
def test_words_are_counted_as_shard_counts_them(texts):
    """Runs between ASCII spaces, text by text, whatever stands at their ends."""
    array = pa.chunked_array([pa.array(["", *texts], pa.string())]).slice(1)
    wanted = pc.count_substring_regex(array, r"\S+").to_pylist()
    assert ids_module.words_in(array).tolist() == wanted
