"""Shard: the rows of a release as Parquet files, a folder a config.

Rows go to files by id: the first 64 bits of an id, a uniform hash, say which file of its config
and split a row belongs to, and within a file rows are sorted by id. So neither the order of the
input nor the number of workers can be seen in the output, and no global sort is needed: the parts
are scattered into one run a file, and each run is sorted by itself.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from corpusforge.arrow import text_bytes
from corpusforge.record import PROVENANCE, PUBLISHED, conform
from corpusforge.stages.stage import Context, Parts, Split, StageConfig, Work, dropped_rows

_SHARE_BITS = 1 << 32
#: What a published row must have; an id and a source every row has.
_FILLED = ("language", "license", "origin", "text")
#: Text in a row group: books are long, and a reader holds a row group in memory.
_ROW_GROUP_BYTES = 64_000_000


class Shard(StageConfig):
    """Write the release's Parquet files."""

    kind: Literal["shard"] = "shard"
    target_mb: int = Field(
        128, ge=1, le=1024, description="Aimed size of a file, in MB of text before compression."
    )
    row_group_rows: int = Field(2_000, ge=100, le=1_000_000, description="Rows in a row group.")
    compression_level: int = Field(3, ge=1, le=19, description="zstd level.")

    BARRIER: ClassVar[bool] = True
    VERSION: ClassVar[str] = "3"
    LIBRARIES: ClassVar[tuple[str, ...]] = ("pyarrow",)
    CONTEXT: ClassVar[tuple[str, ...]] = ("mode", "license", "origin", "splits", "seed")


