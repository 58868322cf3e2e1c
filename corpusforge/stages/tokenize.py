"""Tokenize: the rows of a release as token ids, published beside them.

The stage reads the files that `shard` wrote and passes all records on. Each token file stands
beside the data file it is made of, with the same ids in the same order, in the same split and under
the same licence; so what is dropped or withdrawn before `shard` is in no token file either.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

from corpusforge.stages.stage import Context, Parts, StageConfig, Work
from corpusforge.tokens.flow import tokenize_files
from corpusforge.tokens.settings import Settings
from corpusforge.tokens.texts import TextFile


class Tokenize(Settings, StageConfig):
    """Publish the rows as token ids of a tokenizer."""

    kind: Literal["tokenize"] = "tokenize"

    BARRIER: ClassVar[bool] = True
    VERSION: ClassVar[str] = "1"
    READS: ClassVar[str] = "shard"
    LIBRARIES: ClassVar[tuple[str, ...]] = ("pyarrow", "tokenizers")


def tokenize(parts: Parts, config: Tokenize, context: Context, work: Work) -> Iterator[None]:
    """Write token files and `configs.json` to the side folder; every record is kept.

    Raises:
        TokenError: TOK…, the tokenizer or a worker will not do.
    """
    del context
    assert work.files is not None
    found = tokenize_files(data_files(work.files), config, work.unfinished, work.map)
    # Links, so that a kill in here leaves what was made where the next build finds it.
    shutil.copytree(
        work.unfinished / "tokens", work.side / "tokens", copy_function=os.link, dirs_exist_ok=True
    )
    (work.side / "configs.json").write_text(
        json.dumps(found, sort_keys=True, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    for _ in range(len(parts)):
        yield None


def data_files(side: Path) -> list[TextFile]:
    """The files that `shard` wrote, as texts to tokenize."""
    facts: list[dict[str, Any]] = json.loads((side / "facts.json").read_text("utf-8"))
    counts = Counter((file["config"], file["split"]) for file in facts)
    numbers: Counter[tuple[str, str]] = Counter()
    found = []
    for file in facts:
        key = (file["config"], file["split"])
        found.append(
            TextFile(
                path=side / file["path"],
                sha256=file["sha256"],
                config=file["config"],
                split=file["split"],
                number=numbers[key],
                count=counts[key],
                language=file["language"],
                origin=file["origin"],
                suffix=file["config"].removeprefix(file["language"]),
            )
        )
        numbers[key] += 1
    return found
