"""The answers a build sees: those of the ledger when it was planned, kept by their digest.

A build must give the same bytes again, and the ledger grows. So what counts of it is written to
``<private>/<dataset>/answers/<digest>.json``; the digest enters the fingerprints of the stages that
read it. With no answer there is no digest: drawing tasks alone changes nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpusforge.annotation.canonical import canonical, sha256
from corpusforge.annotation.ledger import ANSWERS, TASKS, Ledger
from corpusforge.annotation.questions import Question, questions
from corpusforge.errors import AnnotationError


@dataclass(frozen=True)
class Frozen:
    """Answers that count, the tasks of their waves, and what the waves' makers wrote of them."""

    tasks: pa.Table
    answers: pa.Table
    manifests: dict[str, dict[str, Any]]  # wave -> manifest

    @property
    def digest(self) -> str:
        """SHA-256 of all of it; empty where there is no answer."""
        return sha256(canonical(self._body())) if self.answers.num_rows else ""

    def questions(self) -> list[Question]:
        """The tasks with their replies."""
        withheld = {
            key: value
            for manifest in self.manifests.values()
            for key, value in manifest.get("withheld", {}).items()
        }
        return questions(self.tasks, self.answers, withheld)

    def keep(self, private: Path) -> None:
        """Write it down in the dataset's private folder, where `read_frozen` finds it."""
        path = private / "answers" / f"{self.digest}.json"
        if path.exists():
            return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        temporary.write_text(canonical(self._body()), encoding="utf-8", errors="surrogatepass")
        temporary.chmod(0o600)
        temporary.replace(path)

    def _body(self) -> dict[str, Any]:
        return {
            "tasks": self.tasks.to_pylist(),
            "answers": self.answers.to_pylist(),
            "manifests": self.manifests,
        }


def freeze(ledger: Ledger) -> Frozen:
    """What counts of a ledger now: accepted answers, and the waves that have any."""
    answers = ledger.answers()
    waves = set(answers.column("wave").to_pylist())
    tables = [ledger.tasks(wave) for wave in sorted(waves)]
    return Frozen(
        pa.concat_tables(tables) if tables else TASKS.empty_table(),
        answers,
        {wave.name: wave.manifest for wave in ledger.waves() if wave.name in waves},
    )


def frozen_answers(private: Path, dataset: str) -> Frozen | None:
    """What counts of a dataset's ledger, which must be there; None where nothing was answered.

    Args:
        private: the workspace's private area.
        dataset: such as ``commons/health``.
    """
    with Ledger(private, dataset, create=False) as ledger:
        found = freeze(ledger)
    return found if found.answers.num_rows else None


def read_frozen(private: Path, digest: str) -> Frozen:
    """The answers of that digest, from a dataset's private folder.

    Raises:
        AnnotationError: ANN104, they are gone.
    """
    path = private / "answers" / f"{digest}.json"
    try:
        body = json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
    except (OSError, ValueError) as error:
        raise AnnotationError(
            "ANN104",
            "the answers this build was planned with are gone",
            where=str(path),
            hint="run the build again: it takes them from the ledger anew",
        ) from error
    return Frozen(
        pa.Table.from_pylist(body["tasks"], TASKS),
        pa.Table.from_pylist(body["answers"], ANSWERS),
        body["manifests"],
    )
