"""A model on a device: loaded from a folder, run over windows of token ids."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from corpusforge.errors import TokenError
from corpusforge.tokens.batches import Ids, Plan, in_batches, plan_memory
from corpusforge.tokens.device import Device
from corpusforge.tokens.encoder import Encoded
from corpusforge.tokens.file import read_tokenizer
from corpusforge.tokens.folder import ModelFolder
from corpusforge.tokens.scorers.config import ScorerConfig
from corpusforge.tokens.windows import Window, windows

_Result = TypeVar("_Result")

#: Parts of a tokenizer.json that change no id of a text.
_AROUND = ("version", "truncation", "padding", "post_processor", "decoder")

#: The class of `transformers` that loads a model for each use.
_CLASSES = {
    "causal": ("AutoModelForCausalLM", ("ForCausalLM", "LMHeadModel")),
    "classifier": ("AutoModelForSequenceClassification", ("ForSequenceClassification",)),
    "tagger": ("AutoModelForTokenClassification", ("ForTokenClassification",)),
    "vectors": ("AutoModel", ("",)),
}


class Model:
    """A model, its device and how texts are put before it.

    Attributes:
        prefix, suffix: ids its tokenizer puts around a text, such as ``[CLS]`` and ``[SEP]``.
        size: tokens of a text it reads at once, prefix and suffix not counted.

    """

    def __init__(self, folder: ModelFolder, config: ScorerConfig, device: Device, use: str) -> None:
        check_use(folder, use)
        self.folder = folder
        self.device = device
        self.network = _load(folder, device, _CLASSES[use][0])
        self.prefix, self.suffix = _frame(folder)
        self.vocabulary = vocabulary(folder.path)
        self.size = max(
            8, min(config.window, _positions(folder)) - len(self.prefix) - len(self.suffix)
        )
        self.plan = self._plan()

    def windows(
        self, encoded: Encoded, overlap: int = 0, *, ahead: bool = False
    ) -> list[tuple[int, Window]]:
        """The windows of all texts, each with the number of its text."""
        return [
            (text, window)
            for text, length in enumerate(np.diff(encoded.offsets).tolist())
            for window in windows(length, self.size, min(overlap, self.size // 2), ahead=ahead)
        ]

    def rows(self, encoded: Encoded, found: Sequence[tuple[int, Window]]) -> list[Ids]:
        """The ids of windows as the model reads them: prefix, text, suffix."""
        before, after = np.array(self.prefix, np.int64), np.array(self.suffix, np.int64)
        return [
            np.concatenate(
                [
                    before,
                    encoded.ids[encoded.offsets[text] :][window.start : window.end],
                    after,
                ]
            )
            for text, window in found
        ]

    def over(
        self, rows: Sequence[Ids], compute: Callable[[Any, Any], Sequence[_Result]]
    ) -> list[_Result]:
        """`compute(ids, mask)` over padded batches of rows; a result for each row, in order.

        `ids` has the shape [rows, tokens]; `mask` is 1 where a token is, or None where none is
        padding. No gradients are kept.
        """
        import torch

        def batch(chosen: list[Ids]) -> Sequence[_Result]:
            longest = max(len(row) for row in chosen)
            ids = np.zeros((len(chosen), longest), np.int64)
            mask = np.zeros((len(chosen), longest), np.int64)
            for number, row in enumerate(chosen):
                ids[number, : len(row)] = row
                mask[number, : len(row)] = 1
            where = self.device.torch
            with torch.inference_mode():
                return compute(
                    torch.from_numpy(ids).to(where),
                    None if mask.all() else torch.from_numpy(mask).to(where),
                )

        return in_batches(rows, self.plan, batch)

    def _plan(self) -> Plan:
        if self.device.kind == "cpu":
            return Plan(0)
        import torch

        free, _ = torch.cuda.mem_get_info(self.device.torch)
        return plan_memory(int(free), self.folder.config, 2)


def check_use(folder: ModelFolder, use: str) -> None:
    """Refuse a model that was not made for its use.

    Raises:
        TokenError: TOK031.

    """
    _, endings = _CLASSES[use]
    if not folder.architecture.endswith(endings):
        raise TokenError(
            "TOK031",
            f"the model is a {folder.architecture or 'model of no named architecture'}",
            where=str(folder.path / "config.json"),
            hint=f"its architecture must end in {' or '.join(endings)}",
        )


def vocabulary(path: Path) -> str:
    """A digest of all in a tokenizer file that decides the ids of a text."""
    content = read_tokenizer(path).content
    inner = {key: value for key, value in content.items() if key not in _AROUND}
    return sha256(json.dumps(inner, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def finite(values: Any, folder: ModelFolder) -> Any:
    """The values, once they are all numbers.

    Raises:
        TokenError: TOK034, one is infinite or not a number.

    """
    if not np.isfinite(values).all():
        raise TokenError(
            "TOK034",
            "the model gave a value that is no number",
            where=str(folder.path),
            hint="its weights are broken, or too large for bfloat16; try `device: cpu`",
        )
    return values


def _load(folder: ModelFolder, device: Device, name: str) -> Any:
    """The network in evaluation mode, from local safetensors only; no code of the folder runs."""
    import torch
    import transformers

    if device.kind == "cpu":
        # More threads add the parts of a sum in another order; processes are what is parallel here.
        torch.set_num_threads(1)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    try:
        network, report = getattr(transformers, name).from_pretrained(
            str(folder.path),
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=device.dtype,
            output_loading_info=True,
        )
    except torch.cuda.OutOfMemoryError as error:
        raise TokenError(
            "TOK033",
            "the model does not fit into the device's memory",
            where=str(folder.path),
            hint="ask for a device with more memory, or use a smaller model",
        ) from error
    except Exception as error:
        raise TokenError(
            "TOK031",
            f"transformers cannot load the model: {_first_line(error)}",
            where=str(folder.path),
            hint="copy it again, or install the version of transformers it was made for",
        ) from error
    # A head that is missing from the file would be filled with random numbers.
    missing = sorted(report["missing_keys"]) + sorted(
        str(entry[0]) for entry in report.get("mismatched_keys", ())
    )
    missing = [key for key in missing if not key.endswith("pooler.dense.weight")]
    missing = [key for key in missing if not key.endswith("pooler.dense.bias")]
    if missing:
        raise TokenError(
            "TOK031",
            f"{len(missing)} of the model's weights are not in the file: {missing[0]}",
            where=str(folder.path),
            hint="save the model again, with the head it was trained with",
        )
    return network.to(device.torch).eval()


def _frame(folder: ModelFolder) -> tuple[list[int], list[int]]:
    """What the tokenizer puts before and after a text, found by asking it.

    One that puts nothing there may still know the token that the model was trained to begin with.
    """
    from corpusforge.tokens.encoder import open_oracle

    file = read_tokenizer(folder.path)
    engine = open_oracle(file)
    plain = engine.encode("a", add_special_tokens=False).ids
    framed = engine.encode("a", add_special_tokens=True).ids
    for start in range(len(framed) - len(plain) + 1):
        if framed[start : start + len(plain)] == plain:
            prefix, suffix = framed[:start], framed[start + len(plain) :]
            break
    else:
        prefix, suffix = [], []
    begin = folder.config.get("bos_token_id")
    if not prefix and not suffix and begin in {each["id"] for each in file.added}:
        prefix = [begin]
    return prefix, suffix


def _positions(folder: ModelFolder) -> int:
    """Tokens the model can read; RoBERTa's family keeps two positions to itself."""
    found = folder.config.get("max_position_embeddings") or folder.config.get("n_positions")
    positions = int(found) if found else 1 << 20
    return positions - 2 if "roberta" in str(folder.config["model_type"]) else positions


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
