"""What the dataset viewer's routes and the stock `datasets` client get."""

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hub import commit, make_repo, put

from registry.catalog.card import CardError, card_tags, parse_card
from registry.catalog.tables import split_of, tables
from registry.core.trees import File

README = """---
language: [ary, fr]
license: cc-by-4.0
pretty_name: صحة
configs:
- config_name: ary_Arab
  default: true
  data_files:
  - split: train
    path: data/ary_Arab/train-*.parquet
  - split: test
    path: data/ary_Arab/test-*.parquet
- config_name: fra_Latn
  data_files: data/fra_Latn/*.parquet
---
# Santé
"""


def parquet(language, first, count):
    rows = range(first, first + count)
    table = pa.table(
        {
            "id": [f"{language}-{row}" for row in rows],
            "text": [f"نص {row} labas ⵜⴰ" for row in rows],
            "score": [row / 7 for row in rows],
        }
    )
    out = io.BytesIO()
    pq.write_table(table, out, row_group_size=7)
    return out.getvalue()


@pytest.fixture(scope="module")
def published(http):
    """A dataset of two configs, uploaded over LFS, tagged v1.0.0."""
    import hashlib

    repo = make_repo(http)
    files = {
        "data/ary_Arab/train-0.parquet": parquet("ary", 0, 20),
        "data/ary_Arab/train-1.parquet": parquet("ary", 20, 10),
        "data/ary_Arab/test-0.parquet": parquet("ary", 30, 5),
        "data/fra_Latn/0.parquet": parquet("fra", 0, 4),
    }
    operations = [put("README.md", README)]
    for path, data in files.items():
        oid = hashlib.sha256(data).hexdigest()
        asked = {"operation": "upload", "objects": [{"oid": oid, "size": len(data)}]}
        answer = http.post(f"/datasets/{repo}.git/info/lfs/objects/batch", json=asked).json()
        href = answer["objects"][0]["actions"]["upload"]["href"]
        assert http.put(href, content=data).status_code == 200
        operations.append(("lfsFile", {"path": path, "algo": "sha256", "oid": oid}))
    commit(http, repo, *operations)
    http.post(f"/api/datasets/{repo}/tag/main", json={"tag": "v1.0.0"})
    return repo


LOAD = """
import json, os
from datasets import load_dataset
repo = os.environ["REPO"]
named = load_dataset(repo, "ary_Arab", revision="v1.0.0")
default = load_dataset(repo)
stream = load_dataset(repo, "fra_Latn", revision="v1.0.0", streaming=True, split="train")
print(json.dumps({
    "named": {split: list(named[split]["id"]) for split in named},
    "default": {split: len(default[split]) for split in default},
    "stream": [row["text"] for row in stream],
}))
"""


@pytest.mark.server
@pytest.mark.slow
def test_load_dataset_by_name(client, published, alice):
    """Named config at a tag, the default config at main, and streaming, in another process."""
    loaded = client(LOAD, alice, REPO=published)
    assert loaded["named"]["train"] == [f"ary-{row}" for row in range(30)]
    assert loaded["named"]["test"] == [f"ary-{row}" for row in range(30, 35)]
    assert loaded["default"] == {"train": 30, "test": 5}
    assert loaded["stream"] == [f"نص {row} labas ⵜⴰ" for row in range(4)]


PUSH = """
import json, os
from datasets import Dataset, load_dataset
repo = os.environ["REPO"]
made = Dataset.from_dict({"text": ["سلام", "azul", "labas"], "n": [1, 2, 3]})
made.push_to_hub(repo, "greetings", private=True)
made.select([0]).push_to_hub(repo, "greetings", split="test")
made.push_to_hub(repo, "other")
back = load_dataset(repo, "greetings")
other = load_dataset(repo, "other", split="train")
print(json.dumps([{split: list(back[split]["text"]) for split in back}, list(other["n"])]))
"""


@pytest.mark.server
@pytest.mark.slow
def test_push_to_hub_and_back(client, alice, tmp_path):
    """Two configs and a second split, written with xet and the card, read back."""
    back, other = client(PUSH, alice, REPO=f"alice/pushed-{abs(hash(str(tmp_path)))}")
    assert back == {"train": ["سلام", "azul", "labas"], "test": ["سلام"]}
    assert other == [1, 2, 3]


