"""A version with more documents reads the new ones; what it gives is as if all were read anew."""

import json

import pytest

from corpusforge.build.collect import collect
from corpusforge.build.plan import make_plan
from corpusforge.build.reading import read
from corpusforge.build.run import acquire_all
from corpusforge.build.workspace import Workspace
from corpusforge.recipe.load import load_recipe
from corpusforge.sources import files

RECIPE = """
schema_version: 1
name: commons/notes
version: 1.0.0
released: 2026-11-22
title: Notes
description: A few notes in several languages.
domain: health
tier: open
mode: blend
contact: {name: nobody, email: takedown@example.org}
sources:
  - id: notes
    kind: files
    path: "*.jsonl"
    format: jsonl
    fields: {text: text, key: key}
    license: CC0-1.0
    evidence: {statement: Written for a test.}
stages:
  - kind: extract
  - kind: identify
  - kind: scrub
  - kind: shard
"""
TEXTS = ("الماء مهم للصحة", "l'eau est utile à la santé", "ⴰⵎⴰⵏ ⵣⵖ ⵜⵓⴷⵔⵜ")


@pytest.fixture
def inbox(tmp_path, monkeypatch):
    """A folder with a recipe, in which a file of 300 bytes is large; names that are read."""
    monkeypatch.setattr(files, "_LARGE", 300)
    names = []
    rows = files.jsonl_rows

    def watched(name, *rest):
        names.append(name)
        return rows(name, *rest)

    monkeypatch.setattr(files, "jsonl_rows", watched)
    (tmp_path / "notes.yaml").write_text(RECIPE, "utf-8")
    return tmp_path, names


def write(path, keys):
    lines = [
        json.dumps({"key": key, "text": f"{TEXTS[number % 3]} {key}"}, ensure_ascii=False)
        for number, key in enumerate(keys)
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def reading(root, workspace="w"):
    place = Workspace(root / workspace)
    plan = make_plan(load_recipe(root / "notes.yaml"), place)
    (snapshot,) = acquire_all(plan, place, lambda *_, **__: None)
    return place, read(plan, place, snapshot, lambda *_, **__: None)


def test_only_what_is_new_is_read(inbox):
    """Large files that are as they were are taken over, wherever a new one stands among them."""
    root, names = inbox
    write(root / "a.jsonl", [f"a{n}" for n in range(20)])
    write(root / "c.jsonl", [f"c{n}" for n in range(20)])
    _, first = reading(root)
    assert names == ["a.jsonl", "c.jsonl"]
    write(root / "b.jsonl", [f"b{n}" for n in range(20)])
    write(root / "d.jsonl", ["d"])
    place, second = reading(root)
    assert names[2:] == ["b.jsonl", "d.jsonl"]
    assert (second.parts[0], second.parts[2]) == first.parts
    assert reading(root, "anew")[1].receipts == second.receipts
    place.write_run("commons/notes", "1.0.0", {"sources": [second.model_dump()], "stages": []})
    collect(place)
    write(root / "d.jsonl", ["e"])
    del names[:]
    reading(root)
    assert names == ["d.jsonl"]


def test_a_key_of_an_earlier_file_is_refused_whether_it_was_read_before_or_not(inbox):
    """The first file in order of names has the record; the other's is a drop that names the key."""
    root, _ = inbox
    write(root / "b.jsonl", [f"b{n}" for n in range(20)])
    reading(root)
    write(root / "a.jsonl", [*(f"a{n}" for n in range(20)), "b3"])
    place, found = reading(root)
    assert [receipt.rows_out for receipt in found.receipts] == [21, 19]
    assert [receipt.reasons for receipt in found.receipts] == [{}, {"duplicate_key": 1}]
    (drop,) = place.parts.read(found.receipts[1].dropped).to_pylist()
    assert (drop["detail"], drop["source"], drop["license"]) == ("b3", "notes", "CC0-1.0")
    assert reading(root, "anew")[1].receipts == found.receipts
