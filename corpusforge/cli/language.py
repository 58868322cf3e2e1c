"""`corpusforge identify` and `corpusforge language`: label texts, train and measure the model."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from corpusforge.errors import LanguageError

if TYPE_CHECKING:
    from corpusforge.language.pool import Line

# Lines handled at a time: enough to fill the arrays, few enough that answers flow.
_LINES = 1000

_MODEL = typer.Option("--model", help="A model folder; the shipped one by default.")
_POOL = typer.Option("--pool", help="Folder of labelled lines (docs/language.md).")
_MANIFEST = typer.Option("--manifest", help="What the pool is; the shipped manifest by default.")


def register(app: typer.Typer) -> None:
    """Add this file's commands to the command line."""
    app.command("identify")(identify)
    group = typer.Typer(help="Train and evaluate the language model.", no_args_is_help=True)
    group.command("train")(train)
    group.command("evaluate")(evaluate)
    group.command("manifest")(manifest)
    app.add_typer(group, name="language")


def identify(
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line, with scores and segments.")
    ] = False,
    model: Annotated[Path | None, _MODEL] = None,
) -> None:
    """Label texts: one a line on standard input, one answer a line on standard output.

    A line ends at LF (a CR before it is ignored). Bytes that are not UTF-8 are read as replacement
    characters; every line, empty ones too, has exactly one answer.
    """
    from corpusforge.language import SHIPPED
    from corpusforge.language.identify import labels
    from corpusforge.language.lines import answers
    from corpusforge.language.model import load

    loaded = load(model or SHIPPED)
    for lines in _batches(sys.stdin.buffer):
        texts = [line.decode("utf-8", "replace") for line in lines]
        out = answers(texts, loaded) if as_json else labels(texts, model=loaded)
        sys.stdout.buffer.write("".join(f"{line}\n" for line in out).encode())
        sys.stdout.buffer.flush()


