import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import make_context, make_records

from corpusforge.build.barrier import run_barrier
from corpusforge.build.fingerprint import stage_key
from corpusforge.build.local import LocalExecutor
from corpusforge.build.tasks import Step
from corpusforge.build.workspace import Workspace
from corpusforge.record import PUBLISHED
from corpusforge.stages.shard import Shard, config_name, shard
from corpusforge.stages.stage import Stage


def run(root, tables, *, workers=1, config=None, **context):
    workspace = Workspace(root)
    where = make_context(root, **context)
    config = config or Shard()
    step = Step(Stage(Shard, shard), config, stage_key(config, where))
    parts = tuple(workspace.parts.write(table) for table in tables)
    with LocalExecutor(workers) as executor:
        manifest = run_barrier(workspace, executor, step, parts, where, lambda _: None)
    return workspace.artifact(manifest.fingerprint) / "side", manifest


def test_bytes_are_the_same_whatever_the_parts_their_order_and_the_workers(tmp_path):
    """Cut and shuffled input, one worker or two: the same files with the same digests."""
    table = make_records(200)
    shuffled = [table.slice(150), table.slice(0, 40), table.slice(40, 110)]
    _, whole = run(tmp_path / "a", [table])
    _, cut = run(tmp_path / "b", shuffled, workers=2)
    assert whole.side == cut.side
    assert len(whole.side) == 6


def test_rows_are_sorted_by_id_in_published_columns(tmp_path):
    """A file holds exactly the contract's columns, in id order, in fixed row groups."""
    side, _ = run(tmp_path, [make_records(3000)], config=Shard(row_group_rows=100))
    file = pq.ParquetFile(side / "data/ary_Arab/train-00000-of-00001.parquet")
    assert file.schema_arrow.equals(PUBLISHED)
    ids = file.read(["id"])["id"].to_pylist()
    assert ids == sorted(ids)
    assert file.metadata.num_row_groups == 6
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    assert file.metadata.row_group(0).column(0).has_offset_index


def test_configs_are_languages_and_what_sets_rows_apart():
    """Other origins, and in a collection other licences, never mix into the plain configs."""
    blend, collection = make_context(), make_context(mode="collection")
    assert config_name("ary_Arab", "native", "CC0-1.0", blend) == "ary_Arab"
    assert config_name("ary_Arab", "translated", "CC0-1.0", blend) == "ary_Arab-translated"
    assert config_name("ary_Arab", "native", "CC-BY-4.0", collection) == "ary_Arab"
    assert config_name("ary_Arab", "native", "CC-BY-SA-4.0", collection) == "ary_Arab-cc-by-sa-4.0"


def test_clusters_stay_on_one_side_of_a_split(tmp_path):
    """Near-duplicates of a test document are never in train, and shares are about as asked."""
    table = make_records(2000)
    cluster = pa.array([f"c{n // 4}" for n in range(2000)])
    where = table.schema.get_field_index("cluster")
    side, _ = run(tmp_path, [table.set_column(where, "cluster", cluster)], splits=(("test", 0.2),))
    of = dict(zip(table["id"].to_pylist(), cluster.to_pylist(), strict=True))
    train, test = (
        {
            of[i]
            for path in side.glob(f"data/*/{name}-*.parquet")
            for i in pq.read_table(path, columns=["id"])["id"].to_pylist()
        }
        for name in ("train", "test")
    )
    assert not train & test
    assert 0.12 < len(test) / 500 < 0.28


def test_a_row_without_a_licence_cannot_be_published(tmp_path):
    """Whatever the stages before did, it is dropped here with a reason."""
    table = make_records(5)
    where = table.schema.get_field_index("license")
    column = pa.array(["CC0-1.0", None, "CC0-1.0", None, "CC0-1.0"])
    side, manifest = run(tmp_path, [table.set_column(where, "license", column)])
    assert manifest.receipts[0].reasons == {"unpublishable_row": 2}
    assert sum(f["rows"] for f in json.loads((side / "facts.json").read_text())) == 3


def test_large_configs_are_cut_into_files_by_id(tmp_path):
    """Files are about the target size, and together hold every row once."""
    table = make_records(400, text="ⵙⵓ ⴰⵎⴰⵏ " * 1500)
    side, _ = run(tmp_path, [table], config=Shard(target_mb=1))
    paths = sorted((side / "data/ary_Arab").iterdir())
    assert len(paths) == 3
    assert paths[0].name == "train-00000-of-00003.parquet"
    ids = [i for p in paths for i in pq.read_table(p, columns=["id"])["id"].to_pylist()]
    assert ids == sorted(ids)
    assert len(set(ids)) == 80


@pytest.mark.parametrize("workers", [1, 2])
def test_rows_through_the_disk_make_the_same_files(tmp_path, monkeypatch, workers):
    """Whether all fit into memory or not: a few that nobody may publish, configs of many files."""
    table = make_records(400, text="ⵙⵓ ⴰⵎⴰⵏ " * 1500)
    licences = pa.array([None if row % 50 == 0 else "CC0-1.0" for row in range(400)], pa.string())
    table = table.set_column(table.schema.get_field_index("license"), "license", licences)
    cuts = [table.slice(0, 150), table.slice(150, 1), table.slice(151)]
    ways = []
    for most in (10**9, 0):
        monkeypatch.setattr("corpusforge.stages.shard.runs._IN_MEMORY", most)
        _, manifest = run(tmp_path / f"{most}", cuts, config=Shard(target_mb=1), workers=workers)
        ways.append(manifest)
    assert ways[0].side == ways[1].side
    assert ways[0].parts == ways[1].parts
    assert len(ways[0].side) > 10
    assert sum(receipt.reasons.get("unpublishable_row", 0) for receipt in ways[0].receipts) == 8


@pytest.mark.parametrize("workers", [1, 2])
def test_no_rows_make_no_files(tmp_path, workers):
    """An empty corpus gives an empty list of files, not a file that readers choke on."""
    side, _ = run(tmp_path, [make_records(0)], workers=workers)
    assert json.loads((side / "facts.json").read_text()) == []
