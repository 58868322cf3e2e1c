"""Work that runs ahead of what uses it, in a thread: the CPU encodes while the device computes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

#: Results that may wait to be used: enough to even out, little enough to hold in memory.
_DEPTH = 2


@dataclass
class Ahead(Generic[_Item, _Result]):
    """The results of `function` over `items`, in order, made a little before they are asked for.

    `waited` is how many seconds the user of the results has had to wait for them.
    """

    function: Callable[[_Item], _Result]
    items: Iterable[_Item]
    waited: float = field(default=0.0, init=False)

    def __iter__(self) -> Iterator[_Result]:
        flying: deque[Future[_Result]] = deque()
        source = iter(self.items)
        with ThreadPoolExecutor(1, thread_name_prefix="ahead") as thread:
            try:
                for item in source:
                    flying.append(thread.submit(self.function, item))
                    if len(flying) > _DEPTH:
                        yield self._next(flying)
                while flying:
                    yield self._next(flying)
            finally:
                for future in flying:
                    future.cancel()

    def _next(self, flying: deque[Future[_Result]]) -> _Result:
        started = time.perf_counter()
        result = flying.popleft().result()
        self.waited += time.perf_counter() - started
        return result
