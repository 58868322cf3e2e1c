"""`corpusforge annotate status`, `adjudicate` and `gold`: what the answers amount to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpusforge.errors import AnnotationError

if TYPE_CHECKING:
    from corpusforge.annotation.gate import Gate
    from corpusforge.annotation.ledger import Ledger

Dataset = Annotated[
    str | None,
    typer.Argument(
        metavar="DATASET",
        help="The dataset (commons/health) or its recipe, whose gate is then asked for; may be "
        "left out where there is only one.",
    ),
]
Workspace = Annotated[
    Path,
    typer.Option(
        "--workspace",
        envvar="CORPUSFORGE_WORKSPACE",
        help="Where builds keep what they made.",
        default_factory=lambda: Path("workspace"),
    ),
]
Json = Annotated[bool, typer.Option("--json", help="JSON for machines, one object.")]


def status(
    dataset: Dataset = None,
    *,
    workspace: Workspace,
    wave: Annotated[
        list[str] | None, typer.Option("--wave", help="Only this wave; may be repeated.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Write progress and quality as an SVG picture.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show how far the waves are and how good the answers: agreement, honeypots, time, the gate.

    Looks at the ledger alone: `corpusforge annotate pull` brings new answers into it.
    """
    from corpusforge.annotation.status import status as found_in
    from corpusforge.cli.annotate import open_ledger
    from corpusforge.report.annotation import status_lines, status_svg

    with open_ledger(dataset, workspace) as ledger:
        for name in wave or ():
            ledger.wave(name)
        found = [each for each in found_in(ledger, gates(dataset)) if not wave or each.wave in wave]
        title = ledger.dataset
    if plot is not None:
        try:
            plot.write_text(status_svg(found, title), encoding="utf-8")
        except OSError as error:
            raise AnnotationError(
                "ANN105",
                f"the plot could not be written: {error.strerror or error}",
                where=str(plot),
                hint="name another file with --plot",
            ) from error
    if as_json:
        body = {"dataset": title, "waves": [each.as_json() for each in found]}
        typer.echo(json.dumps(body, ensure_ascii=True))
        return
    for line in status_lines(found):
        typer.echo(line)
    if plot is not None:
        typer.echo(f"plot {plot}")


def adjudicate(dataset: Dataset = None, *, workspace: Workspace, as_json: Json = False) -> None:
    """Draw waves for a senior: what stayed open in waves that are answered; builds do it too."""
    from corpusforge.annotation.adjudication import draw_adjudication
    from corpusforge.cli.annotate import open_ledger

    with open_ledger(dataset, workspace) as ledger:
        stated = gates(dataset)
        kinds = list(dict.fromkeys(wave.kind for wave in ledger.waves()))
        drawn = [
            each
            for kind in kinds
            for each in draw_adjudication(
                ledger, kind, stated.get(kind) or drawn_gate(ledger, kind)
            )
        ]
    if as_json:
        typer.echo(json.dumps({"waves": [each._asdict() for each in drawn]}))
        return
    for each in drawn:
        typer.echo(f"{each.name}: {each.tasks:,} tasks; `corpusforge annotate push` sends them")
    if not drawn:
        typer.echo("nothing to draw: no answered wave has open questions without a senior yet")


def gold(
    dataset: Dataset = None,
    *,
    workspace: Workspace,
    task: Annotated[str, typer.Option("--task", help="Task type whose gold is wanted.")] = (
        "language"
    ),
    output: Annotated[Path, typer.Option("--output", "-o", help="The Parquet file to write.")],
) -> None:
    """Write the gold of a task type as Parquet, or say what its answers still lack.

    Each row names the answers it rests on. Builds publish the same rows as a config of the dataset.
    """
    import pyarrow.parquet as pq

    from corpusforge.annotation.frozen import freeze
    from corpusforge.annotation.gate import judge
    from corpusforge.annotation.gold import PUBLISHED, gold_row, gold_table, publishable
    from corpusforge.cli.annotate import open_ledger

    if task not in PUBLISHED:
        raise typer.BadParameter(f"gold is made of {', '.join(PUBLISHED)}", param_hint="--task")
    with open_ledger(dataset, workspace) as ledger:
        gate = gates(dataset).get(task) or drawn_gate(ledger, task)
        found = freeze(ledger).questions()
        pots = any(q.kind == task and q.role == "honeypot" for q in found)
        judged = judge(task, found, gate, honeypots=pots)
        if judged.lacking:
            raise AnnotationError(
                "ANN103",
                "the answers are not gold yet: " + "; ".join(judged.lacking),
                where=f"{ledger.dataset}, {task}",
                hint="`corpusforge annotate status` shows every figure",
            )
    nobody = {"license": "", "attribution": None}
    rows = [gold_row(each, nobody) for each in judged.outcomes if publishable(each)]
    table = gold_table(task, rows).drop_columns(["license", "attribution"])
    try:
        pq.write_table(table, output, compression="zstd")
    except OSError as error:
        raise AnnotationError(
            "ANN105",
            f"the gold could not be written: {error.strerror or error}",
            where=str(output),
            hint="name another file with --output",
        ) from error
    typer.echo(f"{table.num_rows:,} rows {output}")


def gates(dataset: str | None) -> dict[str, Gate]:
    """The gates of a recipe by task type, where a recipe is named."""
    from corpusforge.stages.annotate import Annotate

    if dataset is None or not Path(dataset).is_file():
        return {}
    from corpusforge.recipe.load import load_recipe

    stages = load_recipe(Path(dataset)).recipe.stages
    return {stage.task: stage.gate for stage in stages if isinstance(stage, Annotate)}


def drawn_gate(ledger: Ledger, kind: str) -> Gate:
    """The gate that was stated when the last wave of a kind was drawn."""
    from corpusforge.annotation.gate import Gate
    from corpusforge.annotation.status import gate_of

    mine = [wave for wave in ledger.waves() if wave.kind == kind and "gate" in wave.manifest]
    return gate_of(mine[-1]) if mine else Gate()
