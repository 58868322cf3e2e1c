"""Pushing: tasks of a wave into its project, each exactly once.

Label Studio takes the same task twice, drops ids that are given to it, and goes on with a request
whose sender is gone. So what is there is listed first, what is missing is sent in chunks, a lost
reply is waited for and looked up, and in the end the list is compared with the ledger: each key
once, with the ledger's text.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from corpusforge.annotation.canonical import canonical, sha256
from corpusforge.annotation.client import Client, ReplyLostError
from corpusforge.annotation.ledger import Ledger, Wave
from corpusforge.annotation.lock import routing
from corpusforge.annotation.projects import project_of
from corpusforge.annotation.tasks import TaskType, task_type
from corpusforge.errors import AnnotationError

CHUNK = 500
#: Seconds a request whose sender is gone may go on in the server, before its tasks are sent again.
SETTLE = 30.0
#: More of a wave than this with personal data in it was never scrubbed.
_UNSCRUBBED_SHARE = 0.05

Report = Callable[..., None]


@dataclass(frozen=True)
class Pushed:
    """What a push did."""

    wave: str
    project: int
    url: str
    tasks: int  # of the wave
    sent: int  # in this run
    withheld: int  # not sent: personal data was found in the text
    removed: int  # twins of lost replies


def push(
    ledger: Ledger,
    wave: Wave,
    client: Client,
    report: Report,
    *,
    chunk: int = CHUNK,
    settle: float = SETTLE,
) -> Pushed:
    """Bring a wave's tasks into Label Studio; done again, it does what is left.

    Raises:
        AnnotationError: ANN015 to ANN027; ANN040, the texts were never scrubbed; ANN041, a task
            does not fit Label Studio's reading of the configuration.
    """
    with routing(ledger, report):
        wave = ledger.wave(wave.name)
        kind = task_type(wave.kind)
        rows = ledger.tasks(wave.name).to_pylist()
        payloads, withheld = prepare(ledger, wave, kind, rows)
        client.release()
        project = project_of(ledger, wave, client)
        route = _Route(ledger, wave.name, client, project, payloads, report, settle)
        sent = route.send(chunk, _unsettled(wave, settle))
        removed = route.settle_twins()
        ledger.add_event(
            wave.name,
            "closed" if wave.state == "closed" else "open",
            pushed=len(payloads),
            withheld=sorted(withheld),
        )
    place = f"{client.url}/projects/{project}/"
    return Pushed(wave.name, project, place, len(rows), sent, len(withheld), removed)


# What is sent


def prepare(
    ledger: Ledger, wave: Wave, kind: TaskType, rows: list[dict[str, Any]]
) -> tuple[dict[str, dict[str, Any]], set[str]]:
    """Payloads by key, in the order of keys, and the keys that are withheld.

    Raises:
        AnnotationError: ANN040, ANN041.
    """
    withheld = _personal(ledger, wave, rows)
    payloads = {row["task"]: payload(kind, row) for row in rows if row["task"] not in withheld}
    _check_with_sdk(kind, list(payloads.values()))
    return payloads, withheld


def payload(kind: TaskType, row: dict[str, Any]) -> dict[str, Any]:
    """A task as annotators may see it: an opaque key, the scrubbed text, pre-annotations.

    Everybody can read every field of every task, so there is nothing else: no source, no role, no
    stratum. Models go by one name, or honeypots would be known by theirs.
    """
    text = row["text"]
    shown = []
    if row["prediction"] is not None:
        shown.append(("model", row["score"], json.loads(row["prediction"])))
    shown += [
        (other["model"], other["score"], other["value"])
        for other in json.loads(row["alternatives"] or "[]")
    ]
    return {
        "data": {"key": row["task"], "text": text},
        "predictions": [
            {"model_version": model, "score": score, "result": kind.result(value, text)}
            for model, score, value in shown
        ],
    }


def _personal(ledger: Ledger, wave: Wave, rows: list[dict[str, Any]]) -> set[str]:
    """Keys of tasks in which our own scrubber still finds something: they are not sent."""
    from corpusforge.privacy.masking import find

    policy = wave.manifest.get("policy", "law-09-08")
    found = find([row["text"] for row in rows], policy)
    held = {row["task"]: spans for row, spans in zip(rows, found, strict=True) if spans}
    if len(held) > max(1, _UNSCRUBBED_SHARE * len(rows)):
        kinds = sorted({span.type for spans in held.values() for span in spans})
        raise AnnotationError(
            "ANN040",
            f"{len(held)} of {len(rows)} tasks hold personal data ({', '.join(kinds)})",
            where=f"{ledger.dataset}, wave {wave.name}",
            hint="nothing was sent: only scrubbed text goes to annotators; draw the wave after the "
            "stage `scrub`",
        )
    return set(held)


def _check_with_sdk(kind: TaskType, payloads: list[dict[str, Any]]) -> None:
    """Label Studio's own reading of the configuration accepts every pre-annotation."""
    try:
        from label_studio_sdk.label_interface import LabelInterface
    except ImportError as error:
        raise AnnotationError(
            "ANN042",
            "the extra `annotate` is not installed",
            where="label-studio-sdk",
            hint="pip install 'corpusforge[annotate]'",
        ) from error
    interface = LabelInterface(kind.config())
    interface.validate()
    seen: set[str] = set()
    for task in payloads:
        for prediction in task["predictions"]:
            # Texts and offsets were checked by us; what is left differs only by label.
            shape = canonical([_shape(region) for region in prediction["result"]])
            if shape in seen:
                continue
            seen.add(shape)
            if not interface.validate_prediction(prediction):
                raise AnnotationError(
                    "ANN041",
                    "a pre-annotation does not fit the labelling configuration",
                    where=f"task {task['data']['key']}",
                    hint="nothing was sent; correct the model's labels and draw the wave again",
                )


