"""The `shard` stage: bring the rows of each file together, write it, count what is in it."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator

import pyarrow.compute as pc

from corpusforge.stages.shard.config import Shard
from corpusforge.stages.shard.files import write_file
from corpusforge.stages.shard.rows import publishable
from corpusforge.stages.shard.runs import in_memory, on_disk
from corpusforge.stages.stage import Context, Parts, Split, Work, dropped_rows


def shard(parts: Parts, config: Shard, context: Context, work: Work) -> Iterator[Split | None]:
    """Write Parquet files and `facts.json` to the side folder; every row is kept.

    A row without a licence or a language is dropped, whatever the stages before it did.
    """
    target = config.target_mb * 1_000_000
    gathered = in_memory(parts, context, target)
    if gathered is None:
        gathered = on_disk(parts, context, target, work.scratch / "runs")
    write = functools.partial(write_file, work.side, config)
    facts = list(work.map(write, gathered.runs))
    (work.side / "facts.json").write_text(
        json.dumps(facts, sort_keys=True, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    for number in range(len(parts)):
        if number not in gathered.unfit:
            yield None
            continue
        part = parts.read(number)
        fits = publishable(part)
        yield Split(
            part.filter(fits), dropped_rows(part.filter(pc.invert(fits)), "unpublishable_row")
        )
