"""The whole flow in this process, on a small recipe of JSON lines."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpusforge.build.collect import collect
from corpusforge.build.lineage import drops, trace, why
from corpusforge.build.plan import forecast, make_plan, seconds_in_all
from corpusforge.build.run import Request, build
from corpusforge.build.workspace import Workspace
from corpusforge.cli.app import application
from corpusforge.errors import BuildError, SourceError
from corpusforge.recipe.load import load_recipe

ROOT = Path(__file__).parents[2]

RECIPE = """
schema_version: 1
name: commons/notes
version: {version}
released: 2026-11-22
title: Notes
description: A few notes in several languages.
domain: health
tier: open
mode: blend
contact: {{name: nobody, email: takedown@example.org}}
sources:
  - id: notes
    kind: files
    path: [{paths}]
    format: jsonl
    fields: {{text: text, key: key, url: url}}
    license: CC0-1.0
    evidence: {{statement: Written for a test.}}
stages:
  - kind: extract
  - kind: identify
  - kind: filter
    min_words: {words}
  - kind: dedup
  - kind: scrub
    policy: {policy}
  - kind: shard
"""
WORDS = {
    "ary": "كاين بزاف ديال الناس اللي كيمشيو عند الطبيب غير ملي كيمرضو وهادشي ماشي مزيان",
    "arz": "bghit nmchi l tbib hit kan7es b rassi kaydor w ma 9dertch n3es had lila",
    "fra": "il faut boire de l eau chaque jour et marcher une heure avec les enfants",
    "zgh": "ⴰⵎⴰⵏ ⵣⵖ ⵜⵓⴷⵔⵜ ⵙⵓ ⴰⵎⴰⵏ ⴽⵓ ⴰⵙⵙ ⴷ ⵙⵔⵉⴷ ⵉⴼⴰⵙⵙⵏ ⵏⵏⴽ",
}


def notes(count, seed=0):
    chance = random.Random(seed)
    kinds = list(WORDS.values())
    for number in range(count):
        words = " ".join(chance.choices(kinds[number % 4].split(), k=25))
        phone = " 0661234567" if number % 7 == 0 else ""
        text = f"{words}{phone} {number}"
        yield {"key": f"n{number}", "url": f"https://notes.example/{number}", "text": text}


def write(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


@pytest.fixture
def place(tmp_path):
    """A folder with a recipe and two files of notes; `make` writes the recipe with changes."""
    rows = list(notes(40))
    rows.append({**rows[3], "key": "copy", "url": "https://notes.example/copy"})
    rows.append({"key": "short", "url": "https://notes.example/short", "text": "salam"})
    write(tmp_path / "one.jsonl", rows[:21])
    write(tmp_path / "two.jsonl", rows[21:])

    def make(*, paths="one.jsonl, two.jsonl", words=5, policy="law-09-08", version="1.0.0"):
        values = {"paths": paths, "words": words, "policy": policy, "version": version}
        recipe = tmp_path / "notes.yaml"
        recipe.write_text(RECIPE.format(**values), "utf-8")
        return recipe

    return make


def run(recipe, root, **more):
    events = []
    request = Request(recipe, root / "w", output=root / "out", publish=False, **more)
    built = build(request, lambda event, **facts: events.append((event, facts)))
    return built, events


def digest(directory):
    return hashlib.sha256((Path(directory) / "manifest.json").read_bytes()).hexdigest()


def test_a_second_build_computes_nothing(place, tmp_path):
    """Every stage is a look-up and the release is the same."""
    first, _ = run(place(), tmp_path)
    before = digest(first.directory)
    second, events = run(place(), tmp_path)
    assert second.stages_run == 0
    assert digest(second.directory) == before
    stages = [facts for event, facts in events if event == "stage"]
    assert all(facts["cached"] == facts["parts"] for facts in stages)


def test_a_changed_policy_runs_scrub_and_what_follows(place, tmp_path):
    """Nothing before it; and the plan says so beforehand, with the key that changed."""
    run(place(), tmp_path)
    changed = load_recipe(place(policy="health"))
    workspace = Workspace(tmp_path / "w")
    lines = {line.name: line for line in forecast(make_plan(changed, workspace), workspace)}
    assert lines["source notes"].status == "hit"
    assert [lines[kind].status for kind in ("extract", "identify", "filter", "dedup")] == [
        "hit"
    ] * 4
    assert lines["scrub"].status == "run"
    assert lines["scrub"].words() == "policy changed: scrub and 1 stage after it"
    assert lines["shard"].status == "waits"
    assert lines["shard"].words() == "after scrub"
    built, _ = run(place(policy="health"), tmp_path)
    assert built.stages_run <= 2


def planned(recipe, root):
    workspace = Workspace(root / "w")
    return forecast(make_plan(load_recipe(recipe), workspace), workspace)


def test_the_plan_says_where_a_change_begins_and_what_follows_it(place, tmp_path):
    """The first stage that changed bears the reason, later ones follow it or have their own."""
    first = {line.name: line.words() for line in planned(place(), tmp_path)}
    assert first["source notes"].endswith("would be acquired: source notes and 6 stages after it")
    assert [words for name, words in first.items() if name != "source notes"] == [
        "after source notes"
    ] * 6
    run(place(), tmp_path)
    both = {line.name: line for line in planned(place(policy="health", words=6), tmp_path)}
    assert {name: line.words() for name, line in both.items() if line.status != "hit"} == {
        "filter": "min_words changed: filter and 3 stages after it",
        "dedup": "after filter",
        "scrub": "policy changed: scrub and 1 stage after it",
        "shard": "after scrub",
    }
    assert both["scrub"].after == "filter"
    assert all(line.cpu_seconds is not None for line in both.values() if line.status != "hit")
    assert seconds_in_all([*both.values()]) == pytest.approx(
        sum(line.cpu_seconds or 0 for line in both.values())
    )


def test_the_plan_command_speaks_and_counts(place, tmp_path):
    """The same words on the screen and as JSON, and the seconds of all that would run."""
    run(place(), tmp_path)
    words = ["plan", str(place(policy="health")), "--workspace", str(tmp_path / "w")]
    said = CliRunner().invoke(application(), words).stdout
    assert "policy changed: scrub and 1 stage after it, 1 of 1 parts, at most" in said
    assert "after scrub, about" in said
    assert said.splitlines()[-1].startswith("at most")
    assert said.splitlines()[-1].endswith("CPU s in all, by what these stages took before")
    facts = json.loads(CliRunner().invoke(application(), [*words, "--json"]).stdout)
    scrub, shard = facts["steps"][-2:]
    assert (scrub["followers"], scrub["after"], shard["after"]) == (1, None, "scrub")
    assert facts["cpu_seconds"] == pytest.approx(scrub["cpu_seconds"] + shard["cpu_seconds"])
    said = CliRunner().invoke(application(), ["plan", str(place()), *words[2:]]).stdout
    assert said.splitlines()[-1] == "nothing would run"


def test_a_changed_source_file_is_noticed(place, tmp_path):
    """Local files are looked at on every build; a new line is in the next release."""
    first, _ = run(place(), tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "one.jsonl").read_text("utf-8").splitlines()]
    write(
        tmp_path / "one.jsonl",
        [*rows, {"key": "new", "url": None, "text": rows[0]["text"] + " زايد هنا شي كلام آخر"}],
    )
    second, _ = run(place(), tmp_path)
    assert first.release.stages[0].records_in + 1 == second.release.stages[0].records_in


@pytest.mark.parametrize("workers", [1, 3])
def test_the_order_of_the_inputs_cannot_be_seen(place, tmp_path, workers):
    """The same files named in another order, with other workers: the same manifest."""
    first, _ = run(place(), tmp_path / "a")
    second, _ = run(place(paths="two.jsonl, one.jsonl"), tmp_path / "b", workers=workers)
    data = [
        sorted((file.path, file.sha256) for file in built.release.files())
        for built in (first, second)
    ]
    assert data[0] == data[1]


def test_a_record_is_traced_from_its_file_to_the_release_or_its_drop(place, tmp_path):
    """`why` by address, `trace` by id, `drops` for all: stage, reason and original."""
    run(place(), tmp_path)
    workspace = Workspace(tmp_path / "w")
    (copy,) = why(workspace, "https://notes.example/copy")
    (original,) = why(workspace, "https://notes.example/3")
    loser, winner = (copy, original) if not copy.released else (original, copy)
    assert winner.released
    assert winner.passages[0].stage == "read notes"
    assert loser.passages[-1].reason == "exact_duplicate"
    assert loser.passages[-1].duplicate_of == winner.id
    assert trace(workspace, winner.id) == [winner]
    found = {row["key"]: row for row in drops(workspace, workspace.run("commons/notes", "1.0.0"))}
    assert found["short"]["reason"] == "too_short"
    assert set(found) == {"short", loser.facts["key"]}
    with pytest.raises(BuildError, match="BLD009"):
        trace(workspace, "0" * 32)


def test_collecting_frees_what_no_recorded_build_uses(place, tmp_path):
    """After a change the old stage's parts go; what is left still makes a whole build a look-up."""
    run(place(), tmp_path)
    run(place(words=6), tmp_path)
    workspace = Workspace(tmp_path / "w")
    would = collect(workspace, dry_run=True)
    assert would.files > 0
    assert collect(workspace) == would
    assert collect(workspace).files == 0
    built, _ = run(place(words=6), tmp_path)
    assert built.stages_run == 0


