"""Quality: a classifier's or regressor's verdict on a text."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np

from corpusforge.errors import TokenError
from corpusforge.tokens.device import Device
from corpusforge.tokens.encoder import Encoded
from corpusforge.tokens.folder import ModelFolder, open_folder, tensors_of
from corpusforge.tokens.scorers.config import ScorerConfig
from corpusforge.tokens.scorers.model import Model
from corpusforge.tokens.scorers.pooling import Pooled, weighted
from corpusforge.tokens.scorers.scorer import Column, rounded


class Quality:
    """One number a text: a probability, or the output of a model trained to give a grade.

    Either the model is a sequence classifier, whose outputs are averaged over the windows of a
    text; or a head of linear layers, with ReLU between them, reads the mean vector of the text.
    """

    def __init__(self, config: ScorerConfig, device: Device) -> None:
        self.name = config.name
        self.config = config
        folder = open_folder(config.model, config.digest)
        use = "classifier" if config.head is None else "vectors"
        self.model = Model(folder, config, device, use)
        self.vocabulary = self.model.vocabulary
        self.layers: list[tuple[Column, Column]] = []
        self.pooled = Pooled(self.model, config.pooling, hidden=config.over == "hidden")
        if config.head is not None:
            self.layers = read_head(config.head, self.pooled.width)
        self.output = which_output(config, folder, self._outputs())

    def score(self, encoded: Encoded) -> dict[str, Column]:
        """The score of each text; NaN for an empty one."""
        values = self._head(encoded) if self.layers else self._classifier(encoded)
        if self.config.output == "probability":
            values = _probabilities(values)
        chosen = values[:, self.output]
        chosen = np.where(np.diff(encoded.offsets) > 0, chosen, np.nan)
        return {self.name: rounded(chosen)}

    def _head(self, encoded: Encoded) -> Column:
        found = self.pooled.vectors(encoded)
        for number, (weight, bias) in enumerate(self.layers):
            if number:
                found = np.maximum(found, 0)
            # Row by row: a product of one row does not depend on how many rows there are.
            found = np.stack([weight @ row + bias for row in found]) if len(found) else found
        return found if len(found) else np.zeros((0, self._outputs()))

    def _classifier(self, encoded: Encoded) -> Column:
        model = self.model
        found = model.windows(encoded)

        def outputs(ids: Any, mask: Any) -> list[Column]:
            logits = model.network(input_ids=ids, attention_mask=mask).logits
            return list(logits.float().cpu().numpy())

        values = model.over(model.rows(encoded, found), outputs)
        return weighted(found, values, (len(encoded.offsets) - 1, self._outputs()), model)

    def _outputs(self) -> int:
        if self.layers:
            return len(self.layers[-1][1])
        return int(self.model.network.config.num_labels)


def read_head(path: Path, width: int | None = None) -> list[tuple[Column, Column]]:
    """The linear layers of a head, as float64.

    The file has `N.weight` (shape [outputs, inputs]) and `N.bias` for each layer, in the order of
    N, as the `state_dict` of a `torch.nn.Sequential` of Linear and ReLU has them.

    Raises:
        TokenError: TOK031, it is no such file, or its layers do not fit each other or the model.

    """
    shapes = tensors_of(path) if path.is_file() else {}
    numbers = sorted(
        (name.removesuffix("weight") for name in shapes if name.endswith("weight")),
        key=lambda name: [int(part) for part in name.split(".") if part.isdigit()],
    )
    sizes = [shapes[f"{number}weight"] for number in numbers]
    fitting = all(
        len(size) == 2 and shapes.get(f"{number}bias") == [size[0]]
        for number, size in zip(numbers, sizes, strict=True)
    )
    chained = fitting and all(a[0] == b[1] for a, b in itertools.pairwise(sizes))
    if not numbers or not chained or len(shapes) != 2 * len(numbers):
        raise TokenError(
            "TOK031",
            "this is no head: linear layers that follow each other are wanted",
            where=str(path),
            hint="save the state_dict of a torch.nn.Sequential of Linear and ReLU as safetensors",
        )
    if width is not None and sizes[0][1] != width:
        raise TokenError(
            "TOK031",
            f"the head reads {sizes[0][1]} numbers and the model gives {width}",
            where=str(path),
            hint="use the model the head was trained on",
        )
    from safetensors.torch import load_file

    tensors = load_file(str(path))
    return [
        (
            tensors[f"{number}weight"].double().numpy(),
            tensors[f"{number}bias"].double().numpy(),
        )
        for number in numbers
    ]


def which_output(config: ScorerConfig, folder: ModelFolder, outputs: int) -> int:
    """The number of the output a recipe means.

    Raises:
        TokenError: TOK031, the model has no label of that name.

    """
    if config.label is None:
        return outputs - 1
    names = folder.config.get("label2id") or {}
    if config.head is not None or config.label not in names:
        known = ", ".join(names) if names and config.head is None else "none"
        raise TokenError(
            "TOK031",
            f'the model has no label "{config.label}"',
            where=str(folder.path),
            hint=f"its labels: {known}",
        )
    return int(names[config.label])


def _probabilities(values: Column) -> Column:
    if values.shape[1] == 1:
        return np.asarray(1 / (1 + np.exp(-np.clip(values, -60, 60))))
    powers = np.exp(values - values.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
