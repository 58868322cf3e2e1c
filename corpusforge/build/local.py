"""The local executor: the standard library's process pool, made to survive a dying worker.

`ProcessPoolExecutor` says that *some* worker died and gives up on everything in flight. Here no
more than one item a worker is in flight, so the suspects are few: each is run again alone, in a
fresh process. What kills its process twice is quarantined, and the rest goes on.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Generic, Self, TypeVar

from corpusforge.arrow import without_pandas
from corpusforge.errors import BuildError
from corpusforge.memory import for_batches

_WORKER = "corpusforge.build.worker"
_STAGES = "corpusforge.stages."

Item = TypeVar("Item")
Result = TypeVar("Result")


def _begin() -> None:
    without_pandas()
    for_batches()


class Quarantined(Generic[Item]):
    """Takes the place of a result: the item killed its worker twice."""

    def __init__(self, item: Item) -> None:
        self.item = item


class LocalExecutor:
    """Runs module-level functions over items in `workers` processes; 1 means in this process."""

    def __init__(self, workers: int = 1) -> None:
        if workers < 1:
            raise BuildError("BLD005", f"{workers} workers cannot work", hint="use --workers 1")
        self.workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def map(
        self, function: Callable[[Item], Result], items: Iterable[Item], *, gpus: int = 0
    ) -> Iterator[Result | Quarantined[Item]]:
        """Results in the order of the items; a `Quarantined` where an item killed its worker twice.

        `gpus` is for executors that place work: here every worker sees all devices.

        Raises:
            Exception: what `function` raised, for the first item in order that did.
        """
        del gpus
        if self.workers == 1:
            yield from map(function, items)
            return
        done: dict[int, Result | Quarantined[Item]] = {}
        failed: dict[int, BaseException] = {}
        waiting: deque[tuple[int, Item]] = deque()
        flying: dict[Future[Result], tuple[int, Item]] = {}
        source = enumerate(items)
        turn = 0
        exhausted = False
        while True:
            while not exhausted and not failed and len(flying) + len(waiting) < self.workers:
                try:
                    waiting.append(next(source))
                except StopIteration:
                    exhausted = True
            while waiting:
                number, item = waiting.popleft()
                flying[self._submit(function, item)] = (number, item)
            if not flying:
                break
            ready, _ = wait(flying, return_when=FIRST_COMPLETED)
            broken = False
            for future in ready:
                number, item = flying.pop(future)
                try:
                    done[number] = future.result()
                except BrokenProcessPool:
                    broken = True
                    flying[future] = (number, item)
                except Exception as error:  # noqa: BLE001 - raised below, in the order of items
                    failed[number] = error
            if broken:
                suspects = sorted(flying.values(), key=lambda pair: pair[0])
                flying.clear()
                self._drop_pool()
                for number, item in suspects:
                    self._alone(function, number, item, done, failed)
            while turn in done:
                yield done.pop(turn)
                turn += 1
        if failed:
            raise failed[min(failed)]

    def _alone(
        self,
        function: Callable[[Item], Result],
        number: int,
        item: Item,
        done: dict[int, Result | Quarantined[Item]],
        failed: dict[int, BaseException],
    ) -> None:
        try:
            done[number] = self._submit(function, item).result()
        except BrokenProcessPool:
            self._drop_pool()
            done[number] = Quarantined(item)
        except Exception as error:  # noqa: BLE001 - raised by `map`, in the order of items
            failed[number] = error

    def _submit(self, function: Callable[[Item], Result], item: Item) -> Future[Result]:
        if self._pool is None:
            fork = multiprocessing.get_context("forkserver")
            # What every worker needs is imported once, in the process they are forked from. The
            # stages of the recipe have been imported here.
            stages = sorted(name for name in sys.modules if name.startswith(_STAGES))
            fork.set_forkserver_preload([_WORKER, *stages])
            self._pool = ProcessPoolExecutor(self.workers, mp_context=fork, initializer=_begin)
        try:
            return self._pool.submit(function, item)
        except BrokenProcessPool:
            self._drop_pool()
            return self._submit(function, item)

    def _drop_pool(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
