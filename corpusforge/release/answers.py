"""Human answers to a datasheet: `<recipe>.datasheet.yaml`, reviewed like code.

A file::

    schema_version: 1
    answered_by: Service of documentation, ministry of health
    date: 2026-11-22
    answers:
      motivation.purpose:
        text: >-
          There was no public health text in Darija that a model team may lawfully train on.
      collection.ethics:
        applies: false
        reason: Published leaflets only; no person was asked or observed.

`answered_by` and `date` may be given for one answer, or for all of them on top.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from corpusforge.errors import CorpusforgeError, RecipeError
from corpusforge.recipe.document import Document, parse
from corpusforge.recipe.models import DateText
from corpusforge.recipe.problem import Path as Place
from corpusforge.recipe.problem import RecipeProblem, nearest
from corpusforge.recipe.validation import validate
from corpusforge.release.model import Answer
from corpusforge.release.questions import KINDS, QUESTIONS, Question

if TYPE_CHECKING:
    from corpusforge.recipe.load import Loaded

#: An answer shorter than this says nothing a reader could use.
SHORTEST = 40
_MAX_BYTES = 1_000_000
_PLACEHOLDER = re.compile(
    r"^\W*(tbd|tba|todo|fixme|xxx+|n/?a|none|nothing|unknown|\?+|-+|\.+|lorem ipsum.*|"
    r"more information needed|to be (done|completed|defined|determined|filled in)|"
    r"à (compléter|définir|remplir|faire)|néant|inconnu|"
    r"لا شيء|غير معروف|سيتم لاحقا)?\W*$|\[more information needed\]|<[^<>]*>|\.\.\.\s*$",
    re.IGNORECASE,
)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class HumanAnswer(_Frozen):
    """One answer: a text, or that the question does not apply and why."""

    text: str | None = Field(None, description="The answer, in Arabic, French or English.")
    applies: bool = Field(True, description="`false` where the question has no sense here.")
    reason: str | None = Field(None, description="Why it does not apply.")
    answered_by: str | None = Field(
        None, description="Who answers, if not the one named on top.", min_length=1
    )
    date: DateText | None = Field(None, description="When, if not the date on top.")


class DatasheetAnswers(_Frozen):
    """The answers file of a recipe."""

    schema_version: Literal[1] = Field(1, description="Format of this file.")
    answered_by: str | None = Field(
        None, description="Who answers, unless an answer names someone else.", min_length=1
    )
    date: DateText | None = Field(
        None, description="When the answers were given, unless one has its own date."
    )
    answers: dict[str, HumanAnswer] = Field(
        description="By the id of the question; `corpusforge datasheet RECIPE --check` lists them."
    )


def load_answers(loaded: Loaded) -> dict[str, Answer]:
    """The human answers of a recipe; none where it has no answers file.

    Raises:
        RecipeError: with every problem of the file, in its order.

    """
    return read_answers(loaded.datasheet) if loaded.datasheet.exists() else {}


def read_answers(path: Path) -> dict[str, Answer]:
    """The answers in a file.

    Raises:
        RecipeError: with every problem of the file, in its order.

    """
    file = str(path)
    document = parse(_text(path, file), file)
    problems: list[CorpusforgeError] = list(document.problems)
    if not isinstance(document.data, dict):
        if not problems:
            problems = [
                RecipeProblem(
                    "RCP006",
                    "the file holds no answers",
                    file=file,
                    hint="it begins with `schema_version: 1` and has a mapping `answers`",
                )
            ]
        raise RecipeError(problems)
    found, wrong = validate(DatasheetAnswers, document, {})
    problems += wrong
    answers: dict[str, Answer] = {}
    if found is not None:
        for question, given in found.answers.items():
            faults = list(_faults(document, found, question, given))
            problems += faults
            if not faults:
                answers[question] = _signed(found, given)
    if problems:
        raise RecipeError(problems)
    return answers


def open_questions(answers: Iterable[str]) -> tuple[Question, ...]:
    """The questions only a person can answer, or should confirm, that nobody has."""
    given = set(answers)
    return tuple(
        question
        for question in QUESTIONS.values()
        if question.answerable and question.id not in given
    )


def _signed(found: DatasheetAnswers, given: HumanAnswer) -> Answer:
    return Answer(
        text=(given.text if given.applies else given.reason) or "",
        answered_by=given.answered_by or found.answered_by or "",
        date=given.date or found.date or "",
        applies=given.applies,
    )


def _faults(
    document: Document, found: DatasheetAnswers, question: str, given: HumanAnswer
) -> Iterable[CorpusforgeError]:
    place: Place = ("answers", question)
    asked = QUESTIONS.get(question)
    if asked is None:
        yield _problem(
            document,
            place,
            "DAT001",
            f'"{question}" is no question of the datasheet',
            nearest=nearest(question, QUESTIONS),
        )
    elif not asked.answerable:
        yield _problem(
            document,
            place,
            "DAT002",
            f"this one is {KINDS[asked.kind]}, so that nobody can type in something else",
            hint="remove the answer; correct the recipe or the data if the datasheet is wrong",
        )
    text, key = (given.text, "text") if given.applies else (given.reason, "reason")
    here = (*place, key) if text is not None else place
    if text is None:
        yield _problem(document, here, "DAT003", f"`{key}` is missing")
    elif _PLACEHOLDER.search(text.strip()):
        yield _problem(
            document, here, "DAT004", "a placeholder is no answer", hint="leave the question out"
        )
    elif len(" ".join(text.split())) < SHORTEST:
        yield _problem(
            document,
            here,
            "DAT005",
            f"too short to say anything ({len(text.strip())} characters; {SHORTEST} is the least)",
        )
    for name in ("answered_by", "date"):
        if getattr(given, name) is None and getattr(found, name) is None:
            yield _problem(
                document,
                place,
                "DAT006",
                f"nobody stands for the answer: `{name}` is missing",
                hint=f"give `{name}` here or on top of the file",
            )


def _problem(
    document: Document, place: Place, code: str, message: str, *, nearest: str = "", hint: str = ""
) -> RecipeProblem:
    mark = document.marks.get(place) or document.marks.get(place[:-1])
    return RecipeProblem(
        code,
        message,
        file=document.file,
        line=mark.line if mark else 0,
        column=mark.column if mark else 0,
        path=place,
        nearest=nearest,
        hint=hint,
    )


def _text(path: Path, file: str) -> str:
    try:
        with path.open("rb") as stream:
            payload = stream.read(_MAX_BYTES + 1)
        if len(payload) > _MAX_BYTES:
            raise RecipeError([RecipeProblem("RCP002", "too large to be answers", file=file)])
        return payload.decode("utf-8-sig")
    except OSError as error:
        reason = error.strerror or str(error)
        raise RecipeError(
            [RecipeProblem("RCP001", f"cannot be read: {reason}", file=file)]
        ) from error
    except UnicodeDecodeError as error:
        raise RecipeError(
            [RecipeProblem("RCP002", "not text in UTF-8", file=file, hint="save it as UTF-8")]
        ) from error