def train(
    pool: Annotated[Path, _POOL],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the model.")],
    manifest: Annotated[Path | None, _MANIFEST] = None,
    gold: Annotated[
        list[Path] | None,
        typer.Option(
            "--gold",
            help="A release directory with gold, or Parquet with id, text, language; may be given "
            "again.",
        ),
    ] = None,
    benchmark: Annotated[
        list[Path] | None,
        typer.Option(
            "--benchmark", help="Ids that gold must not hold: Parquet with id, or one id a line."
        ),
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes to train in.")] = 1,
) -> None:
    """Train a model from a pool and gold labels; the same inputs give the same bytes."""
    from corpusforge.language.gold import gold_lines
    from corpusforge.language.pool import (
        SHIPPED_MANIFEST,
        check_manifest,
        load_manifest,
        read_ids,
        read_pool,
    )
    from corpusforge.language.train import train as trained

    stated = load_manifest(manifest or SHIPPED_MANIFEST)
    check_manifest(pool, stated)
    extra = gold_lines(gold or (), read_ids(benchmark or ()))
    if extra.files:
        stated["gold"] = extra.files
        _say(f"{len(extra.lines)} lines of gold, {extra.left_out} of a benchmark left out")
    card = trained(read_pool(pool), output, stated, gold=extra.lines, workers=workers, say=_say)
    core = card["measured"]["lines_core"]["macro_f1"]
    _say(f"on sources held out in turn: core macro-F1 {core:.4f}")
    typer.echo(f"{card['version']} {output}")


def evaluate(  # noqa: PLR0913 - one option each
    data: Annotated[
        list[Path] | None,
        typer.Argument(help="Labelled lines: TSV (label, source, text), Parquet or JSON lines."),
    ] = None,
    *,
    pool: Annotated[
        Path | None,
        typer.Option("--pool", help="Measure on the lines of a pool that training never sees."),
    ] = None,
    by_source: Annotated[
        bool,
        typer.Option(
            "--by-source", help="Train anew without each third of the pool's sources (minutes)."
        ),
    ] = False,
    model: Annotated[Path | None, _MODEL] = None,
    prevalence: Annotated[
        str | None,
        typer.Option(
            "--prevalence",
            help="Only documents, under a mixture such as ary_Arab=0.01,arb_Arab=0.6,fra_Latn=0.39"
            "; 'default' takes each label as one in twenty-one.",
        ),
    ] = None,
    documents: Annotated[int, typer.Option("--documents", min=1, help="Lines in a document.")] = 8,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Write the confusions as an SVG picture.")
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, help="Processes for --by-source.")
    ] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Measure a model: F1, confusions, short and switched texts, calibration, purity, speed."""
    from corpusforge.language import SHIPPED
    from corpusforge.language.evaluate import evaluate as evaluated
    from corpusforge.language.evaluate import prevalence as documents_report
    from corpusforge.language.evaluate import render, render_prevalence
    from corpusforge.language.labelled import read_labelled, shares_of
    from corpusforge.language.model import load
    from corpusforge.language.plot import confusion_svg
    from corpusforge.language.pool import held_out, read_pool

    if by_source:
        _by_source(pool, workers=workers, as_json=as_json)
        return
    lines = read_labelled(data or ())
    if pool:
        whole = read_pool(pool)
        lines += [line for line, out in zip(whole, held_out(whole), strict=True) if out]
    if not lines:
        raise LanguageError(
            "LNG016",
            "there is nothing to measure on",
            hint="name files of labelled lines, or --pool",
        )
    loaded = load(model or SHIPPED)
    shares = None if prevalence in {None, "default"} else shares_of(str(prevalence))
    if prevalence:
        part = documents_report(lines, loaded, shares, documents)
        typer.echo(json.dumps(part) if as_json else render_prevalence(part).strip())
        return
    report = evaluated(lines, loaded, shares=shares, size=documents)
    if plot:
        cells = {(cell["gold"], cell["found"]): cell["lines"] for cell in report["confusion"]}
        plot.write_text(confusion_svg(cells, f"{report['model']}: confusions"), encoding="utf-8")
    typer.echo(json.dumps(report, ensure_ascii=False) if as_json else render(report))


def manifest(
    pool: Annotated[Path, _POOL],
    output: Annotated[Path, typer.Option("--output", "-o", help="The manifest to write.")],
) -> None:
    """Write the manifest of a pool: digests of its files, lines of its sources, what is known."""
    from corpusforge.language.pool import SHIPPED_MANIFEST, load_manifest, new_manifest

    found = new_manifest(pool, load_manifest(SHIPPED_MANIFEST))
    output.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    unknown = [name for name, source in found["sources"].items() if source["license"] == "unknown"]
    if unknown:
        _say(f"fill in what is known of: {', '.join(unknown)}")
    typer.echo(str(output))


def _by_source(pool: Path | None, *, workers: int, as_json: bool) -> None:
    from corpusforge.language.calibrate import calibration
    from corpusforge.language.evaluate import render_measured
    from corpusforge.language.folding import folding_table
    from corpusforge.language.pool import held_out, own_lines, read_pool
    from corpusforge.language.settings import PLANS
    from corpusforge.language.train import by_source

    if pool is None:
        raise LanguageError("LNG016", "--by-source trains anew", hint="name a pool with --pool")
    lines: list[Line] = read_pool(pool)
    kept = [line for line, out in zip(lines, held_out(lines), strict=True) if not out]
    kept += own_lines()
    found = calibration(by_source(kept, folding_table(), workers=workers, say=_say), PLANS)[
        "measured"
    ]
    typer.echo(json.dumps(found) if as_json else render_measured(found))


def _say(message: str) -> None:
    typer.echo(message, err=True)


def _batches(stream: BinaryIO) -> Iterator[list[bytes]]:
    """Lines in groups of bounded number and size."""
    lines: list[bytes] = []
    size = 0
    for line in stream:
        lines.append(line.rstrip(b"\r\n"))
        size += len(line)
        if len(lines) >= _LINES or size >= 1 << 20:
            yield lines
            lines, size = [], 0
    if lines:
        yield lines
