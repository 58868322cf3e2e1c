"""The Parquet side of a dataset: its configs, files, schema and first rows.

Configs come from the card's ``configs``; without them every Parquet file belongs to ``default``.
Splits come from file names, as the `datasets` library reads them, ``train`` otherwise.
"""

from __future__ import annotations

import base64
import fnmatch
import math
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from registry.core.refusals import BadRequest
from registry.core.trees import File

MAX_ROWS = 100
_CELL = 20_000  # characters of a text cell that a preview shows
_SPLITS = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing", "eval", "evaluation"),
}


class Table(NamedTuple):
    """One Parquet file of one split of one config."""

    config: str
    split: str
    path: str
    file: File


def tables(files: list[tuple[str, File]], card: dict[str, Any]) -> list[Table]:
    """The Parquet files of a revision, by config and split, in the order of their names."""
    parquet = [(path, file) for path, file in files if path.endswith(".parquet")]
    configs = card.get("configs")
    if not isinstance(configs, list) or not configs:
        return [Table("default", split_of(path), path, file) for path, file in parquet]
    found = []
    for config in configs:
        if isinstance(config, dict) and isinstance(config.get("config_name"), str):
            for split, pattern in _patterns(config):
                found += [
                    Table(config["config_name"], split or split_of(path), path, file)
                    for path, file in parquet
                    if _matches(path, pattern)
                ]
    return found


def companions(card: dict[str, Any]) -> set[str]:
    """Names of the configs that, as the card says, were made of the rows of others."""
    said = card.get("corpusforge")
    named = said.get("companions") if isinstance(said, dict) else None
    return set(named) if isinstance(named, dict) else set()


def _patterns(config: dict[str, Any]) -> Iterator[tuple[str | None, str]]:
    """The split (None: by name) and glob of each entry of a config's ``data_files``."""
    folder = config.get("data_dir")
    entries = config.get("data_files") or (f"{folder}/**" if folder else "**")
    for entry in entries if isinstance(entries, list) else [entries]:
        if isinstance(entry, str):
            yield None, entry
        elif isinstance(entry, dict):
            paths = entry.get("path")
            for path in paths if isinstance(paths, list) else [paths]:
                if isinstance(path, str):
                    yield str(entry.get("split", "train")), path


def _matches(path: str, pattern: str) -> bool:
    pattern = pattern.removeprefix("./")
    if "**" in pattern:
        head = pattern.split("**")[0]
        return path.startswith(head) and fnmatch.fnmatchcase(path, pattern.replace("**/", "*"))
    return path.count("/") == pattern.count("/") and fnmatch.fnmatchcase(path, pattern)


def split_of(path: str) -> str:
    """The split that a file's name speaks of."""
    words = re.split(r"[^a-z]+", path.lower())
    for split, names in _SPLITS.items():
        if any(name in words for name in names):
            return split
    return "train"


def features(schema: pa.Schema) -> list[dict[str, Any]]:
    """The columns, as the dataset viewer names their types."""
    return [
        {"feature_idx": i, "name": field.name, "type": _feature(field.type)}
        for i, field in enumerate(schema)
    ]


def _feature(kind: pa.DataType) -> Any:
    if pa.types.is_struct(kind):
        return {field.name: _feature(field.type) for field in kind}
    if pa.types.is_fixed_size_list(kind):
        length = kind.list_size
        return {"feature": _feature(kind.value_type), "length": length, "_type": "List"}
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return {"feature": _feature(kind.value_type), "_type": "List"}
    names = {"double": "float64", "float": "float32", "halffloat": "float16"}
    return {"dtype": names.get(str(kind), str(kind)), "_type": "Value"}


class Rows(NamedTuple):
    """Some rows of a split: the schema, the rows as JSON, how many there are in all."""

    schema: pa.Schema | None
    rows: list[dict[str, Any]]
    total: int


def read_rows(files: list[Path], offset: int, length: int) -> Rows:
    """Rows `offset` to `offset + length` over the files in order, reading no other row groups.

    Raises:
        BadRequest: a file is no Parquet.

    """
    schema, rows, total = None, [], 0
    for path in files:
        try:
            with pq.ParquetFile(path) as table:
                schema = schema or table.schema_arrow
                first, total = total, total + table.metadata.num_rows
                if first < offset + length and total > offset:
                    rows += _slice(table, max(0, offset - first), offset + length - first)
        except pa.ArrowInvalid as error:
            raise BadRequest(f"A file of the split is no Parquet: {error}") from error
    return Rows(schema, rows[:length], total)


def _slice(table: pq.ParquetFile, first: int, end: int) -> list[dict[str, Any]]:
    at = 0
    rows: list[dict[str, Any]] = []
    for group in range(table.num_row_groups):
        size = table.metadata.row_group(group).num_rows
        if at < end and at + size > first:
            begin = max(0, first - at)
            for batch in table.iter_batches(batch_size=1024, row_groups=[group]):
                if begin >= batch.num_rows:
                    begin -= batch.num_rows
                    continue
                rows += batch.slice(begin, end - first - len(rows)).to_pylist()
                begin = 0
                if len(rows) >= end - first:
                    return rows
        at += size
    return rows


def cell(value: Any) -> Any:
    """A value as JSON can carry it; long texts are cut."""
    if isinstance(value, dict):
        return {str(key): cell(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [cell(one) for one in value[:1_000]]
    if isinstance(value, bytes):
        return base64.b64encode(value[:_CELL]).decode()
    if isinstance(value, str):
        return value[:_CELL]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | timedelta):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
