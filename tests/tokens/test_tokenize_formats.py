"""Every form of token files, held against what its readers and its own writers say it is."""

from __future__ import annotations

import struct

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small import saved
from tokenized import EOS, ids_of, records, rows_of, run

from corpusforge.errors import TokenError
from corpusforge.tokens.documents import Documents
from corpusforge.tokens.encoder import load_encoder, token_id
from corpusforge.tokens.formats import datatrove, megatron


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Sixty records in every form."""
    root = tmp_path_factory.mktemp("formats")
    outputs = ("parquet", "packed", "ds", "megatron")
    place = ids_of(root)
    return run(
        root / "ws",
        [records()],
        place,
        eos=EOS,
        outputs=outputs,
        packing={"seq_len": 64},
        context={"splits": (("test", 0.2),)},
    )


@pytest.fixture
def tokenizer(made):
    """Its tokenizer, as the library that defines ids loads it."""
    from tokenizers import Tokenizer

    found = Tokenizer.from_file(str(made.side.parents[3] / "own" / "tokenizer.json"))
    found.encode_special_tokens = True
    return found


def documents_of(made, tokenizer, config, split):
    """Texts of the data files of a split in order, and their ids by `tokenizers`."""
    files = sorted((made.shards / "data" / config).glob(f"{split}-*.parquet"))
    texts = [text for file in files for text in pq.read_table(file)["text"].to_pylist()]
    return texts, [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]


def test_canonical_rows_are_the_ids_of_tokenizers_in_the_order_of_the_rows(made, tokenizer):
    """The same row ids, and for each text exactly what `tokenizers` gives, without EOS."""
    for config in ("ary_Arab", "zgh_Tfng", "fra_Latn"):
        rows = rows_of(made, f"tokens-own-{config}")
        data = [
            row
            for split in ("train", "test")
            for file in sorted((made.shards / "data" / config).glob(f"{split}-*.parquet"))
            for row in pq.read_table(file).to_pylist()
        ]
        assert [row["id"] for row in rows] == [row["id"] for row in data]
        wanted = [tokenizer.encode(row["text"], add_special_tokens=False).ids for row in data]
        assert [row["input_ids"] for row in rows] == wanted
        assert [row["n_tokens"] for row in rows] == [len(ids) for ids in wanted]
        for name in ("language", "source", "license"):
            assert [row[name] for row in rows] == [row[name] for row in data]


def test_ids_are_int32_lists_as_the_datasets_client_reads_them(made):
    """`datasets` loads them plain and streaming, and as numpy arrays."""
    from datasets import load_dataset

    files = [f["path"] for f in made.configs["tokens-own"]["splits"][0]["files"]]
    paths = [str(made.side / path) for path in files]
    found = load_dataset("parquet", data_files={"train": paths}, streaming=True)["train"]
    row = next(iter(found.with_format("numpy")))
    assert row["input_ids"].dtype.kind == "i"
    assert len(row["input_ids"]) == row["n_tokens"]
    schema = pq.read_schema(paths[0])
    assert schema.field("input_ids").type == pa.list_(pa.field("element", pa.int32()))
    assert b"Token ids" in schema.field("input_ids").metadata[b"description"]


def test_packed_rows_load_as_lists_of_one_length(made):
    """`datasets` knows the length, and numpy gets [rows, seq_len]."""
    from datasets import load_dataset

    files = [f["path"] for f in made.configs["tokens-own-packed"]["splits"][0]["files"]]
    paths = [str(made.side / path) for path in files]
    found = load_dataset("parquet", data_files={"train": paths}, streaming=True)["train"]
    assert found.features["input_ids"].length == 64
    batch = next(iter(found.with_format("numpy").iter(batch_size=8)))
    assert batch["input_ids"].shape == (8, 64)


def test_packed_rows_hold_the_documents_of_a_split_with_eos_between(made, tokenizer):
    """Rows end to end are the documents end to end, up to what fills no row."""
    eos = tokenizer.token_to_id(EOS)
    config = made.configs["tokens-own-packed-ary_Latn"]
    _, wanted = documents_of(made, tokenizer, "ary_Latn", "train")
    stream = [token for ids in wanted for token in (*ids, eos)]
    (split,) = [split for split in config["splits"] if split["name"] == "train"]
    rows = [
        row
        for file in split["files"]
        for row in pq.read_table(made.side / file["path"]).to_pylist()
    ]
    packed = [token for row in rows for token in row["input_ids"]]
    assert packed == stream[: len(stream) - len(stream) % 64]
    assert {row["language"] for row in rows} == {"ary_Latn"}
    assert all(row["cu_seqlens"][-1] == 64 == row["n_tokens"] for row in rows)
    assert config["facts"]["packing"]["tokens_dropped"] > 0


@pytest.fixture(scope="module")
def recognised(tmp_path_factory):
    """The same with special tokens of texts read as such, which is how datatrove reads them."""
    root = tmp_path_factory.mktemp("recognised")
    return run(
        root / "ws",
        [records()],
        ids_of(root),
        eos=EOS,
        outputs=("ds", "megatron"),
        special_tokens="recognised",
    )


def test_ds_and_megatron_files_are_those_of_datatroves_writers(recognised, tmp_path):
    """Byte for byte: ids, document ends, counts, Megatron's index."""
    from datatrove.data import Document
    from datatrove.pipeline.tokens import DocumentTokenizer, MegatronDocumentTokenizer

    path = str(recognised.side.parents[3] / "own" / "tokenizer.json")
    (file,) = (recognised.shards / "data" / "arb_Arab").glob("train-*.parquet")
    texts = pq.read_table(file)["text"].to_pylist()
    assert any(EOS in text for text in texts)
    found = [Document(text=text, id=str(number)) for number, text in enumerate(texts)]
    DocumentTokenizer(
        str(tmp_path), path, eos_token=EOS, shuffle_documents=False, save_filename="plain"
    ).run(iter(found))
    MegatronDocumentTokenizer(
        str(tmp_path), tokenizer_name_or_path=path, eos_token=EOS, save_filename="plain"
    ).run(iter(found))

    place = recognised.side / "tokens/own"
    ours = place / "ds/arb_Arab/train/00000.ds"
    (theirs,) = tmp_path.glob("*.ds")
    assert ours.read_bytes() == theirs.read_bytes()
    for ending in (".ds.index", ".ds.metadata"):
        written = theirs.with_suffix(ending).read_bytes().replace(path.encode(), b"own")
        assert ours.with_suffix(ending).read_bytes() == written
    (theirs,) = tmp_path.glob("*.bin")
    stem = place / "megatron/arb_Arab/train-00000-of-00001"
    for ending in (".bin", ".idx"):
        assert stem.with_suffix(ending).read_bytes() == theirs.with_suffix(ending).read_bytes()


