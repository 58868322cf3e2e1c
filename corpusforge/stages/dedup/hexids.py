"""Record ids, 32 hex digits in Arrow columns, as the 16 bytes they stand for, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

Bytes = np.ndarray[Any, np.dtype[np.uint8]]

_DIGITS = np.frombuffer(b"0123456789abcdef", np.uint8)
_VALUES = np.full(256, 255, np.uint8)
_VALUES[_DIGITS] = np.arange(16)


def id_bytes(column: pa.ChunkedArray | pa.Array) -> Bytes:
    """The ids of a column without nulls; shape (rows, 16).

    Raises:
        ValueError: one is not 32 lower-case hex digits.
    """
    joined = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if joined.null_count:
        raise ValueError("a record has no id")
    if len(joined) == 0:
        return np.zeros((0, 16), np.uint8)
    fixed = joined.cast(pa.binary()).cast(pa.binary(32))
    start = fixed.offset * 32
    data = np.frombuffer(fixed.buffers()[1], np.uint8)[start : start + len(fixed) * 32]
    values = _VALUES[data.reshape(-1, 16, 2)]
    if (values == 255).any():
        raise ValueError("an id is not 32 lower-case hex digits")
    return np.asarray(values[:, :, 0] << 4 | values[:, :, 1])


def id_column(ids: Bytes) -> pa.Array:
    """The ids of these bytes, shape (rows, 16), as strings of hex digits."""
    digits = np.stack((_DIGITS[ids >> 4], _DIGITS[ids & 15]), axis=2)
    offsets = np.arange(0, 32 * (len(ids) + 1), 32, dtype=np.int32)
    return pa.StringArray.from_buffers(
        len(ids), pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(digits))
    )
