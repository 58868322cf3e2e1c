"""Records from files with a record a row: JSON lines, CSV and Parquet, never held whole."""

from __future__ import annotations

import codecs
import csv
import io
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Protocol, cast

from isal.igzip_lib import IsalError

from corpusforge.sources.parts import Record, Refusal, iso_date
from corpusforge.sources.source import RECORD_BYTES

_CHUNK = 1 << 20
_SAMPLE = 256_000
_UNPACKED = 1 << 18
_BATCH = 256
#: Stands in for a line that is too long to hold; plane 15 is private, so no text contains it.
_TOO_LONG = "\U000f0000too long\n"


class FieldNames(Protocol):
    """Which column holds what; `corpusforge.sources.files.Fields` is one."""

    text: str | list[str]
    title: str | None
    key: str | None
    date: str | None
    section: str | None
    url: str | None
    license: str | None
    attribution: str | None
    origin: str | None


def record(
    row: Mapping[str, Any], fields: FieldNames, place: str, digest: str | None
) -> Record | Refusal:
    """One row as a record; `place` is its key where no key column is named.

    Refused are rows without a value in the key column (``missing_key``) or in any text column
    (``missing_text``), and those whose text is not a string (``not_text``).
    """
    key = place
    if fields.key is not None:
        value = lookup(row, fields.key)
        if value is None or str(value).strip() == "":
            return Refusal(place, "missing_key", fields.key)
        key = str(value)
    names = [fields.text] if isinstance(fields.text, str) else fields.text
    values = [lookup(row, name) for name in names]
    if all(value is None for value in values):
        return Refusal(key, "missing_text", ", ".join(names))
    if any(value is not None and not isinstance(value, str) for value in values):
        return Refusal(key, "not_text", ", ".join(names))
    filled = [value for value in values if value and not value.isspace()]
    text = filled[0] if len(filled) == 1 else "\n\n".join(filled)
    stated = _string(row, fields.license)
    return Record(
        key=key,
        text=text,
        url=_string(row, fields.url),
        title=_string(row, fields.title),
        date=iso_date(lookup(row, fields.date)) if fields.date else None,
        section=_string(row, fields.section),
        license=stated,
        evidence=("field", stated, digest or "") if stated else None,
        attribution=_string(row, fields.attribution),
        origin=_string(row, fields.origin),
        acquired=digest,
    )


def lookup(row: Mapping[str, Any], name: str) -> Any:
    """The value under `name`, or under ``a.b`` inside the value of ``a``; None where absent."""
    if name in row:
        return row[name]
    value: Any = row
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value


def _string(row: Mapping[str, Any], name: str | None) -> str | None:
    value = lookup(row, name) if name else None
    return None if value is None else str(value).strip() or None


def open_plain(path: Path) -> IO[bytes]:
    """A file's bytes, unpacked where it is gzip or Zstandard."""
    with path.open("rb") as stream:
        magic = stream.read(4)
    if magic.startswith(b"\x1f\x8b"):
        from isal import igzip  # unpacks three times as fast as the standard library

        # The standard buffer of 8 kB costs as much as unpacking does.
        return cast("IO[bytes]", io.BufferedReader(igzip.IGzipFile(path, "rb"), _UNPACKED))
    if magic == b"\x28\xb5\x2f\xfd":
        import pyarrow as pa

        packed: IO[bytes] = io.BufferedReader(
            pa.CompressedInputStream(pa.OSFile(str(path)), "zstd")
        )
        return packed
    return path.open("rb")


def lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines (from 1); None stands for one over `RECORD_BYTES`, which is skipped."""
    number = 0
    while line := stream.readline(RECORD_BYTES + 1):
        number += 1
        if len(line) <= RECORD_BYTES:
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(_CHUNK)
        yield number, None


def jsonl_rows(
    name: str, path: Path, fields: FieldNames, digest: str, encoding: str | None = None
) -> Iterator[Record | Refusal]:
    """A record for each line of a JSON Lines file; keys without a key column are ``name:line``.

    Broken lines are refused one by one: ``invalid_utf8``, ``broken_json``, ``not_an_object``,
    ``too_large``. Blank lines are not records.
    """
    try:
        with open_plain(path) as stream:
            for number, line in lines(stream):
                place = f"{name}:{number}"
                if line is None:
                    yield Refusal(place, "too_large", f"over {RECORD_BYTES} bytes")
                elif line.strip(b" \t\r\n\xef\xbb\xbf\0"):
                    yield _json_record(line, fields, place, digest, encoding)
    except (OSError, EOFError, IsalError) as problem:
        yield Refusal(f"{name}#end", "corrupt_file", type(problem).__name__)


def _json_record(
    line: bytes, fields: FieldNames, place: str, digest: str, encoding: str | None
) -> Record | Refusal:
    try:
        # A decoder of the mark as well takes twice as long.
        written = (
            line.removeprefix(codecs.BOM_UTF8).decode()
            if encoding is None
            else line.decode(encoding)
        )
    except UnicodeDecodeError:
        return Refusal(place, "invalid_utf8" if encoding is None else "wrong_encoding")
    try:
        row = json.loads(written)
    except (ValueError, RecursionError):
        return Refusal(place, "broken_json")
    if not isinstance(row, dict):
        return Refusal(place, "not_an_object")
    return record(row, fields, place, digest)


def csv_rows(
    name: str,
    path: Path,
    fields: FieldNames,
    digest: str,
    encoding: str | None = None,
    separator: str | None = None,
) -> Iterator[Record | Refusal]:
    """A record for each row under the header of a CSV file; keys are ``name:row`` from 1.

    Encoding and separator are found out from the first rows where they are not given. A row with
    more cells than the header is refused (``broken_row``).
    """
    from corpusforge.extraction.charset import detect
    from corpusforge.extraction.tables import find_separator

    try:
        with open_plain(path) as stream:
            sample = stream.read(_SAMPLE)
        found = encoding or detect(sample, None).encoding
        sampled = sample.decode(found, "replace")
        mark = separator or find_separator(sampled)
        with open_plain(path) as stream:
            yield from _csv_records(name, stream, fields, digest, found, mark)
    except (OSError, EOFError, IsalError) as problem:
        yield Refusal(f"{name}#end", "corrupt_file", type(problem).__name__)


def _csv_records(
    name: str, stream: IO[bytes], fields: FieldNames, digest: str, encoding: str, separator: str
) -> Iterator[Record | Refusal]:
    csv.field_size_limit(min(RECORD_BYTES, sys.maxsize))
    rows = csv.reader(_text_lines(stream, encoding), delimiter=separator)
    header: list[str] | None = None
    number = 0
    while True:
        place = f"{name}:{number + 1}"
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error:
            number += 1
            yield Refusal(place, "broken_row")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if header is None:
            header = [cell.strip() for cell in cells]
            continue
        number += 1
        if len(cells) > len(header):
            yield Refusal(place, "broken_row", f"{len(cells)} cells under {len(header)} headings")
        elif any(_TOO_LONG.strip() in cell for cell in cells):
            yield Refusal(place, "too_large", f"a line over {RECORD_BYTES} bytes")
        elif any("\ufffd" in cell for cell in cells):
            yield Refusal(place, "invalid_utf8" if "utf" in encoding else "wrong_encoding")
        else:
            yield record(dict(zip(header, cells, strict=False)), fields, place, digest)


def _text_lines(stream: IO[bytes], encoding: str) -> Iterator[str]:
    """Decoded lines; a mark stands in for one over `RECORD_BYTES`."""
    wide = encoding.replace("-", "").lower().startswith(("utf16", "utf32"))
    if wide:
        yield from _wide_lines(io.TextIOWrapper(stream, encoding, "replace", newline=""))
        return
    first = True
    for _, line in lines(stream):
        piece = _TOO_LONG if line is None else line.decode(encoding, "replace")
        yield piece.removeprefix("\ufeff") if first else piece
        first = False


def _wide_lines(text: io.TextIOWrapper) -> Iterator[str]:
    """The same for UTF-16, whose line ends cannot be found in the bytes."""
    try:
        while line := text.readline(RECORD_BYTES // 2):
            if len(line) < RECORD_BYTES // 2:
                yield line
                continue
            while line and not line.endswith("\n"):
                line = text.readline(_CHUNK)
            yield _TOO_LONG
    finally:
        text.detach()  # the caller closes the file


def parquet_rows(
    name: str, path: Path, fields: FieldNames, digest: str | None
) -> Iterator[Record | Refusal]:
    """A record for each row of a Parquet file, batch by batch; keys are ``name:row``, from 1."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        file = pq.ParquetFile(path)
        known = set(file.schema_arrow.names)
        wanted = [column for column in _columns(fields) if column in known]
        for batch in file.iter_batches(batch_size=_BATCH, columns=wanted):
            for row in batch.to_pylist():
                number += 1
                yield record(row, fields, f"{name}:{number}", digest)
    except (pa.ArrowException, OSError, ValueError) as problem:
        yield Refusal(f"{name}#end", "corrupt_file", type(problem).__name__)


def _columns(fields: FieldNames) -> list[str]:
    names = [fields.text] if isinstance(fields.text, str) else list(fields.text)
    others = (
        fields.title,
        fields.key,
        fields.date,
        fields.section,
        fields.url,
        fields.license,
        fields.attribution,
        fields.origin,
    )
    wanted = [*names, *(name for name in others if name)]
    return list(dict.fromkeys(part for name in wanted for part in (name, name.split(".")[0])))
