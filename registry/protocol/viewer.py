"""The dataset viewer's routes: info, Parquet files, splits, rows, Croissant.

`datasets` asks them at the host ``datasets-server.<ours>``; here they answer at any host, by
``?dataset=``, and under ``/api/datasets/…`` by path.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson
import pyarrow.parquet as pq
import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from registry.catalog.croissant import croissant as make_croissant
from registry.catalog.tables import MAX_ROWS, Table, cell, companions, features, read_rows, tables
from registry.core import commits, refs, repos
from registry.core.refusals import BadRequest, EntryNotFound, RepoNotFound
from registry.core.trees import File, find, walk_files
from registry.protocol.answers import Json, iso
from registry.protocol.calls import Call
from registry.protocol.contents import quoted


class View(NamedTuple):
    """A dataset's revision, opened for reading."""

    found: repos.Repo
    oid: str
    at: int
    card: dict[str, Any]
    tables: list[Table]
    own_croissant: File | None


def _view(call: Call, connection: sa.Connection) -> View:
    """The dataset that the path or ``?dataset=`` names, if the caller may read its files."""
    if "name" in call.params:
        found = call.repo(connection)
    else:
        namespace, _, name = (call.query("dataset") or "").partition("/")
        if not name:
            raise RepoNotFound
        viewer = call.viewer(connection)
        found = repos.visible(connection, viewer, "dataset", namespace, name)
    repos.require_files(connection, call.viewer(connection), found)
    oid = refs.resolve(connection, found.id, call.query("revision") or "main")
    entry = commits.read(connection, found.id, oid)
    load = call.site.trees.loader(connection)
    card = call.site.cards.at(load, entry.tree)
    own = find(load, entry.tree, "croissant.json")
    return View(
        found,
        oid,
        entry.at,
        card,
        tables(list(walk_files(load, entry.tree)), card),
        own if isinstance(own, File) else None,
    )


async def _answer(call: Call, make: Any) -> Response:
    def work() -> tuple[Any, str]:
        with call.site.database.read() as connection:
            view = _view(call, connection)
        return make(view), view.oid

    content, oid = await run_in_threadpool(work)
    return Json(content, headers={"X-Revision": oid, "Vary": "Authorization"})


_DONE: dict[str, Any] = {"pending": [], "failed": [], "partial": False}


async def info(call: Call) -> Response:
    """GET /info: what the card's ``dataset_info`` says, by config.

    Nothing is derived here: the client would take derived features for the author's own.
    """

    def make(view: View) -> dict[str, Any]:
        said = view.card.get("dataset_info")
        entries = said if isinstance(said, list) else [said]
        by_config = {
            str(entry.get("config_name", "default")): entry
            for entry in entries
            if isinstance(entry, dict)
        }
        if config := call.query("config"):
            return {"dataset_info": by_config.get(config, {}), **_DONE}
        return {"dataset_info": by_config, **_DONE}

    return await _answer(call, make)


async def parquet(call: Call) -> Response:
    """GET /parquet: every Parquet file with its config, split, address and size."""

    def make(view: View) -> dict[str, Any]:
        return {"parquet_files": _files(call, view, call.query("config")), **_DONE}

    return await _answer(call, make)


def _files(call: Call, view: View, config: str | None) -> list[dict[str, Any]]:
    return [
        {
            "dataset": view.found.path,
            "config": table.config,
            "split": table.split,
            "url": call.link(f"/{view.found.page}/resolve/{view.oid}/{quoted(table.path)}"),
            "filename": table.path.rsplit("/", 1)[-1],
            "size": table.file.size,
        }
        for table in view.tables
        if config in (None, table.config)
    ]


async def parquet_tree(call: Call) -> Response:
    """GET /api/datasets/…/parquet[/{config}[/{split}]]: addresses, nested as deep as asked."""

    def make(view: View) -> Any:
        nested: dict[str, dict[str, list[str]]] = {}
        for file in _files(call, view, None):
            nested.setdefault(file["config"], {}).setdefault(file["split"], []).append(file["url"])
        config, split = call.params.get("config"), call.params.get("split")
        try:
            if config and split:
                return nested[config][split]
            return nested[config] if config else nested
        except KeyError as error:
            raise EntryNotFound("/".join(filter(None, (config, split)))) from error

    return await _answer(call, make)


