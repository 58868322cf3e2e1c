"""Gold of a release as training lines: what people told, without the rows of benchmarks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from corpusforge.errors import LanguageError
from corpusforge.language.pool import Line, read_gold

#: Where a release keeps it; rows of the corpus's other splits lie in files of other names.
_FILES = "data/gold-language/gold-*.parquet"


class Gold(NamedTuple):
    """Lines to train on, where they are from, and how many rows belong to a benchmark."""

    lines: list[Line]
    files: list[dict[str, Any]]  # name, SHA-256 and lines of each file
    left_out: int


def gold_lines(paths: Iterable[Path], benchmark: frozenset[str]) -> Gold:
    """Gold from Parquet files and from release directories.

    A file is taken as it is: a row of a benchmark in it is refused, as it was put there by hand. Of
    a release the benchmark's rows are left out.

    Raises:
        LanguageError: LNG013 for what is no gold, LNG014 for a benchmark row in a file.
    """
    lines: list[Line] = []
    files: list[dict[str, Any]] = []
    left_out = 0
    for path in paths:
        if path.is_dir():
            found, gone = _of_release(path, benchmark)
            left_out += gone
            used: Sequence[Path] = sorted(path.glob(_FILES))
        else:
            found, used = read_gold([path], benchmark), [path]
        lines += found
        files += [
            {"file": each.name, "sha256": hashlib.sha256(each.read_bytes()).hexdigest()}
            for each in used
        ]
    return Gold(lines, files, left_out)


def _of_release(folder: Path, benchmark: frozenset[str]) -> tuple[list[Line], int]:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    files = sorted(folder.glob(_FILES))
    if not files:
        raise LanguageError(
            "LNG013",
            "this release has no gold of languages",
            where=str(folder),
            hint="it comes with the stage `annotate` once its gate is passed; "
            "`corpusforge annotate status` says what is missing",
        )
    names = pa.array(sorted(benchmark), pa.string())
    lines: list[Line] = []
    gone = 0
    for file in files:
        table = pq.read_table(file, columns=["id", "record", "text", "language"])
        held = pc.or_(*(pc.is_in(table[name], value_set=names) for name in ("id", "record")))
        kept = table.filter(pc.invert(held))
        gone += table.num_rows - kept.num_rows
        source = f"gold:{folder.name}"
        lines += [
            Line(language, source, text)
            for language, text in zip(
                kept["language"].to_pylist(), kept["text"].to_pylist(), strict=True
            )
        ]
    return lines, gone