def test_collecting_frees_what_another_policy_gave_and_keeps_what_was_found(place, tmp_path):
    """The part that came in is in use all the while; the findings are worth keeping with it."""
    run(place(), tmp_path)
    run(place(policy="{actions: {PHONE: drop}}"), tmp_path)
    workspace = Workspace(tmp_path / "w")
    before = {path.stem for path in workspace.parts.root.glob("*/*")}
    assert {line.name for line in planned(place(), tmp_path) if line.status != "hit"} == set()
    collect(workspace)
    assert before > {path.stem for path in workspace.parts.root.glob("*/*")}
    found = {line.name: line for line in planned(place(), tmp_path)}
    assert {name for name, line in found.items() if line.status != "hit"} == {"scrub", "shard"}
    assert found["scrub"].remembers, "the last run is of the policy that is in use"
    built, _ = run(place(), tmp_path)
    run(place(policy="{actions: {PHONE: drop}}"), tmp_path)
    collect(workspace)
    run(place(), tmp_path / "cold")
    again, _ = run(place(), tmp_path)
    assert digest(again.directory) == digest(tmp_path / "cold" / "out")
    assert again.release == built.release


def test_everything_dropped_is_said_and_not_released(place, tmp_path):
    """A recipe that keeps nothing ends with one clear error and no directory."""
    with pytest.raises(BuildError, match="BLD008"):
        run(place(words=5000), tmp_path)
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_costs_nothing(place, tmp_path):
    """SIGKILL to a worker of a running build: the build ends by itself with the same bytes."""
    write(tmp_path / "one.jsonl", notes(24_000))
    recipe = place(paths="one.jsonl")
    whole, _ = run(recipe, tmp_path / "a")
    command = [
        *(sys.executable, "-m", "corpusforge", "build", str(recipe), "--no-publish"),
        *("--workspace", str(tmp_path / "b/w"), "--output", str(tmp_path / "b/out")),
        *("--workers", "2", "--json"),
    ]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with process:
        for line in process.stdout:
            if json.loads(line)["event"] == "stage":
                break
        killed = _kill_a_worker(process.pid)
        process.stdout.read()
    assert killed
    assert process.returncode == 0
    assert digest(tmp_path / "b/out") == digest(whole.directory)


