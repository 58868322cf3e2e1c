"""What a task computes beside ids: the scorers of a pass, on the device it was given.

Without scorers there is nothing but the CPU, and torch is not needed.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pyarrow as pa

from corpusforge.tokens.columns import TOKENS
from corpusforge.tokens.device import Device, find_device
from corpusforge.tokens.encoder import Encoded
from corpusforge.tokens.file import known_tokenizer
from corpusforge.tokens.scorers import Scorer, load_scorers
from corpusforge.tokens.settings import Settings


class Bench:
    """The scorers of a pass, ready on their device."""

    def __init__(self, settings: Settings, device: Device | None, scorers: list[Scorer]) -> None:
        self.settings = settings
        self.device = device
        self.scorers = scorers

    def schema(self) -> pa.Schema:
        """The canonical columns, and those of the scorers."""
        schema = TOKENS
        nothing = self.columns(Encoded(np.zeros(0, np.int32), np.zeros(1, np.int64)))
        for config in self.settings.scorers:
            said = f"{config.kind.capitalize()} by the model {config.model.name}."
            metadata = {"description": said}
            field = pa.field(config.name, nothing[config.name].type, metadata=metadata)
            schema = schema.append(field)
        return schema

    def columns(self, encoded: Encoded) -> dict[str, pa.Array]:
        """What the scorers say of each text; null where there is nothing to score."""
        return {
            name: _column(values)
            for scorer in self.scorers
            for name, values in scorer.score(encoded).items()
        }

    def facts(self) -> dict[str, str]:
        """The device in words: what a manifest keeps of where the pass ran."""
        if self.device is None:
            return {"device": "cpu"}
        said = self.device.facts()
        named = f"cuda ({said['device_name']})" if said["device"] == "cuda" else "cpu"
        versions = (
            f"{name} {said[name]}" for name in ("torch", "transformers", "cuda") if name in said
        )
        return {"device": ", ".join((named, said["numbers"], *versions))}


@functools.lru_cache(maxsize=1)
def open_bench(settings: Settings) -> Bench:
    """The bench of this worker; a worker that asked for a GPU and has none refuses here.

    Raises:
        TokenError: TOK001, a package is missing; TOK030, there is no GPU; TOK031, TOK032, TOK035, a
            model is broken, another one, or reads other ids.

    """
    if not settings.scorers and not settings.gpus:
        return Bench(settings, None, [])
    device = find_device(settings.device, settings.gpus)
    if not settings.scorers:
        return Bench(settings, device, [])
    from corpusforge.tokens.scorers.model import vocabulary

    own = vocabulary(known_tokenizer(settings.tokenizer).path)
    return Bench(settings, device, load_scorers(settings.scorers, device, own))


def _column(values: np.ndarray[Any, Any]) -> pa.Array:
    if values.ndim == 1:
        return pa.array(values, mask=np.isnan(values))
    flat = pa.array(np.ascontiguousarray(values).ravel())
    return pa.FixedSizeListArray.from_arrays(flat, values.shape[1])
