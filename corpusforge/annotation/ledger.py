"""The ledger: every task, and every version of every answer, kept for good.

Label Studio overwrites answers, forgets deleted ones and lets everybody do both, so what happened
is written down here. One SQLite file in the workspace's private area, only ever added to (triggers
refuse anything else): judgements on an answer are rows of their own, and so are disappearances.

Who annotators are stands in the table `people` alone. Everywhere else they are pseudonyms, keyed
hashes under the ledger's own key; no reader of answers touches `people`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Self

import pyarrow as pa

from corpusforge.annotation import LEDGER
from corpusforge.annotation.canonical import canonical
from corpusforge.annotation.schema import ANSWERS_SQL, SCHEMA, VERSION, VERSIONS_SQL
from corpusforge.annotation.tasks import Prediction, Task, check_tasks
from corpusforge.errors import AnnotationError

_KEY_BYTES = 32

#: `Ledger.tasks`. `truth` and `prediction` are JSON of values as `tasks.Answer` describes them.
TASKS = pa.schema(
    [
        pa.field("task", pa.string(), nullable=False),
        pa.field("wave", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("role", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("record", pa.string(), nullable=False),
        pa.field("start", pa.int64(), nullable=False),
        pa.field("end", pa.int64(), nullable=False),
        pa.field("language", pa.string()),
        pa.field("stratum", pa.string(), nullable=False),
        pa.field("probability", pa.float64(), nullable=False),
        pa.field("truth", pa.string()),
        pa.field("prediction", pa.string()),
        pa.field("score", pa.float64()),
        pa.field("model", pa.string()),
        # Adjudication: JSON list of {value, score, model}, the answers that disagreed.
        pa.field("alternatives", pa.string()),
    ]
)

#: `Ledger.answers`. `value` is JSON; `state` accepted or quarantined, `reason` one of
#: `answers.REASONS`; `seconds` are in `lead_time`; times are ISO 8601 in UTC.
ANSWERS = pa.schema(
    [
        pa.field("task", pa.string()),  # null where the answer is on a task we never pushed
        pa.field("wave", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("role", pa.string()),
        pa.field("annotator", pa.string(), nullable=False),
        pa.field("value", pa.string()),
        pa.field("lead_time", pa.float64()),
        pa.field("created", pa.string(), nullable=False),
        pa.field("updated", pa.string(), nullable=False),
        pa.field("unique_id", pa.string(), nullable=False),
        pa.field("state", pa.string(), nullable=False),
        pa.field("reason", pa.string()),
        pa.field("gone", pa.bool_(), nullable=False),  # the answer has vanished from Label Studio
    ]
)


@dataclass(frozen=True)
class Wave:
    """Tasks of one type that are asked together, under one configuration and one guideline.

    `manifest` holds what the wave is: ``config_sha256``, ``guideline_sha256``, ``model``,
    ``dataset``, ``version``, ``seed``, ``sampling`` and whatever else its maker wrote.
    """

    name: str
    kind: str
    manifest: dict[str, Any]
    state: str = "drawn"  # drawn, pushing, open, closed
    facts: dict[str, Any] = field(default_factory=dict)  # of all events: project, url, …

    @property
    def project(self) -> int | None:
        """Label Studio's id of the project, once there is one."""
        return self.facts.get("project")


class AnswerVersion(NamedTuple):
    """One version of one answer, as it was pulled."""

    wave: str
    unique_id: str
    updated: str
    created: str
    task: str | None
    annotator: str  # pseudonym
    result: str  # canonical JSON
    value: str | None  # JSON, null where the result cannot be read
    lead_time: float | None
    state: str
    reason: str | None
    detail: str = ""