READERS = """
import json, os
import pandas, pyarrow.parquet as pq
from huggingface_hub import HfFileSystem, snapshot_download
repo, endpoint = os.environ["REPO"], os.environ["HF_ENDPOINT"]
path = f"datasets/{repo}@v1.0.0/data/fra_Latn/0.parquet"
frame = pandas.read_parquet(f"hf://{path}")
with HfFileSystem().open(path) as file:
    table = pq.read_table(file, columns=["id"])
folder = snapshot_download(repo, repo_type="dataset", revision="v1.0.0", allow_patterns="*.parquet")
found = sorted(os.path.relpath(os.path.join(at, name), folder)
               for at, _, names in os.walk(folder) for name in names)
print(json.dumps([list(frame["id"]), table["id"].to_pylist(), found]))
"""


@pytest.mark.server
@pytest.mark.slow
def test_pandas_arrow_and_snapshots(client, published, alice):
    """`hf://` in pandas and fsspec, ranged reads, and snapshot_download."""
    frame, table, found = client(READERS, alice, REPO=published)
    assert frame == table == [f"fra-{row}" for row in range(4)]
    assert found == [
        "data/ary_Arab/test-0.parquet",
        "data/ary_Arab/train-0.parquet",
        "data/ary_Arab/train-1.parquet",
        "data/fra_Latn/0.parquet",
    ]


@pytest.mark.server
def test_info_answers_at_the_viewers_host(anonymous, published):
    """The host that `datasets` derives is ours too; the revision is in the header."""
    answer = anonymous.get(
        f"/info?dataset={published}", headers={"host": "datasets-server.hub.example.ma"}
    )
    assert len(answer.headers["x-revision"]) == 40
    assert answer.json() == {"dataset_info": {}, "pending": [], "failed": [], "partial": False}


@pytest.mark.server
def test_parquet_files_splits_and_sizes(anonymous, published):
    """Configs and splits as the card says; addresses that load."""
    files = anonymous.get(f"/parquet?dataset={published}").json()["parquet_files"]
    assert [(f["config"], f["split"]) for f in files] == [
        ("ary_Arab", "train"),
        ("ary_Arab", "train"),
        ("ary_Arab", "test"),
        ("fra_Latn", "train"),
    ]
    assert pq.read_table(io.BytesIO(anonymous.get(files[3]["url"]).content)).num_rows == 4
    tree = anonymous.get(f"/api/datasets/{published}/parquet/ary_Arab/test").json()
    assert tree == [files[2]["url"]]
    assert anonymous.get(f"/api/datasets/{published}/parquet/none").status_code == 404
    size = anonymous.get(f"/size?dataset={published}").json()["size"]["dataset"]
    assert size["num_rows"] == 39
    splits = anonymous.get(f"/splits?dataset={published}").json()["splits"]
    assert [(s["config"], s["split"]) for s in splits] == [
        ("ary_Arab", "train"),
        ("ary_Arab", "test"),
        ("fra_Latn", "train"),
    ]
    assert anonymous.get(f"/is-valid?dataset={published}").json()["viewer"] is True


COMPANIONS = """---
configs:
- config_name: zgh_Tfng
  data_files: data/zgh_Tfng/train-*.parquet
- config_name: tokens-own
  data_files: tokens/own/*/train-*.parquet
- config_name: tokens-own-zgh_Tfng
  data_files: tokens/own/zgh_Tfng/train-*.parquet
corpusforge:
  rows: 3
  companions: {tokens-own: tokens, tokens-own-zgh_Tfng: tokens}
---
"""


def token_rows(rows):
    """Packed token ids: lists of fixed size."""
    out = io.BytesIO()
    ids = pa.array([[1, 2, 3, 4]] * rows, pa.list_(pa.int32(), 4))
    pq.write_table(pa.table({"input_ids": ids}), out)
    return out.getvalue()


@pytest.mark.server
def test_configs_made_of_the_rows_add_none_to_the_size(http, anonymous):
    """Each config has its rows, the dataset those of its texts; bytes are counted once."""
    repo = make_repo(http)
    text, tokens = parquet("zgh", 0, 3), token_rows(5)
    commit(
        http,
        repo,
        put("README.md", COMPANIONS),
        put("data/zgh_Tfng/train-0.parquet", text),
        put("tokens/own/zgh_Tfng/train-0.parquet", tokens),
    )
    size = anonymous.get(f"/size?dataset={repo}").json()["size"]
    assert {one["config"]: one["num_rows"] for one in size["splits"]} == {
        "zgh_Tfng": 3,
        "tokens-own": 5,
        "tokens-own-zgh_Tfng": 5,
    }
    assert size["dataset"]["num_rows"] == 3
    assert size["dataset"]["num_bytes_parquet_files"] == len(text) + len(tokens)
    page = anonymous.get(f"/rows?dataset={repo}&config=tokens-own&length=1").json()
    assert page["rows"][0]["row"] == {"input_ids": [1, 2, 3, 4]}
    assert page["features"][0]["type"]["length"] == 4


