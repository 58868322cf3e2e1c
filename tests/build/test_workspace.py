import subprocess
import sys

import pyarrow as pa
import pytest
from builders import make_records

from corpusforge.build.collect import collect
from corpusforge.build.parts import PartStore, write_file
from corpusforge.build.workspace import Manifest, Receipt, Workspace
from corpusforge.errors import BuildError


def test_equal_tables_have_one_digest_whatever_their_chunks(tmp_path):
    """How a table happens to be cut in memory cannot be seen in a part's name."""
    store = PartStore(tmp_path)
    table = make_records(10)
    cut = pa.concat_tables([table.slice(0, 3), table.slice(3)])
    assert store.write(table) == store.write(cut)


def test_a_part_is_read_back_as_it_was_written(tmp_path):
    """Every script, emoji and column survives the disk."""
    store = PartStore(tmp_path)
    table = make_records(7)
    digest = store.write(table)
    assert store.read(digest).equals(table)
    assert store.read(digest, ["text", "id"]).column_names == ["text", "id"]
    assert store.rows(digest) == 7


def test_a_part_is_the_file_that_arrow_writes(tmp_path):
    """Byte for byte, though it is measured before it is laid out."""
    table = pa.table({"text": ["شرب الما", None, "ⴰⵎⴰⵏ", "de l'eau"], "n": [1, 2, None, 4]})
    plain = tmp_path / "plain.arrow"
    with pa.ipc.new_file(str(plain), table.schema) as writer:
        writer.write_table(table)
    store = PartStore(tmp_path / "parts")
    assert store.path(store.write(table)).read_bytes() == plain.read_bytes()


def test_a_part_holds_what_differs_from_the_one_it_was_made_of(tmp_path):
    """Texts that a stage leaves as they are do not lie on disk once more."""
    store = PartStore(tmp_path / "parts")
    first = pa.table({"id": ["a", "b"], "text": ["شرب الما" * 500, "ⴰⵎⴰⵏ" * 500], "n": [1, None]})
    below = store.write(first)
    labelled = first.set_column(2, "n", pa.array([1, 2])).append_column("l", pa.array(["x", "y"]))
    digest = store.write(labelled, (below, first))
    assert store.base(digest) == below
    assert store.path(digest).stat().st_size < store.path(below).stat().st_size / 5
    more = labelled.append_column("m", pa.array([[1], None]))
    top = store.write(more, (digest, store.read(digest)))
    for part, table in ((below, first), (digest, labelled), (top, more)):
        assert store.rows(part) == 2
        assert store.read(part).equals(table)
        assert store.read(part).schema.equals(table.schema, check_metadata=True)
        for names in (["text"], ["m", "l", "id"], ["n", "text"], [], ["no"]):
            there = [name for name in names if name in table.column_names]
            assert store.read(part, names).equals(table.select(there))


def test_a_part_that_a_stage_left_as_it_was_is_the_same_part(tmp_path):
    """However the stage came by its columns; nothing is written."""
    store = PartStore(tmp_path / "parts")
    table = make_records(4)
    digest = store.write(table)
    again = pa.Table.from_pylist(table.to_pylist(), schema=table.schema)
    assert store.write(again, (digest, table)) == digest
    assert len(list((tmp_path / "parts").glob("*/*"))) == 1


def test_parts_without_rows_are_told_apart_by_what_they_name(tmp_path):
    """Equal columns over two parts, none of which has rows."""
    store = PartStore(tmp_path / "parts")
    found = []
    for kind in (pa.int32(), pa.int64()):
        below = pa.table({"n": pa.array([], kind)})
        above = below.append_column("m", pa.array([], pa.string()))
        found.append(store.write(above, (store.write(below), below)))
        assert store.read(found[-1]).equals(above)
    assert found[0] != found[1]


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table.slice(1),
        lambda table: table.drop_columns(["url"]),
        lambda table: table.drop_columns(["url"]).append_column("other", table.column("url")),
    ],
    ids=["rows dropped", "a column dropped", "a column under another name"],
)
def test_a_part_that_lost_something_stands_alone(tmp_path, change):
    """Its digest says nothing of what went: two bases that agree in the rest give the same part."""
    store = PartStore(tmp_path / "parts")
    table = make_records(4)
    changed = change(table)
    digest = store.write(changed, (store.write(table), table))
    assert store.base(digest) is None
    assert digest == store.write(changed)
    assert store.read(digest).equals(changed)


