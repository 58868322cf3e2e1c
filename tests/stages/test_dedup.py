import random

import numpy as np
import pyarrow as pa
import pytest
from builders import make_context, make_records
from hypothesis import given
from hypothesis import strategies as st

from corpusforge.build.barrier import run_barrier, sorting_memory
from corpusforge.build.fingerprint import stage_key
from corpusforge.build.local import LocalExecutor
from corpusforge.build.tasks import Step
from corpusforge.build.workspace import Workspace
from corpusforge.errors import BuildError
from corpusforge.record import WORK, conform, record_id
from corpusforge.stages.dedup import Dedup, dedup
from corpusforge.stages.dedup.candidates import pairs_of, unique_pairs
from corpusforge.stages.dedup.components import components
from corpusforge.stages.dedup.index import (
    index_state,
    keep_index,
    published_versions,
    version_key,
)
from corpusforge.stages.stage import Stage

SENTENCES = [
    "خاصك تمشي عند الطبيب إلا بقات فيك السخانة كثر من تلت أيام",
    "ولادك خاصهم يتلقحو فالوقت ديالهم حسب الدفتر الصحي",
    "غسل يديك بالما والصابون قبل الماكلة ومن بعد الطواليط",
    "الدوا ما كيتخدش بلا وصفة ديال الطبيب ولا نصيحة الصيدلي",
    "يوصى بشرب الماء الصالح للشرب وتجنب المياه الراكدة",
    "Il faut conserver les médicaments hors de portée des enfants",
    "La vaccination est gratuite dans tous les centres de santé du pays",
    "chreb lma bzzaf f sif w tjenneb chems men tnach l rb3a",
    "ⵙⵓ ⴰⵎⴰⵏ ⴽⵓ ⴰⵙⵙ ⴷ ⵙⵔⵉⴷ ⵉⴼⴰⵙⵙⵏ ⵏⵏⴽ",
    "En cas de piqûre de scorpion appelez le centre antipoison sans attendre",
]


def text_of(seed, count=12):
    return "\n".join(random.Random(seed).choices(SENTENCES, k=count)) + f"\n{seed} " + "كلمة " * 3


def records(texts, *, source="s", **columns):
    rows = [
        {
            **make_records(1).to_pylist()[0],
            "id": record_id(source, key),
            "key": key,
            "source": source,
            "text": text,
            **columns,
        }
        for key, text in texts.items()
    ]
    return conform(pa.Table.from_pylist(rows, WORK), WORK)


def run(root, tables, *, workers=1, version="1.0.0", private=None, **config):
    workspace = Workspace(root)
    private = private or workspace.private
    against = config.get("against", ())
    context = make_context(
        private / "commons" / "test",
        version=version,
        index=index_state(private, "commons/test", version, against),
    )
    config = Dedup(**config)
    step = Step(Stage(Dedup, dedup), config, stage_key(config, context))
    parts = tuple(workspace.parts.write(table) for table in tables)
    with LocalExecutor(workers) as executor:
        manifest = run_barrier(workspace, executor, step, parts, context, lambda _: None)
    kept = pa.concat_tables([workspace.parts.read(r.kept) for r in manifest.receipts])
    dropped = pa.concat_tables([workspace.parts.read(r.dropped) for r in manifest.receipts])
    index = workspace.artifact(manifest.fingerprint) / "side" / "index.arrow"
    return kept, {row["key"]: row for row in dropped.to_pylist()}, index


def test_each_kind_of_copy_is_dropped_for_its_own_reason(tmp_path):
    """Same bytes, same words, nearly the same words; and texts that only resemble stay."""
    text = text_of(1)
    other = text_of(2)
    near = text.replace("الطبيب", "الحكيم", 1)
    half = "\n".join(text.splitlines()[:6] + other.splitlines()[:6])
    table = records(
        {
            "a": text,
            "exact": text,
            "norm": text.replace("ا", "أ").replace("\n", "  \n") + "!!!",
            "near": near,
            "other": other,
            "half": half,
        }
    )
    kept, dropped, _ = run(tmp_path, [table])
    reasons = {key: row["reason"] for key, row in dropped.items()}
    assert len(kept) == 3
    assert {"other", "half"} <= set(kept["key"].to_pylist())
    survivor = next(k for k in kept["key"].to_pylist() if k in ("a", "exact", "norm", "near"))
    assert {row["duplicate_of"] for row in dropped.values()} == {record_id("s", survivor)}
    assert set(reasons.values()) >= {"near_duplicate"}
    if survivor in ("a", "exact"):
        assert reasons["exact" if survivor == "a" else "a"] == "exact_duplicate"
        assert reasons["norm"] == "normalised_duplicate"