def test_datatroves_merger_reads_the_ds_files(made, tokenizer, tmp_path):
    """Its own reader takes documents out by the index and puts them together again."""
    from datatrove.pipeline.tokens import DocumentTokenizerMerger

    folder = made.side / "tokens/own/ds/zgh_Tfng/train"
    DocumentTokenizerMerger(
        str(folder), str(tmp_path), save_filename="merged", shuffle=False, progress=False
    ).run(iter(()))
    (merged,) = tmp_path.glob("*.ds")
    _, wanted = documents_of(made, tokenizer, "zgh_Tfng", "train")
    eos = tokenizer.token_to_id(EOS)
    stream = [token for ids in wanted for token in (*ids, eos)]
    assert np.fromfile(merged, "<u2").tolist() == stream


def test_a_memory_map_of_the_ds_gives_every_document(made, tokenizer):
    """As nanoGPT and its like read it, cut where the index says."""
    folder = made.side / "tokens/own/ds/fra_Latn"
    for split in ("train", "test"):
        ids = np.memmap(folder / split / "00000.ds", "<u2", "r")
        ends = np.fromfile(folder / split / "00000.ds.index", "<u8")
        _, wanted = documents_of(made, tokenizer, "fra_Latn", split)
        cut = np.split(np.asarray(ids), ends[:-1].astype(int))
        assert [document[:-1].tolist() for document in cut] == wanted
        assert {int(document[-1]) for document in cut} == {tokenizer.token_to_id(EOS)}