def test_a_file_is_whole_or_absent(tmp_path, monkeypatch):
    """A write that fails leaves neither the file nor its temporary name."""

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("corpusforge.build.parts.os.fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_file(tmp_path / "x" / "file", b"data")
    assert list((tmp_path / "x").iterdir()) == []


def test_a_receipt_counts_only_while_its_parts_exist(tmp_path):
    """A part removed by hand is made again, not taken on trust."""
    workspace = Workspace(tmp_path)
    kept = workspace.parts.write(make_records(3))
    dropped = workspace.parts.write(make_records(0))
    receipt = Receipt(kept=kept, dropped=dropped, rows_in=3, rows_out=3, reasons={})
    workspace.write_receipt("ab" * 32, receipt)
    assert workspace.receipt("ab" * 32) == receipt
    workspace.parts.path(kept).unlink()
    assert workspace.receipt("ab" * 32) is None


def test_two_builds_cannot_write_to_one_workspace(tmp_path):
    """The second is refused with the first one's process number and a way out."""
    code = (
        "import sys; from pathlib import Path; from corpusforge.build.workspace import Workspace\n"
        "with Workspace(Path(sys.argv[1])).lock():\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BuildError, match=f"BLD001.*{holder.pid}"), Workspace(tmp_path).lock():
            pass
        holder.stdin.close()
    with Workspace(tmp_path).lock():
        pass


def test_what_a_killed_build_left_behind_is_swept(tmp_path):
    """Temporary names and scratch folders go when the next build takes the lock."""
    workspace = Workspace(tmp_path)
    (tmp_path / "parts" / "ab").mkdir(parents=True)
    (tmp_path / "parts" / "ab" / ".half").touch()
    workspace.scratch("x")
    with workspace.lock():
        assert not (tmp_path / "parts" / "ab" / ".half").exists()
        assert not (tmp_path / "scratch").exists()


def test_a_workspace_that_cannot_be_written_is_one_error(tmp_path):
    """A file in its place: the command says so before any work."""
    (tmp_path / "workspace").write_text("not a folder")
    workspace = Workspace(tmp_path / "workspace")
    with pytest.raises(BuildError, match="cannot be written") as refused, workspace.lock():
        pass
    assert (refused.value.code, refused.value.where) == ("BLD002", str(tmp_path / "workspace"))
    assert "--workspace" in refused.value.hint


def test_what_a_part_names_is_in_use_as_long_as_the_part_is(tmp_path):
    """Freeing space leaves no part without the columns that lie in another."""
    workspace = Workspace(tmp_path)
    table = make_records(4)
    unused = workspace.parts.write(make_records(2))
    parts = [workspace.parts.write(table)]
    for number in range(3):
        before = (parts[-1], workspace.parts.read(parts[-1]))
        table = table.append_column(f"n{number}", pa.array([number] * 4))
        parts.append(workspace.parts.write(table, before))
    dropped = workspace.parts.write(make_records(0))
    receipt = Receipt(kept=parts[-1], dropped=dropped, rows_in=4, rows_out=4, reasons={})
    manifest = Manifest(kind="x", fingerprint="f" * 64, facts={}, inputs=(), receipts=(receipt,))
    workspace.write_manifest(manifest)
    run = {"sources": [], "stages": [{"kind": "x", "fingerprint": "f" * 64}]}
    workspace.write_run("commons/x", "1.0.0", run)
    collect(workspace)
    assert not workspace.parts.path(unused).exists()
    assert workspace.parts.read(parts[-1]).equals(table)
