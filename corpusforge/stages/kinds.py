"""The kinds of stage a recipe can name: ours, and those of installed packages.

A package adds stages by the entry-point group ``corpusforge.stages``; each entry is a `Stage`::

    [project.entry-points."corpusforge.stages"]
    hijri_dates = "my_package.stages:HIJRI_DATES"
"""

from __future__ import annotations

from importlib.metadata import entry_points

from corpusforge.stages.admit import Admit, admit
from corpusforge.stages.annotate import Annotate, annotate
from corpusforge.stages.boilerplate import Boilerplate, boilerplate
from corpusforge.stages.datatrove import Datatrove, datatrove
from corpusforge.stages.decontaminate import Decontaminate, decontaminate
from corpusforge.stages.dedup import Dedup, dedup
from corpusforge.stages.extract import Extract, extract
from corpusforge.stages.fasttext import Fasttext, fasttext
from corpusforge.stages.filter import Filter, filter  # noqa: A004 (the kind's name)
from corpusforge.stages.identify import Identify, identify
from corpusforge.stages.labelled import Labelled, labelled
from corpusforge.stages.paragraphs import Paragraphs, paragraphs
from corpusforge.stages.quality import Quality, quality
from corpusforge.stages.score import Score, score
from corpusforge.stages.scrub import Scrub, scrub
from corpusforge.stages.shard import Shard, shard
from corpusforge.stages.similar import Similar, similar
from corpusforge.stages.stage import Stage
from corpusforge.stages.tokenize import Tokenize, tokenize

#: Our own stages, in the usual order of a recipe.
OURS: tuple[Stage, ...] = (
    Stage(Admit, admit),
    Stage(Extract, extract),
    Stage(Boilerplate, boilerplate),
    Stage(Identify, identify),
    Stage(Labelled, labelled),
    Stage(Fasttext, fasttext),
    Stage(Quality, quality),
    Stage(Filter, filter),
    Stage(Datatrove, datatrove),
    Stage(Dedup, dedup),
    Stage(Paragraphs, paragraphs),
    Stage(Decontaminate, decontaminate),
    Stage(Score, score),
    Stage(Similar, similar),
    Stage(Scrub, scrub),
    Stage(Annotate, annotate),
    Stage(Shard, shard),
    Stage(Tokenize, tokenize),
)

#: Entry points that could not be used, and why; an unknown kind is then explained by it.
BROKEN: dict[str, str] = {}


def installed(ours: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """Stages of other packages, by name; none of ours can be replaced.

    A package that fails to import must not stop recipes that do not use it: what went wrong is
    kept in `BROKEN` under the entry's name.
    """
    taken = {stage.kind for stage in ours}
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


#: Every stage a recipe can name here.
STAGES: tuple[Stage, ...] = (*OURS, *installed(OURS))