def _shape(region: dict[str, Any]) -> dict[str, Any]:
    value = {k: v for k, v in region["value"].items() if k not in ("start", "end", "text")}
    return {**region, "id": "", "value": value}


# Sending


def _unsettled(wave: Wave, settle: float) -> float:
    """Seconds until a chunk that an earlier, killed push had under way must have arrived."""
    under_way: float | None = wave.facts.get("sending")
    if under_way is None:
        return 0.0
    return max(0.0, min(settle, under_way + settle - time.time()))


class _Route:
    """One push: what is missing, and how it gets there."""

    def __init__(
        self,
        ledger: Ledger,
        wave: str,
        client: Client,
        project: int,
        payloads: dict[str, dict[str, Any]],
        report: Report,
        settle: float,
    ) -> None:
        self.ledger = ledger
        self.wave = wave
        self.client = client
        self.project = project
        self.payloads = payloads
        self.report = report
        self.settle = settle
        self.digests = {key: sha256(canonical(task)) for key, task in payloads.items()}

    def there(self) -> dict[str, list[dict[str, Any]]]:
        """The tasks of ours in the project, by key; written down as pushed."""
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for task in self.client.tasks(self.project):
            key = task["data"].get("key")
            if key in self.payloads:
                found[key].append(task)
        self._write_down((key, task["id"]) for key, tasks in found.items() for task in tasks)
        return found

    def _write_down(self, pairs: Iterable[tuple[str, int]]) -> None:
        rows = [(key, number, self.digests[key]) for key, number in pairs]
        self.ledger.add_pushes(self.project, rows)

    def send(self, chunk: int, unsettled: float) -> int:
        """Send what is missing; returns how many tasks were sent."""
        found = self.there()
        missing = [key for key in self.payloads if key not in found]
        if missing and unsettled:
            found = self._wait_for(missing, unsettled)
            missing = [key for key in missing if key not in found]
        sent = 0
        before = len(self.payloads) - len(missing)
        for start in range(0, len(missing), chunk):
            sent += self._send(missing[start : start + chunk])
            self.report("pushed", done=before + sent, of=len(self.payloads))
        return sent

    def _send(self, keys: list[str]) -> int:
        total = len(keys)
        for attempt in range(4):
            # Written down before: a push that is killed now knows what it had under way.
            self.ledger.add_event(self.wave, "pushing", sending=time.time())
            try:
                ids = self.client.import_tasks(self.project, [self.payloads[key] for key in keys])
            except ReplyLostError as lost:
                self.report("lost", tasks=len(keys), why=lost.message, attempt=attempt + 1)
                found = self._wait_for(keys, self.settle)
                keys = [key for key in keys if key not in found]
                if not keys:
                    break
                if attempt == 3:
                    raise
                continue
            if len(ids) == len(keys):
                self._write_down(zip(keys, ids, strict=True))
            break
        self.ledger.add_event(self.wave, "pushing", sending=None)
        return total

    def _wait_for(self, keys: list[str], seconds: float) -> dict[str, list[dict[str, Any]]]:
        """List until all of `keys` are there or the time is over."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.there()
            if all(key in found for key in keys) or time.monotonic() > deadline:
                return found
            self.report("settling", missing=sum(key not in found for key in keys))
            time.sleep(min(1.0, seconds / 10))

    def settle_twins(self) -> int:
        """Compare the list with the ledger; remove tasks that are there twice and unanswered.

        Raises:
            AnnotationError: ANN043, tasks are missing after all.
        """
        found = self.there()
        missing = [key for key in self.payloads if key not in found]
        if missing:
            raise AnnotationError(
                "ANN043",
                f"{len(missing)} tasks are not in Label Studio although it took them",
                where=f"{self.client.url}, project {self.project}",
                hint="is somebody deleting tasks? Run the command again",
            )
        removed = 0
        for tasks in found.values():
            if len(tasks) == 1:
                continue
            # Answered ones stay, all of them: the ledger knows both by the key. Else the first.
            tasks.sort(key=lambda task: (not _answers(task), task["id"]))
            for twin in tasks[1:]:
                if not _answers(twin):
                    self.client.delete_task(twin["id"])
                    removed += 1
        return removed


def _answers(task: dict[str, Any]) -> int:
    return int(task.get("total_annotations") or 0) + int(task.get("cancelled_annotations") or 0)
