"""What `shard` counts and how it cuts row groups."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from builders import make_context, make_records
from hypothesis import given
from hypothesis import strategies as st

from corpusforge.stages.shard import config_name, split_of
from corpusforge.stages.shard.figures import count_words
from corpusforge.stages.shard.files import row_groups
from corpusforge.stages.shard.rows import keys_of, taken, text_digests
from corpusforge.stages.shard.runs import buckets

SPACES = re.compile(rb"[^\t\n\f\r ]+")
texts = st.lists(
    st.text(alphabet="ab كلمةⴰⵣ\t\n\r\x0b\f\u00a0 .", max_size=20) | st.just(""), max_size=12
)


@given(texts, st.integers(0, 3))
def test_words_are_runs_without_a_space(values, skip):
    """As the published figures always counted them; slices and empty texts too."""
    array = pa.array(values, pa.string()).slice(skip)
    expected = [len(SPACES.findall(value.encode())) for value in values[skip:]]
    assert count_words(array).tolist() == expected
    assert count_words(array).tolist() == pc.count_substring_regex(array, r"\S+").to_pylist()


def test_digests_are_of_the_text_as_published():
    """Read from the buffer of a slice, they are those of the strings."""
    import hashlib

    values = ["un", "", "ثلاثة", "ⴽⵓⵥ"]
    sliced = pa.chunked_array([pa.array(values).slice(1), pa.array(values)])
    expected = [hashlib.sha256(v.encode()).hexdigest() for v in [*values[1:], *values]]
    assert text_digests(sliced) == expected


@pytest.mark.parametrize("splits", [(), (("test", 0.3), ("validation", 0.3))])
def test_every_row_has_the_key_of_its_language_origin_licence_and_cluster(splits):
    """The vectorised keys are those of row by row."""
    context = make_context(mode="collection", splits=splits)
    table = make_records(60)
    table = table.set_column(
        table.schema.get_field_index("license"),
        "license",
        pa.array(["CC-BY-4.0", "CC0-1.0", "CC-BY-SA-4.0"] * 20),
    )
    index, keys = keys_of(table, context)
    for row, place in zip(table.to_pylist(), index.tolist(), strict=True):
        name = config_name(row["language"], row["origin"], row["license"], context)
        assert keys[place] == (name, split_of(row["cluster"] or row["id"], context))
    assert sorted(set(keys)) == sorted(keys)
    ids = table["id"].to_pylist()
    assert buckets(table.column("id"), 7).tolist() == [int(i[:8], 16) * 7 >> 32 for i in ids]


def test_row_groups_are_of_so_many_rows_or_so_many_bytes(monkeypatch):
    """A shelf of books does not become one row group."""
    monkeypatch.setattr("corpusforge.stages.shard.files._ROW_GROUP_BYTES", 100)
    table = pa.table({"text": ["x" * size for size in (10, 10, 10, 90, 200, 5, 5)]})
    order = np.array([6, 5, 4, 3, 2, 1, 0])
    groups = [group.tolist() for group in row_groups(table, order, 3)]
    assert groups == [[6, 5], [4], [3, 2], [1, 0]]
    groups = row_groups(table.slice(0, 3), np.array([0, 1, 2]), 2)
    assert [len(group) for group in groups] == [2, 1]


@given(st.permutations(range(12)), st.integers(1, 12), st.lists(st.integers(0, 12), max_size=3))
def test_rows_are_taken_from_pieces_in_the_order_asked_for(order, count, cuts):
    """Wherever the table is cut, empty pieces and rows asked for twice among them."""
    table = make_records(12)
    edges = [0, *sorted(cuts), 12]
    cut = pa.concat_tables(
        [table.slice(first, last - first) for first, last in itertools.pairwise(edges)]
    )
    for rows in ([*order[:count], order[0]], [order[0]], sorted(order)[:count]):
        assert taken(cut, np.array(rows)).equals(table.take(pa.array(rows)))
