"""`corpusforge tokenizer`: train a tokenizer on a corpus, compare any on texts of yours."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpusforge.errors import TokenError

if TYPE_CHECKING:
    from corpusforge.tokens.fertility import Measured

_Data = Annotated[
    list[str],
    typer.Argument(
        metavar="DATA...",
        help="A release directory, NAME@VERSION, a built recipe, or files: Parquet, JSON lines, "
        "or one text a line (ary_Arab.txt.gz), or a folder of them.",
    ),
]
_Language = Annotated[str, typer.Option(help="Language of texts whose file says none.")]
_Column = Annotated[str, typer.Option(help="Column of the texts, in files.")]
_Json = Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")]
_Workspace = Annotated[
    Path,
    typer.Option(
        envvar="CORPUSFORGE_WORKSPACE", help="Where the release of a built recipe is looked for."
    ),
]


def register(app: typer.Typer) -> None:
    """Add this file's commands to the command line."""
    group = typer.Typer(help="Train and compare tokenizers.", no_args_is_help=True)
    group.command("train")(train)
    group.command("compare")(compare)
    app.add_typer(group, name="tokenizer")


def train(  # noqa: PLR0913 - one parameter an option
    data: _Data,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="A new folder.")],
    vocabulary: Annotated[
        int, typer.Option("--vocabulary", "--vocab-size", help="Ids in all.")
    ] = 32_768,
    balance: Annotated[
        float,
        typer.Option(
            min=0, max=1, help="0: every language as much as the largest; 1: as much as there is."
        ),
    ] = 0.3,
    languages: Annotated[
        str | None, typer.Option(help="Only these, with commas: ary_Arab,zgh_Tfng.")
    ] = None,
    special_token: Annotated[
        list[str] | None, typer.Option(help="One more special token; repeatable.")
    ] = None,
    min_frequency: Annotated[
        int, typer.Option(min=1, help="How often a pair must stand to be merged.")
    ] = 2,
    max_words: Annotated[
        int, typer.Option(min=1, help="Words drawn of one language, at most.")
    ] = 3_000_000,
    hold_out: Annotated[
        int, typer.Option(min=2, help="One text in so many is kept out of training, to measure.")
    ] = 20,
    hold_out_source: Annotated[
        list[str] | None, typer.Option(help="Keep a whole source out of training; repeatable.")
    ] = None,
    against: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[NAME=]FILE", help="A tokenizer to measure on the same text; repeatable."
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Its name; the output's by default.")] = None,
    language: _Language = "",
    text_column: _Column = "text",
    workspace: _Workspace = Path("workspace"),
    as_json: _Json = False,
) -> None:
    """Train byte-level BPE on a balanced sample and measure it on text kept out; with a card."""
    from corpusforge.build.corpus import Asked
    from corpusforge.build.tokenizer import Training, train_tokenizer
    from corpusforge.tokens.card import as_json as figures

    wanted = Training(
        name=name or output.resolve().name,
        vocabulary=vocabulary,
        balance=balance,
        languages=tuple(filter(None, (languages or "").split(","))),
        special_tokens=tuple(special_token or ()),
        min_frequency=min_frequency,
        max_words=max_words,
        hold_out=hold_out,
        hold_out_sources=tuple(hold_out_source or ()),
        against=_named(against or []),
    )
    with tempfile.TemporaryDirectory() as scratch:
        asked = Asked(workspace, Path(scratch), *_registry(), language, text_column)
        measured = train_tokenizer(data, asked, wanted, output)
    if as_json:
        typer.echo(json.dumps({"output": str(output), "measured": figures(measured)}))
        return
    _show(measured)
    typer.echo(f"tokenizer {output}")


def compare(
    tokenizer: Annotated[
        list[str],
        typer.Argument(
            metavar="[NAME=]FILE...", help="tokenizer.json files, or folders that hold one."
        ),
    ],
    *,
    on: Annotated[
        list[str], typer.Option("--on", metavar="DATA", help="Texts, as for `train`; repeatable.")
    ],
    plot: Annotated[Path | None, typer.Option(help="Also draw the figures, as SVG.")] = None,
    language: _Language = "",
    text_column: _Column = "text",
    workspace: _Workspace = Path("workspace"),
    as_json: _Json = False,
) -> None:
    """Measure tokenizers on the same texts: tokens a word, bytes a token, unknowns, round trip."""
    from corpusforge.build.corpus import Asked
    from corpusforge.build.tokenizer import compare_tokenizers, writing
    from corpusforge.tokens.card import as_json as figures
    from corpusforge.tokens.plot import fertility_svg

    with tempfile.TemporaryDirectory() as scratch:
        asked = Asked(workspace, Path(scratch), *_registry(), language, text_column)
        measured = compare_tokenizers(_named(tokenizer), on, asked)
    if plot:
        with writing(plot):
            plot.write_text(fertility_svg(measured, "Tokens a word"), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps({"measured": figures(measured)}))
        return
    _show(measured)


def _show(measured: Sequence[Measured]) -> None:
    from corpusforge.report.funnel import columns
    from corpusforge.tokens.card import comparison, summary

    tables = {
        "tokens a word": comparison(measured),
        "bytes a token": comparison(measured, "bytes_per_token"),
        "over all languages": summary(measured),
    }
    for title, (head, rows) in tables.items():
        typer.echo("\n".join([title, *columns(head, rows, numbers=range(1, len(head))), ""]))


def _registry() -> tuple[str | None, str | None]:
    return os.environ.get("HF_ENDPOINT"), os.environ.get("HF_TOKEN")


def _named(files: list[str]) -> tuple[tuple[str, Path], ...]:
    """Each file under its name: the one given, or what sets its path apart.

    Raises:
        TokenError: TOK013, two have one name.

    """
    found: dict[str, Path] = {}
    for each in files:
        stated, _, rest = each.partition("=")
        path = Path(rest if rest and not Path(each).exists() else each)
        name = stated if rest and path == Path(rest) else _name(path)
        if name in found:
            raise TokenError(
                "TOK013",
                f'two tokenizers are called "{name}"',
                where=each,
                hint=f"name them: first={found[name]} second={path}",
            )
        found[name] = path
    return tuple(found.items())


def _name(path: Path) -> str:
    resolved = path.resolve()
    return resolved.parent.name if resolved.name == "tokenizer.json" else resolved.stem
