"""Perplexity: how little a causal language model expected a text."""

from __future__ import annotations

from typing import Any

import numpy as np

from corpusforge.tokens.device import Device
from corpusforge.tokens.encoder import Encoded
from corpusforge.tokens.folder import open_folder
from corpusforge.tokens.scorers.config import ScorerConfig
from corpusforge.tokens.scorers.model import Model, finite
from corpusforge.tokens.scorers.scorer import Column, rounded

#: exp of more is no float32.
_MOST = 80.0


class Perplexity:
    """exp of the mean of -log p(token | tokens before it), over the tokens of a text.

    The first token is predicted from what the tokenizer puts before a text (BOS); with nothing
    there it is context only. In long texts each token sees at least `overlap` tokens before it.
    """

    def __init__(self, config: ScorerConfig, device: Device) -> None:
        self.name = config.name
        self.model = Model(open_folder(config.model, config.digest), config, device, "causal")
        self.vocabulary = self.model.vocabulary
        size = self.model.size
        self.overlap = size // 4 if config.overlap is None else config.overlap

    def score(self, encoded: Encoded) -> dict[str, Column]:
        """The perplexity of each text; NaN for one without a token to predict."""
        model = self.model
        found = model.windows(encoded, self.overlap)
        rows = model.rows(encoded, found)
        losses = model.over(rows, self._losses)
        before = len(model.prefix)
        texts = len(encoded.offsets) - 1
        total, count = np.zeros(texts), np.zeros(texts)
        for (text, window), loss in zip(found, losses, strict=True):
            # loss[i] is that of row[i + 1]; the first token of the text stands at `before`.
            first = max(0, before + window.first - window.start - 1)
            own = loss[first : before + window.last - window.start - 1]
            total[text] += own.sum()
            count[text] += len(own)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(count > 0, total / count, np.nan)
        finite(mean[count > 0], model.folder)
        return {self.name: rounded(np.exp(np.minimum(mean, _MOST)))}

    def _losses(self, ids: Any, mask: Any) -> list[Column]:
        import torch

        logits = self.model.network(input_ids=ids, attention_mask=mask, use_cache=False).logits
        losses = torch.nn.functional.cross_entropy(
            logits[:, :-1].float().flatten(0, 1), ids[:, 1:].flatten(), reduction="none"
        ).view(ids.shape[0], -1)
        return list(losses.double().cpu().numpy())
