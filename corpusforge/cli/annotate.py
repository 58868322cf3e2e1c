"""`corpusforge annotate`: Label Studio for a dataset's tasks, and their answers back."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpusforge.cli import answers
from corpusforge.errors import AnnotationError

if TYPE_CHECKING:
    from corpusforge.annotation.ledger import Ledger, Wave
    from corpusforge.annotation.server import LocalServer, Running

DatasetArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="DATASET",
        help="The dataset (commons/health) or its recipe; may be left out where there is only one.",
    ),
]
WorkspaceOption = Annotated[
    Path,
    typer.Option(
        "--workspace",
        envvar="CORPUSFORGE_WORKSPACE",
        help="Where builds keep what they made.",
        default_factory=lambda: Path("workspace"),
    ),
]
WaveOption = Annotated[
    list[str] | None, typer.Option("--wave", help="Only this wave; may be repeated.")
]
UrlOption = Annotated[
    str | None,
    typer.Option(
        "--url",
        envvar="LABEL_STUDIO_URL",
        help="Label Studio's address; the workspace's own server if none is given. "
        "Its key comes from LABEL_STUDIO_API_KEY.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON for machines, one object a line.")]

NO_ROLES = (
    "The open edition of Label Studio has no roles: every account can read, change and delete "
    "everything on this server. Keep it on a private network, invite people you know, back up its "
    "data, and pull often: the ledger keeps what was answered."
)


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="Ask people: Label Studio, tasks out, answers back.", no_args_is_help=True
    )
    group.command()(serve)
    group.command()(push)
    group.command()(pull)
    group.command()(answers.status)
    group.command()(answers.adjudicate)
    group.command()(answers.gold)
    app.add_typer(group, name="annotate")


# Serving


def serve(  # noqa: PLR0913 - the options of a command
    *,
    workspace: WorkspaceOption,
    host: Annotated[
        str, typer.Option(help="Address to listen on; others than loopback open it to a network.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8080,
    public_url: Annotated[
        str, typer.Option(help="The address browsers use, where a proxy with HTTPS stands before.")
    ] = "",
    label_studio: Annotated[
        Path | None, typer.Option(help="The program label-studio, or the environment it is in.")
    ] = None,
    install: Annotated[
        bool, typer.Option("--install", help="Install it first, in an environment of its own.")
    ] = False,
    stop: Annotated[
        bool, typer.Option("--stop", help="Stop the server of this workspace instead.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Start the workspace's Label Studio, with its doors closed, until it is interrupted.

    PostgreSQL instead of SQLite: set DJANGO_DB=default and POSTGRE_NAME, _USER, _PASSWORD, _HOST,
    _PORT. A second start goes on with the same accounts, projects and keys.
    """
    from corpusforge.annotation.find import find_label_studio
    from corpusforge.annotation.find import install as install_label_studio
    from corpusforge.annotation.server import LocalServer

    server = LocalServer(workspace / "private", host=host, port=port, public_url=public_url)
    if stop:
        stopped = server.stop()
        typer.echo("stopped" if stopped else "no Label Studio runs for this workspace")
        return
    if running := server.running():
        _show(running, server, as_json=as_json, already=True)
        return
    if install:
        typer.echo("installing Label Studio in an environment of its own, some minutes", err=True)
        install_label_studio()
    installed = find_label_studio(label_studio)
    if not as_json:
        typer.echo(
            f"starting Label Studio {installed.version} ({installed.path}); the first start on a "
            "workspace takes minutes",
            err=True,
        )
    try:
        with _interrupted_once(), server.serve(installed) as running:
            _show(running, server, as_json=as_json)
            server.watch()
    except KeyboardInterrupt:
        typer.echo("stopped; accounts, projects and answers are kept", err=True)


@contextmanager
def _interrupted_once() -> Iterator[None]:
    """Ctrl-C, `kill` and a closed terminal interrupt once; stopping is then left in peace."""
    wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def end(number: int, frame: Any) -> None:
        del number, frame
        for one in wanted:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _show(running: Running, server: LocalServer, *, as_json: bool, already: bool = False) -> None:
    """Where it is, how people get in, and what to know."""
    from corpusforge.annotation.client import Client

    with Client(running.local, running.token) as client:
        link = client.invite_link().replace(running.local, running.url, 1)
    facts = {
        "event": "serving",
        "url": running.url,
        "invite": link,
        "steward": server.steward,
        "password_file": str(running.folder / "password"),
        "token_file": str(running.folder / "token"),
        "database": running.database,
        "log": str(server.log),
        "process": running.process,
        "already": already,
    }
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=True))
        return
    typer.echo(
        f"Label Studio {'runs already' if already else 'is up'}: {running.url}\n"
        f"  annotators join by   {link}\n"
        f"  the steward logs in as {server.steward}, password in {facts['password_file']}\n"
        f"  LABEL_STUDIO_API_KEY is in {facts['token_file']} (push and pull find it themselves)\n"
        f"  database: {running.database}; log: {server.log}"
    )
    typer.echo(f"  {NO_ROLES}")
    if server.host not in ("127.0.0.1", "::1", "localhost") and not already:
        typer.echo(
            f"  It listens on {server.host}, for whoever reaches that address, without HTTPS."
        )
    if not already:
        typer.echo("  Ctrl-C stops it.")


# Routing