@pytest.mark.parametrize("workers", [1, 2])
def test_order_cuts_and_workers_cannot_be_seen(tmp_path, workers):
    """Shuffled and cut differently, the same records survive and name the same originals."""
    texts = {f"k{n}": text_of(n // 3) + ("" if n % 3 else " زيادة") for n in range(60)}
    table = records(texts)
    order = list(range(60))
    random.Random(0).shuffle(order)
    shuffled = table.take(order)
    kept, dropped, _ = run(tmp_path / "a", [table])
    again, dropped_again, _ = run(
        tmp_path / "b", [shuffled.slice(0, 17), shuffled.slice(17)], workers=workers
    )
    assert sorted(kept["id"].to_pylist()) == sorted(again["id"].to_pylist())
    assert {k: r["duplicate_of"] for k, r in dropped.items()} == {
        k: r["duplicate_of"] for k, r in dropped_again.items()
    }
    assert len(kept) == 20


def test_the_better_source_survives_then_the_older_then_the_smaller_id(tmp_path):
    """Priority of the source decides first, whatever the ids are."""
    text = text_of(3)
    first = records({"x": text}, source="later", priority=1)
    second = records({"y": text}, source="first", priority=0)
    kept, _, _ = run(tmp_path / "a", [first, second])
    assert kept["source"].to_pylist() == ["first"]
    old = records({"old": text}, date="2020-01-01")
    new = records({"new": text}, date="2024-01-01")
    kept, _, _ = run(tmp_path / "b", [new, old])
    assert kept["key"].to_pylist() == ["old"]


def test_short_texts_are_not_exempt(tmp_path):
    """Two greetings of three words are one; different ones are two."""
    kept, dropped, _ = run(
        tmp_path,
        [records({"a": "صباح الخير عليكم", "b": "صَباح الخير عليكم!", "c": "تصبح على خير"})],
    )
    assert len(kept) == 2
    assert [row["reason"] for row in dropped.values()] == ["normalised_duplicate"]


def test_texts_without_words_are_compared_by_their_bytes(tmp_path):
    """Two different strings of emoji are not the same text; equal ones are."""
    kept, _, _ = run(tmp_path, [records({"a": "💧💧", "b": "🌞", "c": "💧💧"})])
    assert len(kept) == 2


def test_bulletins_that_differ_in_figures_are_two(tmp_path):
    """Numbers are kept by default and can be ignored on request."""
    body = "عدد الحالات المسجلة {} وعدد الوفيات {} في جهة سوس ماسة {} وجهة الشرق {}"
    table = records({"a": body.format(12, 3, 4, 5), "b": body.format(99, 1, 7, 8)})
    assert len(run(tmp_path / "keep", [table])[0]) == 2
    assert len(run(tmp_path / "ignore", [table], numbers="ignore")[0]) == 1


def test_a_new_version_is_held_against_what_was_published(tmp_path):
    """Copies of published records name id@version; published records stay; the rest is as ever."""
    private = tmp_path / "private"
    first = records({f"k{n}": text_of(n) for n in range(6)})
    kept, _, index = run(tmp_path / "one", [first], private=private)
    keep_index(index, private, "commons/test", "1.0.0", kept["id"].chunks)
    copy = text_of(2).replace("الطبيب", "الحكيم", 1)
    # The second version leaves out k2 and brings a copy of it, and one of k3, which is still there.
    second = records({f"k{n}": text_of(n) for n in range(6) if n != 2})
    extra = records({"copy": copy, "k3-again": text_of(3), "new": text_of(50)}, source="a")
    kept, dropped, _ = run(tmp_path / "two", [extra, second], version="1.1.0", private=private)
    assert dropped["copy"]["duplicate_of"] == f"{record_id('s', 'k2')}@1.0.0"
    assert dropped["k3-again"]["duplicate_of"] == record_id("s", "k3")
    assert set(kept["key"].to_pylist()) == {"k0", "k1", "k3", "k4", "k5", "new"}


def test_another_dataset_counts_as_seen_where_the_recipe_says_so(tmp_path):
    """`against` brings in the published versions of other datasets, and only then."""
    private = tmp_path / "private"
    kept, _, index = run(tmp_path / "one", [records({"a": text_of(1)})])
    keep_index(index, private, "commons/other", "2.0.0", kept["id"].chunks)
    table = records({"b": text_of(1)})
    alone, _, _ = run(tmp_path / "alone", [table], private=private)
    assert len(alone) == 1
    _, dropped, _ = run(tmp_path / "against", [table], private=private, against=("commons/other",))
    assert dropped["b"]["duplicate_of"].endswith("@2.0.0")


def test_what_was_withdrawn_cannot_come_back_in_any_copy(tmp_path):
    """The id itself and near copies of its text are refused as withdrawn."""
    private = tmp_path / "private"
    table = records({"a": text_of(1), "b": text_of(2)})
    kept, _, index = run(tmp_path / "one", [table], private=private)
    keep_index(index, private, "commons/test", "1.0.0", kept["id"].chunks)
    (private / "commons/test/withdrawn.txt").write_text(record_id("s", "a") + "\n")
    again = records({"a": text_of(1), "copy": text_of(1) + " !", "b": text_of(2)})
    kept, dropped, _ = run(tmp_path / "two", [again], version="1.0.1", private=private)
    assert kept["key"].to_pylist() == ["b"]
    assert {key: row["reason"] for key, row in dropped.items()} == {
        "a": "withdrawn",
        "copy": "withdrawn",
    }


def test_clusters_keep_their_name_between_versions(tmp_path):
    """A record published in a cluster stays in it, so it never moves to another split."""
    private = tmp_path / "private"
    table = records({"a": text_of(1), "b": text_of(2)})
    kept, _, index = run(tmp_path / "one", [table], private=private)
    keep_index(index, private, "commons/test", "1.0.0", kept["id"].chunks)
    before = dict(zip(kept["key"].to_pylist(), kept["cluster"].to_pylist(), strict=True))
    more = records({f"n{n}": text_of(n + 10) for n in range(5)}, source="0", priority=0)
    kept, _, _ = run(tmp_path / "two", [more, table], version="1.1.0", private=private)
    after = dict(zip(kept["key"].to_pylist(), kept["cluster"].to_pylist(), strict=True))
    assert {key: after[key] for key in before} == before


def test_versions_are_ordered_as_numbers(tmp_path):
    """1.10.0 comes after 1.9.0, and only older versions are looked at."""
    for version in ("1.9.0", "1.10.0", "2.0.0"):
        _, _, index = run(tmp_path / version, [records({version: text_of(9)})])
        keep_index(
            index, tmp_path / "p", "commons/test", version, [pa.array([record_id("s", version)])]
        )
    assert version_key("1.9.0") < version_key("1.10.0")
    found = published_versions(tmp_path / "p", "commons/test", before="2.0.0")
    assert [one.version for one in found] == ["1.9.0", "1.10.0"]


def test_an_empty_corpus_is_no_error(tmp_path):
    """No records in, no records out."""
    kept, dropped, _ = run(tmp_path, [records({"a": "x"}).slice(0, 0)])
    assert len(kept) == len(dropped) == 0


@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=40))
def test_components_are_the_least_members_of_connected_sets(edges):
    """Against a plain search over the same edges."""
    pairs = unique_pairs(np.array([e for e in edges if e[0] != e[1]], np.int64).reshape(-1, 2))
    label = list(range(20))
    for _ in range(20):
        for a, b in edges:
            label[a] = label[b] = min(label[a], label[b])
    assert components(20, pairs).tolist() == label


