"""The other forms of a canonical token file: packed rows, datatrove's files, Megatron's."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpusforge.tokens import packing
from corpusforge.tokens.columns import packed
from corpusforge.tokens.documents import documents
from corpusforge.tokens.file import known_tokenizer, token_id
from corpusforge.tokens.formats import datatrove, megatron, parquet
from corpusforge.tokens.package import version
from corpusforge.tokens.receipts import described, once
from corpusforge.tokens.settings import Output, Settings
from corpusforge.tokens.texts import TextFile


@dataclass(frozen=True)
class FormTask:
    """The work of one task: one form of one canonical file, or of its share of a split."""

    form: Output
    source: TextFile
    settings: Settings
    folder: Path
    canonical: tuple[tuple[str, str], ...]  # path and digest of its file, then of those after it
    share: packing.Share

    def __str__(self) -> str:
        return f"{self.form} of {self.source.name}"


def write_form(task: FormTask) -> dict[str, Any]:
    """Write one form of a token file, unless it is there; says which `files` it is.

    Raises:
        TokenError: TOK004, the tokenizer has no such EOS; TOK022, a document is too long.

    """
    return once(task.folder, _key(task), functools.partial(_write, task))


def _key(task: FormTask) -> dict[str, Any]:
    settings = task.settings
    packed_only = task.form == "packed"
    return {
        "form": task.form,
        "of": task.source.name,
        "canonical": [digest for _, digest in task.canonical],
        "eos": settings.eos,
        "tokenizer": known_tokenizer(settings.tokenizer).sha256,
        "prefix": settings.prefix,
        "packing": settings.packing.model_dump() if packed_only else None,
        "share": list(task.share) if packed_only else None,
        "pyarrow": version("pyarrow"),
    }


def _write(task: FormTask) -> dict[str, Any]:
    settings, source = task.settings, task.source
    eos = None if settings.eos is None else token_id(settings.tokenizer, settings.eos)
    file = known_tokenizer(settings.tokenizer)
    vocabulary = max(file.ids().values(), default=-1) + 1
    paths = [task.folder / path for path, _ in task.canonical]
    start = f"{settings.prefix}/{task.form}/"
    if task.form == "packed":
        path = f"{start}{source.name}.parquet"
        schema = packed(settings.packing.seq_len)
        found = packing.rows(
            documents(paths, eos), task.share, settings.packing, eos, source.language
        )
        rows = parquet.write(found, task.folder / path, schema)
        share = task.share
        padded = share.short if settings.packing.remainder == "pad" else 0
        files = [described(task.folder, path, rows)]
        return {"files": files, "short": share.short, "tokens": share.tokens + padded}
    if task.form == "ds":
        # A folder a split: readers take every .ds they find in one.
        name = f"{start}{source.config}/{source.split}/{source.number:05d}"
        target = task.folder / f"{name}.ds"
        endings: tuple[str, ...] = datatrove.ENDINGS
        datatrove.write(documents(paths[:1], eos), target, vocabulary, settings.label)
    else:
        name = start + source.name
        target, endings = task.folder / f"{name}.bin", megatron.ENDINGS
        megatron.write(documents(paths[:1], eos), target, vocabulary)
    rows = sum(len(each.lengths) for each in documents(paths[:1], None))
    files = [described(task.folder, f"{name}{ending}", rows) for ending in endings]
    return {"files": files, "short": 0}