def parsed(stem):
    """Megatron's pair of files, read as its `indexed_dataset.py` does."""
    index = stem.with_suffix(".idx").read_bytes()
    assert index[:9] == b"MMIDIDX\x00\x00"
    version, code = struct.unpack_from("<QB", index, 9)
    assert version == 1
    sequences, entries = struct.unpack_from("<QQ", index, 18)
    at = 34
    lengths = np.frombuffer(index, "<i4", sequences, at)
    pointers = np.frombuffer(index, "<i8", sequences, at + 4 * sequences)
    documents = np.frombuffer(index, "<i8", entries, at + 12 * sequences)
    assert len(index) == at + 12 * sequences + 8 * entries
    kind = {8: "<u2", 4: "<i4"}[code]
    data = stem.with_suffix(".bin").read_bytes()
    found = [
        np.frombuffer(data, kind, length, pointer).tolist()
        for length, pointer in zip(lengths, pointers, strict=True)
    ]
    assert documents.tolist() == list(range(sequences + 1))
    assert sum(lengths) * np.dtype(kind).itemsize == len(data)
    return code, found


def test_megatrons_index_is_read_byte_by_byte(made, tokenizer):
    """Magic, version, type, counts, lengths, pointers, documents: and each document's ids."""
    code, found = parsed(made.side / "tokens/own/megatron/ary_Arab/train-00000-of-00001")
    _, wanted = documents_of(made, tokenizer, "ary_Arab", "train")
    assert code == 8
    assert found == [[*ids, tokenizer.token_to_id(EOS)] for ids in wanted]


def test_a_large_vocabulary_takes_four_bytes(tmp_path):
    """Ids above 65,535: uint32 in .ds, int32 in .bin; one fewer id still fits two bytes."""
    ids = np.array([0, 65_536, 199_997, 5], np.int32)
    given = [Documents(pa.array(["a", "b"]), ids, np.array([3, 1], np.int64))]
    datatrove.write(given, tmp_path / "x.ds", 199_998, "own")
    megatron.write(given, tmp_path / "x.bin", 199_998)
    assert np.fromfile(tmp_path / "x.ds", "<u4").tolist() == ids.tolist()
    assert np.fromfile(tmp_path / "x.ds.index", "<u8").tolist() == [3, 4]
    assert (tmp_path / "x.ds.metadata").read_text() == "own|4\n4\n4.00 T"
    assert parsed(tmp_path / "x") == (4, [[0, 65_536, 199_997], [5]])
    assert [datatrove.token_bytes(size) for size in (65_536, 65_537)] == [2, 4]


def test_a_document_that_megatron_cannot_count_is_refused(tmp_path):
    """The index has 31 bits for a length; the rest of the files stay away too."""
    size = np.array([1 << 31], np.int64)
    given = [Documents(pa.array(["a"]), np.zeros(3, np.int32), size)]
    with pytest.raises(TokenError) as refused:
        megatron.write(given, tmp_path / "x.bin", 500)
    assert refused.value.code == "TOK022"
    assert not (tmp_path / "x.idx").exists()


def test_without_eos_documents_stand_end_to_end(tmp_path):
    """An EOS is written where one is named, and nowhere else."""
    place = ids_of(tmp_path)
    found = run(tmp_path / "ws", [records(20)], place, outputs=("ds",))
    texts = pq.read_table(found.shards / "data/ary_Arab/train-00000-of-00001.parquet")["text"]
    wanted = load_encoder(place, "hf").encode(texts.to_pylist())
    ids = np.fromfile(found.side / "tokens/own/ds/ary_Arab/train/00000.ds", "<u2")
    assert ids.tolist() == wanted.ids.tolist()
    assert token_id(saved(tmp_path), EOS) not in ids.tolist()


def test_row_groups_are_cut_by_what_rows_hold(tmp_path, monkeypatch):
    """By number of rows and bytes of text, however the file was read: memory stays bounded."""
    from corpusforge.tokens import texts as texts_module

    monkeypatch.setattr(texts_module, "ROW_GROUP", 7)
    monkeypatch.setattr(texts_module, "ROW_GROUP_BYTES", 40)
    words = ["ⴰⵣⵓⵍ", "سلام", "salam", "", "x" * 100, "été", *["a"] * 20]
    table = pa.table({"id": [str(n) for n in range(len(words))], "text": words})
    cut = []
    for number, rows in enumerate((1, 3, 100)):
        path = tmp_path / f"{number}.parquet"
        pq.write_table(table, path, row_group_size=rows)
        monkeypatch.setattr(texts_module, "_READ", rows + 1)
        source = texts_module.TextFile(path, "", "texts", "train", 0, 1)
        cut.append([group["id"].to_pylist() for group in source.tables()])
    assert cut[0] == cut[1] == cut[2]
    assert [row for group in cut[0] for row in group] == table["id"].to_pylist()
    assert cut[0][:3] == [["0", "1", "2", "3"], ["4"], [str(n) for n in range(5, 12)]]
