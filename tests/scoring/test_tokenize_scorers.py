"""Scorers in the pass of `tokenize`: columns beside the ids, from the ids just made."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sentences import texts

from corpusforge.errors import TokenError
from corpusforge.tokens.bench import open_bench
from corpusforge.tokens.flow import facts
from corpusforge.tokens.ids import EncodeTask, encode_file
from corpusforge.tokens.settings import Settings
from corpusforge.tokens.texts import TextFile

pytestmark = pytest.mark.torch


@pytest.fixture
def source(tmp_path):
    """Sentences in several scripts, and an empty text."""
    rows = [*texts(40), ""]
    path = tmp_path / "texts.parquet"
    table = {"id": [str(number) for number in range(len(rows))], "text": rows}
    pq.write_table(pa.table({**table, "language": ["ary_Arab"] * len(rows)}), path)
    return TextFile(path, "0" * 64, "texts", "train", 0, 1)


@pytest.fixture(autouse=True)
def _fresh():
    open_bench.cache_clear()


def settings(models, **changes):
    """A language model and an embedding over the ids of the language model's tokenizer."""
    scorers = [{"name": "perplexity", "kind": "perplexity", "model": models("lm")}]
    return Settings.model_validate(
        {"tokenizer": models("lm"), "device": "cpu", "scorers": scorers, **changes}
    )


def test_scores_are_columns_beside_the_ids(models, source, tmp_path):
    """One a text, null for an empty one; the same as the scorer gives for these ids alone."""
    chosen = settings(models)
    said = encode_file(EncodeTask(source, chosen, tmp_path / "out"))
    table = pq.read_table(tmp_path / "out" / said["files"][0]["path"])
    scores = table["perplexity"].to_pylist()
    assert table.schema.field("perplexity").type == pa.float32()
    assert b"lm" in table.schema.field("perplexity").metadata[b"description"]
    assert scores[-1] is None
    assert all(score > 1 for score in scores[:-1])
    from corpusforge.tokens.encoder import load_encoder

    encoded = load_encoder(models("lm"), "hf").encode(
        pq.read_table(source.path)["text"].to_pylist()
    )
    assert table["input_ids"].to_pylist()[0] == encoded.ids[: encoded.offsets[1]].tolist()
    (alone,) = open_bench(chosen).scorers[0].score(encoded).values()
    np.testing.assert_array_equal(alone[:-1], np.array(scores[:-1], np.float32))


def test_the_ids_are_those_of_a_pass_without_scorers(models, source, tmp_path):
    """A model beside them changes no id, and the manifest says which it was."""
    scored = encode_file(EncodeTask(source, settings(models), tmp_path / "a"))
    plain_settings = settings(models, scorers=[], device=None)
    plain = encode_file(EncodeTask(source, plain_settings, tmp_path / "b"))
    tables = [
        pq.read_table(folder / said["files"][0]["path"])
        for folder, said in ((tmp_path / "a", scored), (tmp_path / "b", plain))
    ]
    assert tables[0].select(tables[1].column_names).equals(tables[1])
    stated = facts(settings(models), [scored])
    assert stated["scorers"][0]["model"] == "lm"
    assert stated["scorers"][0]["digest"].startswith("sha256:")
    assert next(iter(stated["devices"])).startswith("cpu, float32, torch ")
    assert facts(plain_settings, [plain])["devices"] == {"cpu": 1}
    json.dumps(stated)


def test_an_embedding_is_a_list_of_fixed_size(models, source, tmp_path):
    """int8, as many a text as the model is wide; `datasets` knows the length."""
    embedding = {"name": "vector", "kind": "embedding", "model": models("encoder")}
    chosen = settings(models, tokenizer=models("encoder"), scorers=[embedding])
    said = encode_file(EncodeTask(source, chosen, tmp_path / "out"))
    kind = pq.read_schema(tmp_path / "out" / said["files"][0]["path"]).field("vector").type
    assert pa.types.is_fixed_size_list(kind)
    assert kind.value_type == pa.int8()


def test_a_model_of_another_tokenizer_is_refused(models, source, tmp_path):
    """Its ids would mean other pieces of text."""
    chosen = settings(models, tokenizer=models("tagger"))
    with pytest.raises(TokenError) as refused:
        encode_file(EncodeTask(source, chosen, tmp_path / "out"))
    assert refused.value.code == "TOK035"


def test_a_task_that_asked_for_a_gpu_and_has_none_does_nothing(
    models, source, tmp_path, monkeypatch
):
    """It says so at its start; with `device: auto` it computes on the CPU."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    with pytest.raises(TokenError) as refused:
        encode_file(EncodeTask(source, settings(models, gpus=1, device=None), tmp_path / "out"))
    assert refused.value.code == "TOK030"
    assert not (tmp_path / "out" / "tokens").exists()
    said = encode_file(
        EncodeTask(source, settings(models, gpus=1, device="auto"), tmp_path / "out")
    )
    assert said["engine"]["device"].startswith("cpu, float32")


def test_a_loader_of_torch_gets_tensors(models, source, tmp_path):
    """Packed rows stream as int64 tensors of [rows, seq_len]."""
    import torch
    from datasets import load_dataset

    from corpusforge.build.local import LocalExecutor
    from corpusforge.build.tokenize import Wanted, tokenize_paths

    chosen = settings(
        models,
        scorers=[],
        device=None,
        eos="</s>",
        outputs=("packed", "ds"),
        packing={"seq_len": 32},
    )
    with LocalExecutor(1) as executor:
        tokenize_paths([source.path], Wanted(tmp_path / "out", chosen), executor)
    (path,) = (tmp_path / "out").glob("tokens/*/packed/*/*.parquet")
    rows = load_dataset("parquet", data_files=str(path), split="train", streaming=True)
    batch = next(iter(rows.with_format("torch").batch(4)))
    assert batch["input_ids"].shape == (4, 32)
    assert batch["input_ids"].dtype == torch.int64

    from datatrove.utils.dataset import DatatroveFolderDataset

    (folder,) = (tmp_path / "out").glob("tokens/*/ds/*/train")
    read = DatatroveFolderDataset(str(folder), 31, filename_pattern="*.ds", return_positions=True)
    assert read[0]["input_ids"].tolist() == batch["input_ids"][0].tolist()
    bounds = next(iter(rows))["cu_seqlens"]
    starts = [n for n, position in enumerate(read[0]["positions"].tolist()) if position == 0]
    assert starts == bounds[: len(starts)]
