"""Records sharded and tokenized, as a build would do it, in milliseconds."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq
from builders import make_context, make_records
from small import LINES, saved

from corpusforge.build.barrier import run_barrier
from corpusforge.build.fingerprint import stage_key
from corpusforge.build.local import LocalExecutor
from corpusforge.build.tasks import Step
from corpusforge.build.workspace import Workspace
from corpusforge.record import record_id
from corpusforge.stages.shard import Shard, shard
from corpusforge.stages.stage import Stage
from corpusforge.stages.tokenize import Tokenize, tokenize

EOS = "<|endoftext|>"
#: Texts in three scripts, a program, a literal special token, marks that turn direction, nothing.
TEXTS = [
    *LINES,
    "نهار زوين <|endoftext|> وصافي",
    "\u200fمرحبا\u202b بيك\u202c ـــــ",
    "ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ",
    "",
    "wakha " * 200,
]


class Made(NamedTuple):
    """What came of the stage."""

    side: Path
    configs: dict[str, dict]
    manifest: object
    shards: Path
    workspace: Workspace


def records(count=60, **columns):
    """Records in five languages whose texts go round `TEXTS`."""
    table = make_records(count, **columns)
    texts = [TEXTS[number % len(TEXTS)] for number in range(count)]
    where = table.schema.get_field_index("text")
    import pyarrow as pa

    return table.set_column(where, table.schema.field("text"), pa.array(texts, pa.string()))


def ids_of(folder, **changes):
    """The folder of a small tokenizer."""
    place = folder / "own"
    place.mkdir(exist_ok=True)
    saved(place, **changes)
    return place


def run(root, tables, tokenizer, *, workers=1, target_mb=1, executor=None, context=None, **config):
    """Shard and tokenize these tables."""
    workspace = Workspace(root)
    where = make_context(root, **(context or {}))
    parts = tuple(workspace.parts.write(table) for table in tables)
    stages = [
        (Stage(Shard, shard), Shard(target_mb=target_mb)),
        (Stage(Tokenize, tokenize), Tokenize(tokenizer=tokenizer, **config)),
    ]
    files = None
    with executor or LocalExecutor(workers) as runs:
        for stage, settings in stages:
            step = Step(stage, settings, stage_key(settings, where))
            manifest = run_barrier(workspace, runs, step, parts, where, lambda _: None, files)
            shards, files = files, manifest.fingerprint
    side = workspace.artifact(manifest.fingerprint) / "side"
    configs = {each["name"]: each for each in json.loads((side / "configs.json").read_text())}
    return Made(side, configs, manifest, workspace.artifact(shards) / "side", workspace)


def rows_of(made, config):
    """All rows of a companion, in order of splits and files."""
    return [
        row
        for split in made.configs[config]["splits"]
        for file in split["files"]
        for row in pq.read_table(made.side / file["path"]).to_pylist()
    ]


def digests(made):
    """Path to digest of every file of the stage, hashed anew."""
    return {
        path.relative_to(made.side).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(made.side.rglob("*"))
        if path.is_file()
    }


__all__ = ["EOS", "TEXTS", "digests", "ids_of", "record_id", "records", "rows_of", "run"]
