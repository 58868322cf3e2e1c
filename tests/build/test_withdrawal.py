import json
import shutil
import subprocess
import sys

import pytest
from test_flow import RECIPE, notes, write

from corpusforge.build.lineage import drops, why
from corpusforge.build.run import Request, build
from corpusforge.build.withdrawal import render, withdraw, withdrawals
from corpusforge.build.workspace import Workspace
from corpusforge.errors import BuildError
from corpusforge.record import record_id
from corpusforge.stages.dedup.index import keep_index

ARABIC, LATIN, TIFINAGH = (record_id("notes", f"n{number}") for number in (0, 1, 3))
DAY = "2026-11-30"


@pytest.fixture
def place(tmp_path):
    """Version 1.0.0 of forty notes, built; `make` builds other versions of other rows."""
    rows = list(notes(40))

    def make(version, rows, *, root=tmp_path / "w"):
        write(tmp_path / "one.jsonl", rows)
        values = {"paths": "one.jsonl", "words": 5, "policy": "law-09-08", "version": version}
        recipe = tmp_path / f"{version}.yaml"
        recipe.write_text(RECIPE.format(**values), "utf-8")
        request = Request(recipe, root, output=tmp_path / version, publish=False)
        build(request, lambda *_, **__: None)
        workspace = Workspace(root)
        dropped = drops(workspace, workspace.run("commons/notes", version))
        return {row["key"]: row["reason"] for row in dropped}

    make("1.0.0", rows)
    make.rows = rows
    make.workspace = Workspace(tmp_path / "w")
    return make


def published(workspace, version):
    """As if the version had been published: its dedup index is kept."""
    run = workspace.run("commons/notes", version)
    stage = next(entry for entry in run["stages"] if entry["kind"] == "dedup")
    manifest = workspace.manifest(stage["fingerprint"])
    ids = (workspace.parts.read(part, ["id"]).column("id") for part in manifest.parts)
    side = workspace.artifact(stage["fingerprint"]) / "side" / "index.arrow"
    chunks = (chunk for column in ids for chunk in column.chunks)
    keep_index(side, workspace.private, "commons/notes", version, chunks)


def test_neither_the_record_nor_a_copy_of_its_text_comes_back(place):
    """In no later version, under whatever key, edited or not, in three scripts."""
    published(place.workspace, "1.0.0")
    ids = [ARABIC, LATIN, TIFINAGH]
    receipt = withdraw(place.workspace, "commons/notes", ids, reason="asked", date=DAY)
    assert receipt.published == {"1.0.0": tuple(sorted(ids))}
    assert receipt.barred == tuple(sorted(ids))
    copies = [
        {**place.rows[number], "key": f"copy{number}", "url": None} for number in (0, 1, 3, 4)
    ]
    copies[0]["text"] += " زيادة"
    copies[1]["text"] = copies[1]["text"].upper() + " !"
    gone = place("1.1.0", [*place.rows, *copies])
    withdrawn = {"n0", "n1", "n3", "copy0", "copy1", "copy3"}
    assert {key for key, reason in gone.items() if reason == "withdrawn"} == withdrawn
    assert gone["copy4"] == "exact_duplicate"


def test_the_text_that_was_withdrawn_stays_out_when_its_id_has_another(place):
    """The page was rewritten; a copy of what it said before is still refused."""
    published(place.workspace, "1.0.0")
    withdraw(place.workspace, "commons/notes", [ARABIC], reason="asked", date=DAY)
    rows = [{**place.rows[0], "text": "نص جديد تماما ما عندو علاقة بداكشي اللي كان من قبل هنا"}]
    rows += [*place.rows[1:], {**place.rows[0], "key": "copy", "url": None}]
    gone = place("1.1.0", rows)
    assert gone["n0"] == gone["copy"] == "withdrawn"


def test_what_was_built_and_never_published_is_known_too(place):
    """Its text comes from the build; the same version built again leaves it out."""
    receipt = withdraw(place.workspace, "commons/notes", [TIFINAGH], reason="asked", date=DAY)
    assert receipt.published == {}
    assert receipt.barred == (TIFINAGH,)
    gone = place("1.0.0", [*place.rows, {**place.rows[3], "key": "copy"}])
    assert gone["n3"] == gone["copy"] == "withdrawn"
    (found,) = why(place.workspace, "https://notes.example/5")
    assert found.released


def test_it_holds_when_the_builds_are_gone(place):
    """Tombstones are in the private area, which outlives caches."""
    withdraw(place.workspace, "commons/notes", [ARABIC], reason="asked", date=DAY)
    for name in ("artifacts", "parts", "receipts", "runs"):
        shutil.rmtree(place.workspace.root / name)
    gone = place("2.0.0", [*place.rows, {**place.rows[0], "key": "copy"}])
    assert gone["copy"] == "withdrawn"


def test_twice_is_once_and_the_receipt_holds_no_text(place):
    """The same call gives the same receipt; nothing in it is a way to the words."""
    first = withdraw(place.workspace, "commons/notes", [ARABIC], reason="asked", date=DAY)
    again = withdraw(place.workspace, "commons/notes", [ARABIC], reason="asked", date=DAY)
    assert first == again
    assert withdrawals(place.workspace, "commons/notes") == [first]
    private = place.workspace.private / "commons" / "notes"
    assert len(list((private / "tombstones").glob("*.arrow"))) == 1
    said = "\n".join(render(first)) + json.dumps(first.model_dump())
    assert not set(place.rows[0]["text"].split()[:5]) & set(said.split())


@pytest.mark.parametrize("record", ["0" * 32, "ⵣ", "", "سلام"])
def test_a_record_nobody_knows_is_one_clear_error(place, record):
    """Nothing is written down for it."""
    with pytest.raises(BuildError, match="BLD009"):
        withdraw(place.workspace, "commons/notes", [ARABIC, record], reason="asked", date=DAY)
    assert withdrawals(place.workspace, "commons/notes") == []
    assert not (place.workspace.private / "commons" / "notes" / "tombstones").exists()


@pytest.mark.slow
def test_the_command_prints_the_receipt(place):
    """For a steward and for machines; without a reason it is misuse."""
    command = [sys.executable, "-m", "corpusforge", "withdraw", "commons/notes", ARABIC]
    command += ["--workspace", str(place.workspace.root)]
    done = subprocess.run(
        [*command, "--reason", "asked", "--json"], capture_output=True, text=True, check=True
    )
    (receipt,) = withdrawals(place.workspace, "commons/notes")
    assert json.loads(done.stdout)["receipt"] == receipt.number
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2
    wrong = [*command[:5], "f" * 32, *command[6:], "--reason", "asked"]
    done = subprocess.run(wrong, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "BLD009" in done.stderr
    assert "Traceback" not in done.stderr