def shard(parts: Parts, config: Shard, context: Context, work: Work) -> Iterator[Split | None]:
    """Write Parquet files and `facts.json` to the side folder; every row is kept.

    A row without a licence or a language is dropped, whatever the stages before it did.
    """
    sizes = _sizes(parts, context)
    files = {key: max(1, -(-size // (config.target_mb * 1_000_000))) for key, size in sizes.items()}
    _scatter(parts, context, work.scratch / "runs", files)
    targets = [
        (key, number, count) for key, count in sorted(files.items()) for number in range(count)
    ]
    write = functools.partial(_write_file, work.scratch / "runs", work.side, config)
    facts = [entry for entry in work.map(write, targets) if entry is not None]
    (work.side / "facts.json").write_text(
        json.dumps(facts, sort_keys=True, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    for number in range(len(parts)):
        fits = _publishable(parts.read(number, _FILLED))
        if pc.all(fits).as_py() is not False:
            yield None
            continue
        part = parts.read(number)
        yield Split(
            part.filter(fits), dropped_rows(part.filter(pc.invert(fits)), "unpublishable_row")
        )


def config_name(language: str, origin: str, licence: str, context: Context) -> str:
    """The config of a row: its language, plus whatever sets it apart from the plain configs."""
    name = language
    if origin != context.origin:
        name += f"-{origin}"
    if context.mode == "collection" and licence != context.license:
        name += f"-{_slug(licence)}"
    return name


def _slug(licence: str) -> str:
    return "".join(c if c.isalnum() or c == "." else "-" for c in licence.lower()).strip("-")


def _publishable(part: pa.Table) -> pa.ChunkedArray:
    return functools.reduce(pc.and_, [pc.is_valid(part.column(name)) for name in _FILLED])


def _keys(part: pa.Table, context: Context) -> tuple[np.ndarray[Any, Any], list[tuple[str, str]]]:
    """For each row, the index of its (config, split) in the list returned beside."""
    codes = np.zeros(part.num_rows, np.int64)
    values: list[list[str]] = []
    for name in ("language", "origin", "license"):
        column = part.column(name).combine_chunks().dictionary_encode()
        values.append(column.dictionary.to_pylist())
        codes = codes * len(values[-1]) + column.indices.to_numpy()
    splits = ["train", *(name for name, _ in context.splits)]
    codes *= len(splits)
    if context.splits:
        clusters = pc.coalesce(part.column("cluster"), part.column("id")).to_pylist()
        codes += [splits.index(split_of(cluster, context)) for cluster in clusters]
    known: dict[tuple[str, str], int] = {}
    found, index = np.unique(codes, return_inverse=True)
    places = np.zeros(len(found), np.int32)
    for number, code in enumerate(found.tolist()):
        code, split = divmod(code, len(splits))  # noqa: PLW2901 - digits of one number
        code, licence = divmod(code, len(values[2]))  # noqa: PLW2901
        language, origin = divmod(code, len(values[1]))
        name = config_name(values[0][language], values[1][origin], values[2][licence], context)
        places[number] = known.setdefault((name, splits[split]), len(known))
    return places[index], list(known)


def split_of(cluster: str, context: Context) -> str:
    """The split of the rows of a cluster of near-duplicates, by a hash that never moves."""
    if not context.splits:
        return "train"
    digest = hashlib.sha256(f"{context.seed}\0{cluster}".encode()).digest()
    draw = int.from_bytes(digest[:4], "big") / _SHARE_BITS
    for name, share in context.splits:
        if draw < share:
            return name
        draw -= share
    return "train"


def _sizes(parts: Parts, context: Context) -> dict[tuple[str, str], int]:
    """Bytes of text in each (config, split)."""
    sizes: Counter[tuple[str, str]] = Counter()
    columns = ("id", "language", "origin", "license", "cluster", "text")
    for number in range(len(parts)):
        part = parts.read(number, columns)
        part = part.filter(_publishable(part))
        index, keys = _keys(part, context)
        lengths = pc.binary_length(part.column("text")).to_numpy()
        totals = np.bincount(index, weights=lengths, minlength=len(keys))
        for key, total in zip(keys, totals, strict=True):
            sizes[key] += int(total)
    return dict(sizes)


def _scatter(
    parts: Parts, context: Context, folder: Path, files: dict[tuple[str, str], int]
) -> None:
    """Append every row to the run of the file it belongs to, in published columns."""
    writers: dict[Path, Any] = {}
    try:
        for number in range(len(parts)):
            part = parts.read(number)
            part = part.filter(_publishable(part))
            index, keys = _keys(part, context)
            heads = _heads(part.column("id"))
            rows = published(part)
            for position, key in enumerate(keys):
                mine = np.flatnonzero(index == position)
                bucket = (heads[mine] * np.uint64(files[key])) >> np.uint64(32)
                for target in np.unique(bucket):
                    path = _run_path(folder, key, int(target))
                    if path not in writers:
                        path.parent.mkdir(parents=True, exist_ok=True)
                        writers[path] = pa.ipc.new_file(str(path), PUBLISHED)
                    chosen = pa.array(mine[bucket == target])
                    writers[path].write_table(rows.take(chosen))
    finally:
        for writer in writers.values():
            writer.close()


def _heads(ids: pa.ChunkedArray) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """The first 32 bits of each id."""
    digits = "".join(pc.utf8_slice_codeunits(ids, 0, 8).to_pylist())
    return np.frombuffer(bytes.fromhex(digits), ">u4").astype(np.uint64)


def _run_path(folder: Path, key: tuple[str, str], number: int) -> Path:
    return folder / key[0] / f"{key[1]}-{number:05d}.arrow"


def published(part: pa.Table) -> pa.Table:
    """The `PUBLISHED` columns of a `WORK` table."""
    provenance = pa.StructArray.from_arrays(
        [
            pa.array(part.column(name).combine_chunks(), pa.string())
            for name in ("acquired", "key", "extractor", "identifier", "scrubber")
        ],
        fields=list(PROVENANCE),
    )
    digests = pa.array(_text_digests(part.column("text")), pa.string())
    table = part.append_column("provenance", provenance)
    return conform(table.append_column("text_sha256", digests), PUBLISHED)


def _text_digests(texts: pa.ChunkedArray) -> list[str]:
    """SHA-256 (64 hex digits) of each text's UTF-8, read where it lies."""
    return [
        hashlib.sha256(text).hexdigest() for chunk in texts.chunks for text in text_bytes(chunk)
    ]


def _write_file(
    runs: Path, side: Path, config: Shard, target: tuple[tuple[str, str], int, int]
) -> dict[str, Any] | None:
    """Sort one run by id and write it as Parquet; returns what the release says of the file."""
    import pyarrow.parquet as pq

    key, number, count = target
    # A file is the most memory that a worker needs at once: what stages before left is given back.
    pa.default_memory_pool().release_unused()
    run = _run_path(runs, key, number)
    if not run.exists():
        return None
    with pa.memory_map(str(run)) as file:
        table = pa.ipc.open_file(file).read_all()
    order = pc.sort_indices(table.column("id"))
    path = side / "data" / key[0] / f"{key[1]}-{number:05d}-of-{count:05d}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(
        path,
        PUBLISHED,
        compression="zstd",
        compression_level=config.compression_level,
        use_content_defined_chunking=True,
        write_page_index=True,
        write_statistics=True,
        store_schema=True,
        use_dictionary=["language", "script", "domain", "source", "license", "origin"],
    ) as writer:
        for rows in _row_groups(table, order, config.row_group_rows):
            writer.write_table(taken(table, rows), row_group_size=len(rows))
    run.unlink()
    return {
        "config": key[0],
        "split": key[1],
        "path": path.relative_to(side).as_posix(),
        "sha256": _sha256(path),
        "bytes": path.stat().st_size,
        "rows": table.num_rows,
        **_figures(table),
    }


def taken(table: pa.Table, rows: pa.Array) -> pa.Table:
    """The rows of these numbers, in their order; `take` would copy a table in pieces whole."""
    pieces = table.to_batches()
    numbers = rows.to_numpy().astype(np.int64)
    starts = np.cumsum([0, *(piece.num_rows for piece in pieces)])
    where = np.searchsorted(starts, numbers, side="right") - 1
    found = [
        pieces[piece].take(pa.array(numbers[where == piece] - starts[piece]))
        for piece in np.unique(where)
    ]
    order = np.empty(len(numbers), np.int64)
    order[np.argsort(where, kind="stable")] = np.arange(len(numbers))
    return pa.Table.from_batches(found).combine_chunks().take(pa.array(order))


def _row_groups(table: pa.Table, order: pa.Array, most: int) -> Iterator[pa.Array]:
    """`order` cut into row groups of `most` rows, or fewer where their texts are long."""
    sizes = pc.binary_length(table.column("text")).combine_chunks().take(order).to_numpy()
    start = size = 0
    for place, length in enumerate(sizes.tolist()):
        if place > start and (place - start == most or size + length > _ROW_GROUP_BYTES):
            yield order.slice(start, place - start)
            start, size = place, 0
        size += length
    yield order.slice(start)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _figures(table: pa.Table) -> dict[str, Any]:
    """Counts of a file's rows that the release's documents speak of."""
    text = table.column("text")
    words = np.concatenate([np.zeros(0, np.int64), *map(count_words, text.chunks)])
    rights = _groups(
        table.select(["license", "source", "origin"]).append_column("words", pa.array(words)),
        ["license", "source", "origin"],
        [("words", "sum"), ("words", "count")],
    )
    named = _filled(table.select(["license", "attribution"]), "attribution")
    attributions: dict[str, set[str]] = defaultdict(set)
    for row in _groups(named, ["license", "attribution"], []):
        attributions[row["license"]].add(row["attribution"])
    licences: dict[str, dict[str, Any]] = {}
    sources: Counter[str] = Counter()
    origins: Counter[str] = Counter()
    for row in sorted(rights, key=lambda each: str(each["license"])):
        entry = licences.setdefault(row["license"], {"rows": 0, "words": 0})
        entry["rows"] += row["words_count"]
        entry["words"] += row["words_sum"]
        sources[row["source"]] += row["words_count"]
        origins[row["origin"]] += row["words_count"]
    dated = _filled(table.select(["source", "date"]), "date")
    dates = _groups(dated, ["source"], [("date", "min"), ("date", "max")])
    return {
        "language": table.column("language")[0].as_py(),
        "origin": table.column("origin")[0].as_py(),
        "text_bytes": int(pc.sum(pc.binary_length(text)).as_py()),
        "words": int(words.sum()),
        "licences": {
            licence: {**entry, "attributions": sorted(attributions[licence])}
            for licence, entry in licences.items()
        },
        "rights": sorted({(row["source"], row["license"]) for row in rights}),
        "sources": dict(sorted(sources.items())),
        "dates": {
            row["source"]: [row["date_min"], row["date_max"]]
            for row in sorted(dates, key=lambda each: str(each["source"]))
        },
        "pii": _masked(table.column("pii")),
        "origins": dict(sorted(origins.items())),
    }


def _filled(table: pa.Table, name: str) -> pa.Table:
    return table.filter(pc.not_equal(pc.coalesce(table.column(name), ""), ""))


def _groups(
    table: pa.Table, keys: list[str], aggregates: list[tuple[str, str]]
) -> list[dict[str, Any]]:
    """Groups of rows with equal keys, and what was asked of each, one dict a group."""
    found: list[dict[str, Any]] = (
        table.group_by(keys, use_threads=False).aggregate(aggregates).to_pylist()
    )
    return found


def _masked(column: pa.ChunkedArray) -> dict[str, int]:
    """Masked spans by type."""
    total: Counter[str] = Counter()
    for chunk in column.chunks:
        counts = chunk.flatten()
        for kind, count in zip(
            counts.field("type").to_pylist(), counts.field("count").to_pylist(), strict=True
        ):
            total[kind] += count
    return dict(sorted(total.items()))


def count_words(texts: pa.Array) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Runs of bytes that are no ASCII space, in each text; no text may be null."""
    found = np.zeros(len(texts), np.int64)
    for start in range(0, len(texts), _TEXTS_AT_A_TIME):
        some = texts.slice(start, _TEXTS_AT_A_TIME)
        offsets = np.frombuffer(some.buffers()[1], np.int32)[some.offset :][: len(some) + 1]
        data = some.buffers()[2]
        first, last = int(offsets[0]), int(offsets[-1])
        if data is None or first == last:
            continue
        some_bytes = np.frombuffer(data, np.uint8)[first:last]
        inside = some_bytes != _SPACES[0]
        for space in _SPACES[1:]:
            inside &= some_bytes != space
        begins = inside.copy()
        np.greater(inside[1:], inside[:-1], out=begins[1:])
        edges = (offsets - first).tolist()
        for place, (head, end) in enumerate(itertools.pairwise(edges), start):
            if head < end:
                begins[head] = inside[head]
                found[place] = np.count_nonzero(begins[head:end])
    return found


_TEXTS_AT_A_TIME = 500
_SPACES = (32, 10, 9, 13, 12)
