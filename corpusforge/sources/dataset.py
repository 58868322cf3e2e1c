"""The `dataset` source: rows of a dataset on a Hub, ours or another, at one exact commit.

Whatever `datasets` can stream is copied, column by column, into a snapshot together with the
dataset's card. The registry is the one that `HF_ENDPOINT` names; `HF_TOKEN` opens gated datasets.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from corpusforge.errors import SourceError
from corpusforge.governance.table import from_hub
from corpusforge.sources.files import Fields
from corpusforge.sources.parts import Record, Refusal, parts
from corpusforge.sources.rows import parquet_rows
from corpusforge.sources.snapshot import Report
from corpusforge.sources.source import (
    Acquired,
    RawPart,
    ReadContext,
    Source,
    SourceConfig,
)

_ROWS = "rows.parquet"
_CARD = "README.md"
_ABOUT = "dataset.json"
_BATCH = 1_000
#: Names that a text column commonly has, tried in this order where the recipe names none.
_TEXTS = ("text", "content", "body", "sentence", "article", "document", "transcription")
#: Names of columns that mean the same in every dataset of ours.
_OURS = {
    "key": "id",
    "title": "title",
    "date": "date",
    "section": "section",
    "url": "url",
    "license": "license",
    "attribution": "attribution",
    "origin": "origin",
}


class DatasetConfig(SourceConfig):
    """A dataset on the Hub that `HF_ENDPOINT` names; licence, origin and lineage stay with rows."""

    LIBRARIES: ClassVar[tuple[str, ...]] = ("pyarrow",)
    ACQUISITION: ClassVar[tuple[str, ...]] = ("name", "revision", "config", "split", "columns")

    kind: Literal["dataset"] = "dataset"
    name: str = Field(
        pattern=r"^[\w][\w.-]*(/[\w][\w.-]*)?$", description="owner/name, as load_dataset takes it."
    )
    revision: str | None = Field(
        None,
        description="Branch, tag or commit. A branch is resolved when the source is acquired; "
        "name a tag or commit to get the same rows on every machine.",
    )
    config: str | None = Field(None, description="Config (subset) of the dataset, e.g. ary_Arab.")
    split: str = "train"
    columns: Fields | None = Field(
        None, description="Which column holds what; usual names are found where absent."
    )


def acquire(
    config: DatasetConfig, root: Path, previous: Acquired | None, report: Report
) -> Acquired:
    """Stream the rows into the snapshot, with the card and the commit they come from.

    Raises:
        SourceError: SRC005, no such dataset, revision, config or split, or the registry cannot be
            reached; SRC006, access was refused; SRC007, a column is missing.

    """
    _ = previous
    from huggingface_hub import HfApi
    from huggingface_hub.errors import EntryNotFoundError

    api = HfApi()
    commit = _asked(config, lambda: api.dataset_info(config.name, revision=config.revision).sha)
    card = b""
    try:
        path = _asked(
            config,
            lambda: api.hf_hub_download(
                config.name, _CARD, repo_type="dataset", revision=commit, local_dir=root
            ),
            absent=EntryNotFoundError,
        )
        card = Path(path).read_bytes()
    except EntryNotFoundError:
        pass
    _forget_cache(root)
    columns, rows = _asked(config, lambda: _stream(config, str(commit), root / _ROWS, report))
    about = {
        "name": config.name,
        "revision": commit,
        "config": config.config,
        "split": config.split,
        "columns": columns,
        "license": _card_licence(card),
        "card": "sha256:" + hashlib.sha256(card).hexdigest() if card else "",
    }
    (root / _ABOUT).write_text(json.dumps(about, sort_keys=True, ensure_ascii=False, indent=1))
    files = [root / name for name in (_ROWS, _ABOUT, *([_CARD] if card else []))]
    return Acquired(root, tuple(files), {**about, "rows": rows})


def read(config: DatasetConfig, acquired: Acquired, context: ReadContext) -> Iterator[RawPart]:
    """Every row with text; a row's own licence and origin come before the recipe's."""
    return parts(_items(config, acquired), config, context)


def _items(config: DatasetConfig, acquired: Acquired) -> Iterator[Record | Refusal]:
    about = json.loads((acquired.root / _ABOUT).read_text("utf-8"))
    fields = Fields.model_validate(about["columns"])
    lineage = f"{about['name']}@{about['revision']}"
    stated = about["license"] if config.license == "detect" else None
    evidence = ("dataset_card", f"{lineage}: {about['license']}", about["card"])
    name = "/".join(part for part in (about["config"], about["split"]) if part)
    seen: set[str] = set()
    for item in parquet_rows(name, acquired.root / _ROWS, fields, None):
        if item.key in seen:
            yield Refusal(f"{item.key}#{len(seen)}", "duplicate_key", item.key)
            continue
        seen.add(item.key)
        if isinstance(item, Refusal):
            yield item
            continue
        licence = _spdx(item.license)
        proof = ("dataset_row", f"{lineage}: {item.license}", about["card"])
        if licence is None:
            licence, proof = stated, evidence
        yield replace(
            item,
            license=licence,
            evidence=proof if licence else None,
            attribution=item.attribution or config.attribution or lineage,
        )


def _spdx(stated: str | None) -> str | None:
    """A licence as a row states it: an SPDX expression as it is, a Hub id translated."""
    return (from_hub(stated) or stated) if stated else None


def _card_licence(card: bytes) -> str | None:
    """The SPDX id of the licence in a card's front matter; None for `other`, `unknown`, several."""
    import yaml

    text = card.decode("utf-8", "replace").replace("\r\n", "\n")
    if not text.startswith("---\n"):
        return None
    try:
        data = yaml.safe_load(text[4:].partition("\n---")[0])
    except yaml.YAMLError:
        return None
    stated = data.get("license") if isinstance(data, dict) else None
    if isinstance(stated, list):
        stated = stated[0] if len(stated) == 1 else None
    return from_hub(stated) if isinstance(stated, str) else None


