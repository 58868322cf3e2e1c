"""The `corpusforge` command: its groups, and how every error reaches the user."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Annotated

import typer

from corpusforge.errors import CorpusforgeError

#: Command files and their commands, in the order `corpusforge --help` lists them; each file has
#: `register(app)`.
FILES = {
    "recipe": ("new", "check", "explain"),
    "build": ("build", "plan"),
    "crawl": ("crawl",),
    "release": ("publish", "verify", "diff", "report", "datasheet"),
    "lineage": ("trace", "why", "drops", "withdraw", "gc"),
    "language": ("identify", "language"),
    "privacy": ("scrub", "privacy"),
    "tokenize": ("tokenize",),
    "tokenizer": ("tokenizer",),
    "annotate": ("annotate",),
}

_INTERRUPTED = 130


def _version(wanted: bool) -> None:  # noqa: FBT001 - a typer callback
    if wanted:
        from corpusforge import __version__

        typer.echo(f"corpusforge {__version__}")
        raise typer.Exit


def options(
    context: typer.Context,
    *,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Build, check and publish the datasets of a data commons."""
    del version
    context.obj = {"debug": debug}


def application(wanted: str | None = None) -> typer.Typer:
    """The command line: the file of the command `wanted`, or all where there is none of that name.

    Each command is made out of the signature of its function, which takes a millisecond.
    """
    app = typer.Typer(
        name="corpusforge",
        help="Build, check and publish the datasets of a data commons.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(options)
    files = [file for file, commands in FILES.items() if wanted in commands]
    for file in files or FILES:
        importlib.import_module(f"corpusforge.cli.{file}").register(app)
    return app


def main() -> None:
    """Run the command line: exit 0 done, 1 refused or failed with a reason, 2 misuse."""
    try:
        application(next((word for word in sys.argv[1:] if not word.startswith("-")), None))()
    except CorpusforgeError as error:
        if "--debug" in sys.argv:
            raise
        typer.echo(render(error), err=True)
        raise SystemExit(1) from None
    except (KeyboardInterrupt, SystemExit) as end:
        # Typer turns an interrupt into its own exit; whoever pressed Ctrl-C should know what holds.
        if isinstance(end, SystemExit) and end.code != _INTERRUPTED:
            raise
        typer.echo("stopped; what was finished is kept, run it again to go on", err=True)
        raise SystemExit(_INTERRUPTED) from None
    except BrokenPipeError:
        # The reader of a pipe has gone (`… | head`): nothing is wrong, nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None


def render(error: CorpusforgeError) -> str:
    """An error as the user reads it: code, place, what is wrong, what to do."""
    problems = getattr(error, "problems", None) or [error]
    lines = []
    for problem in problems:
        place = f"{problem.where}: " if problem.where else ""
        lines.append(f"{place}{problem.code} {problem.message}")
        if problem.hint:
            lines.append(f"  → {problem.hint}")
    if len(problems) > 1:
        lines.append(
            f"{len(problems)} problems. `corpusforge explain CODE` says more of each code."
        )
    return "\n".join(lines)
