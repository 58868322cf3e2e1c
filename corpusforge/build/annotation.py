"""What a build has to do with annotators: tasks out, answers in; it waits for neither.

Drawn waves go into the ledger. If a Label Studio is named or runs for the workspace, they are
pushed; if it cannot be reached, the build says so and goes on, and `corpusforge annotate push` does
it later. Waves that have all their answers get a wave of adjudication for what stayed open.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa

from corpusforge.annotation.adjudication import draw_adjudication
from corpusforge.annotation.ledger import Ledger
from corpusforge.annotation.projects import manifest_of
from corpusforge.annotation.tasks import Prediction, Task
from corpusforge.build.plan import Plan
from corpusforge.build.workspace import Manifest, Workspace
from corpusforge.errors import AnnotationError
from corpusforge.stages.annotate import Annotate

Report = Callable[..., None]


def route(plan: Plan, workspace: Workspace, manifests: Sequence[Manifest], report: Report) -> None:
    """Give the waves of a build to the ledger, and to Label Studio if one can be reached."""
    drawn = [
        (step.config, manifest)
        for step, manifest in zip(plan.steps, manifests, strict=True)
        if isinstance(step.config, Annotate)
    ]
    if not drawn:
        return
    with Ledger(workspace.private, plan.context.dataset) as ledger:
        for config, manifest in drawn:
            _note(plan, ledger, config, workspace, manifest, report)
            for wave in draw_adjudication(ledger, config.task, config.gate):
                report("wave", wave=wave.name, state="drawn", tasks=wave.tasks, why="adjudication")
        _push(ledger, workspace, report)


def _note(
    plan: Plan,
    ledger: Ledger,
    config: Annotate,
    workspace: Workspace,
    manifest: Manifest,
    report: Report,
) -> None:
    """Write a stage's wave down, once; say how the answers to it stand."""
    side = workspace.artifact(manifest.fingerprint) / "side"
    stated = json.loads((side / "wave.json").read_text("utf-8"))
    known = {wave.name: wave for wave in ledger.waves()}
    if stated["name"] not in known:
        with pa.memory_map(str(side / "tasks.arrow")) as file:
            rows = pa.ipc.open_file(file).read_all().to_pylist()
        if not rows:
            report("wave", wave=stated["name"], state="empty", tasks=0, why="nothing to draw from")
            return
        tasks, withheld = _tasks(ledger, stated["name"], config.task, rows, stated["facts"])
        facts = {
            **stated["facts"],
            "withheld": withheld,
            "dataset": plan.context.dataset,
            "version": plan.context.version,
        }
        ledger.add_wave(stated["name"], config.task, manifest_of(config.task, **facts), tasks)
        report("wave", wave=stated["name"], state="drawn", tasks=len(tasks), why="")
    else:
        wave = known[stated["name"]]
        changed = [
            name for name, value in stated["facts"].items() if wave.manifest.get(name) != value
        ]
        # The corpus grows under a wave; another way of drawing needs another wave.
        ways = [name for name in changed if name not in {"sampling", "model", "gate"}] + (
            ["sampling"] if _design(stated["facts"]) != _design(wave.manifest) else []
        )
        why = f"{', '.join(ways)} changed: raise `wave` to draw anew" if ways else ""
        report("wave", wave=wave.name, state=wave.state, tasks=0, why=why)
    said = side / "annotation.json"
    if said.exists():
        found = json.loads(said.read_text("utf-8"))
        report("answers", **{key: found[key] for key in ("task", "passed", "lacking", "corrected")})


def _design(facts: dict[str, Any]) -> dict[str, Any]:
    sampling = facts.get("sampling", {})
    return {name: value for name, value in sampling.items() if name != "strata"}


def _tasks(
    ledger: Ledger,
    wave: str,
    kind: str,
    rows: Sequence[dict[str, Any]],
    facts: dict[str, Any],
) -> tuple[list[Task], dict[str, Any]]:
    """Tasks with their keys, and what the model says of those it is not shown on."""
    tasks = []
    withheld: dict[str, Any] = {}
    for row in rows:
        key = ledger.key(wave, kind, row["record"], row["start"], row["end"], row["copy"])
        shown = None
        if row["prediction"] is not None:
            shown = Prediction(json.loads(row["prediction"]), row["score"], facts["model"])
        if row["withheld"] is not None:
            withheld[key] = json.loads(row["withheld"])
        tasks.append(
            Task(
                key,
                wave,
                kind,
                **{name: row[name] for name in ("text", "record", "start", "end", "language")},
                **{name: row[name] for name in ("stratum", "probability", "role")},
                truth=None if row["truth"] is None else json.loads(row["truth"]),
                prediction=shown,
            )
        )
    return tasks, dict(sorted(withheld.items()))


def _push(ledger: Ledger, workspace: Workspace, report: Report) -> None:
    """Push what has not been pushed, if there is where to."""
    waiting = [wave for wave in ledger.waves() if wave.state in {"drawn", "pushing"}]
    if not waiting:
        return
    from corpusforge.annotation.connection import connect
    from corpusforge.annotation.push import push

    try:
        with connect(workspace.private) as client:
            for wave in waiting:
                done = push(ledger, wave, client, report)
                report("wave", wave=wave.name, state="open", tasks=done.tasks, why=done.url)
    except AnnotationError as error:
        names = ", ".join(wave.name for wave in waiting)
        report("unpushed", waves=names, why=f"{error.code} {error.message}")