@pytest.mark.server
@pytest.mark.parametrize(("offset", "length"), [(0, 3), (18, 5), (6, 9), (29, 5), (30, 1), (99, 1)])
def test_rows_across_row_groups_and_files(anonymous, published, offset, length):
    """The same rows that a reader of all files would count."""
    answer = anonymous.get(
        f"/rows?dataset={published}&config=ary_Arab&split=train&offset={offset}&length={length}"
    ).json()
    expected = range(offset, min(offset + length, 30)) if offset < 30 else ()
    assert [row["row"]["id"] for row in answer["rows"]] == [f"ary-{row}" for row in expected]
    assert answer["num_rows_total"] == 30
    assert answer["features"][1] == {
        "feature_idx": 1,
        "name": "text",
        "type": {"dtype": "string", "_type": "Value"},
    }


@pytest.mark.server
def test_rows_that_are_not_there(anonymous, http, published, dataset):
    """Too many at once, an unknown config, a dataset without Parquet, a broken file."""
    assert anonymous.get(f"/rows?dataset={published}&length=101").status_code == 400
    assert anonymous.get(f"/rows?dataset={published}&config=none").status_code == 404
    assert anonymous.get(f"/rows?dataset={dataset}").status_code == 404
    assert anonymous.get("/rows").status_code == 401
    commit(http, dataset, put("broken.parquet", "PAR1 this is not"))
    assert anonymous.get(f"/rows?dataset={dataset}").status_code == 400


@pytest.mark.server
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_croissant_is_valid(anonymous, published, tmp_path):
    """Mlcroissant reads it without an error; files have their SHA-256."""
    document = anonymous.get(f"/api/datasets/{published}/croissant").json()
    assert [one["sha256"] for one in document["distribution"]]
    assert {one["@id"] for one in document["recordSet"]} == {"ary_Arab", "fra_Latn"}
    import mlcroissant

    path = tmp_path / "croissant.json"
    path.write_text(json.dumps(document))
    made = mlcroissant.Dataset(jsonld=path)
    assert made.metadata.issues.errors == set()


@pytest.mark.server
def test_a_release_brings_its_own_croissant(anonymous, http, dataset):
    """The file at the root is served as it is."""
    commit(http, dataset, put("croissant.json", '{"name": "own"}'))
    assert anonymous.get(f"/croissant?dataset={dataset}").json() == {"name": "own"}


def test_cards_tags():
    """Keyed tags for datasets, bare languages for models."""
    card = parse_card("\ufeff---\r\nlanguage: ar\r\nlicense: mit\r\ntags: [a, a]\r\n---\r\n# x")
    assert card_tags("dataset", card) == ["language:ar", "license:mit", "a"]
    assert card_tags("model", card) == ["a", "ar", "license:mit"]


@pytest.mark.parametrize("text", ["", "# no head", "--- \n---\n", "---\nopen: [", "text\n---\n---"])
def test_a_readme_without_a_card(text):
    """No head, an empty one, one that never ends: no metadata, no error."""
    assert parse_card(text) == {}


def test_dates_stay_text_and_bombs_are_refused():
    """A date must survive JSON; aliases are how a short YAML becomes gigabytes."""
    assert parse_card("---\ndate: 2026-11-22\n---\n") == {"date": "2026-11-22"}
    with pytest.raises(CardError, match="aliases"):
        parse_card("---\na: &a [x]\nb: [*a, *a]\n---\n")


@pytest.mark.parametrize(
    ("path", "split"),
    [
        ("data/train-0.parquet", "train"),
        ("x/test/0.parquet", "test"),
        ("dev.parquet", "validation"),
        ("contest.parquet", "train"),
        ("0.parquet", "train"),
    ],
)
def test_splits_by_name(path, split):
    """Whole words only."""
    assert split_of(path) == split


def test_tables_without_configs_are_one():
    """Everything Parquet is the default config."""
    file = File("", "", 1, True)
    found = tables([("a.csv", file), ("d/test.parquet", file)], {})
    assert [(one.config, one.split, one.path) for one in found] == [
        ("default", "test", "d/test.parquet")
    ]
