"""A build with the stage `annotate`: tasks out, answers in, and nobody waits."""

import json
import random
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from answer_builders import answer, version
from test_flow import WORDS, digest, run, write

from corpusforge.annotation.ledger import Ledger
from corpusforge.build.lineage import trace
from corpusforge.build.workspace import Workspace
from corpusforge.errors import RecipeError
from corpusforge.release.directory import faults

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
    path: notes.jsonl
    format: jsonl
    fields: {{text: text, key: key}}
    license: CC0-1.0
    evidence: {{statement: Written for a test.}}
stages:
  - kind: extract
  - kind: identify
  - kind: scrub
  - kind: annotate
    task: language
    unit: record
    tasks: 60
    honeypots: honeypots.jsonl
    {extra}
  - kind: shard
"""
TRUE = {"ary": "ary_Arab", "arz": "ary_Latn", "fra": "fra_Latn", "zgh": "zgh_Tfng"}
LABELS = ("ary_Arab", "arb_Arab", "ary_Latn", "fra_Latn", "zgh_Tfng")


def sentences(count, seed):
    """Texts in four languages by turns, with the language they are written in."""
    chance = random.Random(seed)
    for number in range(count):
        name = list(WORDS)[number % 4]
        words = " ".join(chance.choices(WORDS[name].split(), k=14))
        yield f"{words} {number}", TRUE[name]


@pytest.fixture
def place(tmp_path):
    """A folder with a recipe, notes and honeypots; `make` writes the recipe with changes."""
    rows = [{"key": f"n{n}", "text": text} for n, (text, _) in enumerate(sentences(120, seed=1))]
    write(tmp_path / "notes.jsonl", rows)
    pots = [{"text": text, "value": label} for text, label in sentences(12, seed=2)]
    write(tmp_path / "honeypots.jsonl", pots)

    def make(*, version="1.0.0", extra="corrections: apply"):
        recipe = tmp_path / "notes.yaml"
        recipe.write_text(RECIPE.format(version=version, extra=extra), "utf-8")
        return recipe

    return make


@pytest.fixture
def truth():
    """What is right of a task's row; every tenth Darija note is Standard Arabic in truth."""

    def right(task):
        number = int(task["text"].rpartition(" ")[2])
        label = TRUE[list(WORDS)[number % 4]]
        return "arb_Arab" if task["role"] != "honeypot" and number % 40 == 0 else label

    return right


def ledger_of(root):
    return Ledger(root / "w" / "private", "commons/notes", create=False)


def test_the_first_build_draws_a_wave_and_goes_on(place, tmp_path):
    """Tasks are in the ledger, nothing waits for them, and the release is whole."""
    built, events = run(place(), tmp_path)
    with ledger_of(tmp_path) as ledger:
        (wave,) = ledger.waves()
        rows = ledger.tasks().to_pylist()
    assert (wave.name, wave.kind, wave.state) == ("language-1", "language", "drawn")
    roles = [row["role"] for row in rows]
    counts = {role: roles.count(role) for role in sorted(set(roles))}
    assert counts == {"blind": 6, "honeypot": 6, "plain": 54, "repeat": 3}
    assert all(row["prediction"] is None for row in rows if row["role"] == "blind")
    unseen = {r["task"] for r in rows if r["prediction"] is None}
    assert wave.manifest["withheld"].keys() == unseen
    weights = [1 / r["probability"] for r in rows if r["role"] in {"plain", "blind"}]
    assert sum(weights) == pytest.approx(120)
    (why,) = (facts["why"] for event, facts in events if event == "unpushed")
    assert why.startswith("ANN047 no Label Studio is named")
    assert built.release.judgements == ()
    assert faults(built.directory) == []


def test_unchanged_answers_run_no_stage(place, tmp_path, truth):
    """Drawing alone changes nothing, nor does a second look at the same answers."""
    first, _ = run(place(), tmp_path)
    before = digest(first.directory)
    again, _ = run(place(), tmp_path)
    assert again.stages_run == 0
    assert digest(again.directory) == before
    with ledger_of(tmp_path) as ledger:
        answer(ledger, "language-1", truth, LABELS)
    third, events = run(place(version="1.1.0"), tmp_path)
    ran = {f["stage"] for e, f in events if e == "stage" and f["cached"] < f["parts"]}
    assert "annotate" in ran
    assert not ran & {"extract", "identify", "scrub"}
    assert third.stages_run <= 2
    fourth, _ = run(place(version="1.1.0"), tmp_path)
    assert fourth.stages_run == 0


