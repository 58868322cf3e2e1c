"""Configs made of the rows: token ids, labels. They add no rows, and every document names them."""

from __future__ import annotations

import hashlib
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from release_builders import TEXTS

from corpusforge.errors import ReleaseError
from corpusforge.release.card import data_files, default_config
from corpusforge.release.companions import bare, columns_of, descriptions, schema_of
from corpusforge.release.diff import diff
from corpusforge.release.directory import faults, read_release, write_release
from corpusforge.release.documents import documents
from corpusforge.release.model import Config, File, Split

ROWS = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False, metadata={"description": "Id of the row."}),
        pa.field("input_ids", pa.list_(pa.int32()), metadata={"description": "Token | ids."}),
        pa.field("n_tokens", pa.int32(), metadata={"description": "How many."}),
    ]
)


def file_of(path, folder):
    """What a release says of a file."""
    content = path.read_bytes()
    return File(
        path=path.relative_to(folder).as_posix(),
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        rows=pq.read_metadata(path).num_rows if path.suffix == ".parquet" else 3,
    )


def tokens_of(built, name, *, licence="CC0-1.0", **changes):
    """A companion of one text config, with real files beside those of the release."""
    config = next(each for each in built.release.configs if each.name == name)
    splits = []
    for split in config.splits:
        files = []
        for file in split.files:
            table = pq.read_table(built.data / file.path, columns=["id", "text"])
            ids = [list(text.encode()) for text in table["text"].to_pylist()]
            target = built.data / "tokens" / "bytes" / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            lengths = [len(each) for each in ids]
            rows = [table["id"].combine_chunks(), pa.array(ids), pa.array(lengths, pa.int32())]
            columns = [column.cast(f.type) for column, f in zip(rows, ROWS, strict=True)]
            pq.write_table(pa.Table.from_arrays(columns, schema=ROWS), target)
            files.append(file_of(target, built.data))
        splits.append(
            Split(
                name=split.name,
                files=tuple(files),
                rows=split.rows,
                text_bytes=split.text_bytes,
                words=split.words,
                tokens=split.text_bytes,
            )
        )
    exported = built.data / "tokens" / "bytes" / name / "train.ds"
    exported.write_bytes(b"".join(text.encode() for text in TEXTS[config.language]))
    made = {
        "name": f"tokens-bytes-{name}",
        "kind": "tokens",
        "language": config.language,
        "license": licence,
        "splits": tuple(splits),
        "of": (name,),
        "description": "Token ids by *bytes*",
        "columns": columns_of(pq.read_schema(built.data / splits[0].files[0].path)),
        "exports": (file_of(exported, built.data),),
        "facts": {"tokenizer_sha256": "c" * 64, "vocabulary": 256, "tokens": {"ary_Arab": 1234}},
    }
    return Config(**{**made, **changes})


def union(parts, name="tokens-bytes"):
    """One config over the files of several."""
    first = parts[0]
    names = {split.name for part in parts for split in part.splits}
    splits = []
    for split in sorted(names, key=lambda name: (name != "train", name)):
        of = [each for part in parts for each in part.splits if each.name == split]
        splits.append(
            Split(
                name=split,
                files=tuple(file for each in of for file in each.files),
                rows=sum(each.rows for each in of),
                text_bytes=sum(each.text_bytes for each in of),
                words=sum(each.words for each in of),
                tokens=sum(each.tokens for each in of),
            )
        )
    made = tuple(name for part in parts for name in part.of)
    return first.model_copy(
        update={
            "name": name,
            "of": made,
            "language": "",
            "splits": tuple(splits),
            "exports": tuple(file for part in parts for file in part.exports),
        }
    )


@pytest.fixture
def tokenised(make):
    """The health release with token ids of three of its configs, and all of them in one."""
    built = make()
    parts = [tokens_of(built, name) for name in ("ary_Arab", "ary_Latn", "zgh_Tfng")]
    configs = (*built.release.configs, union(parts), *parts)
    return built._replace(release=built.release.model_copy(update={"configs": configs}))


def front(content):
    """The YAML block of a card."""
    return yaml.safe_load(content.decode().split("---\n")[1])


def test_companions_add_nothing_to_the_rows_and_words_of_the_dataset(make, tokenised):
    """Every count that speaks of the dataset is that of its text configs."""
    plain = make().release
    release = tokenised.release
    assert (release.rows, release.words) == (plain.rows, plain.words)
    written = documents(release)
    assert json.loads(written["manifest.json"])["rows"] == plain.rows
    assert json.loads(written["datasheet.json"])["rows"] == plain.rows
    card = front(written["README.md"])
    assert card["size_categories"] == ["n<1K"]
    assert card["corpusforge"]["rows"] == plain.rows
    assert card["corpusforge"]["companions"] == {
        config.name: "tokens" for config in release.companions
    }
    assert default_config(release).name == "ary_Arab"