def _kill_a_worker(build_process):
    """Kill a process that a fork server of the build has forked; whether there was one."""
    for _ in range(100):
        parents = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parents[int(entry.name)] = int(
                        (entry / "stat").read_text().rsplit(")", 1)[1].split()[1]
                    )
                except OSError:
                    continue
        servers = [child for child, parent in parents.items() if parent == build_process]
        workers = [child for child, parent in parents.items() if parent in servers]
        if workers:
            time.sleep(1)
            os.kill(workers[0], signal.SIGKILL)
            return True
        time.sleep(0.1)
    return False


def test_a_host_that_does_not_answer_is_a_counted_drop_beside_other_sources(place, tmp_path):
    """The build goes on with what the others gave and asks again; alone it is an error."""
    recipe = place()
    web = """  - id: web
    kind: crawl
    seeds: ["http://127.0.0.1:9/"]
    contact: takedown@example.org
    license: detect
    allow_addresses: [127.0.0.0/8]
    attempts: 1
    delay: 0
    timeout: 3
"""
    text = recipe.read_text("utf-8").replace("stages:\n", f"{web}stages:\n  - kind: admit\n")
    recipe.write_text(text, "utf-8")
    built, events = run(recipe, tmp_path)
    reads = [stage for stage in built.release.stages if stage.kind == "read web"]
    assert reads[0].dropped == {"robots_unreachable": 1}
    assert built.release.rows > 30
    _, again = run(recipe, tmp_path)
    for seen in (events, again):
        assert "web" in [facts["source"] for event, facts in seen if event == "nothing"]
    start, end = text.index("  - id: notes"), text.index("  - id: web")
    recipe.write_text(text[:start] + text[end:], "utf-8")
    with pytest.raises(SourceError, match="SRC010"):
        run(recipe, tmp_path / "alone")