def test_answers_become_gold_estimates_and_corrections(place, tmp_path, truth):
    """The next version has the gold config, the card its figures, the rows the right labels."""
    run(place(), tmp_path)
    with ledger_of(tmp_path) as ledger:
        answer(ledger, "language-1", truth, LABELS, accuracies={
            "amina@example.org": 0.97, "brahim@example.org": 0.95, "chama@example.org": 0.93,
        })  # fmt: skip
        people = {ledger.pseudonym(f"{n}@example.org") for n in ("amina", "brahim", "chama")}
        asked = {row["record"]: row for row in ledger.tasks().to_pylist()}
        ids = set(ledger.answers().column("unique_id").to_pylist())
    built, events = run(place(version="1.1.0"), tmp_path)
    (state,) = [facts for event, facts in events if event == "answers"]
    assert state["passed"], state["lacking"]
    assert faults(built.directory) == []
    (gold,) = built.release.companions
    assert (gold.name, gold.kind) == ("gold-language", "gold")
    table = pq.read_table(built.directory / gold.splits[0].files[0].path).to_pylist()
    assert len(table) == gold.rows >= 50
    right = [row["language"] == truth(asked[row["record"]]) for row in table]
    assert sum(right) >= 0.95 * len(right)
    for row in table:
        assert set(row["annotators"]) <= people
        assert set(row["answers"]) <= ids
    wrong = [r for r in asked.values() if r["role"] in {"plain", "blind"}
             and truth(r) == "arb_Arab"]  # fmt: skip
    assert wrong
    changed = {change["id"]: change for change in _changes(tmp_path)}
    assert {row["record"] for row in wrong} <= changed.keys()
    rows = {
        row["id"]: row
        for file in built.release.files()
        if "gold" not in file.path
        for row in pq.read_table(built.directory / file.path).to_pylist()
    }
    for row in wrong:
        assert rows[row["record"]]["language"] == "arb_Arab"
        assert rows[row["record"]]["provenance"]["identifier"] == "people:language-1"
    card = (built.directory / "README.md").read_text("utf-8")
    sheet = (built.directory / "DATASHEET.md").read_text("utf-8")
    assert "What people judged" in card
    assert "the label ary\\_Arab is right in" in card
    assert "On a random sample that people judged" in sheet
    everything = "".join(p.read_text("utf-8") for p in built.directory.rglob("*.*")
                         if p.suffix in {".md", ".json", ".jsonl"})  # fmt: skip
    assert "example.org" not in everything.replace("takedown@example.org", "").replace(
        "takedown\\@example.org", ""
    )


def _changes(root):
    (path,) = (root / "w" / "artifacts").rglob("changes.arrow")
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_file(file).read_all().to_pylist()


def test_the_same_bytes_whatever_the_workers(place, tmp_path, truth):
    """The same ledger in two workspaces, one and three workers: the same release."""
    digests = []
    for workers in (1, 3):
        root = tmp_path / str(workers)
        root.mkdir()
        if workers == 1:
            run(place(), root)
            with ledger_of(root) as ledger:
                answer(ledger, "language-1", truth, LABELS)
        else:
            shutil.copytree(tmp_path / "1" / "w" / "private", root / "w" / "private")
        built, _ = run(place(version="1.1.0"), root, workers=workers)
        digests.append(digest(built.directory))
    assert digests[0] == digests[1]


def test_a_gate_that_is_not_passed_publishes_nothing_of_it(place, tmp_path, truth):
    """Careless people: no gold, no estimate, no correction, and the build says what is missing."""
    run(place(), tmp_path)
    with ledger_of(tmp_path) as ledger:
        answer(ledger, "language-1", truth, LABELS, accuracies={
            "amina@example.org": 0.5, "brahim@example.org": 0.5, "chama@example.org": 0.5,
        })  # fmt: skip
    built, events = run(place(version="1.1.0"), tmp_path)
    (state,) = [facts for event, facts in events if event == "answers"]
    assert not state["passed"]
    assert any("Krippendorff's alpha" in line for line in state["lacking"])
    assert built.release.companions == ()
    assert built.release.judgements[0].estimates == ()
    assert built.release.judgements[0].corrected == {}
    assert "gate passed" in (built.directory / "README.md").read_text("utf-8")


def test_texts_that_were_never_scrubbed_are_not_drawn(place, tmp_path):
    """The recipe is refused before anything runs."""
    recipe = place()
    recipe.write_text(recipe.read_text("utf-8").replace("  - kind: scrub\n", ""), "utf-8")
    with pytest.raises(RecipeError, match="scrub"):
        run(recipe, tmp_path)