def test_every_document_names_a_companion_and_its_licence(tokenised):
    """Card, datasheet, Croissant and licences say what it is, of what, under what terms."""
    written = documents(tokenised.release)
    card = front(written["README.md"])
    assert [c["config_name"] for c in card["configs"]][-4:] == [
        "tokens-bytes",
        "tokens-bytes-ary_Arab",
        "tokens-bytes-ary_Latn",
        "tokens-bytes-zgh_Tfng",
    ]
    assert card["configs"][-4]["data_files"][0] == {
        "split": "train",
        "path": "tokens/bytes/*/train-*.parquet",
    }
    infos = {info["config_name"]: info for info in card["dataset_info"]}
    ids = infos["tokens-bytes-zgh_Tfng"]["splits"][0]
    assert ids["num_bytes"] == 4 * len(TEXTS["zgh_Tfng"][0].encode())
    text = written["README.md"].decode()
    assert "Token ids by \\*bytes\\*" in text
    assert "`input_ids` Token \\| ids." in text
    assert "vocabulary | 256" in text
    assert "`tokens/bytes/ary_Arab/`" in text
    assert "tokens-bytes-zgh\\_Tfng is made of rows" in written["DATASHEET.md"].decode()
    assert "`tokens-bytes-zgh_Tfng` | `CC0-1.0` | 1" in written["LICENCES.md"].decode()


def test_croissant_describes_the_columns_and_files_of_a_companion(tokenised):
    """Its record set has its own fields; a file of two configs is one file object."""
    document = json.loads(documents(tokenised.release)["croissant.json"])
    sets = {record["name"]: record for record in document["recordSet"]}
    fields = {field["name"]: field for field in sets["tokens-bytes"]["field"]}
    assert list(fields) == ["id", "input_ids", "n_tokens"]
    assert fields["input_ids"]["dataType"] == "sc:Integer"
    assert fields["input_ids"]["arrayShape"] == "-1"
    assert fields["n_tokens"]["description"] == "How many."
    objects = [d["@id"] for d in document["distribution"] if d["@type"] == "cr:FileObject"]
    assert len(objects) == len(set(objects))
    assert "tokens/bytes/ary_Arab/train.ds" in objects


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_mlcroissant_reads_token_ids_by_the_croissant_file(tokenised, tmp_path):
    """The format's own library finds nothing wrong, and yields the ids."""
    import mlcroissant

    directory = write_release(tokenised.release, tokenised.data, tmp_path / "1.0.0")
    made = mlcroissant.Dataset(jsonld=directory / "croissant.json")
    assert made.metadata.issues.errors == set()
    rows = list(made.records("tokens-bytes-zgh_Tfng"))
    ids = rows[0]["tokens-bytes-zgh_Tfng/input_ids"]
    assert bytes(map(int, ids)).decode() == TEXTS["zgh_Tfng"][0]


def test_a_release_with_companions_reads_back_and_is_sound(tokenised, tmp_path):
    """The columns of each file are checked by its config, the exports by their digests."""
    directory = write_release(tokenised.release, tokenised.data, tmp_path / "1.0.0")
    assert read_release(directory).configs == tokenised.release.configs
    assert faults(directory) == []
    (directory / "tokens/bytes/ary_Arab/train.ds").write_bytes(b"\0\0")
    assert [each.split(" has SHA")[0] for each in faults(directory)] == [
        "tokens/bytes/ary_Arab/train.ds"
    ]


def test_a_companion_file_with_other_columns_is_a_fault(tokenised, tmp_path):
    """Rows and digest may be right and the columns still be others than those stated."""
    wrong = [
        config.model_copy(update={"columns": config.columns[:2]})
        if config.kind == "tokens"
        else config
        for config in tokenised.release.configs
    ]
    release = tokenised.release.model_copy(update={"configs": tuple(wrong)})
    directory = write_release(release, tokenised.data, tmp_path / "1.0.0")
    found = faults(directory)
    assert "tokens/bytes/zgh_Tfng/train-00000-of-00001.parquet does not have the published" in (
        " ".join(found)
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"of": ("ary_Tfng",)}, "is made of ary_Tfng"),
        ({"of": ()}, "is made of nothing"),
        ({"license": "CC-BY-4.0"}, "is under CC-BY-4.0, the rows behind it under CC0-1.0"),
        ({"description": ""}, "has no description"),
        ({"columns": ()}, "has no columns"),
        ({"name": "ary_Arab"}, "two configs are called 'ary_Arab'"),
        ({"language": "darija"}, "unknown language 'darija'"),
    ],
)
def test_a_companion_that_does_not_add_up_is_refused(make, changes, sentence):
    """It must say what rows it is made of, and stand under their licence."""
    built = make()
    made = tokens_of(built, "ary_Arab").model_copy(update=changes)
    release = built.release.model_copy(update={"configs": (*built.release.configs, made)})
    with pytest.raises(ReleaseError) as refused:
        documents(release)
    assert refused.value.code == "REL001"
    assert sentence in refused.value.message


