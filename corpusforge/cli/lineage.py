"""`corpusforge trace`, `why`, `drops`, `withdraw` and `gc`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpusforge.cli.build import WorkspaceOption

if TYPE_CHECKING:
    from corpusforge.build.lineage import Trace

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(trace)
    app.command()(why)
    app.command()(drops)
    app.command()(withdraw)
    app.command()(gc)


def trace(
    record: Annotated[str, typer.Argument(metavar="ID", help="Id of a record.")],
    *,
    workspace: WorkspaceOption,
    as_json: AsJson = False,
) -> None:
    """Say where a record came from and what each stage did with it."""
    from corpusforge.build.lineage import trace as find
    from corpusforge.build.workspace import Workspace

    _show(find(Workspace(workspace), record), as_json=as_json)


def why(
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of a page.")],
    *,
    workspace: WorkspaceOption,
    as_json: AsJson = False,
) -> None:
    """Say why a page is, or is not, in the release."""
    from corpusforge.build.lineage import why as find
    from corpusforge.build.workspace import Workspace

    _show(find(Workspace(workspace), url), as_json=as_json)


def drops(
    dataset: Annotated[str, typer.Argument(metavar="NAME", help="A dataset, namespace/name.")],
    version: Annotated[str, typer.Argument(metavar="VERSION", help="One of its versions.")],
    *,
    workspace: WorkspaceOption,
    as_json: AsJson = False,
) -> None:
    """List every dropped record of a build with its stage and reason; never its text."""
    from corpusforge.build.lineage import drops as find
    from corpusforge.build.workspace import Workspace
    from corpusforge.errors import BuildError

    place = Workspace(workspace)
    run = place.run(dataset, version)
    if run is None:
        known = sorted(f"{found['dataset']} {found['version']}" for found in place.runs())
        raise BuildError(
            "BLD009",
            f"no build of {dataset} {version} in this workspace",
            where=str(place.root),
            hint=f"it holds: {', '.join(known) or 'nothing yet'}",
        )
    for row in find(place, run):
        if as_json:
            typer.echo(json.dumps(row, ensure_ascii=True))
        else:
            cells = (row["stage"], row["reason"], row["id"], row["url"] or row["key"])
            more = row["duplicate_of"] or row["detail"] or ""
            typer.echo("\t".join((*map(str, cells), more)).rstrip("\t"))


def withdraw(
    dataset: Annotated[str, typer.Argument(metavar="NAME", help="A dataset, namespace/name.")],
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Ids of its records.")],
    *,
    reason: Annotated[str, typer.Option(help="Why: the receipt states it, so name no person.")],
    workspace: WorkspaceOption,
    as_json: AsJson = False,
) -> None:
    """Withdraw records: neither they nor copies of their text come back in any later version."""
    import datetime as dt

    from corpusforge.build.withdrawal import as_json as line_of
    from corpusforge.build.withdrawal import render
    from corpusforge.build.withdrawal import withdraw as take_out
    from corpusforge.build.workspace import Workspace

    place = Workspace(workspace)
    today = dt.datetime.now(dt.UTC).date().isoformat()
    with place.lock():
        receipt = take_out(place, dataset, ids, reason=reason, date=today)
    for line in [line_of(receipt)] if as_json else render(receipt):
        typer.echo(line)


def gc(
    *,
    workspace: WorkspaceOption,
    dry_run: Annotated[bool, typer.Option(help="Only say what would go.")] = False,
) -> None:
    """Free what no recorded build uses any more."""
    from corpusforge.build.collect import collect
    from corpusforge.build.workspace import Workspace

    place = Workspace(workspace)
    with place.lock():
        freed = collect(place, dry_run=dry_run)
    verb = "would free" if dry_run else "freed"
    typer.echo(f"{verb} {freed.bytes / 1e6:,.1f} MB in {freed.files:,} places")


def _show(traces: Iterable[Trace], *, as_json: bool) -> None:
    for found in traces:
        if as_json:
            typer.echo(json.dumps({**dataclasses.asdict(found), "released": found.released}))
            continue
        state = "in the release" if found.released else "not in the release"
        typer.echo(f"{found.dataset} {found.version}: record {found.id} is {state}")
        for name, value in found.facts.items():
            typer.echo(f"  {name:<10} {value}")
        for passage in found.passages:
            more = [passage.outcome, passage.reason, passage.detail]
            if passage.duplicate_of:
                more.append(f"duplicate of {passage.duplicate_of}")
            words = " ".join(str(word) for word in more if word)
            typer.echo(f"  {passage.stage:<18} {words}  ({passage.fingerprint[:12]})")
        for judged in found.judgements:
            _judgement(judged)


def _judgement(judged: dict[str, Any]) -> None:
    """A gold row or a correction, and the answers behind it."""
    if judged["what"] == "correction":
        said = f"{judged['column']} {judged['before']} → {judged['after']}"
    else:
        names = ("language", "spans", "rating", "domain")
        said = f"{judged['id']} {next((judged[n] for n in names if n in judged), '')}"
    typer.echo(f"  {judged['what']:<18} {said}  ({judged['method']}, wave {judged['wave']})")
    typer.echo(f"    answers          {', '.join(judged['answers'])}")
    typer.echo(f"    annotators       {', '.join(judged['annotators'])}")