class Ledger:
    """The ledger of one dataset, `<private>/<dataset>/annotation.sqlite`.

    Args:
        private: the workspace's private area.
        dataset: its id, such as ``commons/health``.
        create: make one where there is none.

    Raises:
        AnnotationError: ANN010, there is none; ANN011, it cannot be read.
    """

    def __init__(self, private: Path, dataset: str, *, create: bool = True) -> None:
        self.dataset = dataset
        self.folder = private / dataset
        self.path = self.folder / LEDGER
        if not create and not self.path.exists():
            raise AnnotationError(
                "ANN010",
                f"nothing has been drawn for annotation of {dataset} yet",
                where=str(self.path),
                hint="a recipe with a stage `annotate` draws tasks when it is built; "
                "--workspace names another workspace",
            )
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._secret = _kept_key(self.folder / "annotation.key")
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        self._db = sqlite3.connect(self.path, timeout=60, isolation_level=None)
        try:
            self._db.execute("PRAGMA foreign_keys=ON")
            self._migrate()
        except sqlite3.DatabaseError as error:
            raise AnnotationError(
                "ANN011",
                f"the ledger cannot be read: {error}",
                where=str(self.path),
                hint="put the last backup in its place; do not start an empty one beside it",
            ) from error

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _migrate(self) -> None:
        with self._writing():
            found = self._db.execute("PRAGMA user_version").fetchone()[0]
            if found > VERSION:
                raise AnnotationError(
                    "ANN011",
                    f"the ledger is of a newer corpusforge (its version is {found})",
                    where=str(self.path),
                    hint="upgrade corpusforge",
                )
            if found < VERSION:
                for statement in SCHEMA:
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version={VERSION}")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction: all of it is kept, or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # Names that say nothing

    def key(self, wave: str, kind: str, record: str, start: int, end: int, copy: str = "") -> str:
        """The opaque key of a task: 32 hex digits, the same for the same question of a wave.

        `copy` tells repeats and adjudications from the first time the question is asked. Keyed,
        because the ids of records are published.
        """
        parts = (self.dataset, wave, kind, record, str(start), str(end), copy)
        return self._hash("task", "\0".join(parts))

    def pseudonym(self, email: str) -> str:
        """What stands for an annotator: 16 hex digits, always the same for the same e-mail."""
        return self._hash("annotator", email.strip().lower())[:16]

    def marker(self, wave: str) -> str:
        """What marks the project of a wave: this ledger's and no other's, and opaque."""
        return self._hash("wave", f"{self.dataset}\0{wave}")[:16]

    def _hash(self, purpose: str, text: str) -> str:
        message = f"{purpose}\0{text}".encode("utf-8", "surrogatepass")
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()[:32]

    # Waves and tasks

    def add_wave(self, name: str, kind: str, manifest: dict[str, Any], tasks: list[Task]) -> bool:
        """Write a wave down with all its tasks; False if it was there already, just the same.

        Raises:
            AnnotationError: ANN012, another wave of that name is there; ANN013, a task is not fit
                to be asked.
        """
        ordered = sorted(tasks, key=lambda task: task.key)
        check_tasks(name, kind, ordered)
        rows = [_task_row(task) for task in ordered]
        with self._writing():
            found = self._db.execute(
                "SELECT kind, manifest FROM waves WHERE wave=?", (name,)
            ).fetchone()
            if found is not None:
                kept = self._db.execute(
                    "SELECT * FROM tasks WHERE wave=? ORDER BY key", (name,)
                ).fetchall()
                if found == (kind, canonical(manifest)) and kept == rows:
                    return False
                raise AnnotationError(
                    "ANN012",
                    f"wave {name} has been drawn already, with other tasks or another manifest",
                    where=str(self.path),
                    hint="what people were asked never changes: draw under another name",
                )
            self._db.execute(
                "INSERT INTO waves VALUES (?, ?, ?, ?)", (name, kind, canonical(manifest), now())
            )
            self._db.executemany(f"INSERT INTO tasks VALUES ({_marks(rows)})", rows)  # noqa: S608
        return True

    def add_event(self, wave: str, state: str, **facts: Any) -> None:
        """Write down that a wave has come to `state` (pushing, open, closed), with facts of it."""
        with self._writing():
            self._db.execute(
                "INSERT INTO events (wave, state, facts, at) VALUES (?, ?, ?, ?)",
                (wave, state, canonical(facts), now()),
            )

    def waves(self) -> list[Wave]:
        """Every wave, in the order they were drawn."""
        made = {
            name: Wave(name, kind, json.loads(manifest))
            for name, kind, manifest in self._db.execute(
                "SELECT wave, kind, manifest FROM waves ORDER BY rowid"
            )
        }
        for name, state, facts in self._db.execute(
            "SELECT wave, state, facts FROM events ORDER BY rowid"
        ):
            wave = made[name]
            made[name] = Wave(
                name, wave.kind, wave.manifest, state, {**wave.facts, **json.loads(facts)}
            )
        return list(made.values())

    def wave(self, name: str) -> Wave:
        """One wave.

        Raises:
            AnnotationError: ANN014, there is none of that name.
        """
        waves = self.waves()
        for wave in waves:
            if wave.name == name:
                return wave
        known = ", ".join(wave.name for wave in waves) or "none yet"
        raise AnnotationError(
            "ANN014", f"no wave is called {name!r}", where=self.dataset, hint=f"waves: {known}"
        )

    def tasks(self, wave: str | None = None) -> pa.Table:
        """`TASKS` rows of a wave, or of all, by wave and key."""
        rows = self._db.execute(
            "SELECT key, wave, kind, role, text, record, start, end, language, stratum,"
            " probability, truth, prediction, score, model, alternatives FROM tasks"
            " WHERE ? IS NULL OR wave = ? ORDER BY wave, key",
            (wave, wave),
        ).fetchall()
        return _table(rows, TASKS)

    # Pushing

    def add_pushes(self, project: int, rows: Sequence[tuple[str, int, str]]) -> None:
        """Write down (key, Label Studio's task id, SHA-256 of the payload) of pushed tasks."""
        with self._writing():
            self._db.executemany(
                "INSERT OR IGNORE INTO pushes VALUES (?, ?, ?, ?, ?)",
                [(key, project, task_id, sha, now()) for key, task_id, sha in rows],
            )

    def pushes(self, wave: str) -> pa.Table:
        """Columns task, project, task_id, payload_sha256 of what has been pushed of a wave."""
        rows = self._db.execute(
            "SELECT key, project, task_id, payload FROM pushes JOIN tasks USING (key)"
            " WHERE wave = ? ORDER BY key, task_id",
            (wave,),
        ).fetchall()
        names = ("task", "project", "task_id", "payload_sha256")
        types = (pa.string(), pa.int64(), pa.int64(), pa.string())
        return _table(rows, pa.schema(list(zip(names, types, strict=True))))

    # Answers

    def add_people(self, emails: Iterable[str]) -> None:
        """Keep who is behind pseudonyms."""
        with self._writing():
            self._db.executemany(
                "INSERT OR IGNORE INTO people VALUES (?, ?)",
                [(self.pseudonym(email), email) for email in emails],
            )

    def add_answers(self, versions: Iterable[AnswerVersion]) -> int:
        """Keep versions of answers that are not kept yet, and new judgements; returns how many.

        A version that is known under another judgement (a first answer, once a second has come)
        gets the new one beside the old.
        """
        added = 0
        with self._writing():
            for version in versions:
                digest = hashlib.sha256(version.result.encode("utf-8", "surrogatepass"))
                name = (version.unique_id, version.updated, digest.hexdigest())
                done = self._db.execute(
                    "INSERT OR IGNORE INTO answers (unique_id, updated, digest, wave, created,"
                    " task, annotator, result, value, lead_time, pulled)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        *name,
                        version.wave,
                        version.created,
                        version.task,
                        version.annotator,
                        version.result,
                        version.value,
                        version.lead_time,
                        now(),
                    ),
                )
                added += done.rowcount
                number = self._db.execute(
                    "SELECT number FROM answers WHERE unique_id=? AND updated=? AND digest=?", name
                ).fetchone()[0]
                verdict = (version.state, version.reason, version.detail)
                last = self._db.execute(
                    "SELECT state, reason, detail FROM verdicts WHERE number=?"
                    " ORDER BY rowid DESC LIMIT 1",
                    (number,),
                ).fetchone()
                if last != verdict:
                    self._db.execute(
                        "INSERT INTO verdicts VALUES (?, ?, ?, ?, ?)", (number, *verdict, now())
                    )
        return added

    def add_sightings(self, wave: str, *, gone: Iterable[str], back: Iterable[str] = ()) -> None:
        """Tombstones: answers that have vanished from Label Studio, or were seen again."""
        rows = [(wave, name, 1, now()) for name in sorted(gone)]
        rows += [(wave, name, 0, now()) for name in sorted(back)]
        with self._writing():
            self._db.executemany(
                "INSERT INTO tombstones (wave, unique_id, gone, at) VALUES (?, ?, ?, ?)", rows
            )

    def answers(
        self, wave: str | None = None, *, accepted: bool | None = True, latest: bool = True
    ) -> pa.Table:
        """`ANSWERS` rows, ordered by task, annotator and time.

        Args:
            wave: of one wave; of all if None.
            accepted: those that count; False: those in quarantine; None: both.
            latest: only the last version of each answer, and none that has vanished; False: every
                version of every answer there ever was.
        """
        rows = self._db.execute(
            ANSWERS_SQL,
            {
                "wave": wave,
                "state": {True: "accepted", False: "quarantined", None: None}[accepted],
                "latest": latest,
            },
        ).fetchall()
        return _table(rows, ANSWERS)

    def judged(self, wave: str) -> dict[tuple[str, str], AnswerVersion]:
        """Every version of every answer of a wave with its last judgement, by (unique id, time)."""
        return {(one.unique_id, one.updated): one for one in self._versions(wave, live=False)}

    def live(self, wave: str) -> list[AnswerVersion]:
        """The last version of each answer that has not vanished, with its last judgement."""
        return self._versions(wave, live=True)

    def _versions(self, wave: str, *, live: bool) -> list[AnswerVersion]:
        rows = self._db.execute(VERSIONS_SQL, {"wave": wave, "state": None, "latest": live})
        return [AnswerVersion(*row) for row in rows]


def _task_row(task: Task) -> tuple[Any, ...]:
    shown = task.prediction or Prediction(None, 0.0, "")
    predicted = task.prediction is not None
    return (
        *(task.key, task.wave, task.kind, task.role, task.text, task.record, task.start, task.end),
        *(task.language, task.stratum, float(task.probability)),
        None if task.truth is None else canonical(task.truth),
        canonical(shown.value) if predicted else None,
        float(shown.score) if predicted else None,
        shown.model if predicted else None,
        canonical([asdict(one) for one in task.alternatives]) if task.alternatives else None,
    )


def _marks(rows: list[tuple[Any, ...]]) -> str:
    return ", ".join("?" * (len(rows[0]) if rows else 16))


def _table(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = []
    for column, wanted in zip(columns, schema, strict=True):
        values = [bool(v) for v in column] if pa.types.is_boolean(wanted.type) else column
        arrays.append(pa.array(values, wanted.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def now() -> str:
    """The time in UTC, as the ledger and Label Studio write it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _kept_key(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(_KEY_BYTES))
    return path.read_bytes()