async def splits(call: Call) -> Response:
    """GET /splits."""

    def make(view: View) -> dict[str, Any]:
        pairs = dict.fromkeys((table.config, table.split) for table in view.tables)
        return {
            "splits": [
                {"dataset": view.found.path, "config": config, "split": split}
                for config, split in pairs
            ],
            **_DONE,
        }

    return await _answer(call, make)


async def size(call: Call) -> Response:
    """GET /size: rows and bytes by config and split."""

    def make(view: View) -> dict[str, Any]:
        counted: dict[tuple[str, str], dict[str, Any]] = {}
        for table in view.tables:
            entry = counted.setdefault(
                (table.config, table.split),
                {
                    "dataset": view.found.path,
                    "config": table.config,
                    "split": table.split,
                    "num_rows": 0,
                    "num_bytes_parquet_files": 0,
                },
            )
            metadata = pq.read_metadata(call.site.blobs.path(table.file.sha256))
            entry["num_rows"] += metadata.num_rows
            entry["num_bytes_parquet_files"] += table.file.size
        entries = list(counted.values())
        # What a release made of its rows (token ids, labels) adds bytes to it, but no rows.
        made = companions(view.card)
        total = {
            "dataset": view.found.path,
            "num_rows": sum(e["num_rows"] for e in entries if e["config"] not in made),
            "num_bytes_parquet_files": sum(
                {table.path: table.file.size for table in view.tables}.values()
            ),
        }
        return {"size": {"dataset": total, "splits": entries}, **_DONE}

    return await _answer(call, make)


async def is_valid(call: Call) -> Response:
    """GET /is-valid: whether there is anything to view."""

    def make(view: View) -> dict[str, bool]:
        there = bool(view.tables)
        return {
            "preview": there,
            "viewer": there,
            "search": False,
            "filter": False,
            "statistics": False,
        }

    return await _answer(call, make)


async def rows(call: Call) -> Response:
    """GET /rows and /first-rows: at most 100 rows of one split."""
    offset = call.number("offset", 0, 1_000_000_000)
    length = call.number("length", MAX_ROWS, 1_000_000)
    if length > MAX_ROWS:
        raise BadRequest(f"length is at most {MAX_ROWS}")

    def make(view: View) -> dict[str, Any]:
        if not view.tables:
            raise EntryNotFound("The revision holds no Parquet files")
        config = call.query("config") or view.tables[0].config
        named = [table for table in view.tables if table.config == config]
        split = call.query("split") or (named[0].split if named else "train")
        files = [call.site.blobs.path(table.file.sha256) for table in named if table.split == split]
        if not files:
            raise EntryNotFound(f"{config}/{split}")
        read = read_rows(files, offset, length)
        return {
            "dataset": view.found.path,
            "config": config,
            "split": split,
            "features": features(read.schema) if read.schema else [],
            "rows": [
                {"row_idx": offset + i, "row": cell(row), "truncated_cells": []}
                for i, row in enumerate(read.rows)
            ],
            "num_rows_total": read.total,
            "num_rows_per_page": MAX_ROWS,
            "partial": False,
        }

    return await _answer(call, make)


async def croissant(call: Call) -> Response:
    """GET /croissant: the release's own file, or one made from what the revision holds."""

    def make(view: View) -> Any:
        if view.own_croissant and view.own_croissant.size < 20_000_000:
            return orjson.loads(call.site.blobs.path(view.own_croissant.sha256).read_bytes())
        schemas: dict[str, Any] = {}
        for table in view.tables:
            if table.config not in schemas:
                schemas[table.config] = pq.read_schema(call.site.blobs.path(table.file.sha256))
        return make_croissant(
            name=view.found.path,
            address=call.link(f"/{view.found.page}"),
            revision=view.oid,
            created=iso(view.found.created),
            modified=iso(view.at),
            creator=view.found.namespace,
            card=view.card,
            found=view.tables,
            schemas=schemas,
        )

    return await _answer(call, make)
