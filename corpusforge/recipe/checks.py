"""Checks across keys: sources with evidence, files that exist, stages that fit, lawful licences.

They look at the plain values, so that they speak even where a model failed elsewhere.
"""

from __future__ import annotations

import re
from pathlib import Path as File
from typing import Any

from corpusforge.errors import CorpusforgeError
from corpusforge.governance.lattice import TIERS
from corpusforge.language.labels import LABELS
from corpusforge.recipe.document import Document
from corpusforge.recipe.files import missing_files
from corpusforge.recipe.keys import config_of, kinds
from corpusforge.recipe.labels import nearest_label
from corpusforge.recipe.models import SCHEMA_VERSION
from corpusforge.recipe.problem import Path, RecipeProblem, nearest
from corpusforge.recipe.rights import rights
from corpusforge.recipe.scorers import scorer_problems
from corpusforge.recipe.tokenizers import token_problems
from corpusforge.stages.kinds import OURS

#: Why a stage of ours cannot run before text is extracted; those not named here work on text.
_ON_TEXT = {
    "boilerplate": "boilerplate is found in text",
    "identify": "languages are told from text",
    "dedup": "duplicates are compared by text",
    "scrub": "personal data is found in text",
}
#: (earlier, later, why)
_ORDER = (
    ("admit", "extract", "what may not be used need not be extracted"),
    ("boilerplate", "dedup", "shared page furniture makes different pages look alike"),
    ("identify", "quality", "words are counted by the language"),
    ("identify", "filter", "limits depend on the language"),
    ("quality", "filter", "it decides by the scores of quality"),
    ("identify", "annotate", "tasks are drawn by the language"),
    ("dedup", "annotate", "nobody should judge the same text twice"),
    ("scrub", "annotate", "people get scrubbed text only"),
    ("shard", "tokenize", "it reads the files that shard writes"),
)
#: Stages that may run only once.
_ONCE = frozenset({"admit", "extract", "identify", "dedup", "scrub", "shard"})
#: What may follow `shard`: it works on the files of the release.
_AFTER_SHARD = frozenset({"tokenize"})
_ADDRESS = re.compile(r"https?://[^\s/@]+(/\S*)?\Z")


def check(document: Document, base: File) -> tuple[list[RecipeProblem], list[CorpusforgeError]]:
    """Every problem across keys, and what is allowed but should be known."""
    refused, warnings = rights(document)
    problems = [
        *_format(document),
        *_sources(document),
        *refused,
        *missing_files(document, base),
        *scorer_problems(document, base),
        *_stages(document),
        *token_problems(document, base),
        *_labels(document),
        *_contradictions(document),
    ]
    return problems, warnings


def _format(document: Document) -> list[RecipeProblem]:
    """A recipe written for a later corpusforge than this one."""
    version = document.data.get("schema_version")
    if not isinstance(version, int) or isinstance(version, bool) or version <= SCHEMA_VERSION:
        return []
    return [
        document.problem(
            "RCP019",
            ("schema_version",),
            f"the recipe is of format {version}, and this corpusforge reads up to {SCHEMA_VERSION}",
            found=str(version),
            hint="install the version of corpusforge it was written for, or a later one",
        )
    ]


def entries(document: Document, key: str) -> list[tuple[int, dict[str, Any]]]:
    """The mappings of a list of the recipe, each with its position."""
    value = document.data.get(key)
    items = value if isinstance(value, list) else []
    return [(index, item) for index, item in enumerate(items) if isinstance(item, dict)]


def _sources(document: Document) -> list[RecipeProblem]:
    problems = []
    first: dict[str, int] = {}
    for index, source in entries(document, "sources"):
        name = source.get("id")
        if isinstance(name, str) and name in first:
            line = document.mark(("sources", first[name], "id")).line
            problems.append(
                document.problem(
                    "RCP020",
                    ("sources", index, "id"),
                    f'two sources have the id "{name}" (the first on line {line})',
                    found=name,
                    hint="ids name rows for ever: give each source its own",
                )
            )
        elif isinstance(name, str):
            first[name] = index
        evidence = source.get("evidence")
        url = evidence.get("url") if isinstance(evidence, dict) else None
        if isinstance(url, str) and not _ADDRESS.match(url):
            problems.append(
                document.problem(
                    "RCP014",
                    ("sources", index, "evidence", "url"),
                    f'"{url[:80]}" is not an address',
                    found=url,
                    allowed=("http:// or https:// and a host",),
                    hint="words that grant the licence go in `statement`",
                )
            )
    return problems


def _stages(document: Document) -> list[RecipeProblem]:
    stages = entries(document, "stages")
    if not stages:
        return []
    problems = []
    at: dict[str, int] = {}
    for index, stage in stages:
        kind = stage.get("kind")
        if not isinstance(kind, str):
            continue
        if kind in at and kind in _ONCE:
            line = document.mark(("stages", at[kind], "kind")).line
            problems.append(
                document.problem(
                    "RCP025",
                    ("stages", index, "kind"),
                    f"{kind} stands twice (the first on line {line})",
                    found=kind,
                    hint="remove one",
                )
            )
        if "shard" in at and kind not in _AFTER_SHARD | {"shard"}:
            problems.append(
                document.problem(
                    "RCP023",
                    ("stages", index, "kind"),
                    f"{kind} stands after shard, which writes the release",
                    found=kind,
                    hint=f"move {kind} up, before shard",
                )
            )
        at.setdefault(kind, index)
    return [
        *problems,
        *_asked_twice(document, stages),
        *_order(document, at),
        *_lacking(document, at),
    ]