def test_a_grown_corpus_leaves_the_wave_as_it_was(place, tmp_path):
    """What was drawn under a number stays; the next number draws anew."""
    run(place(), tmp_path)
    with ledger_of(tmp_path) as ledger:
        before = ledger.tasks()
    rows = [json.loads(line) for line in (tmp_path / "notes.jsonl").read_text("utf-8").splitlines()]
    write(tmp_path / "notes.jsonl", [*rows, {**rows[0], "key": "new", "text": rows[1]["text"] * 2}])
    run(place(version="1.1.0"), tmp_path)
    _, events = run(place(version="1.2.0", extra="blind: 0.5"), tmp_path)
    with ledger_of(tmp_path) as ledger:
        assert ledger.tasks().equals(before)
    run(place(version="1.3.0", extra="wave: 2"), tmp_path)
    with ledger_of(tmp_path) as ledger:
        assert [wave.name for wave in ledger.waves()] == ["language-1", "language-2"]
    assert events


def test_trace_shows_the_answers_behind_a_row(place, tmp_path, truth):
    """From a published gold row, and from a corrected row, back to answers and pseudonyms."""
    run(place(), tmp_path)
    with ledger_of(tmp_path) as ledger:
        answer(ledger, "language-1", truth, LABELS, accuracies={
            "amina@example.org": 1.0, "brahim@example.org": 1.0, "chama@example.org": 1.0,
        })  # fmt: skip
        person = ledger.pseudonym("amina@example.org")
    built, _ = run(place(version="1.1.0"), tmp_path)
    gold = built.directory / built.release.companions[0].splits[0].files[0].path
    row = pq.read_table(gold).to_pylist()[0]
    workspace = Workspace(tmp_path / "w")
    found = trace(workspace, row["id"])
    last = found[-1]
    assert last.id == row["record"]
    assert last.judgements[0]["answers"] == row["answers"]
    assert person in last.judgements[0]["annotators"]
    changed = next(c for c in _changes(tmp_path) if c["column"] == "language")
    corrected = trace(workspace, changed["id"])[-1]
    assert {"language"} <= {each.get("column") for each in corrected.judgements}


PERSONAL = RECIPE.replace(
    "    task: language\n    unit: record\n    tasks: 60\n    honeypots: honeypots.jsonl\n",
    "    task: personal_data\n    unit: record\n    tasks: 60\n",
)


def marked(root, find):
    """Two people answer every task with the spans that `find` gives of its text."""
    with ledger_of(root) as ledger:
        for task in ledger.tasks("personal_data-1").to_pylist():
            spans = [{"start": a, "end": b, "label": "PERSON"} for a, b in find(task["text"])]
            ledger.add_answers(
                version(ledger, task, email, spans)
                for email in ("amina@example.org", "brahim@example.org")
            )


def personal(root, released):
    """Build a recipe that asks for personal data that was left."""
    recipe = root / "notes.yaml"
    recipe.write_text(PERSONAL.format(version=released, extra="gate: {answers: 2}"), "utf-8")
    return run(recipe, root)


def test_personal_data_people_found_is_masked_and_its_rate_is_printed(place, tmp_path):
    """Whatever they marked is gone from the next version; the datasheet says how much it was."""
    place()
    personal(tmp_path, "1.0.0")
    found = []

    def find(text):
        where = text.find("الطبيب")
        spans = [(where, where + 6)] if where >= 0 else []
        found.append(bool(spans))
        return spans

    marked(tmp_path, find)
    built, events = personal(tmp_path, "1.1.0")
    assert sum(found) > 3
    (state,) = [facts for event, facts in events if event == "answers"]
    assert state["passed"], state["lacking"]
    leakage = built.release.leakage
    assert leakage.low < leakage.per_10000_words < leakage.high
    assert built.release.companions == ()  # it would point at what must go
    sheet = (built.directory / "DATASHEET.md").read_text("utf-8")
    assert f"masking missed {leakage.per_10000_words:g} spans in 10,000 words" in sheet
    assert "What masking missed was not measured" not in sheet
    corrected = built.release.judgements[0].corrected
    assert corrected == {"text": sum(found) - _repeated(tmp_path, find)}
    assert built.release.pii["PERSON"] >= corrected["text"]
    assert faults(built.directory) == []


def _repeated(root, find):
    with ledger_of(root) as ledger:
        return sum(
            row["role"] == "repeat" and bool(find(row["text"]))
            for row in ledger.tasks().to_pylist()
        )


def test_nothing_found_is_a_figure_too(place, tmp_path):
    """Nobody marked anything: no spans in ten thousand words, and an upper end."""
    place()
    personal(tmp_path, "1.0.0")
    marked(tmp_path, lambda _: [])
    built, _ = personal(tmp_path, "1.1.0")
    leakage = built.release.leakage
    assert (leakage.per_10000_words, leakage.low) == (0.0, 0.0)
    assert 0 < leakage.high < 200
    assert built.release.judgements[0].corrected == {}
