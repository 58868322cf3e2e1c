"""`corpusforge crawl`: acquires what a recipe crawls, and tells of every host."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from corpusforge.errors import SourceError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(crawl)


def crawl(
    recipe: Annotated[Path, typer.Argument(metavar="RECIPE", help="The recipe, a YAML file.")],
    *,
    workspace: Annotated[
        Path,
        typer.Option(
            "--workspace",
            envvar="CORPUSFORGE_WORKSPACE",
            help="Where builds keep what they made.",
            default_factory=lambda: Path("workspace"),
        ),
    ],
    source: Annotated[
        list[str] | None, typer.Option(help="Only the crawl source of this id; may be repeated.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON for machines, one object a line.")
    ] = False,
) -> None:
    """Crawl a recipe's web sources politely; a second run asks only for what changed.

    A crawl that was stopped, or killed, goes on where it was when the command is given again.
    """
    from corpusforge.build.plan import make_plan
    from corpusforge.build.snapshots import acquire
    from corpusforge.build.workspace import Workspace
    from corpusforge.recipe.load import load_recipe
    from corpusforge.sources.crawl import CrawlConfig

    loaded = load_recipe(recipe)
    place = Workspace(workspace)
    with place.lock():
        plan = make_plan(loaded, place)
        crawls = [
            (kind, config)
            for kind, config in plan.sources
            if isinstance(config, CrawlConfig) and (not source or config.id in source)
        ]
        if not crawls:
            raise SourceError(
                "SRC011",
                "the recipe crawls nothing" + (f" under {', '.join(source)}" if source else ""),
                where=str(recipe),
                hint="sources with `kind: crawl` are crawled; `corpusforge build` reads all others",
            )
        for kind, config in crawls:
            try:
                with _progress(config.id, as_json=as_json) as report:
                    snapshot = acquire(place, plan.context.dataset, kind, config, report)
            except KeyboardInterrupt:
                typer.echo("stopped; the same command goes on where it was", err=True)
                raise typer.Exit(130) from None
            facts = snapshot.acquired.facts
            if as_json:
                done = {"event": "crawled", "source": config.id, "snapshot": snapshot.digest}
                typer.echo(json.dumps({**done, **facts}, ensure_ascii=True))
            else:
                for line in summary(config.id, facts, snapshot.acquired.root):
                    typer.echo(line)


def summary(source: str, facts: dict[str, Any], root: Path) -> Iterator[str]:
    """What a crawl brought and refused, as lines."""
    outcomes = ("new", "changed", "unchanged", "same", "kept")
    words = ", ".join(f"{facts[name]:,} {name}" for name in outcomes if facts.get(name))
    yield f"{source}: {facts['pages']:,} pages ({words or 'none'}), {facts['gone']:,} gone"
    yield f"  {facts['requests']:,} requests, {facts['bytes'] / 1e6:.1f} MB decompressed"
    if facts.get("stopped"):
        yield f"  stopped at {facts['stopped']}: more pages were waiting"
    hosts: dict[str, dict[str, Any]] = facts["hosts"]
    for host, own in sorted(hosts.items(), key=lambda item: -item[1].get("requests", 0)):
        yield "  " + _host_line(host, own)
    if facts["refused"]:
        yield "  not fetched or not kept:"
        for reason, count in facts["refused"].items():
            yield f"    {count:>7,}  {reason:<22} {REASONS.get(reason, '')}".rstrip()
    if facts["out_of_scope"]:
        yield f"    {facts['out_of_scope']:>7,}  links led out of scope and were not followed"
    yield f"  each address and its reason: {root / 'refused.parquet'}"


def _host_line(host: str, own: dict[str, Any]) -> str:
    notes = [f"{own.get('requests', 0):,} requests"]
    if own.get("crawl_delay_cut_to"):
        notes.append(
            f"asks for {own['crawl_delay']:g} s between requests, CUT to "
            f"{own['crawl_delay_cut_to']:g} s (max_crawl_delay): the host may be covered in part"
        )
    elif own.get("crawl_delay"):
        notes.append(f"crawl-delay {own['crawl_delay']:g} s")
    if own.get("identical"):
        notes.append(f"{own['identical']:,} pages with the bytes of another")
    if own.get("js_only"):
        notes.append(f"{own['js_only']:,} pages show nothing without JavaScript (`js_only`)")
    if own.get("robots_cut"):
        notes.append("robots.txt over 500 KiB, the rest of it was not read")
    if own.get("closed"):
        notes.append(f"closed: {REASONS.get(own['closed'], own['closed'])}")
    return f"{host}: " + ", ".join(notes)


#: Why an address was not fetched or not kept, for people.
REASONS = {
    "robots": "robots.txt disallows it",
    "robots_unreachable": "robots.txt did not come (5xx, 429 or silence), so nothing is asked",
    "out_of_scope": "the host is not in the recipe's scope",
    "denied_by_recipe": "`deny` matches",
    "not_allowed_by_recipe": "no `allow` matches",
    "too_many_redirects": "more redirects in a row than `max_redirects`",
    "redirect_out_of_scope": "it redirects to a host out of scope",
    "redirect_bad_address": "it redirects to something that is no web address",
    "too_deep": "more links from a seed than `max_depth`",
    "address_refused": "not a public address, and not allowed by `allow_addresses`",
    "endless_path": "its path repeats itself: a trap",
    "barren_path": "page after page on the way to it had nothing new: a trap",
    "barren_shape": "page after page like it had nothing new: a trap",
    "query_variants": "more variants of one path than `query_variants`",
    "host_pages": "the host's request budget is spent",
    "host_bytes": "the host's byte budget is spent",
    "max_pages": "the crawl has its pages",
    "max_minutes": "the crawl's time is over",
    "http_404": "not there",
    "http_410": "gone",
    "too_large": "larger than `max_page_bytes` or `max_document_bytes`",
    "not_text": "not a kind of file that holds text",
    "empty": "an empty response",
    "timeout": "no whole answer within `timeout`",
    "unreachable": "no connection",
    "truncated": "the answer broke off",
    "bad_encoding": "its compression cannot be undone",
    "internal_error": "a fault of ours; please report the address",
    "bad_response": "the answer is not HTTP as it should be",
}


class _Lines:
    """A line a host every few seconds."""

    def __init__(self, source: str) -> None:
        self._source = source

    def __call__(self, event: str, **facts: Any) -> None:
        if facts.get("step") == "crawling" or event == "crawling":
            typer.echo(
                f"{self._source}: {facts['host']} {facts['requests']:,} requests, "
                f"{facts['pages']:,} pages, rest {facts['rest']:g} s",
                err=True,
            )


class _Table:
    """A live table, a row a host."""

    def __init__(self, source: str) -> None:
        from rich.console import Console
        from rich.live import Live

        self._source = source
        self._rows: dict[str, dict[str, Any]] = {}
        self.live = Live(console=Console(stderr=True), refresh_per_second=4)

    def __call__(self, event: str, **facts: Any) -> None:
        del event
        if "host" in facts:
            self._rows.pop(facts["host"], None)
            self._rows[facts["host"]] = facts
            self.live.update(self._render(list(self._rows.values())[-20:]))

    def _render(self, rows: Iterable[dict[str, Any]]) -> Any:
        from rich.table import Table

        total = sum(row["pages"] for row in self._rows.values())
        table = Table(title=f"{self._source}: {total:,} pages, {len(self._rows):,} hosts")
        for name in ("host", "requests", "pages", "kilobytes", "rest"):
            table.add_column(name, justify="left" if name == "host" else "right")
        for row in rows:
            table.add_row(
                row["host"],
                *(f"{row[name]:,}" for name in ("requests", "pages", "kilobytes")),
                f"{row['rest']:g} s",
            )
        return table


@contextmanager
def _progress(source: str, *, as_json: bool) -> Iterator[Any]:
    """How progress is shown: JSON lines, a live table, or plain lines without a terminal."""
    if as_json:
        yield lambda event, **facts: typer.echo(
            json.dumps({"event": event, **facts}, ensure_ascii=True, default=str)
        )
    elif sys.stderr.isatty():
        table = _Table(source)
        with table.live:
            yield table
    else:
        yield _Lines(source)
