import subprocess
import sys

import pyarrow as pa
import pytest
from builders import make_records

from corpusforge.build.parts import PartStore, write_file
from corpusforge.build.workspace import Receipt, Workspace
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
