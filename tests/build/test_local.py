import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpusforge.build.local import LocalExecutor, Quarantined
from corpusforge.errors import BuildError


def square(number):
    return number * number


def refuse_three(number):
    if number == 3:
        message = "three"
        raise ValueError(message)
    return number


def die_on_negative(number):
    if number < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.01)
    return number


def die_once(path):
    if not Path(path).exists():
        Path(path).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


@pytest.mark.parametrize("workers", [1, 3])
def test_results_come_in_the_order_of_the_items(workers):
    """However many workers there are, result n belongs to item n."""
    with LocalExecutor(workers) as executor:
        assert list(executor.map(square, range(20))) == [n * n for n in range(20)]


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_function_raises_reaches_the_caller(workers):
    """An exception is not swallowed and is of the type that was raised."""
    with LocalExecutor(workers) as executor, pytest.raises(ValueError, match="three"):
        list(executor.map(refuse_three, range(6)))


def test_an_item_that_kills_its_worker_twice_is_quarantined_and_the_rest_goes_on():
    """SIGKILL in a worker costs that item only, and the map ends by itself."""
    with LocalExecutor(2) as executor:
        results = list(executor.map(die_on_negative, [1, 2, -1, 3, 4]))
    assert [r for r in results if not isinstance(r, Quarantined)] == [1, 2, 3, 4]
    assert isinstance(results[2], Quarantined)
    assert results[2].item == -1


def test_an_item_that_killed_its_worker_once_is_run_again(tmp_path):
    """One death (a preemption, another process's memory) is not held against the item."""
    with LocalExecutor(2) as executor:
        assert list(executor.map(die_once, [str(tmp_path / "mark")])) == ["done"]


def test_no_workers_is_refused():
    """Zero or fewer workers is said at once, with what to write instead."""
    with pytest.raises(BuildError, match="BLD005"):
        LocalExecutor(0)


PRELOADED = """
import sys
from corpusforge.build.local import LocalExecutor

def loaded(name):
    return name in sys.modules

if __name__ == "__main__":
    import corpusforge.stages.shard
    with LocalExecutor(2) as executor:
        names = ["corpusforge.stages.shard", "pyarrow.parquet", "corpusforge.stages.admit"]
        print(*executor.map(loaded, names))
"""


def test_workers_have_the_stages_of_the_recipe_before_their_first_task(tmp_path):
    """They are imported once, in the process that workers are forked from; other stages are not."""
    (tmp_path / "probe.py").write_text(PRELOADED, "utf-8")
    done = subprocess.run(
        [sys.executable, tmp_path / "probe.py"], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "True", "False"]