def _stream(
    config: DatasetConfig, commit: str, target: Path, report: Report
) -> tuple[dict[str, Any], int]:
    """Write the wanted columns of every row to `target`; the columns' roles and the row count."""
    import datasets
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = datasets.load_dataset(
        config.name, config.config, split=config.split, revision=commit, streaming=True
    )
    names = rows.column_names or list(next(iter(rows), {}))
    columns = _roles(config, names)
    wanted = [name for name in names if name in _top_level(columns)]
    count = 0
    writer: pq.ParquetWriter | None = None
    try:
        batches = rows.select_columns(wanted).with_format("arrow").iter(batch_size=_BATCH)
        for batch in batches:
            table = batch if isinstance(batch, pa.Table) else pa.table(batch)
            if writer is None:
                schema = table.schema.remove_metadata()
                writer = pq.ParquetWriter(target, schema, compression="zstd")
            writer.write_table(table.cast(writer.schema), row_group_size=_BATCH)
            count += table.num_rows
            report("acquired", {"key": config.name, "rows": count})
        if writer is None:
            pq.write_table(pa.table({name: pa.array([], pa.string()) for name in wanted}), target)
    finally:
        if writer is not None:
            writer.close()
    return columns, count


def _roles(config: DatasetConfig, names: list[str]) -> dict[str, Any]:
    if config.columns is None:
        text = next((name for name in _TEXTS if name in names), None)
        if text is None:
            raise _no_column(config, "a text column", names)
        found = {role: name for role, name in _OURS.items() if name in names}
        return {"text": text, **found}
    columns = config.columns.model_dump(exclude_none=True)
    for name in _top_level(columns):
        if name not in names and name.split(".")[0] not in names:
            raise _no_column(config, f"the column {name!r}", names)
    return columns


def _top_level(columns: dict[str, Any]) -> list[str]:
    texts = columns["text"] if isinstance(columns["text"], list) else [columns["text"]]
    named = [*texts, *(name for role, name in columns.items() if role != "text")]
    return [part for name in named for part in dict.fromkeys((name, name.split(".")[0]))]


def _no_column(config: DatasetConfig, what: str, names: list[str]) -> SourceError:
    return SourceError(
        "SRC007",
        f"the dataset {config.name} does not have {what}",
        where=f"source {config.id}",
        hint=f"name them under `columns`; it has {', '.join(names[:20])}",
    )


def _asked(config: DatasetConfig, question: Any, *, absent: type[Exception] | None = None) -> Any:
    """The answer of a registry, or a `SourceError` that says why there is none."""
    import datasets.exceptions
    from huggingface_hub import errors

    try:
        return question()
    except SourceError:
        raise
    except Exception as problem:
        if absent is not None and isinstance(problem, absent):
            raise
        refused = (errors.GatedRepoError, errors.DisabledRepoError)
        status = getattr(getattr(problem, "response", None), "status_code", None)
        if isinstance(problem, refused) or (
            status in (401, 403) and not isinstance(problem, errors.RepositoryNotFoundError)
        ):
            raise SourceError(
                "SRC006",
                f"access to the dataset {config.name} was refused",
                where=f"source {config.id}",
                hint="ask its owner for access and set HF_TOKEN",
            ) from problem
        known = (
            errors.HfHubHTTPError,
            datasets.exceptions.DatasetsError,
            FileNotFoundError,
            ConnectionError,
            OSError,
            ValueError,
        )
        if not isinstance(problem, known):
            raise
        asked = config.name + (f"@{config.revision}" if config.revision else "")
        wanted = ", ".join(part for part in (config.config, config.split) if part)
        raise SourceError(
            "SRC005",
            f"the dataset {asked} ({wanted}) cannot be read: {_first_line(problem)}",
            where=f"source {config.id}",
            hint="check name, revision, config and split, and that HF_ENDPOINT can be reached",
        ) from problem


def _first_line(problem: Exception) -> str:
    lines = str(problem).strip().splitlines()
    return (lines[0] if lines else type(problem).__name__)[:200]


def _forget_cache(root: Path) -> None:
    """`huggingface_hub` leaves its own notes beside what it downloads; a snapshot has none."""
    import shutil

    shutil.rmtree(root / ".cache", ignore_errors=True)


SOURCE = Source(DatasetConfig, acquire, read)
