"""A release directory is whole or absent, and any change to it is found."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from release_builders import CC0, TEXTS, table_of

from corpusforge import __version__
from corpusforge.errors import ReleaseError
from corpusforge.release.attestation import envelope, statement
from corpusforge.release.directory import (
    faults,
    read_manifest,
    read_release,
    sha256_of,
    write_release,
)

SHARD = "ary_Latn/train-00000-of-00001.parquet"


@pytest.fixture
def written(health, tmp_path):
    """A release directory."""
    return write_release(health.release, health.data, tmp_path / "out" / "1.0.0")


def bytes_of(directory: Path) -> dict[str, bytes]:
    """Path to content of every file."""
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


def test_it_reads_back_as_the_model_that_was_written(health, written):
    """All but the paths of the builder's machine."""
    read = read_release(written)
    assert read.configs == health.release.configs
    assert read.answers == health.release.answers
    assert faults(written) == []


def test_two_writings_are_the_same_bytes(health, tmp_path, written):
    """Whatever the place and the time."""
    again = write_release(health.release, health.data, tmp_path / "elsewhere")
    assert bytes_of(again) == bytes_of(written)


def test_writing_it_again_rewrites_nothing(health, written):
    """The same release in the same place is left as it is."""
    before = {path: path.stat().st_mtime_ns for path in written.rglob("*")}
    time.sleep(0.02)
    write_release(health.release, health.data, written)
    assert {path: path.stat().st_mtime_ns for path in written.rglob("*")} == before


def test_another_release_takes_its_place_whole(make, written):
    """Nothing of the old one stays, and nothing is left beside it."""
    other = make(
        {"fra_Latn": {"train": [table_of("fra_Latn", TEXTS["fra_Latn"], *CC0)]}}, version="2.0.0"
    )
    write_release(other.release, other.data, written)
    assert read_release(written).version == "2.0.0"
    assert not (written / "ary_Arab").exists()
    assert faults(written) == []
    assert [path.name for path in written.parent.iterdir()] == [written.name]


def test_the_release_is_a_copy_of_the_data(health, written):
    """Changing the release later cannot change the workspace it came from."""
    (written / SHARD).write_bytes(b"changed")
    assert (health.data / SHARD).read_bytes() != b"changed"


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        (SHARD, lambda p: p.write_bytes(p.read_bytes()[:-1] + b"x"), "has SHA-256"),
        (SHARD, Path.unlink, f"{SHARD} is missing"),
        ("README.md", lambda p: p.write_text("hello"), "README.md has SHA-256"),
        ("LICENCES.md", Path.unlink, "LICENCES.md is missing"),
        ("extra.txt", lambda p: p.write_text("hello"), "extra.txt is not in the manifest"),
        ("provenance.intoto.jsonl", Path.unlink, "provenance.intoto.jsonl is missing"),
        ("provenance.intoto.jsonl", lambda p: p.write_text("{}"), "is not an in-toto statement"),
    ],
)
def test_any_change_is_found(written, name, change, words):
    """A byte, a file gone, a file added: each is named."""
    change(written / name)
    assert any(words in fault for fault in faults(written))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (SHARD, lambda p: p.write_bytes(p.read_bytes()[:-1] + b"x")),
        (SHARD, Path.unlink),
        ("README.md", lambda p: p.write_text("hello")),
        ("extra.txt", lambda p: p.write_text("hello")),
    ],
)
def test_building_again_repairs_a_damaged_release(health, written, name, change):
    """What `verify` calls damaged, the next build writes anew."""
    change(written / name)
    write_release(health.release, health.data, written)
    assert faults(written) == []


