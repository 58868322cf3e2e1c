"""The generated reference: fresh, complete, and in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpusforge.recipe.keys import configs, field_names
from corpusforge.recipe.models import Recipe
from corpusforge.recipe.reference import FILE, reference, undescribed

GUIDE = Path(__file__).parents[2] / "docs" / "recipe.md"


def test_the_committed_reference_is_fresh():
    """`python -m corpusforge.recipe.reference` writes it again after a change to a model."""
    assert FILE.read_text("utf-8") == reference()


@pytest.mark.parametrize("group", ["sources", "stages"])
def test_every_kind_and_key_is_in_the_reference(group):
    """Nothing a recipe can say is left out."""
    text = reference()
    for kind, model in configs(group).items():
        section = text.partition(f"`{kind}`\n")[2].partition("\n### S")[0]
        assert section, kind
        shared = {"id", "license", "evidence", "attribution", "origin", "domain", "kind"}
        for key in field_names(model):
            assert key in shared or f"| `{key}` |" in section, (kind, key)


def test_the_recipes_own_keys_have_a_sentence():
    """No key of the recipe, and none that all sources share, is listed without a word."""
    bare = [name for name in undescribed() if "[" not in name]
    shared = [name for name in undescribed() if name.split(".")[-1] in field_names(Recipe)]
    assert bare == []
    assert [name for name in shared if name.count(".") == 1] == []


def test_the_guide_names_every_code_of_recipes_only_by_codes_that_exist():
    """Codes named in the guide can be explained."""
    import re

    from corpusforge.codes import CODES

    named = set(re.findall(r"\b(?:RCP|LIC)(?:-W)?[0-9]{2,3}\b", GUIDE.read_text("utf-8")))
    assert named
    assert named <= set(CODES)


def test_the_recipe_in_the_guide_loads(tmp_path):
    """The example of the guide is a recipe that is in order."""
    from corpusforge.recipe.load import load_recipe

    example = GUIDE.read_text("utf-8").partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "leaflets").mkdir()
    (tmp_path / "leaflets" / "a.html").write_text("<p>x</p>")
    (tmp_path / "recipe.yaml").write_text(example, "utf-8")
    assert load_recipe(tmp_path / "recipe.yaml").recipe.name == "commons/health-leaflets"
