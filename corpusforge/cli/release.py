"""`corpusforge publish`, `verify`, `diff`, `report` and `datasheet`: releases and their papers."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from corpusforge.release.diff import Difference

_Directory = Annotated[
    Path, typer.Argument(metavar="RELEASE_DIR", help="The directory that `build` printed.")
]
_Reference = Annotated[
    str, typer.Argument(metavar="REF", help="A release directory, or NAME@VERSION in HF_ENDPOINT.")
]
_AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")]
_Endpoint = Annotated[
    str | None,
    typer.Option(envvar="HF_ENDPOINT", help="Address of the registry.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add this file's commands to the command line."""
    app.command("publish")(publish)
    app.command("verify")(verify)
    app.command("diff")(diff)
    app.command("report")(report)
    app.command("datasheet")(datasheet)


def publish(
    release_dir: _Directory,
    *,
    endpoint: _Endpoint = None,
    workspace: Annotated[
        Path,
        typer.Option(
            envvar="CORPUSFORGE_WORKSPACE",
            help="Its own registry is used where no address is given.",
        ),
    ] = Path("workspace"),
    as_json: _AsJson = False,
) -> None:
    """Publish a release: one commit, one tag. Doing it twice changes nothing."""
    from corpusforge.release.embedded import publish_embedded
    from corpusforge.release.publish import publish as to_registry

    lines: tuple[str, ...] = ()
    if endpoint:
        done = to_registry(release_dir, endpoint, os.environ.get("HF_TOKEN"))
    else:
        embedded = publish_embedded(release_dir, workspace)
        done = embedded.published
        lines = (embedded.serve, embedded.load)
    if as_json:
        typer.echo(json.dumps({**dataclasses.asdict(done), "next": lines}))
        return
    if done.new:
        typer.echo(f"published {done.name} {done.version} as {done.tag}, commit {done.commit}")
    else:
        typer.echo(f"{done.name} {done.version} was published already: nothing to do")
    typer.echo(f"identity {done.digest}")
    if lines:
        typer.echo("to serve it, and to load it from another terminal:")
    for line in lines:
        typer.echo(f"  {line}")


def verify(  # noqa: PLR0913 - one parameter an option
    ref: _Reference,
    *,
    endpoint: _Endpoint = None,
    key: Annotated[
        Path | None, typer.Option(help="Public Ed25519 key (PEM) the attestation must verify with.")
    ] = None,
    digest: Annotated[
        str | None, typer.Option(help="Identity it must have: sha256:… of its manifest.")
    ] = None,
    rebuild: Annotated[
        Path | None,
        typer.Option(
            metavar="RECIPE",
            help="Also build it again, from the snapshots it was built from and from nothing "
            "cached, and compare every file.",
        ),
    ] = None,
    workspace: Annotated[
        Path,
        typer.Option(envvar="CORPUSFORGE_WORKSPACE", help="Where --rebuild finds the snapshots."),
    ] = Path("workspace"),
    executor: Annotated[str, typer.Option(help="Of --rebuild: local, slurm or ray.")] = "local",
    workers: Annotated[int, typer.Option(min=0, help="Of --rebuild; 0: one a core.")] = 0,
    as_json: _AsJson = False,
) -> None:
    """Hash every file of a release and compare with its manifest; build it again if asked to."""
    from corpusforge.errors import ReleaseError
    from corpusforge.release.reference import resolve
    from corpusforge.release.verify import verify as check

    target = ref if "://" in ref else resolve(ref, endpoint, os.environ.get("HF_TOKEN"))
    found = check(target, _public_key(key) if key else None)
    if digest and digest.removeprefix("sha256:") != found.digest.removeprefix("sha256:"):
        raise ReleaseError(
            "REL005", f"it is sound, but another release: its identity is {found.digest}", where=ref
        )
    again = None
    if rebuild:
        from corpusforge.build.rebuild import rebuild as build_again
        from corpusforge.release.verify import stated
        from corpusforge.report.progress import reporter

        with reporter(as_json=False, stream=sys.stderr) as tell:
            again = build_again(
                rebuild,
                *stated(target),
                workspace=workspace,
                executor=executor,
                workers=workers or len(os.sched_getaffinity(0)),
                report=tell,
            )
    if as_json:
        body = {"ok": True, **found._asdict(), "rebuilt": again and again._asdict()}
        typer.echo(json.dumps(body))
        return
    typer.echo(
        f"{found.name} {found.version}: {found.files} files, {found.bytes:,} bytes, "
        f"{found.rows:,} rows, all as stated"
    )
    typer.echo(f"identity {found.digest}")
    if found.signed:
        typer.echo("the attestation is signed with the key given")
    if again:
        typer.echo(
            f"built again from its snapshots, {again.parts:,} parts computed: "
            f"the same {again.files} files"
        )


