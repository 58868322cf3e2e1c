"""`corpusforge tokenize`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpusforge.errors import TokenError

if TYPE_CHECKING:
    from corpusforge.tokens.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(tokenize)


def tokenize(  # noqa: PLR0913 - one parameter an option
    source: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="A release directory, NAME@VERSION in a registry, or Parquet or JSON lines.",
        ),
    ],
    *,
    tokenizer: Annotated[
        Path, typer.Option(help="A tokenizer.json, or the folder that holds one.")
    ],
    output: Annotated[Path, typer.Option(metavar="DIR", help="New folder for the token files.")],
    name: Annotated[
        str | None, typer.Option(help="Name of the tokenizer in config names and paths.")
    ] = None,
    encoder: Annotated[str, typer.Option(help="auto, hf or fast.")] = "auto",
    special_tokens: Annotated[
        str, typer.Option(help="Special tokens that stand in texts: ordinary or recognised.")
    ] = "ordinary",
    eos: Annotated[
        str | None, typer.Option(help="Token after each document in packed, ds and megatron.")
    ] = None,
    outputs: Annotated[
        str, typer.Option(help="Forms beside Parquet, with commas: packed, ds, megatron.")
    ] = "parquet",
    seq_len: Annotated[
        int | None, typer.Option(help="Tokens in a packed row; 2048 by default.")
    ] = None,
    remainder: Annotated[
        str | None,
        typer.Option(help="Of tokens that fill no packed row: carry (default), drop or pad."),
    ] = None,
    scorers: Annotated[
        Path | None, typer.Option(help="YAML file: a list of scorers as a recipe has them.")
    ] = None,
    gpus: Annotated[int, typer.Option(min=0, max=1, help="GPUs a task asks for.")] = 0,
    device: Annotated[
        str | None, typer.Option(help="auto, cuda or cpu; cuda with --gpus 1, else auto.")
    ] = None,
    config: Annotated[
        list[str] | None, typer.Option(help="Only this text config of a release; repeatable.")
    ] = None,
    text_column: Annotated[str, typer.Option(help="Column of the texts, in files.")] = "text",
    id_column: Annotated[str, typer.Option(help="Column of the ids, in files.")] = "id",
    executor: Annotated[str, typer.Option(help="local, slurm or ray.")] = "local",
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0: one a core.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="JSON for machines.")] = False,
) -> None:
    """Write the texts of a release or of files as token ids; the last line names the folder."""
    from corpusforge.build.run import make_executor
    from corpusforge.build.tokenize import Unfinished, Wanted, tokenize_paths, tokenize_release
    from corpusforge.release.reference import resolve

    packing = {"seq_len": seq_len, "remainder": remainder}
    stated = {key: value for key, value in packing.items() if value is not None}
    settings = _settings(
        {
            "tokenizer": tokenizer.absolute(),
            "name": name,
            "encoder": encoder,
            "special_tokens": special_tokens,
            "eos": eos,
            "outputs": tuple(filter(None, outputs.split(","))),
            "scorers": _scorers(scorers) if scorers else (),
            "gpus": gpus,
            "device": device,
            **({"packing": stated} if stated else {}),
        }
    )
    wanted = Wanted(output, settings, tuple(config or ()), text_column, id_column)
    jobs = Unfinished(output).folder / "jobs"
    count = workers or len(os.sched_getaffinity(0))
    with make_executor(executor, count, jobs) as run:
        files = [Path(each) for each in source]
        if len(source) > 1 or files[0].is_file() or _looks_like_a_file(files[0]):
            made = tokenize_paths(files, wanted, run)
        else:
            found = resolve(source[0], os.environ.get("HF_ENDPOINT"), os.environ.get("HF_TOKEN"))
            made = tokenize_release(found, wanted, run)
    if as_json:
        typer.echo(json.dumps({**made, "output": str(output)}, ensure_ascii=True))
        return
    for line in _summary(made):
        typer.echo(line)
    typer.echo(f"tokens {output}")


def _looks_like_a_file(path: Path) -> bool:
    return path.suffix in {".parquet", ".jsonl", ".ndjson", ".gz"}


def _scorers(path: Path) -> tuple[dict[str, Any], ...]:
    """The scorers of a file; models are looked for from its folder.

    Raises:
        TokenError: TOK025, it is no list of scorers.

    """
    import yaml

    try:
        found = yaml.safe_load(path.read_text("utf-8"))
        listed = found if isinstance(found, list) else found["scorers"]
        base = path.absolute().parent
        return tuple(
            {
                key: base / value if key in {"model", "head"} else value
                for key, value in each.items()
            }
            for each in listed
        )
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise TokenError(
            "TOK025",
            "this is no list of scorers",
            where=str(path),
            hint="write what stands under `scorers:` of a recipe",
        ) from error


def _settings(values: dict[str, Any]) -> Settings:
    """The options as settings.

    Raises:
        TokenError: TOK025, an option has a value it cannot have.

    """
    from pydantic import ValidationError

    from corpusforge.tokens.settings import Settings

    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        found = error.errors()[0]
        place = found["loc"][-1] if found["loc"] and isinstance(found["loc"][-1], str) else ""
        place = place or (str(found["loc"][0]) if found["loc"] else "")
        raise TokenError(
            "TOK025",
            found["msg"].removeprefix("Value error, "),
            where=f"--{place.replace('_', '-')}" if place else "",
            hint="see `corpusforge tokenize --help`",
        ) from error


def _summary(made: dict[str, Any]) -> list[str]:
    from corpusforge.release.text import number
    from corpusforge.report.funnel import columns

    rows = []
    for config in made["configs"]:
        splits = config["splits"]
        languages = config["facts"]["languages"].values()
        words = sum(each["words"] for each in languages)
        tokens = sum(each["tokens"] for each in languages)
        rows.append(
            (
                config["name"],
                number(sum(split["rows"] for split in splits)),
                number(sum(split["tokens"] for split in splits)),
                f"{tokens / max(1, words):.2f}",
                ", ".join(config["facts"]["engines"]),
                config["license"] or "",
            )
        )
    head = ("config", "rows", "tokens", "tokens a word", "encoded by", "licence")
    return columns(head, rows, numbers=(1, 2, 3))