@given(st.lists(st.integers(0, 5), max_size=30))
def test_every_member_of_a_group_is_paired(hashes):
    """Records with one hash are connected, those with different hashes never paired."""
    array = np.array(hashes, np.uint64)
    pairs = pairs_of(array, np.arange(len(hashes)))
    assert all(hashes[a] == hashes[b] for a, b in pairs.tolist())
    label = components(len(hashes), pairs).tolist()
    assert all(hashes.index(h) == label[n] for n, h in enumerate(hashes))


def test_what_does_not_fit_in_memory_gives_the_same_bytes(tmp_path, monkeypatch):
    """With 100 KB to sort in, everything is spilled, merged and cut: not a byte differs."""
    texts = {f"k{n}": text_of(n % 150, 4) + ("" if n % 4 else " زيادة") for n in range(600)}
    tables = [records(texts).slice(start, 150) for start in range(0, 600, 150)]
    found = {}
    for memory in (256 << 20, 100_000):
        monkeypatch.setattr("corpusforge.build.barrier.sorting_memory", lambda m=memory: m)
        kept, dropped, index = run(tmp_path / str(memory), tables)
        found[memory] = (kept, dropped, index.read_bytes())
    assert found[100_000] == found[256 << 20]
    assert len(found[100_000][0]) < 300


@pytest.mark.parametrize("given", ["0", "-1", "many", "1.5", ""])
def test_a_wrong_sorting_memory_is_one_clear_error(monkeypatch, given):
    """The setting is named, with what to do."""
    monkeypatch.setenv("CORPUSFORGE_SORT_MB", given)
    with pytest.raises(BuildError, match="BLD012"):
        sorting_memory()