def diff(
    before: Annotated[str, typer.Argument(metavar="REF", help="The older release.")],
    after: Annotated[str, typer.Argument(metavar="REF", help="The newer release.")],
    *,
    endpoint: _Endpoint = None,
    as_json: _AsJson = False,
) -> None:
    """Say which rows two releases do not have in common."""
    from corpusforge.release.diff import diff as compare
    from corpusforge.release.reference import resolve

    token = os.environ.get("HF_TOKEN")
    found = compare(resolve(before, endpoint, token), resolve(after, endpoint, token))
    if as_json:
        body = {
            **found._asdict(),
            "configs": [change._asdict() for change in found.configs],
            "companions": [companion._asdict() for companion in found.companions],
        }
        typer.echo(json.dumps(body, ensure_ascii=True))
        return
    for line in _difference(found):
        typer.echo(line)


def _difference(found: Difference) -> list[str]:
    from corpusforge.report.funnel import columns

    lines = [f"- {found.before}", f"+ {found.after}", ""]
    if found.identical:
        return [*lines, f"the same {found.same:,} rows"]
    lines.append(
        f"rows: {found.added:,} added, {found.removed:,} removed, {found.changed:,} changed, "
        f"{found.same:,} the same"
    )
    lines += ["", *_table(("config", "added", "removed", "changed"), found.configs)]
    lines += ["", *_table(("language", "before", "after"), found.rows)]
    lines += ["", *_table(("licence", "before", "after"), found.licences)]
    if found.fields:
        lines += ["", *columns(("changed in", "rows"), _cells(found.fields.items()), numbers=(1,))]
    made = [
        (each.config, each.before, each.after, "the same" if each.same else "made anew")
        for each in found.companions
    ]
    if made:
        lines += ["", *_table(("made of these rows", "before", "after", "content"), made)]
    for kind, ids in found.examples.items():
        lines += ["", *(f"{kind}: {identity}" for identity in ids)] if ids else []
    return lines


def _table(head: tuple[str, ...], rows: object) -> list[str]:
    from corpusforge.report.funnel import columns

    return columns(head, _cells(rows), numbers=range(1, len(head)))


def _cells(rows: object) -> list[list[str]]:
    return [[f"{c:,}" if isinstance(c, int) else str(c) for c in row] for row in rows]  # type: ignore[attr-defined]


def report(
    release_dir: _Directory,
    *,
    output: Annotated[
        Path | None, typer.Option(help="Also write report.html and plots (SVG) there.")
    ] = None,
    as_json: _AsJson = False,
) -> None:
    """Show the funnel of a build: in, left out by reason, out; by language and licence."""
    from corpusforge.release.directory import read_release
    from corpusforge.release.funnel import funnel
    from corpusforge.report.funnel import funnel_lines
    from corpusforge.report.page import write_report

    release = read_release(release_dir)
    written = write_report(release, output) if output else []
    if as_json:
        body = {
            "name": release.name,
            "version": release.version,
            "rows": release.rows,
            "words": release.words,
            "stages": [
                {**step._asdict(), "dropped": dict(step.dropped)} for step in funnel(release)
            ],
            "languages": release.languages,
            "licences": {facts.license: facts.rows for facts in release.licences},
            "origins": release.origins,
            "personal_data": release.pii,
            "written": [str(path) for path in written],
        }
        typer.echo(json.dumps(body, ensure_ascii=True))
        return
    for line in funnel_lines(release):
        typer.echo(line)
    for path in written:
        typer.echo(f"wrote {path}")


def datasheet(
    recipe: Annotated[Path, typer.Argument(metavar="RECIPE", help="The recipe, a YAML file.")],
    *,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 if a question is open.")] = False,
    as_json: _AsJson = False,
) -> None:
    """List the datasheet questions that wait for a person, and what has been answered."""
    from corpusforge.recipe.load import load_recipe
    from corpusforge.release.answers import load_answers, open_questions
    from corpusforge.release.questions import KINDS, QUESTIONS

    loaded = load_recipe(recipe)
    answers = load_answers(loaded)
    waiting = open_questions(answers)
    if as_json:
        body = {
            "answers_file": str(loaded.datasheet),
            "answered": sorted(answers),
            "open": [question._asdict() for question in waiting],
        }
        typer.echo(json.dumps(body, ensure_ascii=True))
    else:
        total = sum(question.answerable for question in QUESTIONS.values())
        typer.echo(f"{loaded.datasheet}: {len(answers)} of {total} answered by a person")
        for question in waiting:
            typer.echo(f"  {question.id:<26} {question.text} ({KINDS[question.kind]})")
        if not waiting:
            typer.echo("nothing is open")
    if check and waiting:
        raise typer.Exit(1)


def _public_key(path: Path) -> Ed25519PublicKey:
    from corpusforge.errors import ReleaseError

    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
    except ModuleNotFoundError as error:
        raise ReleaseError(
            "REL006",
            "checking signatures needs the package cryptography",
            hint="install corpusforge[sign]",
        ) from error
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ReleaseError("REL006", "the key cannot be read", where=str(path)) from error
    if not isinstance(key, Ed25519PublicKey):
        raise ReleaseError("REL006", "the key is not an Ed25519 public key", where=str(path))
    return key
