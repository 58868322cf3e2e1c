"""Pulling: answers into the ledger, each version once, judged one by one.

Everybody can change and delete everything in Label Studio, and it keeps no history. So answers are
fetched often (only tasks that were touched since), every version that is seen is kept, and at the
close of a wave a snapshot of the whole project is compared with the ledger: what has vanished gets
a tombstone, what cannot be believed is put aside with a reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from corpusforge.annotation.answers import Unreadable
from corpusforge.annotation.canonical import canonical
from corpusforge.annotation.client import Client
from corpusforge.annotation.ledger import AnswerVersion, Ledger, Wave
from corpusforge.annotation.lock import routing
from corpusforge.annotation.projects import check_config
from corpusforge.annotation.tasks import TaskType, task_type
from corpusforge.errors import AnnotationError

Report = Callable[..., None]

#: Tasks written down in one transaction: what a killed pull loses at most.
_BATCH = 500
#: Touched later than this before the newest touch seen is asked for again: requests overlap.
_OVERLAP = timedelta(minutes=2)
#: From this many touched tasks on, one export of all is cheaper.
_MANY = 1_000


@dataclass
class Pulled:
    """What a pull did."""

    wave: str
    seen: int = 0  # answers looked at
    new: int = 0  # versions the ledger did not have
    gone: int = 0  # answers that have vanished
    back: int = 0  # vanished ones that were there again
    quarantined: dict[str, int] = field(default_factory=dict)  # of the wave now, by reason
    accepted: int = 0  # of the wave now
    unanswered: int = 0  # tasks without an accepted answer
    deleted_tasks: int = (
        0  # tasks of the wave that are no longer in Label Studio (whole looks only)
    )
    closed: bool = False


def pull(
    ledger: Ledger,
    wave: Wave,
    client: Client,
    report: Report,
    *,
    whole: bool = False,
    close: bool = False,
) -> Pulled:
    """Bring the answers of a wave into the ledger; done again, it brings what is new.

    Args:
        ledger: of the dataset.
        wave: which of its waves.
        client: the server it was pushed to.
        report: called with what happens.
        whole: look at every answer, by a snapshot, so that vanished ones are noticed.
        close: the same, and take no answers afterwards.

    Raises:
        AnnotationError: ANN015 to ANN027; ANN044, the wave was never pushed; ANN045, it is closed;
            ANN046, the project has lost all tasks of the wave.
    """
    with routing(ledger, report):
        wave = ledger.wave(wave.name)
        if wave.project is None:
            raise AnnotationError(
                "ANN044",
                f"wave {wave.name} has not been pushed",
                where=ledger.dataset,
                hint="corpusforge annotate push",
            )
        if wave.state == "closed":
            raise AnnotationError(
                "ANN045",
                f"wave {wave.name} is closed",
                where=ledger.dataset,
                hint="what was decided from its answers stands; ask again in another wave",
            )
        client.release()
        check_config(wave, client.project(wave.project), client.url)
        collector = _Collector(ledger, wave, client)
        done = Pulled(wave.name)
        if whole or close:
            _whole(collector, wave.project, done, report)
        else:
            _since(collector, wave, done, report)
        collector.judge_doubles()
        if close:
            ledger.add_event(wave.name, "closed")
            done.closed = True
    _count(ledger, wave, done)
    return done


def _since(collector: _Collector, wave: Wave, done: Pulled, report: Report) -> None:
    """Answers of the tasks that were touched since the last pull."""
    client, project = collector.client, int(wave.project or 0)
    since = wave.facts.get("seen_until")
    ids = client.changed_tasks(project, since) if since else None
    if ids is not None and len(ids) > _MANY:
        ids = None
    tasks = client.export(project, ids) if ids != [] else iter(())
    seen_until = collector.keep(tasks, done, report)
    if ids:
        # Touched tasks that lost an answer: the export tells by its absence.
        collector.bury(done, among=set(collector.keys_of(ids)))
    _mark_seen(collector, wave, seen_until)


def _whole(collector: _Collector, project: int, done: Pulled, report: Report) -> None:
    """Every answer, by a snapshot, and what has vanished."""
    here = {task["data"].get("key") for task in collector.client.tasks(project)}
    lost = [key for key in collector.pushed if key not in here]
    if lost and len(lost) == len(collector.pushed):
        raise AnnotationError(
            "ANN046",
            "none of the wave's tasks is in its project any more",
            where=f"{collector.client.url}, project {project}",
            hint="nothing was judged by that. Is this the server it was pushed to? Restore its "
            "backup, or `corpusforge annotate push` the tasks again",
        )
    done.deleted_tasks = len(lost)
    seen_until = collector.keep(collector.client.snapshot(project), done, report)
    collector.bury(done)
    _mark_seen(collector, collector.wave, seen_until)


def _mark_seen(collector: _Collector, wave: Wave, seen_until: str | None) -> None:
    if seen_until is None or seen_until == wave.facts.get("newest"):
        return
    newest = datetime.fromisoformat(seen_until)
    overlapped = (newest - _OVERLAP).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    collector.ledger.add_event(wave.name, wave.state, seen_until=overlapped, newest=seen_until)


class _Collector:
    """One pull: what was asked, what is known, and who is who."""

    def __init__(self, ledger: Ledger, wave: Wave, client: Client) -> None:
        self.ledger = ledger
        self.wave = wave
        self.client = client
        self.kind: TaskType = task_type(wave.kind)
        tasks = ledger.tasks(wave.name)
        self.texts: dict[str, str] = dict(
            zip(tasks.column("task").to_pylist(), tasks.column("text").to_pylist(), strict=True)
        )
        pushes = ledger.pushes(wave.name).to_pylist()
        self.pushed = {row["task"] for row in pushes}
        self._by_id = {row["task_id"]: row["task"] for row in pushes}
        self.emails = client.emails()
        known = ledger.answers(wave.name, accepted=None, latest=False)
        self.known = known.select(["unique_id", "task", "gone"]).to_pylist()
        self._judged = ledger.judged(wave.name)
        self.seen: set[str] = set()

    def keys_of(self, ids: Iterable[int]) -> Iterator[str]:
        """Keys of tasks by Label Studio's ids."""
        return (self._by_id[number] for number in ids if number in self._by_id)

    def keep(self, tasks: Iterable[dict[str, Any]], done: Pulled, report: Report) -> str | None:
        """Write down every answer of `tasks`; returns the newest touch of any of them."""
        newest: str | None = None
        batch: list[AnswerVersion] = []
        people: set[str] = set()
        for count, task in enumerate(tasks, 1):
            newest = max(newest or "", task["updated_at"])
            for annotation in task["annotations"]:
                batch.append(self._version(task, annotation, people))
                self.seen.add(batch[-1].unique_id)
                done.seen += 1
            if count % _BATCH == 0:
                self._write(batch, people, done)
                report("pulled", tasks=count, new=done.new)
        self._write(batch, people, done)
        return newest

    def _write(self, batch: list[AnswerVersion], people: set[str], done: Pulled) -> None:
        self.ledger.add_people(sorted(people))
        done.new += self.ledger.add_answers(batch)
        batch.clear()
        people.clear()

    def _version(
        self, task: dict[str, Any], annotation: dict[str, Any], people: set[str]
    ) -> AnswerVersion:
        author = annotation["completed_by"]
        number = author["id"] if isinstance(author, dict) else author
        email = self.emails.get(number)
        if email is None:
            email = f"account {number} of {self.client.url}"  # the account is gone
        else:
            people.add(email)
        key = task["data"].get("key")
        value, state, reason, detail = None, "accepted", None, ""
        try:
            value = canonical(self._believed(task, annotation, number))
        except Unreadable as doubt:
            state, reason, detail = "quarantined", doubt.reason, doubt.detail
        version = AnswerVersion(
            wave=self.wave.name,
            unique_id=str(annotation.get("unique_id") or f"annotation {annotation['id']}"),
            updated=annotation["updated_at"],
            created=annotation["created_at"],
            task=key if key in self.texts else None,
            annotator=self.ledger.pseudonym(email),
            result=canonical(annotation["result"]),
            value=value,
            lead_time=annotation.get("lead_time"),
            state=state,
            reason=reason,
            detail=detail,
        )
        return self._as_judged(version)

    def _as_judged(self, version: AnswerVersion) -> AnswerVersion:
        """What was accepted while the task had its text stays accepted if the text is changed."""
        before = self._judged.get((version.unique_id, version.updated))
        if before is None or before.result != version.result:
            return version
        if version.reason == "task_text" or before.reason == "double":
            return before
        return version

    def _believed(self, task: dict[str, Any], annotation: dict[str, Any], author: int) -> Any:
        """The value of an answer.

        Raises:
            Unreadable: it cannot be believed.
        """
        text = self.texts.get(task["data"].get("key"))
        if text is None:
            raise Unreadable("task_unknown")
        if task["data"].get("text") != text:
            raise Unreadable("task_text")
        writer = annotation.get("updated_by")
        if (writer["id"] if isinstance(writer, dict) else writer) != author:
            raise Unreadable("author")
        if annotation.get("was_cancelled"):
            raise Unreadable("skipped")
        return self.kind.read(annotation["result"], text)

    def bury(self, done: Pulled, among: set[str] | None = None) -> None:
        """Tombstones for answers that are no longer there, of the tasks `among` if given."""
        before = {
            row["unique_id"]: row["gone"]
            for row in self.known
            if among is None or row["task"] in among
        }
        gone = [name for name, was_gone in before.items() if not was_gone and name not in self.seen]
        back = [name for name, was_gone in before.items() if was_gone and name in self.seen]
        if gone or back:
            self.ledger.add_sightings(self.wave.name, gone=gone, back=back)
        done.gone, done.back = len(gone), len(back)

    def judge_doubles(self) -> None:
        """Of several answers of one person to one task, the last counts."""
        told: dict[tuple[str, str], list[AnswerVersion]] = defaultdict(list)
        for version in self.ledger.live(self.wave.name):
            if version.task is not None and version.reason in (None, "double"):
                told[version.task, version.annotator].append(version)
        changed: list[AnswerVersion] = []
        for versions in told.values():
            versions.sort(key=lambda version: (version.updated, version.unique_id))
            changed += [
                version._replace(state="quarantined", reason="double")
                for version in versions[:-1]
                if version.reason != "double"
            ]
            if versions[-1].reason == "double":  # the later one was deleted
                changed.append(versions[-1]._replace(state="accepted", reason=None))
        if changed:
            self.ledger.add_answers(changed)


def _count(ledger: Ledger, wave: Wave, done: Pulled) -> None:
    """How the wave stands now."""
    table = ledger.answers(wave.name, accepted=None)
    reasons = Counter(reason for reason in table.column("reason").to_pylist() if reason)
    done.quarantined = dict(sorted(reasons.items()))
    accepted = ledger.answers(wave.name)
    done.accepted = accepted.num_rows
    answered = set(accepted.column("task").to_pylist())
    done.unanswered = ledger.tasks(wave.name).num_rows - len(answered)