def _order(document: Document, at: dict[str, int]) -> list[RecipeProblem]:
    on_text = [
        ("extract", kind, _ON_TEXT.get(kind, f"{kind} works on text"))
        for kind in OURS
        if kind not in {"admit", "extract"}
    ]
    wrong: dict[str, tuple[str, str]] = {}
    for earlier, later, why in (*on_text, *_ORDER):
        if earlier in at and later in at and at[earlier] > at[later]:
            # A stage that stands too early is one mistake, whatever it had to wait for.
            wrong.setdefault(later, (earlier, why))
    return [
        document.problem(
            "RCP023",
            ("stages", at[later], "kind"),
            f"{later} stands before {earlier}",
            found=later,
            hint=f"move {earlier} up: {why}",
        )
        for later, (earlier, why) in wrong.items()
    ]


def _asked_twice(
    document: Document, stages: list[tuple[int, dict[str, Any]]]
) -> list[RecipeProblem]:
    """Two stages `annotate` that ask the same: each task type has one gold."""
    first: dict[str, int] = {}
    problems = []
    for index, stage in stages:
        task = stage.get("task")
        if stage.get("kind") != "annotate" or not isinstance(task, str):
            continue
        if task in first:
            line = document.mark(("stages", first[task], "kind")).line
            problems.append(
                document.problem(
                    "RCP025",
                    ("stages", index, "task"),
                    f"annotate asks for {task} twice (the first on line {line})",
                    found=task,
                    hint="remove one; `wave` draws anew",
                )
            )
        first.setdefault(task, index)
    return problems


def _lacking(document: Document, at: dict[str, int]) -> list[RecipeProblem]:
    """Stages without which there is nothing to publish, or nothing that may be."""
    needed = [
        ("extract", "every record needs text"),
        ("identify", "every row needs a language, and each language is a config"),
    ]
    if any(
        source.get("license") == "detect" or source.get("kind") in ("crawl", "warc")
        for _, source in entries(document, "sources")
    ):
        needed.insert(0, ("admit", "it keeps out pages without a licence and pages that opt out"))
    # A misspelt kind is one mistake: the models name it, and what was meant is not also missing.
    unknown = [kind for kind in at if config_of("stages", kind) is None]
    here = set(at) | {nearest(kind, kinds("stages")) for kind in unknown}
    problems = [
        document.problem(
            "RCP022",
            ("stages",),
            f"the stage {kind} is missing",
            hint=f"add `- kind: {kind}`: {why}",
        )
        for kind, why in needed
        # A team's own model, or people who stated the language, may stand for the identifier.
        if kind not in here and not (kind == "identify" and {"fasttext", "labelled"} & here)
    ]
    tier = document.data.get("tier")
    if isinstance(tier, str) and tier not in TIERS:
        tier = nearest(tier, TIERS) or "open"
    if "annotate" in here and "scrub" not in here:
        problems.append(
            document.problem(
                "RCP022",
                ("stages",),
                "the stage scrub is missing",
                hint="add `- kind: scrub` before annotate: people get scrubbed text only",
            )
        )
    elif "scrub" not in here and tier in ("open", "gated"):
        problems.append(
            document.problem(
                "RCP024",
                ("stages",),
                f"a release in tier {tier} would be published without masking personal data",
                hint="add `- kind: scrub` before shard, or choose tier: restricted or sealed",
            )
        )
    return problems


def _labels(document: Document) -> list[RecipeProblem]:
    """Labels that are none, of the recipe and of every stage that has labels to keep."""
    lists: list[tuple[Path, Any]] = [(("languages",), document.data.get("languages"))]
    lists += [
        (("stages", index, "keep"), stage.get("keep"))
        for index, stage in entries(document, "stages")
        if stage.get("kind") == "identify"
    ]
    return [
        document.problem(
            "RCP014",
            (*path, index),
            f'"{label}" is not a language label',
            found=label,
            allowed=tuple(LABELS),
            nearest=nearest_label(label),
        )
        for path, labels in lists
        for index, label in enumerate(labels if isinstance(labels, list) else ())
        if isinstance(label, str) and label not in LABELS
    ]


def _contradictions(document: Document) -> list[RecipeProblem]:
    data = document.data
    problems = []
    if data.get("mode", "collection") == "collection":
        problems += [
            document.problem(
                "RCP026",
                (key,),
                f"{key} has no meaning in mode collection, where each config has its own licence",
                hint=f"remove {key}, or set mode: blend",
            )
            for key in ("license", "allowed_outputs")
            if data.get(key)
        ]
    splits = data.get("splits")
    if isinstance(splits, dict):
        shares = [v for v in splits.values() if isinstance(v, int | float) and 0 <= v < 1]
        if sum(shares) >= 1:
            problems.append(
                document.problem(
                    "RCP026",
                    ("splits",),
                    "test and validation together leave nothing to train",
                    hint="make their sum less than 1",
                )
            )
    languages = data.get("languages")
    for index, stage in entries(document, "stages"):
        keep = stage.get("keep")
        if stage.get("kind") == "identify" and languages and keep and keep != languages:
            problems.append(
                document.problem(
                    "RCP026",
                    ("stages", index, "keep"),
                    "keep and the recipe's languages name different labels",
                    hint="state them once: languages stands for keep",
                )
            )
    return problems
