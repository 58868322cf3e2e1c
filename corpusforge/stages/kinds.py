"""The kinds of stage a recipe can name: ours, and those of installed packages.

A package adds stages by the entry-point group ``corpusforge.stages``; each entry is a `Stage`::

    [project.entry-points."corpusforge.stages"]
    hijri_dates = "my_package.stages:HIJRI_DATES"
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from corpusforge.stages.stage import Stage

#: Our own stages, in the usual order of a recipe. Each is a module of that name with its config and
#: its function, `dedup.Dedup` and `dedup.dedup`, and is imported when a recipe names it: a command
#: pays for what its recipe uses.
OURS = (
    "admit",
    "extract",
    "boilerplate",
    "identify",
    "labelled",
    "fasttext",
    "quality",
    "filter",
    "datatrove",
    "dedup",
    "paragraphs",
    "decontaminate",
    "score",
    "similar",
    "scrub",
    "annotate",
    "shard",
    "tokenize",
)

#: Entry points that could not be used, and why; an unknown kind is then explained by it.
BROKEN: dict[str, str] = {}


def stage_of(kind: str) -> Stage | None:
    """The stage of a kind, or None where there is no such kind here."""
    if kind in OURS:
        return _ours(kind)
    return next((stage for stage in installed() if stage.kind == kind), None)


def stage_kinds() -> tuple[str, ...]:
    """Every kind a recipe can name here."""
    return (*OURS, *(stage.kind for stage in installed()))


@cache
def _ours(kind: str) -> Stage:
    module = import_module(f"corpusforge.stages.{kind}")
    return Stage(getattr(module, kind.title()), getattr(module, kind))


@cache
def installed() -> tuple[Stage, ...]:
    """Stages of other packages, by name; none of ours can be replaced.

    A package that fails to import must not stop recipes that do not use it: what went wrong is
    kept in `BROKEN` under the entry's name.
    """
    taken = set(OURS)
    found: list[Stage] = []
    for entry in sorted(entry_points(group="corpusforge.stages"), key=lambda each: each.name):
        package = entry.dist.name if entry.dist else entry.value
        try:
            stage = entry.load()
        except Exception as exc:  # noqa: BLE001 (anything can happen in a package we do not know)
            BROKEN[entry.name] = f"{package} fails to import: {type(exc).__name__}: {exc}"
            continue
        if not isinstance(stage, Stage):
            BROKEN[entry.name] = f"{package} offers {type(stage).__name__}, not a Stage"
        elif stage.kind in taken:
            BROKEN[entry.name] = f"{package} offers the kind {stage.kind}, which is taken"
        else:
            taken.add(stage.kind)
            found.append(stage)
    return tuple(found)