def forge(directory: Path, name: str) -> None:
    """Write a file's real digest and size into the manifest, as a careful forger would."""
    path = directory / "manifest.json"
    manifest = json.loads(path.read_bytes())
    for entry in manifest["files"]:
        if entry["path"] == name:
            entry["sha256"] = sha256_of(directory / name)
            entry["bytes"] = (directory / name).stat().st_size
    path.write_text(json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def test_a_manifest_made_to_fit_is_found_too(written):
    """The attestation and the documents still speak of the old files."""
    (written / "README.md").write_text("hello")
    forge(written, "README.md")
    assert any("other files than the manifest" in fault for fault in faults(written))


def test_rows_and_columns_are_compared_with_what_is_stated(written):
    """A Parquet file of other rows or columns is found even if its digest is listed."""
    table = pq.read_table(written / SHARD)
    pq.write_table(table.slice(0, 1), written / SHARD)
    forge(written, SHARD)
    assert f"{SHARD} has 1 rows, not 2" in faults(written)
    pq.write_table(table.drop_columns(["pii"]), written / SHARD)
    forge(written, SHARD)
    assert f"{SHARD} does not have the published columns" in faults(written)
    pq.write_table(table.drop_columns(["section"]), written / SHARD)
    forge(written, SHARD)
    assert not any("published columns" in fault for fault in faults(written))  # an earlier version
    (written / SHARD).write_bytes(b"PAR1")
    forge(written, SHARD)
    assert any("is not a readable Parquet file" in fault for fault in faults(written))


@pytest.mark.parametrize("name", ["manifest.json", "release.json"])
@pytest.mark.parametrize("content", [None, b"", b"{", b"{}", b"[]", b"\xff"])
def test_what_is_no_release_directory_is_refused(written, name, content):
    """REL004 with the file that is wrong, never a traceback."""
    if content is None:
        (written / name).unlink()
    else:
        (written / name).write_bytes(content)
    read = read_manifest if name == "manifest.json" else read_release
    with pytest.raises(ReleaseError, match=name) as refused:
        read(written)
    assert refused.value.code == "REL004"


def test_a_missing_data_file_leaves_nothing_behind(health, tmp_path):
    """REL002 names it; neither a release nor a half-written one stays."""
    (health.data / SHARD).unlink()
    with pytest.raises(ReleaseError, match="is missing") as refused:
        write_release(health.release, health.data, tmp_path / "out" / "1.0.0")
    assert (refused.value.code, refused.value.where) == ("REL002", SHARD)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_data_file_of_other_bytes_is_refused(health, tmp_path):
    """What is published is what was counted."""
    (health.data / SHARD).write_bytes(b"other")
    with pytest.raises(ReleaseError, match="not the one the release names"):
        write_release(health.release, health.data, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_written_is_said_so(health, tmp_path):
    """REL003 with the place and the system's reason."""
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ReleaseError) as refused:
        write_release(health.release, health.data, tmp_path / "file" / "out")
    assert refused.value.code == "REL003"


WRITER = """
import sys
from pathlib import Path
from corpusforge.release.directory import write_release
from corpusforge.release.model import Release
release = Release.model_validate_json(Path(sys.argv[1]).read_bytes())
print("ready", flush=True)
write_release(release, Path(sys.argv[2]), Path(sys.argv[3]))
"""


def writer(health, tmp_path, **options):
    """Another process that writes the release; it says `ready` just before."""
    model = tmp_path / "model.json"
    model.write_text(health.release.model_dump_json())
    root = str(Path(__file__).parents[2])
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, model, health.data, tmp_path / "out" / "1.0.0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
        **options,
    )


def test_a_full_disk_leaves_nothing_half_written(health, tmp_path):
    """The system refuses to write more (a file size limit here): REL003, and the place is clean."""
    limit = (8_000, 8_000)  # below the size of a shard
    with writer(
        health,
        tmp_path,
        preexec_fn=lambda: (
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
            resource.setrlimit(resource.RLIMIT_FSIZE, limit),
        ),
    ) as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "REL003" in errors
    assert "File too large" in errors
    assert list((tmp_path / "out").iterdir()) == []


def test_a_kill_while_writing_leaves_no_release(health, tmp_path):
    """Killed at any moment the directory is absent or whole; the next run writes it."""
    target = tmp_path / "out" / "1.0.0"
    for delay in (0.0, 0.005, 0.02):
        with writer(health, tmp_path) as process:
            process.stdout.readline()
            time.sleep(delay)
            process.kill()
        assert not target.exists() or faults(target) == []
        shutil.rmtree(target, ignore_errors=True)
    write_release(health.release, health.data, target)
    assert faults(target) == []
    assert [path.name for path in target.parent.iterdir()] == ["1.0.0"]


def test_what_another_writer_is_at_work_on_is_left_alone(health, tmp_path):
    """Only what nobody holds any more is swept away."""
    at_work, left = (tmp_path / f".1.0.0-{name}.partial" for name in ("busy", "left"))
    at_work.mkdir()
    left.mkdir()
    handle = os.open(at_work, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        write_release(health.release, health.data, tmp_path / "1.0.0")
    finally:
        os.close(handle)
    assert at_work.exists()
    assert not left.exists()


def reworded(release, data, directory):
    """A release whose card says something else, with manifest and attestation made to fit."""
    write_release(release, data, directory)
    card = directory / "README.md"
    card.write_bytes(card.read_bytes().replace(b"not reviewed", b"reviewed"))
    forge(directory, "README.md")
    manifest = (directory / "manifest.json").read_bytes()
    (directory / "provenance.intoto.jsonl").write_bytes(envelope(statement(release, manifest)))
    return directory


def test_documents_made_to_fit_manifest_and_attestation_are_found(make, tmp_path):
    """The model still says what they must read; whoever changes that has another identity."""
    built = make(software={"corpusforge": __version__})
    directory = reworded(built.release, built.data, tmp_path / "forged")
    assert faults(directory) == [
        "README.md is not what the release model gives",
        "manifest.json is not what the release model gives",
    ]


def test_a_release_of_another_version_of_corpusforge_is_not_judged_by_our_wording(make, tmp_path):
    """Its digests must hold; only the version that wrote a document can say how it must read."""
    built = make(software={"corpusforge": "0.0.1"})
    assert faults(reworded(built.release, built.data, tmp_path / "old")) == []
