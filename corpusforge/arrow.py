"""Arrow as it is used here: texts read where they lie, and no pandas.

Whatever makes an Arrow array of Python values has pyarrow import pandas where it is installed, to
see whether the values are a pandas object: half a CPU second a process, the third of what an
unchanged build takes. No stage of ours uses pandas. Who asks pyarrow for it by name (`to_pandas`,
`from_pandas`) still gets it: such a call looks again.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa


class _NoPandas:
    """A finder that has no pandas."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        """Refuse pandas; leave every other module to the finders after this one."""
        del path, target
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def without_pandas() -> None:
    """Let pyarrow find no pandas when it looks by itself; does nothing where it is imported."""
    if "pandas" in sys.modules:
        return
    import pyarrow as pa

    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.scalar(0)
    finally:
        sys.meta_path.remove(finder)


def text_bytes(texts: pa.Array) -> Iterator[memoryview]:
    """The UTF-8 of each text of a string array, where it lies; nothing of a null."""
    if len(texts) == 0:
        return
    ends = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset :][: len(texts) + 1].tolist()
    data = memoryview(texts.buffers()[2] or b"")
    for start, end in itertools.pairwise(ends):
        yield data[start:end]
