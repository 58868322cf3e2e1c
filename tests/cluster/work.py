"""Functions that nodes import."""

import os
import signal
import time
from pathlib import Path
from typing import Literal

import pyarrow as pa

from corpusforge.stages.stage import StageConfig, keep_all


def square(number):
    return number * number


def device(_):
    return os.environ.get("CUDA_VISIBLE_DEVICES")


def slow(number):
    time.sleep(0.5)
    return number


def die_once(path):
    """Kill the task the first time this item is done."""
    if not Path(path).exists():
        Path(path).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def die_always(_):
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(number):
    if number == 2:
        message = "two"
        raise ValueError(message)
    return number


class Plain(StageConfig):
    """A stage that needs no device."""

    kind: Literal["plain"] = "plain"


class Wanting(StageConfig):
    """A stage that asks for one GPU."""

    kind: Literal["wanting"] = "wanting"

    @property
    def devices(self):
        """One for each task."""
        return 1


def note(part, config, context):
    """Write into `title` which devices the task was given."""
    del config, context
    where = part.schema.get_field_index("title")
    seen = [os.environ.get("CUDA_VISIBLE_DEVICES") or "none"] * part.num_rows
    return keep_all(part.set_column(where, part.schema.field(where), pa.array(seen, pa.string())))
