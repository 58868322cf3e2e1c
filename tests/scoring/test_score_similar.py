"""The stage `similar`: what goes for what, whatever the order and the blocks."""

import numpy as np
import pyarrow as pa
import pytest

from corpusforge.errors import BuildError
from corpusforge.record import WORK, conform
from corpusforge.stages import similar as module
from corpusforge.stages.similar import Similar, similar


class Listed:
    """Parts in memory."""

    def __init__(self, *tables):
        self.tables = tables

    def __len__(self):
        return len(self.tables)

    def read(self, index, columns=None):
        """A part."""
        table = self.tables[index]
        return table if columns is None else table.select(columns)


class Here:
    """Work done in this process."""

    def __init__(self, scratch):
        self.scratch = scratch

    def map(self, function, items):
        """The results."""
        return map(function, items)


def part(vectors, *, first=0, priorities=None, dates=None):
    """Records with these embeddings."""
    rows = len(vectors)
    return conform(
        pa.table(
            {
                "id": [f"{first + n:032x}" for n in range(rows)],
                "source": ["s"] * rows,
                "key": [str(first + n) for n in range(rows)],
                "priority": pa.array(priorities or [0] * rows, pa.int32()),
                "date": pa.array(dates or [None] * rows, pa.string()),
                "text": [["سلام", "azul", "ⴰⵣⵓⵍ"][n % 3] for n in range(rows)],
                "embedding": pa.array(vectors, pa.list_(pa.int8())),
            }
        ),
        WORK,
    )


def run(tmp_path, *tables, **config):
    """Who went, by number, and for whom."""
    splits = list(similar(Listed(*tables), Similar(**config), None, Here(tmp_path)))
    assert [s.kept.num_rows + s.dropped.num_rows for s in splits] == [t.num_rows for t in tables]
    rows = [row for each in splits for row in each.dropped.to_pylist()]
    assert {row["reason"] for row in rows} <= {"similar"}
    return {int(row["id"], 16): int(row["duplicate_of"], 16) for row in rows}


A, B, C = [127, 0, 0, 5], [0, 127, 3, 0], [127, 1, 0, 5]


def test_a_record_near_to_a_better_placed_one_goes(tmp_path):
    """By priority, then date, then id; those without an embedding stay."""
    assert run(tmp_path, part([A, B, C, None])) == {2: 0}
    assert run(tmp_path, part([A, B, C], priorities=[1, 0, 0])) == {0: 2}
    assert run(tmp_path, part([A, B, C], dates=["2026", "2020", "2021-01"])) == {0: 2}


def test_a_record_goes_only_for_one_that_stays(tmp_path):
    """In a chain where each is near the next, the second goes and the third is measured anew."""
    chain = [[100, 0], [98, 20], [92, 39]]
    assert run(tmp_path, part(chain), threshold=0.975) == {1: 0}
    assert run(tmp_path, part(chain), threshold=0.9) == {1: 0, 2: 0}


def test_blocks_parts_and_their_order_change_nothing(tmp_path, monkeypatch):
    """Sums of whole numbers are exact, so what goes is the same to the last record."""
    draw = np.random.default_rng(0)
    base = draw.integers(-127, 128, size=(60, 64))
    noisy = np.clip(base + draw.integers(-30, 31, size=base.shape), -127, 127)
    vectors = np.concatenate([base, noisy]).astype(int).tolist()
    whole = run(tmp_path, part(vectors), threshold=0.9)
    assert len(whole) == 60
    monkeypatch.setattr(module, "_BLOCK", 7)
    halves = (part(vectors[:50]), part(vectors[50:], first=50))
    assert run(tmp_path, *halves, threshold=0.9) == whole
    assert run(tmp_path, *reversed(halves), threshold=0.9) == whole


def test_nothing_to_compare_is_fine(tmp_path):
    """No records, or none with an embedding."""
    assert run(tmp_path, part([])) == {}
    assert run(tmp_path, part([None, None])) == {}


def test_embeddings_of_two_models_are_refused(tmp_path):
    """Vectors of different lengths have no angle."""
    with pytest.raises(BuildError, match="of 2 and 4 numbers"):
        run(tmp_path, part([A]), part([[1, 2]], first=5))
