"""What a recipe may say of tokens, and what is found before anything runs."""

from __future__ import annotations

import sys

import pytest
import yaml
from commands import ROOT
from small import saved

from corpusforge.errors import RecipeError
from corpusforge.recipe.load import load_recipe


@pytest.fixture
def write(tmp_path):
    """The sample recipe with other stages `tokenize`, in a folder with a small tokenizer."""
    (tmp_path / "own").mkdir()
    saved(tmp_path / "own")
    (tmp_path / "samples").symlink_to(ROOT / "recipes" / "samples")

    def written(*stages, shard=True):
        recipe = yaml.safe_load((ROOT / "recipes" / "health-tokens.yaml").read_text("utf-8"))
        kept = [s for s in recipe["stages"] if s["kind"] not in {"tokenize", "shard"}]
        middle = [{"kind": "shard"}] if shard else []
        more = [{"kind": "tokenize", **stage} for stage in stages]
        path = tmp_path / "recipe.yaml"
        text = yaml.safe_dump({**recipe, "stages": [*kept, *middle, *more]}, allow_unicode=True)
        path.write_text(text, "utf-8")
        return path

    return written


def problems(path):
    """Code and place of every problem of a recipe."""
    with pytest.raises(RecipeError) as refused:
        load_recipe(path)
    return [(p.code, str(p)) for p in refused.value.problems]


def test_shard_is_understood_before_tokenize(write):
    """It is what tokenize reads; a recipe need not say so."""
    loaded = load_recipe(write({"tokenizer": "own"}, shard=False))
    assert [stage.kind for stage in loaded.recipe.stages][-2:] == ["shard", "tokenize"]
    assert loaded.recipe.stages[-1].name == "own"


def test_two_tokenizers_may_be_published_under_two_names(write):
    """Their configs do not meet; one name for both is refused with the line of the first."""
    load_recipe(write({"tokenizer": "own"}, {"tokenizer": "own", "name": "other"}))
    ((code, said),) = problems(write({"tokenizer": "own"}, {"tokenizer": "own/tokenizer.json"}))
    assert code == "RCP025"
    assert '"own"' in said


@pytest.mark.parametrize(
    ("stage", "code", "word"),
    [
        ({"tokenizer": "none/tokenizer.json"}, "RCP021", "none/tokenizer.json"),
        ({"tokenizer": "samples/README.md"}, "TOK002", "no tokenizer.json"),
        ({"tokenizer": "own", "eos": "<|fin|>"}, "TOK004", "<|endoftext|>"),
        ({"tokenizer": "own", "packing": {"seq_len": 64}}, "RCP014", "packing has no meaning"),
        ({"tokenizer": "own", "outputs": ["mds"]}, "RCP013", "packed"),
        ({"tokenizer": "own", "gpus": 1, "device": "cpu"}, "RCP014", "idle"),
    ],
)
def test_a_stage_that_cannot_work_is_refused_by_check(write, stage, code, word):
    """One problem, with the place in the recipe and what is allowed."""
    ((found, said),) = problems(write(stage))
    assert found == code
    assert word in said


def test_a_missing_package_is_said_before_the_work(write, monkeypatch):
    """The extra is named; recipes without tokens do not need it."""
    path = write({"tokenizer": "own"})
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    ((code, said),) = problems(path)
    assert code == "TOK001"
    assert "corpusforge[tokenize]" in said
    load_recipe(ROOT / "recipes" / "health.yaml")


def test_tokenize_before_shard_is_out_of_order(write):
    """It reads the files that shard writes."""
    path = write({"tokenizer": "own"})
    recipe = yaml.safe_load(path.read_text("utf-8"))
    recipe["stages"][-2:] = reversed(recipe["stages"][-2:])
    path.write_text(yaml.safe_dump(recipe, allow_unicode=True), "utf-8")
    assert "RCP023" in [code for code, _ in problems(path)]
