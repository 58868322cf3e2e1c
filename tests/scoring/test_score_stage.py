"""The stage `score`: columns, receipts, places of GPU tasks, and a build that decides by it."""

import pyarrow as pa
import pytest
import sentences

from corpusforge.build.tasks import Step, Task, run_task
from corpusforge.build.workspace import Workspace
from corpusforge.errors import TokenError
from corpusforge.record import WORK, conform
from corpusforge.stages.filter import Filter
from corpusforge.stages.filter import filter as filter_
from corpusforge.stages.score import Score, score
from corpusforge.stages.stage import Stage, take_facts
from tests.build.builders import make_context

pytestmark = [pytest.mark.torch, pytest.mark.slow]


def part(texts):
    """A `WORK` part with these texts."""
    rows = len(texts)
    return conform(
        pa.table(
            {
                "id": [f"{index:032x}" for index in range(rows)],
                "source": ["s"] * rows,
                "key": [str(index) for index in range(rows)],
                "priority": pa.array([0] * rows, pa.int32()),
                "language": ["ary_Arab"] * rows,
                "text": texts,
            }
        ),
        WORK,
    )


@pytest.fixture(scope="module")
def config(models):
    """All four kinds in one stage."""
    kinds = {"quality": "classifier", "perplexity": "lm", "embedding": "encoder", "names": "tagger"}
    return Score(
        device="cpu",
        scorers=[
            {"name": f"my_{kind}", "kind": kind, "model": models(model)}
            for kind, model in kinds.items()
        ],
    )


TEXTS = [
    "لطبيب كيمشي لسبيطار كل صباح",
    "",
    "السيد يوسف العلوي سكن هنا",
    "ⴰⵎⵙⵊⵊⵉ ⵉⴷⴷⴰ ⵖⵔ ⵙⵙⵓⵇ",
    "madame Salma Idrissi habite ici",
]


def test_every_column_is_filled_and_every_record_kept(config):
    """Scores in the order of the recipe; an empty text has none, no names and no embedding."""
    kept, dropped = score(part(TEXTS), config, None)
    assert dropped.num_rows == 0
    kept, facts = take_facts(kept)
    assert kept.schema == WORK
    rows = kept.to_pylist()
    assert [[each["name"] for each in row["scores"] or ()] for row in rows] == [
        ["my_quality", "my_perplexity"],
        [],
        *[["my_quality", "my_perplexity"]] * 3,
    ]
    assert rows[1]["embedding"] is None
    assert [len(row["embedding"]) for row in rows if row["embedding"]] == [48] * 4
    assert [[name["words"] for name in row["names"]] for row in rows] == [
        [],
        [],
        ["يوسف العلوي"],
        [],
        ["Salma Idrissi"],
    ]
    assert facts["device"] == "cpu"
    assert facts["encoder"].startswith(("fastokens ", "tokenizers "))
    assert facts["torch"]


def test_a_part_cut_anywhere_gives_the_same_columns(config):
    """Records depend on nothing but themselves: one part or three, the same bytes."""
    texts = TEXTS + sentences.texts(12, seed=6)
    whole = take_facts(score(part(texts), config, None).kept)[0]
    cuts = [
        take_facts(score(part(texts).slice(start, length), config, None).kept)[0]
        for start, length in ((0, 1), (1, 9), (10, len(texts)))
    ]
    assert pa.concat_tables(cuts).to_pylist() == whole.to_pylist()


def test_scores_of_an_earlier_stage_stay(config, models):
    """A second stage adds its own behind them."""
    first = score(part(TEXTS[:1]), config, None).kept
    more = Score(
        device="cpu",
        scorers=[{"name": "second", "kind": "perplexity", "model": models("lm")}],
    )
    (row,) = score(first, more, None).kept.to_pylist()
    assert [each["name"] for each in row["scores"]] == ["my_quality", "my_perplexity", "second"]


def test_the_receipt_names_device_engine_and_versions(config, tmp_path):
    """They are kept beside the counts, and are no part of the data."""
    workspace = Workspace(tmp_path)
    digest = workspace.parts.write(part(TEXTS))
    step = Step(Stage(Score, score), config, "key")
    (receipt,) = run_task(Task(workspace, (step,), digest, make_context()))
    assert receipt.facts["device"] == "cpu"
    assert receipt.facts["device_name"]
    assert {"torch", "transformers", "tokenizers", "encoder"} <= set(receipt.facts)
    assert workspace.parts.read(receipt.kept).schema.metadata is None


def test_a_task_without_its_gpu_fails_before_any_work(config, tmp_path, monkeypatch):
    """The stages fused before `score` do not run first."""
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    ran = []

    def noting(table, config, context):
        ran.append(config)
        return filter_(table, config, context)

    wanting = config.model_copy(update={"gpus": 1, "device": None})
    assert wanting.devices == 1
    workspace = Workspace(tmp_path)
    digest = workspace.parts.write(part(TEXTS))
    steps = (Step(Stage(Filter, noting), Filter(), "a"), Step(Stage(Score, score), wanting, "b"))
    with pytest.raises(TokenError, match="TOK030"):
        run_task(Task(workspace, steps, digest, make_context()))
    assert ran == []


def test_filter_decides_by_named_scores(config):
    """Noise goes for the reason `model_score`, with score, limit and language."""
    texts = sentences.texts(6, seed=70) + sentences.noise(6, seed=71)
    scored = score(part(texts), config, None).kept
    kept, dropped = filter_(
        scored, Filter(rules="none", min_words=0, scores={"my_quality": {"min": 0.5}}), None
    )
    assert kept.num_rows == dropped.num_rows == 6
    assert set(dropped.column("reason").to_pylist()) == {"model_score"}
    assert all(
        detail.startswith("my_quality 0.") and detail.endswith("< 0.5 (ary_Arab)")
        for detail in dropped.column("detail").to_pylist()
    )
    languages = {"ary_Arab": {"min": 0.0}}
    lenient = Filter(
        rules="none", min_words=0, scores={"my_quality": {"min": 0.5, "languages": languages}}
    )
    assert filter_(scored, lenient, None).kept.num_rows == 12


def test_names_a_model_finds_are_masked_by_scrub(config):
    """The whole way: score, then scrub, in two scripts."""
    from corpusforge.stages.scrub import Scrub, scrub

    scored = take_facts(score(part(TEXTS), config, None).kept)[0]
    rows = scrub(scored, Scrub(), make_context()).kept.to_pylist()
    assert [row["text"] for row in rows] == [
        *TEXTS[:2],
        "السيد [PERSON] سكن هنا",
        TEXTS[3],
        "madame [PERSON] habite ici",
    ]