def push(
    dataset: DatasetArgument = None,
    *,
    workspace: WorkspaceOption,
    wave: WaveOption = None,
    url: UrlOption = None,
    chunk: Annotated[int, typer.Option(help="Tasks in one request.", min=1, max=1000)] = 500,
    as_json: JsonOption = False,
) -> None:
    """Send the tasks that were drawn into Label Studio, each once.

    May be stopped, killed and given again at any time: what is there is not sent twice.
    """
    from corpusforge.annotation import push as pushing
    from corpusforge.annotation.connection import connect

    with open_ledger(dataset, workspace) as ledger:
        chosen = waves_of(ledger, wave, "closed")
        with connect(workspace / "private", url) as client:
            for one in chosen:
                done = pushing.push(ledger, one, client, _lines(one, as_json=as_json), chunk=chunk)
                if as_json:
                    typer.echo(json.dumps({"event": "pushed_wave", **vars(done)}))
                    continue
                typer.echo(
                    f"{done.wave}: {done.sent:,} tasks sent, {done.tasks:,} in all, in {done.url}"
                )
                if done.withheld:
                    typer.echo(
                        f"  {done.withheld} held back: personal data was found in their text"
                    )
                if done.removed:
                    typer.echo(f"  {done.removed} twins of lost replies removed")


def pull(  # noqa: PLR0913 - the options of a command
    dataset: DatasetArgument = None,
    *,
    workspace: WorkspaceOption,
    wave: WaveOption = None,
    url: UrlOption = None,
    whole: Annotated[
        bool,
        typer.Option("--whole", help="Look at every answer, so that deleted ones are noticed."),
    ] = False,
    close: Annotated[
        bool, typer.Option("--close", help="The same, and take no more answers: the wave ends.")
    ] = False,
    every: Annotated[
        float | None, typer.Option(help="Go on, every so many seconds, until interrupted.", min=1)
    ] = None,
    nudge: Annotated[
        str | None,
        typer.Option(
            help="With --every: an address of this machine that Label Studio calls when answers "
            "come, so that they are fetched at once: http://10.0.0.5:9001."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Bring answers from Label Studio into the ledger, every version of each once."""
    from contextlib import ExitStack

    from corpusforge.annotation import pull as pulling
    from corpusforge.annotation.connection import connect
    from corpusforge.annotation.nudge import Nudge

    with ExitStack() as stack:
        ledger = stack.enter_context(open_ledger(dataset, workspace))
        bell = stack.enter_context(Nudge(nudge)) if nudge and every and not close else None
        rung: set[int | None] = set()
        while True:
            chosen = waves_of(ledger, wave, "closed", pushed=True)
            with connect(workspace / "private", url) as client:
                for one in chosen:
                    if bell is not None and one.project is not None and one.project not in rung:
                        bell.ask_for(client, one.project)
                        rung.add(one.project)
                    report = _lines(one, as_json=as_json)
                    done = pulling.pull(ledger, one, client, report, whole=whole, close=close)
                    _pulled(done, as_json=as_json)
            if every is None or close:
                return
            if bell is not None:
                bell.wait(every)
            else:
                time.sleep(every)


def _pulled(done: Any, *, as_json: bool) -> None:
    from corpusforge.annotation.answers import REASONS

    if as_json:
        typer.echo(json.dumps({"event": "pulled_wave", **vars(done)}))
        return
    typer.echo(
        f"{done.wave}: {done.new:,} new, {done.accepted:,} answers count, "
        f"{done.unanswered:,} tasks wait" + (", closed" if done.closed else "")
    )
    for reason, number in done.quarantined.items():
        typer.echo(f"  {number:>6,}  put aside: {REASONS[reason]}")
    if done.gone:
        typer.echo(f"  {done.gone:>6,}  have vanished from Label Studio (kept in the ledger)")
    if done.deleted_tasks:
        typer.echo(f"  {done.deleted_tasks:>6,}  tasks were deleted in Label Studio")


def _lines(wave: Wave, *, as_json: bool) -> Any:
    """How progress is shown: a line on standard error, or JSON lines."""

    def report(event: str, **facts: Any) -> None:
        if as_json:
            typer.echo(json.dumps({"event": event, "wave": wave.name, **facts}))
        elif event == "waiting":
            typer.echo(f"{wave.name}: waits for process {facts['process']}", err=True)
        elif event == "pushed":
            typer.echo(f"{wave.name}: {facts['done']:,} of {facts['of']:,}", err=True)
        elif event == "pulled":
            typer.echo(f"{wave.name}: {facts['tasks']:,} answered tasks read", err=True)
        elif event == "lost":
            typer.echo(f"{wave.name}: a reply was lost, looking what arrived", err=True)

    return report


# What the commands of this group share


def open_ledger(dataset: str | None, workspace: Path) -> Ledger:
    """The ledger of a dataset, named by its id, by its recipe, or the only one there is.

    Raises:
        AnnotationError: ANN010, there is none; ANN048, there are several.
    """
    from corpusforge.annotation.ledger import Ledger

    private = workspace / "private"
    if dataset is None:
        found = sorted(
            str(path.parent.relative_to(private)) for path in private.rglob("annotation.sqlite")
        )
        if len(found) > 1:
            raise AnnotationError(
                "ANN048",
                "which dataset is meant?",
                where=str(workspace),
                hint=f"name one of {', '.join(found)}",
            )
        dataset = found[0] if found else "any dataset"
    elif Path(dataset).is_file():
        from corpusforge.recipe.load import load_recipe

        dataset = load_recipe(Path(dataset)).recipe.name
    return Ledger(private, dataset, create=False)


def waves_of(
    ledger: Ledger, names: list[str] | None, but: str = "", *, pushed: bool = False
) -> list[Wave]:
    """The waves named, or all that are not in state `but` (and have been pushed).

    Raises:
        AnnotationError: ANN014, one that is named is not there.
    """
    if names:
        return [ledger.wave(name) for name in names]
    return [
        wave
        for wave in ledger.waves()
        if wave.state != but and (not pushed or wave.project is not None)
    ]
