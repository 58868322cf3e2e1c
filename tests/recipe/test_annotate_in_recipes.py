"""What `check` says of recipes that ask people."""

import pytest

from corpusforge.errors import RecipeError
from corpusforge.recipe.load import load_recipe

RECIPE = """
schema_version: 1
name: commons/notes
version: 1.0.0
released: 2026-11-22
title: Notes
description: Notes in Darija, دارجة, and Tamazight, ⵜⴰⵎⴰⵣⵉⵖⵜ.
domain: health
tier: {tier}
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
{stages}
"""
BASE = ("extract", "identify", "scrub", "annotate, task: language", "shard")


def load(folder, stages, tier="open"):
    (folder / "notes.jsonl").write_text('{"key": "a", "text": "واش كاين"}\n', "utf-8")
    lines = "\n".join(f"  - {{kind: {stage}}}" for stage in stages)
    recipe = folder / "notes.yaml"
    recipe.write_text(RECIPE.format(tier=tier, stages=lines), "utf-8")
    return load_recipe(recipe)


def problems(folder, stages, tier="open"):
    with pytest.raises(RecipeError) as found:
        load(folder, stages, tier)
    return [(problem.code, problem.message) for problem in found.value.problems]


def test_a_recipe_that_asks_people_is_in_order(tmp_path):
    """After scrub, before shard."""
    assert load(tmp_path, BASE).recipe.stages[3].task == "language"


def test_people_are_asked_after_scrubbing(tmp_path):
    """RCP023, and which way to move."""
    wrong = ("extract", "identify", "annotate, task: language", "scrub", "shard")
    assert problems(tmp_path, wrong) == [("RCP023", "annotate stands before scrub")]


def test_people_are_never_shown_what_was_not_scrubbed(tmp_path):
    """RCP022, in a tier that would not need the stage otherwise."""
    without = tuple(stage for stage in BASE if stage != "scrub")
    assert problems(tmp_path, without, "restricted") == [("RCP022", "the stage scrub is missing")]


def test_the_same_is_asked_once(tmp_path):
    """RCP025; two task types are fine."""
    twice = (*BASE[:4], "annotate, task: language, wave: 2", "shard")
    assert problems(tmp_path, twice)[0][0] == "RCP025"
    assert load(tmp_path, (*BASE[:4], "annotate, task: quality", "shard"))


def test_a_file_of_honeypots_that_is_missing_is_named(tmp_path):
    """By `check`, before anything runs."""
    wrong = (*BASE[:3], "annotate, task: language, honeypots: pots.jsonl", "shard")
    ((code, message),) = problems(tmp_path, wrong)
    assert code.startswith("RCP")
    assert "pots.jsonl" in message
