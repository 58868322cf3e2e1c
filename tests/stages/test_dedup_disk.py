import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpusforge.stages.dedup import disk
from corpusforge.stages.dedup.candidates import packed, unpacked
from corpusforge.stages.dedup.components import Components
from corpusforge.stages.dedup.disk import Rows, Sorted, rebatched
from corpusforge.stages.dedup.hexids import id_bytes, id_column
from corpusforge.stages.dedup.sorting import Sorter

ROW = np.dtype([("key", ">u4"), ("name", "S6"), ("value", "<i8")])
KEY = np.dtype("S10")

here = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def key(rows):
    view = {"names": ["key"], "formats": [KEY], "offsets": [0], "itemsize": ROW.itemsize}
    return rows.view(np.dtype(view))["key"]


def make_rows(numbers):
    rows = np.zeros(len(numbers), ROW)
    rows["key"] = numbers
    rows["name"] = [b"\0" + bytes([n % 7]) for n in numbers]
    rows["value"] = np.arange(len(numbers))
    return rows


@pytest.mark.parametrize("count", [0, 1, 10, 500, 20_000])
@pytest.mark.parametrize("memory", [4_000, 1 << 20])
def test_rows_come_back_sorted_whatever_fits_in_memory(tmp_path, count, memory):
    """Thousands of runs or none: every row once, in order of its key, zeros in it or not."""
    numbers = np.random.default_rng(0).integers(0, 300, count)
    rows = make_rows(numbers)
    sorter = Sorter(tmp_path / "s", ROW, key, memory)
    for start in range(0, count, 37):
        sorter.add(rows[start : start + 37])
    blocks = list(sorter.blocks())
    found = [tuple(row) for block in blocks for row in block.tolist()]
    assert [row[:2] for row in found] == sorted((r[0], r[1]) for r in rows.tolist())
    assert sorted(row[2] for row in found) == list(range(count))
    assert not list((tmp_path / "s").glob("run-*"))


@here
@given(
    st.integers(1, 60),
    st.lists(st.lists(st.tuples(st.integers(0, 59), st.integers(0, 59)), max_size=20), max_size=6),
)
def test_components_do_not_depend_on_how_pairs_are_cut(tmp_path, count, batches):
    """Against a plain search over all pairs at once."""
    place = Rows(tmp_path / "least", np.dtype(np.uint32))
    place.path.unlink(missing_ok=True)
    sets = Components(place, count)
    label = list(range(count))
    for batch in batches:
        pairs = [(a % count, b % count) for a, b in batch]
        sets.join(np.array(pairs, np.int64).reshape(-1, 2))
        for a, b in pairs:
            low, high = sorted((label[a], label[b]))
            label = [low if each == high else each for each in label]
    assert sets.settle().read(0, count).tolist() == label


@pytest.fixture(params=[1 << 24, 0], ids=["in memory", "on disk"])
def limits(request, monkeypatch):
    """Arrays that are small enough to be read as a whole, and none that are."""
    monkeypatch.setattr(disk, "_SMALL", request.param)
    monkeypatch.setattr(disk, "_NEAR", 16)
    monkeypatch.setattr(disk, "_ROWS", 7)
    monkeypatch.setattr(disk, "_SIGNPOSTS", 10)


@pytest.mark.usefixtures("limits")
def test_rows_are_gathered_and_set_as_in_memory(tmp_path):
    """An array on disk answers as one in memory does, with rows of one value or of several."""
    chance = np.random.default_rng(0)
    plain = Rows(tmp_path / "plain", np.dtype(np.uint32))
    twin = np.arange(0, 2000, 2, dtype=np.uint32)
    plain.append(twin[:300])
    plain.append(twin[300:])
    for _ in range(20):
        numbers = chance.integers(0, 1000, 40).astype(chance.choice(["i8", "u4"]))
        assert plain.gather(numbers).tolist() == twin[numbers].tolist()
        numbers = np.unique(numbers)
        plain.put(numbers, numbers + 1)
        twin[numbers] = numbers + 1
    plain.put(np.array([1, 999]), 9)
    twin[[1, 999]] = 9
    assert plain.read(0, len(plain)).tolist() == twin.tolist()
    wide = Rows(tmp_path / "wide", np.dtype(np.uint32), 3)
    wide.append(np.arange(30).reshape(10, 3))
    assert wide.gather(np.array([9, 1, 9])).tolist() == [[27, 28, 29], [3, 4, 5], [27, 28, 29]]
    assert [start for start, _ in wide.blocks(4)] == [0, 4, 8]


@pytest.mark.usefixtures("limits")
@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 500])
def test_values_are_found_in_a_sorted_array(tmp_path, count):
    """Those that are there at their place, the others nowhere, zeros at their end or not."""
    names = sorted({f"{number:04d}".encode() + b"\0" * (number % 2) for number in range(count)})
    rows = Rows(tmp_path / "names", np.dtype("S5"))
    rows.append(np.array(names, "S5"))
    wanted = np.array([*names, b"", b"0003x", b"9999", b"zz"], "S5")
    at, found = Sorted(rows).find(wanted)
    assert found.tolist() == [True] * count + [False] * 4
    assert at[:count].tolist() == list(range(count))


def test_an_array_without_rows_is_no_error(tmp_path):
    """Nothing was ever written: nothing is found, and there is no file to trip over."""
    rows = Rows(tmp_path / "none", np.dtype(np.uint64), 2)
    rows.append(np.zeros((0, 2)))
    assert len(rows) == 0
    assert rows.read(0, 0).shape == (0, 2)
    assert rows.gather(np.zeros(0, np.int64)).shape == (0, 2)
    assert list(rows.blocks(10)) == []


@given(st.lists(st.integers(0, 9), max_size=8), st.integers(1, 12))
def test_blocks_are_cut_anew_without_losing_a_row(sizes, rows):
    """All but the last are of the size asked for."""
    values = np.arange(sum(sizes))
    cut = np.split(values, np.cumsum(sizes)[:-1]) if sizes else []
    blocks = list(rebatched(cut, rows))
    assert [len(block) for block in blocks[:-1]] == [rows] * (len(blocks) - 1)
    assert np.concatenate([np.zeros(0, int), *blocks]).tolist() == values.tolist()


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)), max_size=20))
def test_pairs_as_numbers_keep_their_order(pairs):
    """Up to the largest record there can be."""
    array = np.array(pairs, np.int64).reshape(-1, 2)
    assert unpacked(packed(array)).tolist() == array.tolist()
    assert [tuple(p) for p in unpacked(np.sort(packed(array))).tolist()] == sorted(pairs)


@given(st.lists(st.binary(min_size=16, max_size=16), max_size=20))
def test_ids_are_the_bytes_they_stand_for(ids):
    """To bytes and back, sliced or in chunks."""
    column = pa.array([one.hex() for one in ids], pa.string())
    assert [bytes(row) for row in id_bytes(column)] == ids
    assert id_column(id_bytes(column)).equals(column)
    assert [bytes(row) for row in id_bytes(pa.chunked_array([column, column[1:]]))] == ids + ids[1:]


@pytest.mark.parametrize("wrong", ["A" * 32, "12", "ⵣ" * 16, "ع" * 16, None])
def test_what_is_no_id_is_refused(wrong):
    """Upper case, too short, another script, nothing."""
    with pytest.raises(ValueError, match=r"id|width"):
        id_bytes(pa.array([wrong], pa.string()))
