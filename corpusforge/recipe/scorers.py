"""Checks of scorers: models that are whole and fit, in a place where what they find is of use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as File
from typing import Any

from pydantic import ValidationError

from corpusforge.errors import TokenError
from corpusforge.recipe.document import Document
from corpusforge.recipe.problem import Path, RecipeProblem, nearest

#: Stages that change the text, so that places in it found before are no longer its own.
_CHANGING = ("extract", "boilerplate", "paragraphs", "scrub")


def scorer_problems(document: Document, base: File) -> list[RecipeProblem]:
    """What is wrong with models that stages name, with where they stand, and with who asks."""
    return [
        *_models(document, base),
        *_misplaced(document),
        *_twice(document),
        *_unmade(document),
        *_without_embeddings(document),
    ]


def _stages(document: Document) -> list[tuple[int, dict[str, Any]]]:
    value = document.data.get("stages")
    items = value if isinstance(value, list) else []
    return [(index, item) for index, item in enumerate(items) if isinstance(item, dict)]


def _scorers(document: Document) -> Iterator[tuple[Path, str, dict[str, Any]]]:
    """Every scorer: its place, the kind of its stage, what the recipe says of it."""
    for index, stage in _stages(document):
        listed = stage.get("scorers")
        for number, scorer in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(scorer, dict):
                yield ("stages", index, "scorers", number), str(stage.get("kind")), scorer


def _models(document: Document, base: File) -> Iterator[RecipeProblem]:
    scorers = [*_scorers(document)]
    if not scorers:
        return
    from corpusforge.tokens.scorers import ScorerConfig, check_model

    for path, _, scorer in scorers:
        try:
            config = ScorerConfig.model_validate(scorer)
        except ValidationError:
            continue  # the models of the recipe say what is wrong
        folder = base / config.model
        head = None if config.head is None else base / config.head
        if not folder.exists() or (head is not None and not head.exists()):
            continue  # a missing file is a problem of its own
        try:
            check_model(config.model_copy(update={"model": folder, "head": head}))
        except TokenError as error:
            place = error.where.removeprefix(f"{folder}/")
            about = f"{place}: " if place and place != str(folder) else ""
            yield document.problem(
                error.code,
                (*path, "head" if head is not None and error.where == str(head) else "model"),
                about + error.message,
                found=str(scorer["model"]),
                hint=error.hint,
            )


def _misplaced(document: Document) -> Iterator[RecipeProblem]:
    """Names whose places are wrong, or of no use, by the time `scrub` comes."""
    kinds = [(index, str(stage.get("kind"))) for index, stage in _stages(document)]
    for path, kind, scorer in _scorers(document):
        if scorer.get("kind") != "names" or kind != "score":
            continue
        before = [other for index, other in kinds if index < int(path[1])]
        later = [other for index, other in kinds if index > int(path[1])]
        changing = next((other for other in later if other in _CHANGING), None)
        if "scrub" in before:
            place, hint = "after scrub", "move it up, before scrub, which masks what it finds"
        elif changing not in (None, "scrub"):
            place = f"before {changing}"
            hint = f"move it down, after {changing}: names are places in the text"
        else:
            continue
        yield document.problem(
            "RCP023", (*path, "kind"), f"names are looked for {place}", found="names", hint=hint
        )


def _twice(document: Document) -> Iterator[RecipeProblem]:
    """Two stages that give a score of the same name."""
    first: dict[str, Path] = {}
    for path, _, scorer in _scorers(document):
        name = scorer.get("name")
        if not isinstance(name, str):
            continue
        if name in first and first[name][1] != path[1]:
            yield document.problem(
                "RCP026",
                (*path, "name"),
                f'two scorers have the name "{name}" '
                f"(the first on line {document.mark((*first[name], 'name')).line})",
                found=name,
                hint="give each its own",
            )
        first.setdefault(name, path)


def _unmade(document: Document) -> Iterator[RecipeProblem]:
    """Scores that `filter` decides by and no stage before it gives."""
    made: list[str] = []
    for index, stage in _stages(document):
        listed = stage.get("scorers")
        if stage.get("kind") == "score" and isinstance(listed, list):
            made += [
                str(scorer.get("name"))
                for scorer in listed
                if isinstance(scorer, dict) and scorer.get("kind") in ("perplexity", "quality")
            ]
        limits = stage.get("scores")
        if stage.get("kind") != "filter" or not isinstance(limits, dict):
            continue
        for name in limits:
            if name not in made:
                yield document.problem(
                    "RCP022",
                    ("stages", index, "scores", str(name)),
                    f'no stage before it gives a score "{name}"',
                    found=str(name),
                    allowed=tuple(made),
                    nearest=nearest(str(name), made),
                    hint="" if made else "add a stage `score` with a scorer of that name",
                )


def _without_embeddings(document: Document) -> Iterator[RecipeProblem]:
    """A stage `similar` before which no model gives embeddings."""
    given = False
    for index, stage in _stages(document):
        listed = stage.get("scorers")
        if stage.get("kind") == "score" and isinstance(listed, list):
            given |= any(isinstance(s, dict) and s.get("kind") == "embedding" for s in listed)
        if stage.get("kind") == "similar" and not given:
            yield document.problem(
                "RCP022",
                ("stages", index, "kind"),
                "similar compares embeddings, and no stage before it gives any",
                found="similar",
                hint="add a stage `score` with a scorer of kind embedding",
            )
