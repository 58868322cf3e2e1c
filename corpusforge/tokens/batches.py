"""Windows in batches: how many a device takes at once, and what happens when it was too many.

On a CPU a window is computed alone, so that its result depends on nothing but itself: the sums
behind a matrix product are taken in another order when there are more rows, and the last digits
differ. On a GPU windows of like length are computed together, as many as memory is planned for. A
batch that does not fit after all is halved, and so is the plan; what was done stays done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from corpusforge.errors import TokenError

_Result = TypeVar("_Result")
Ids = np.ndarray[Any, np.dtype[np.int64]]

#: More tokens at once make no GPU faster.
_MOST = 1 << 18
#: Share of the free memory that is planned with; allocators need the rest.
_SHARE = 0.7


@dataclass
class Plan:
    """How many tokens, padding included, go to the device at once; 0 is one window at a time."""

    tokens: int
    halved: int = 0  # how often memory ran out

    def halve(self, used: int) -> None:
        """Plan for half of the tokens that were too many."""
        self.tokens = max(1, used // 2)
        self.halved += 1


def plan_memory(free: int, config: dict[str, Any], numbers: int) -> Plan:
    """A plan for a model on a device with `free` bytes left beside its weights.

    What lives at once for a token: the activations of one block (about twelve vectors of the hidden
    size and two of the inner one), the attention's input and output, and for a language model a row
    of the vocabulary in the model's numbers, in float32 and as logarithms.

    Args:
        free: bytes.
        config: the model's config.json.
        numbers: bytes of a number of the model.

    """
    hidden = int(config.get("hidden_size") or config.get("n_embd") or config.get("d_model") or 1024)
    inner = int(config.get("intermediate_size") or 4 * hidden)
    vocabulary = int(config.get("vocab_size") or 0)
    token = numbers * (12 * hidden + 2 * inner) + vocabulary * (numbers + 4 + 4)
    return Plan(int(min(_MOST, max(1, free * _SHARE // token))))


def in_batches(
    items: Sequence[Ids], plan: Plan, compute: Callable[[list[Ids]], Sequence[_Result]]
) -> list[_Result]:
    """`compute` over rows of ids in batches; results in the order of the rows.

    Raises:
        TokenError: TOK033, one row alone is too large for the device.

    """
    import torch

    results: dict[int, _Result] = {}
    # The longest first: what is too much shows at once, and like lengths need little padding.
    waiting = sorted(range(len(items)), key=lambda index: (-len(items[index]), index))
    while waiting:
        longest = max(1, len(items[waiting[0]]))
        batch = waiting[: max(1, plan.tokens // longest)]
        try:
            found = compute([items[index] for index in batch])
        except torch.cuda.OutOfMemoryError as error:
            if len(batch) == 1:
                raise TokenError(
                    "TOK033",
                    f"a window of {longest} tokens alone does not fit into the device's memory",
                    hint="state a smaller `window`, or ask for a device with more memory",
                ) from error
            plan.halve(longest * len(batch))
        else:
            results.update(zip(batch, found, strict=True))
            waiting = waiting[len(batch) :]
            continue
        # Out of the handler: the traceback would keep the batch's tensors alive.
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
    return [results[index] for index in range(len(items))]
