"""`corpusforge build` and `plan`."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

RecipeArgument = Annotated[Path, typer.Argument(metavar="RECIPE", help="The recipe, a YAML file.")]
WorkspaceOption = Annotated[
    Path,
    typer.Option(
        "--workspace",
        envvar="CORPUSFORGE_WORKSPACE",
        help="Where builds keep what they made.",
        show_default=True,
        default_factory=lambda: Path("workspace"),
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON for machines, one object a line.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(build)
    app.command()(plan)


def build(  # noqa: PLR0913 - one parameter an option
    recipe: RecipeArgument,
    *,
    workspace: WorkspaceOption,
    output: Annotated[
        str | None,
        typer.Option(
            metavar="DIR|URL",
            help="Release directory, in the workspace by default; or an address such as "
            "s3://bucket/health, to which the release in the workspace is copied.",
        ),
    ] = None,
    executor: Annotated[str, typer.Option(help="local, slurm or ray.")] = "local",
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0: one a core.")] = 0,
    publish: Annotated[
        bool, typer.Option("--publish/--no-publish", help="Publish the release to the registry.")
    ] = True,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Acquire the sources again, conditionally.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Build a recipe into a release and publish it; the last line names where the release is."""
    from corpusforge.build.run import Request
    from corpusforge.build.run import build as run
    from corpusforge.release.directory import read_manifest
    from corpusforge.release.funnel import funnel
    from corpusforge.report.funnel import funnel_lines
    from corpusforge.report.progress import reporter

    address = output if output is not None and "://" in output else None
    request = Request(
        recipe=recipe,
        workspace=workspace,
        output=Path(output) if output and not address else None,
        address=address,
        executor=executor,
        workers=workers or len(os.sched_getaffinity(0)),
        publish=publish,
        refresh=refresh,
    )
    with reporter(as_json=as_json, stream=sys.stdout if as_json else sys.stderr) as report:
        built = run(request, report)
        if as_json:
            report(
                "done",
                directory=str(built.directory),
                address=address,
                digest=read_manifest(built.directory)[1],
                stages_run=built.stages_run,
                published=built.publication and dataclasses.asdict(built.publication.published),
                funnel=[step._asdict() for step in funnel(built.release)],
                languages=built.release.languages,
            )
    if as_json:
        return
    for line in (*funnel_lines(built.release), ""):
        typer.echo(line)
    if built.stages_run == 0:
        typer.echo("Nothing had changed: no stage was run.")
    if built.publication:
        for line in built.publication.lines:
            typer.echo(line)
    typer.echo(f"release {address or built.directory}")


def plan(recipe: RecipeArgument, *, workspace: WorkspaceOption, as_json: AsJson = False) -> None:
    """Say what a build would do: what is cached, what would run and why, hosts and licences."""
    from corpusforge.build.plan import forecast, kind_of, make_plan, seconds_in_all
    from corpusforge.build.workspace import Workspace
    from corpusforge.recipe.load import load_recipe

    loaded = load_recipe(recipe)
    place = Workspace(workspace)
    planned = make_plan(loaded, place)
    lines = forecast(planned, place)
    total = seconds_in_all(lines)
    sources = [
        {
            "id": config.id,
            "kind": kind_of(config),
            "license": config.license,
            "hosts": hosts(config),
        }
        for source, config in planned.sources
    ]
    if as_json:
        steps = [{**dataclasses.asdict(line), "words": line.words()} for line in lines]
        head = {"dataset": planned.context.dataset, "version": planned.context.version}
        facts = {"sources": sources, "steps": steps, "cpu_seconds": total}
        typer.echo(json.dumps({**head, **facts}, ensure_ascii=True))
        return
    typer.echo(f"{planned.context.dataset} {planned.context.version}")
    for source in sources:
        where = f" from {', '.join(source['hosts'])}" if source["hosts"] else ""
        typer.echo(f"  {source['id']}: {source['kind']}{where}, licence {source['license']}")
    for line in lines:
        parts = f"{line.missing} of {line.parts} parts" if line.parts and line.missing else ""
        bound = "at most" if line.remembers else "about"
        cost = f"{bound} {line.cpu_seconds:.1f} CPU s" if line.cpu_seconds else ""
        words = ", ".join(word for word in (line.words(), parts, cost) if word)
        typer.echo(f"  {line.status:<5} {line.name:<18} {words}")
    if all(line.status == "hit" for line in lines):
        typer.echo("nothing would run")
    elif total is not None:
        bound = "at most" if any(line.remembers for line in lines) else "about"
        typer.echo(f"{bound} {total:.1f} CPU s in all, by what these stages took before")


def hosts(config: object) -> list[str]:
    """The hosts a source would be fetched from."""
    from urllib.parse import urlsplit

    from corpusforge.sources.patterns import as_list, is_remote

    seeds = [str(getattr(seed, "url", seed)) for seed in getattr(config, "seeds", None) or ()]
    named = getattr(config, "path", None) or []
    paths = [
        path
        for path in as_list(named if isinstance(named, list) else str(named))
        if is_remote(path)
    ]
    return sorted({urlsplit(address).netloc for address in (*seeds, *paths)})