def test_a_companion_over_two_licences_states_both(make):
    """Rows of a collection may be read together only under all of their licences."""
    built = make()
    both = "CC-BY-4.0 AND CC0-1.0"
    parts = [
        tokens_of(built, "ary_Arab"),
        tokens_of(built, "fra_Latn-cc-by-4.0", licence="CC-BY-4.0"),
    ]
    whole = union(parts).model_copy(update={"license": both})
    configs = (*built.release.configs, whole, *parts)
    written = documents(built.release.model_copy(update={"configs": configs}))
    assert f"`tokens-bytes` | `{both}`" in written["LICENCES.md"].decode()


def test_a_release_without_companions_is_written_as_ever(make):
    """Old releases keep their identity: the model's new fields are left out where not used."""
    model = json.loads(documents(make().release)["release.json"])
    assert set(model["configs"][0]) == {"name", "language", "license", "origin", "splits"}
    assert set(model["configs"][0]["splits"][0]) == {
        "name",
        "files",
        "rows",
        "text_bytes",
        "words",
    }


def test_diff_tells_a_new_tokenizer_from_new_rows(tokenised, tmp_path):
    """The rows are the same and what was made of them is not."""
    one = write_release(tokenised.release, tokenised.data, tmp_path / "one")
    configs = [
        config.model_copy(update={"facts": {"tokenizer_sha256": "d" * 64}})
        if config.name == "tokens-bytes"
        else config
        for config in tokenised.release.configs
        if config.name != "tokens-bytes-zgh_Tfng"
    ]
    other = tokenised.release.model_copy(update={"configs": tuple(configs), "version": "1.0.1"})
    two = write_release(other, tokenised.data, tmp_path / "two")
    found = diff(one, two)
    assert (found.added, found.removed, found.changed) == (0, 0, 0)
    assert not found.identical
    assert [tuple(each) for each in found.companions] == [
        ("tokens-bytes", 6, 6, False),
        ("tokens-bytes-ary_Arab", 3, 3, True),
        ("tokens-bytes-ary_Latn", 2, 2, True),
        ("tokens-bytes-zgh_Tfng", 1, None, False),
    ]
    assert diff(one, one).identical


def test_columns_of_any_depth_survive_the_model():
    """Lists, lists of fixed size and structs come back as they were, with their descriptions."""
    span = pa.struct(
        [
            pa.field("start", pa.int32(), metadata={"description": "First code point."}),
            pa.field("label", pa.string(), nullable=False),
        ]
    )
    schema = pa.schema(
        [
            pa.field("input_ids", pa.list_(pa.int32(), 2048), metadata={"description": "Ids."}),
            pa.field("spans", pa.list_(span), metadata={"description": "Names."}),
            pa.field("score", pa.float32()),
        ]
    )
    columns = columns_of(schema)
    assert schema_of(columns) == schema
    assert bare(schema).field("spans").metadata is None
    assert descriptions(columns) == {
        "input_ids": "Ids.",
        "spans": "Names.",
        "spans.start": "First code point.",
        "spans.label": "label",
        "score": "score",
    }
    with pytest.raises(TypeError, match="timestamp"):
        columns_of(pa.schema([pa.field("at", pa.timestamp("s"))]))


def test_a_pattern_over_folders_names_exactly_the_files_of_a_split():
    """Where a star would take in more, the files are listed one by one."""
    files = tuple(
        File(path=f"tokens/own/{config}/train-00000-of-00001.parquet", sha256="", bytes=1, rows=1)
        for config in ("ary_Arab", "zgh_Tfng")
    )
    split = Split(name="train", files=files, rows=2, text_bytes=1, words=1)
    paths = [file.path for file in files]
    assert data_files(split, paths) == "tokens/own/*/train-*.parquet"
    more = [*paths, "tokens/own/fra_Latn/train-00000-of-00001.parquet"]
    assert data_files(split, more) == paths
