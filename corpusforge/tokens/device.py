"""The device a task computes on: a GPU where there is one, else the CPU, by the same code.

One device a task. A task that asked for a GPU and has none says so before it does any work.
"""

from __future__ import annotations

import multiprocessing
import os
import platform
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from corpusforge.errors import TokenError
from corpusforge.tokens.package import version

#: What a recipe may say: a GPU where there is one, a GPU or nothing, the CPU whatever there is.
Wanted = Literal["auto", "cuda", "cpu"]


@dataclass(frozen=True)
class Device:
    """Where a task computes, and in which numbers."""

    kind: Literal["cuda", "cpu"]
    name: str  # "NVIDIA H200", or the model of the CPU
    number: int = 0  # of the GPUs the task can see

    @property
    def torch(self) -> Any:
        """The device for torch."""
        import torch

        return torch.device(f"cuda:{self.number}" if self.kind == "cuda" else "cpu")

    @property
    def dtype(self) -> Any:
        """bfloat16 on a GPU, float32 on a CPU."""
        import torch

        return torch.bfloat16 if self.kind == "cuda" else torch.float32

    def facts(self) -> dict[str, str]:
        """What a manifest says of it: device, its name, numbers, versions."""
        import torch

        found = {
            "device": self.kind,
            "device_name": self.name,
            "numbers": "bfloat16" if self.kind == "cuda" else "float32",
            "torch": str(torch.__version__),
        }
        if self.kind == "cuda":
            found["cuda"] = str(torch.version.cuda)
        return found | {
            name: version(name) for name in ("transformers", "tokenizers", "safetensors")
        }


def wanted(device: Wanted | None, gpus: int) -> Wanted:
    """What a recipe's `device` and `gpus` come to: a task that asks for a GPU needs one."""
    return device or ("cuda" if gpus else "auto")


def find_device(device: Wanted | None, gpus: int = 0) -> Device:
    """The device of this task.

    Args:
        device: as in a recipe; None is what `gpus` asks for.
        gpus: GPUs the task asked the cluster for.

    Raises:
        TokenError: TOK001, torch is missing; TOK030, a GPU is wanted and there is none.

    """
    torch = need_torch()
    asked = wanted(device, gpus)
    if asked == "cpu":
        return Device("cpu", _cpu())
    given = visible_devices(os.environ.get("CUDA_VISIBLE_DEVICES"))
    count = int(torch.cuda.device_count()) if torch.cuda.is_available() else 0
    if given is not None:
        count = min(count, given)
    if count:
        number = _turn() % count
        return Device("cuda", str(torch.cuda.get_device_name(number)), number)
    if asked == "auto":
        return Device("cpu", _cpu())
    raise TokenError(
        "TOK030",
        f"the task asked for a GPU and has none: {_seen(given)}, {_found(torch)}",
        where=platform.node(),
        hint="run it on a node with a GPU (CORPUSFORGE_GPU_PARTITION names the partition) and a "
        "torch built for CUDA, or write `device: auto`, which computes on the CPU there",
    )


def visible_devices(variable: str | None) -> int | None:
    """How many devices `CUDA_VISIBLE_DEVICES` leaves; None where it is not set.

    CUDA stops reading at the first entry that names no device, such as -1 or NoDevFiles.
    """
    if variable is None:
        return None
    count = 0
    for entry in variable.split(","):
        if not re.fullmatch(r"\d+|(GPU|MIG)-[0-9A-Fa-f/-]+", entry.strip()):
            break
        count += 1
    return count


def need_torch() -> Any:
    """The torch module.

    Raises:
        TokenError: TOK001, torch or another package of the extra `gpu` is missing.

    """
    for name in ("torch", "transformers", "safetensors", "tokenizers"):
        try:
            module = __import__(name)
        except ImportError as error:
            raise TokenError(
                "TOK001",
                f"the package {name} is missing",
                hint="install corpusforge with the extras `gpu` and `tokenize`; on a machine "
                "without a GPU run `pip install torch` first, which is the smaller build",
            ) from error
        if name == "torch":
            torch = module
    return torch


def _seen(given: int | None) -> str:
    value = os.environ.get("CUDA_VISIBLE_DEVICES")
    if given is None:
        return "CUDA_VISIBLE_DEVICES is not set"
    return f'CUDA_VISIBLE_DEVICES is "{value}" ({given} device{"" if given == 1 else "s"})'


def _found(torch: Any) -> str:
    if torch.version.cuda is None:
        return f"torch {torch.__version__} is built without CUDA"
    return f"torch {torch.__version__} sees {torch.cuda.device_count()} devices"


def _turn() -> int:
    """The number of this worker on its machine: workers of one machine take its devices in turn."""
    digits = re.search(r"(\d+)\Z", multiprocessing.current_process().name)
    return int(digits[1]) - 1 if digits else 0


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()
