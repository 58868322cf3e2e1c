"""What `check` says of scorers: everything that can be known without torch."""

import json

import pytest
from test_score_parts import folder, spoil  # noqa: F401 - a fixture

from corpusforge.errors import RecipeError
from corpusforge.recipe.load import load_recipe
from tests.recipe.conftest import GOOD

SCORE = """\
  - kind: score
    scorers:
      - {name: perplexity, kind: perplexity, model: "MODEL"}
"""


@pytest.fixture
def problems(tmp_path, folder):  # noqa: F811 - the fixture
    """Load the sample recipe with other stages; returns its problems as (code, path, message)."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("سلام azul ⴰⵣⵓⵍ", "utf-8")

    def load(stages):
        text = GOOD.split("stages:")[0] + "stages:\n" + stages.replace("MODEL", str(folder))
        path = tmp_path / "recipe.yaml"
        path.write_text(text + _after(GOOD), "utf-8")
        try:
            load_recipe(path)
        except RecipeError as error:
            return [(p.code, p.json_path, p.message) for p in error.problems]
        return []

    return load


def _after(text):
    """What follows the list of stages in the sample."""
    lines = text.split("stages:")[1].splitlines()[1:]
    rest = [n for n, line in enumerate(lines) if line and line[0] not in " -"]
    return "\n".join(lines[rest[0] :]) + "\n" if rest else ""


HEAD = "  - kind: admit\n  - kind: extract\n  - kind: identify\n"
TAIL = "  - kind: dedup\n  - kind: scrub\n  - kind: shard\n"


def test_a_recipe_with_a_whole_model_is_in_order(problems):
    """The model is found, read and fits."""
    assert problems(HEAD + SCORE + TAIL) == []


def test_a_broken_model_is_found_by_check(problems, folder):  # noqa: F811 - the fixture
    """With the place in the recipe, the code of the model's error, and the file."""
    spoil(folder, "weights cut")
    ((code, path, message),) = problems(HEAD + SCORE + TAIL)
    assert (code, path) == ("TOK031", "$.stages[3].scorers[0].model")
    assert "model.safetensors" in message


def test_a_model_for_another_use_is_found_by_check(problems, folder):  # noqa: F811
    """A language model finds no names."""
    scorer = SCORE.replace("kind: perplexity", "kind: names")
    ((code, _, message),) = problems(HEAD + scorer + TAIL)
    assert code == "TOK031"
    assert "LlamaForCausalLM" in message
    config = {"model_type": "bert", "architectures": ["BertForTokenClassification"]}
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    ((code, _, message),) = problems(HEAD + scorer + TAIL)
    assert "labels" in message


def test_a_missing_model_is_one_problem(problems):
    """That the folder is not there, and nothing else about it."""
    ((code, path, _),) = problems(HEAD + SCORE.replace("MODEL", "nowhere/lm") + TAIL)
    assert (code, path) == ("RCP021", "$.stages[3].scorers[0].model")


def test_a_digest_that_differs_is_found_by_check(problems):
    """The recipe says which model is meant."""
    scorer = SCORE.replace('"MODEL"', '"MODEL", digest: "sha256:' + "0" * 64 + '"')
    assert [code for code, _, _ in problems(HEAD + scorer + TAIL)] == ["TOK032"]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (HEAD + "  - kind: dedup\n  - kind: scrub\n", "  - kind: shard\n", "after scrub"),
        (HEAD, "  - kind: paragraphs\n" + TAIL, "before paragraphs"),
    ],
)
def test_names_are_looked_for_where_they_are_of_use(problems, folder, before, after, words):  # noqa: F811
    """Not after scrub, and not before a stage that moves the places."""
    config = {
        "model_type": "bert",
        "architectures": ["BertForTokenClassification"],
        "id2label": {"0": "O", "1": "B-PER"},
    }
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    scorer = SCORE.replace("kind: perplexity", "kind: names")
    assert problems(HEAD + scorer + TAIL) == []
    ((code, _, message),) = problems(before + scorer + after)
    assert code == "RCP023"
    assert words in message


def test_a_filter_that_decides_by_a_score_nobody_gives_is_refused(problems):
    """With what there is, and the one that was perhaps meant."""
    limits = "  - kind: filter\n    scores: {perplexty: {max: 500}}\n"
    ((code, path, message),) = problems(HEAD + SCORE + limits + TAIL)
    assert (code, path) == ("RCP022", "$.stages[4].scores.perplexty")
    assert "perplexty" in message
    assert problems(HEAD + SCORE + limits.replace("perplexty", "perplexity") + TAIL) == []
    assert problems(HEAD + limits.replace("perplexty", "perplexity") + SCORE + TAIL)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: perplexity,", "kind: perplexity, pooling: first,"),
        ("kind: perplexity,", "kind: perplexity, head: x.safetensors,"),
        ("kind: perplexity,", "kind: perplexity, window: 64, overlap: 60,"),
        ("name: perplexity", "name: Ⴒerplexity"),
        ("  scorers:", "  device: tpu\n    scorers:"),
        ("  scorers:", "  gpus: 2\n    scorers:"),
        ("  scorers:", "  gpus: 1\n    device: cpu\n    scorers:"),
    ],
)
def test_keys_that_make_no_sense_are_refused(problems, old, new):
    """Each is said, and nothing is guessed."""
    assert problems(HEAD + SCORE.replace(old, new) + TAIL)


def test_two_scorers_of_one_name_are_refused(problems):
    """In one stage or in two."""
    line = SCORE.splitlines()[2] + "\n"
    assert problems(HEAD + SCORE + line + TAIL)
    ((code, _, message),) = problems(HEAD + SCORE + SCORE + TAIL)
    assert code == "RCP026"
    assert "two scorers" in message
