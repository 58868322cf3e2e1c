"""Where texts to tokenize lie: data files of a release, or Parquet and JSON lines of anybody."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpusforge.errors import TokenError
from corpusforge.tokens.columns import ROW_GROUP, ROW_GROUP_BYTES

#: Columns taken along where a file has them.
_ALONG = ("language", "source", "license")
#: Rows read at once: few, for a text may be long.
_READ = 200
_SCHEMA = pa.schema([(name, pa.string()) for name in ("id", "text", *_ALONG)])


@dataclass(frozen=True)
class TextFile:
    """One file of texts, and where in a dataset it stands."""

    path: Path
    sha256: str
    config: str  # the text config it belongs to: ary_Arab; or a name for files of no release
    split: str
    number: int  # of `count` files of the split
    count: int
    language: str = ""  # of all its texts, where that is stated
    origin: str = ""
    suffix: str = ""  # what sets its config apart from the plain ones: -translated, -cc-by-4.0
    id_column: str = "id"
    text_column: str = "text"

    @property
    def name(self) -> str:
        """Its place below the folder of an output, without an ending."""
        return f"{self.config}/{self.split}-{self.number:05d}-of-{self.count:05d}"

    def tables(self) -> Iterator[pa.Table]:
        """Columns id, text, language, source and license, a row group of the output at a time.

        That is `ROW_GROUP` rows, or fewer with `ROW_GROUP_BYTES` of text; a longer text stands
        alone.

        Raises:
            TokenError: TOK020, the file cannot be read; TOK021, it has no such column, or a row
                without an id or a text.

        """
        return _groups(self._all())

    def _all(self) -> Iterator[pa.Table]:
        number = 0
        for table in self._raw():
            yield self._checked(table, number)
            number += table.num_rows

    def _raw(self) -> Iterator[pa.Table]:
        try:
            if self.path.suffix == ".parquet":
                yield from self._parquet()
            else:
                yield from self._lines()
        except (pa.ArrowInvalid, OSError, EOFError, UnicodeDecodeError) as error:
            raise TokenError(
                "TOK020",
                f"the file cannot be read: {str(error).splitlines()[0]}",
                where=str(self.path),
                hint="it must be Parquet, or JSON lines in UTF-8, plain or gzipped",
            ) from error

    def _parquet(self) -> Iterator[pa.Table]:
        with pq.ParquetFile(self.path) as file:
            names = file.schema_arrow.names
            wanted = {self.text_column: "text", self.id_column: "id"}
            wanted = {**{name: name for name in _ALONG}, **wanted}
            here = [name for name in wanted if name in names]
            self._column(self.text_column, names)
            if self.id_column != "id":
                self._column(self.id_column, names)
            for batch in file.iter_batches(batch_size=_READ, columns=here):
                table = pa.Table.from_batches([batch]).select(here)
                yield table.rename_columns([wanted[name] for name in here])

    def _lines(self) -> Iterator[pa.Table]:
        rows: list[dict[str, Any]] = []
        with _opened(self.path) as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                rows.append(self._row(line, number))
                if len(rows) == _READ:
                    yield pa.Table.from_pylist(rows, _SCHEMA)
                    rows = []
        if rows:
            yield pa.Table.from_pylist(rows, _SCHEMA)

    def _row(self, line: str, number: int) -> dict[str, Any]:
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise TokenError(
                "TOK020",
                "the line is no JSON object",
                where=f"{self.path}:{number}",
                hint='write one object a line: {"id": …, "text": …}',
            )
        self._column(self.text_column, found, f"{self.path}:{number}")
        row = {name: found.get(name) for name in _ALONG}
        row |= {"text": found[self.text_column], "id": found.get(self.id_column)}
        return {name: value if value is None else _words(value) for name, value in row.items()}

    def _column(self, name: str, names: Any, where: str = "") -> None:
        if name not in names:
            raise TokenError(
                "TOK021",
                f'there is no column "{name}"',
                where=where or str(self.path),
                hint=f"it has {', '.join(sorted(names)[:12])}; --text-column and --id-column name "
                "others",
            )

    def _checked(self, table: pa.Table, first: int) -> pa.Table:
        """All columns as strings; rows without an id are named by file and number."""
        rows = table.num_rows
        columns = {}
        for name in _SCHEMA.names:
            if name in table.column_names:
                columns[name] = table.column(name).combine_chunks().cast(pa.string())
            else:
                columns[name] = pa.nulls(rows, pa.string())
        if columns["text"].null_count:
            empty = first + int(pc.index(pc.is_null(columns["text"]), True).as_py())
            raise TokenError(
                "TOK021",
                f"row {empty} has no text",
                where=str(self.path),
                hint="leave such rows out, or give them an empty text",
            )
        if columns["id"].null_count:
            own = pa.array([f"{self.name}:{first + row}" for row in range(rows)], pa.string())
            columns["id"] = pc.coalesce(columns["id"], own)
        if self.language and columns["language"].null_count:
            columns["language"] = pc.fill_null(columns["language"], self.language)
        return pa.table(columns, schema=_SCHEMA)


def _groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The rows of some tables, cut anew by number of rows and bytes of text."""
    waiting: list[pa.Table] = []
    rows = size = 0
    for table in tables:
        lengths = pc.binary_length(table.column("text")).to_pylist()
        start = 0
        for row, length in enumerate(lengths):
            if rows == ROW_GROUP or (rows and size + length > ROW_GROUP_BYTES):
                waiting.append(table.slice(start, row - start))
                yield pa.concat_tables(waiting).combine_chunks()
                waiting, start, rows, size = [], row, 0, 0
            rows += 1
            size += length
        waiting.append(table.slice(start))
    if rows:
        yield pa.concat_tables(waiting).combine_chunks()


def _words(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return io.TextIOWrapper(gzip.open(path), encoding="utf-8")
    return path.open(encoding="utf-8")
