import json
import sqlite3
import subprocess
import sys
import time

import pytest
from label_studio import pushed_rows
from proxy import Proxy
from task_builders import DATASET, make_tasks
from test_push import cpu_seconds, draw

from corpusforge.annotation.client import Client
from corpusforge.annotation.ledger import Ledger
from corpusforge.annotation.pull import pull
from corpusforge.annotation.push import push
from corpusforge.annotation.tasks import TASK_TYPES
from corpusforge.errors import AnnotationError

pytestmark = [pytest.mark.server, pytest.mark.slow]

LANGUAGE = TASK_TYPES["language"]


@pytest.fixture
def asked(studio, steward, quiet, request):
    """A wave that has been pushed: its ledger, its name and its tasks in the order of their ids."""
    name = "asked-" + request.node.name[-30:]
    with draw(studio, name) as ledger:
        push(ledger, ledger.wave(name), steward, quiet)
        yield ledger, name, sorted(pushed_rows(ledger, name), key=lambda row: row["task_id"])


def says(row, label="ary_Arab"):
    """A result of a language task."""
    return LANGUAGE.result(label, row["text"])


def reasons(ledger, wave):
    """Why answers of a wave are in quarantine, by task."""
    rows = ledger.answers(wave, accepted=False).to_pylist()
    return {(row["task"], row["reason"]) for row in rows}


def test_answers_come_back_with_who_when_and_what(asked, steward, annotators, quiet):
    """Three people answer every task; each answer is there once, under a pseudonym."""
    ledger, wave, rows = asked
    given = {}
    for person in annotators:
        for row in rows[:4]:
            given[row["task"], ledger.pseudonym(person.email)] = person.answer(
                LANGUAGE, row, row["language"], lead_time=7.5
            )
    done = pull(ledger, ledger.wave(wave), steward, quiet)
    assert (done.seen, done.new, done.accepted, done.unanswered) == (12, 12, 12, 6)
    table = ledger.answers(wave).to_pylist()
    assert {(row["task"], row["annotator"]): json.loads(row["value"]) for row in table} == given
    assert {row["lead_time"] for row in table} == {7.5}
    assert "example.org" not in str(table)
    assert pull(ledger, ledger.wave(wave), steward, quiet).new == 0


def test_a_second_pull_asks_only_for_what_was_touched(asked, steward, annotators, quiet):
    """New, changed and deleted answers are noticed without fetching all; versions are all kept."""
    ledger, wave, rows = asked
    first, second = annotators[:2]
    notes = [first.post(row["task_id"], says(row)) for row in rows[:6]]
    pull(ledger, ledger.wave(wave), steward, quiet)
    assert ledger.wave(wave).facts["seen_until"]
    first.change(notes[0]["id"], result=says(rows[0], "fra_Latn"))
    second.post(rows[7]["task_id"], says(rows[7]))
    first.delete(notes[1]["id"])
    done = pull(ledger, ledger.wave(wave), steward, quiet)
    assert (done.new, done.gone) == (2, 1)
    values = ledger.answers(wave).to_pylist()
    assert [row["value"] for row in values if row["task"] == rows[0]["task"]] == ['"fra_Latn"']
    every = ledger.answers(wave, latest=False).to_pylist()
    assert len([row for row in every if row["task"] == rows[0]["task"]]) == 2
    assert [row["gone"] for row in every if row["task"] == rows[1]["task"]] == [True]
    assert done.accepted == 6


def test_what_cannot_be_believed_is_put_aside_with_its_reason(asked, steward, annotators, quiet):
    """Every kind of answer that Label Studio takes and we do not."""
    ledger, wave, rows = asked
    first, second, third = annotators
    unknown = {**says(rows[0])[0], "value": {"choices": ["xxx_Xxxx"]}}
    first.post(rows[0]["task_id"], [unknown])
    first.skip(rows[1]["task_id"])
    first.post(rows[2]["task_id"], [])
    forged = first.post(rows[3]["task_id"], says(rows[3]))
    second.change(forged["id"], result=says(rows[3], "eng_Latn"))
    first.post(rows[4]["task_id"], [{**says(rows[4])[0], "from_name": "else"}])
    first.post(rows[5]["task_id"], says(rows[5], "fra_Latn"))
    first.post(rows[5]["task_id"], says(rows[5], "ary_Arab"))
    third.http.patch(
        f"/api/tasks/{rows[6]['task_id']}/", json={"data": {"key": rows[6]["task"], "text": "hm"}}
    )
    first.post(rows[6]["task_id"], says(rows[6]))
    done = pull(ledger, ledger.wave(wave), steward, quiet)
    assert reasons(ledger, wave) == {
        (rows[0]["task"], "label"),
        (rows[1]["task"], "skipped"),
        (rows[2]["task"], "empty"),
        (rows[3]["task"], "author"),
        (rows[4]["task"], "control"),
        (rows[5]["task"], "double"),
        (rows[6]["task"], "task_text"),
    }
    assert sum(done.quarantined.values()) == 7
    accepted = ledger.answers(wave).to_pylist()
    assert [(row["task"], row["value"]) for row in accepted] == [(rows[5]["task"], '"ary_Arab"')]


def test_a_wave_goes_on_when_corpusforge_asks_otherwise_by_now(
    asked, steward, annotators, quiet, monkeypatch
):
    """An upgrade that draws pages anew changes no wave that is out; a change on the server does."""
    ledger, wave, rows = asked
    monkeypatch.setattr("corpusforge.annotation.configs._STYLE", "<Style>.new {}</Style>")
    annotators[0].post(rows[0]["task_id"], says(rows[0]))
    assert push(ledger, ledger.wave(wave), steward, quiet).sent == 0
    assert pull(ledger, ledger.wave(wave), steward, quiet).accepted == 1
    changed = {"label_config": LANGUAGE.config()}
    annotators[1].http.patch(f"/api/projects/{ledger.wave(wave).project}/", json=changed)
    with pytest.raises(AnnotationError) as refused:
        pull(ledger, ledger.wave(wave), steward, quiet)
    assert refused.value.code == "ANN027"


def test_an_answer_overwritten_by_another_person_keeps_its_own_word(
    asked, steward, annotators, quiet
):
    """What was pulled before stands; the forged version is put aside beside it."""
    ledger, wave, rows = asked
    first, second = annotators[:2]
    note = first.post(rows[0]["task_id"], says(rows[0], "ary_Arab"))
    pull(ledger, ledger.wave(wave), steward, quiet)
    second.change(note["id"], result=says(rows[0], "eng_Latn"))
    pull(ledger, ledger.wave(wave), steward, quiet)
    assert ledger.answers(wave).column("value").to_pylist() == ['"ary_Arab"']
    every = ledger.answers(wave, accepted=None, latest=False).to_pylist()
    assert [row["reason"] for row in every] == [None, "author"]


def test_an_answer_to_a_text_that_is_changed_later_stands(asked, steward, annotators, quiet):
    """It was pulled while the text was right; answers after the change are put aside."""
    ledger, wave, rows = asked
    first, second = annotators[:2]
    first.post(rows[0]["task_id"], says(rows[0]))
    pull(ledger, ledger.wave(wave), steward, quiet)
    second.http.patch(
        f"/api/tasks/{rows[0]['task_id']}/", json={"data": {"key": rows[0]["task"], "text": "hm"}}
    )
    second.post(rows[0]["task_id"], says(rows[0]))
    pull(ledger, ledger.wave(wave), steward, quiet)
    accepted = ledger.answers(wave).to_pylist()
    assert [row["annotator"] for row in accepted] == [ledger.pseudonym(first.email)]
    assert reasons(ledger, wave) == {(rows[0]["task"], "task_text")}


def test_a_double_answer_counts_again_when_the_later_one_is_deleted(
    asked, steward, annotators, quiet
):
    """Judgements follow what is there; all of them are kept."""
    ledger, wave, rows = asked
    first = annotators[0]
    first.post(rows[0]["task_id"], says(rows[0], "fra_Latn"))
    later = first.post(rows[0]["task_id"], says(rows[0], "ary_Arab"))
    pull(ledger, ledger.wave(wave), steward, quiet)
    assert ledger.answers(wave).column("value").to_pylist() == ['"ary_Arab"']
    first.delete(later["id"])
    pull(ledger, ledger.wave(wave), steward, quiet, whole=True)
    assert ledger.answers(wave).column("value").to_pylist() == ['"fra_Latn"']


def test_closing_a_wave_compares_everything(asked, steward, annotators, quiet):
    """Vanished answers and deleted tasks are found; afterwards nothing is taken any more."""
    ledger, wave, rows = asked
    first = annotators[0]
    notes = [first.post(row["task_id"], says(row)) for row in rows[:5]]
    pull(ledger, ledger.wave(wave), steward, quiet)
    first.delete(notes[0]["id"])
    annotators[1].http.delete(f"/api/tasks/{rows[1]['task_id']}/")
    done = pull(ledger, ledger.wave(wave), steward, quiet, close=True)
    assert (done.gone, done.deleted_tasks, done.accepted, done.closed) == (2, 1, 3, True)
    assert ledger.wave(wave).state == "closed"
    assert ledger.answers(wave, latest=False).num_rows == 5
    with pytest.raises(AnnotationError, match="closed") as refused:
        pull(ledger, ledger.wave(wave), steward, quiet)
    assert refused.value.code == "ANN045"
    exports = steward.request("GET", f"/api/projects/{ledger.wave(wave).project}/exports/")
    assert exports == []


def test_a_project_that_lost_everything_is_no_close(asked, steward, annotators, quiet):
    """Tombstones for a whole wave would be an accident: refused, nothing judged."""
    ledger, wave, rows = asked
    annotators[0].post(rows[0]["task_id"], says(rows[0]))
    pull(ledger, ledger.wave(wave), steward, quiet)
    for row in rows:
        steward.delete_task(row["task_id"])
    with pytest.raises(AnnotationError) as refused:
        pull(ledger, ledger.wave(wave), steward, quiet, close=True)
    assert refused.value.code == "ANN046"
    assert ledger.answers(wave).num_rows == 1
    steward.delete_project(ledger.wave(wave).project)
    with pytest.raises(AnnotationError) as refused:
        pull(ledger, ledger.wave(wave), steward, quiet)
    assert refused.value.code == "ANN024"


def test_a_wave_that_was_never_pushed_has_nothing_to_pull(studio, steward, quiet):
    with draw(studio, "unpushed") as ledger, pytest.raises(AnnotationError) as refused:
        pull(ledger, ledger.wave("unpushed"), steward, quiet)
    assert refused.value.code == "ANN044"


@pytest.mark.parametrize(
    "kind", ["switching", "personal_data", "quality", "domain", "transcription"]
)
def test_answers_of_every_type_are_read(studio, steward, annotators, quiet, kind):
    """Spans after an emoji, in Arabic, Tifinagh and mixed lines keep their place."""
    asked = TASK_TYPES[kind]
    with draw(studio, f"read-{kind}", kind) as ledger:
        push(ledger, ledger.wave(f"read-{kind}"), steward, quiet)
        rows = pushed_rows(ledger, f"read-{kind}")
        given = {}
        for row in rows:
            end = len(row["text"])
            value = {
                "switching": [{"start": 2, "end": 6, "label": "fra_Latn"}],
                "personal_data": [
                    {"start": 0, "end": 3, "label": "PERSON"},
                    {"start": end - 2, "end": end, "label": "not_personal"},
                ],
                "quality": 3,
                "domain": "law",
                "transcription": row["text"][::-1],
            }[kind]
            annotators[0].post(row["task_id"], asked.result(value, row["text"]))
            given[row["task"]] = value
        outside = {"start": 1, "end": 10**6, "labels": [asked.labels[0]]} if asked.labels else {}
        if asked.answer == "spans":
            region = {"from_name": "answer", "to_name": "text", "type": "labels", "value": outside}
            annotators[1].post(rows[0]["task_id"], [region])
            lying = {**outside, "end": 4, "text": "not there"}
            annotators[2].post(rows[0]["task_id"], [{**region, "value": lying}])
        pull(ledger, ledger.wave(f"read-{kind}"), steward, quiet)
        read = ledger.answers(f"read-{kind}").to_pylist()
        assert {row["task"]: json.loads(row["value"]) for row in read} == given
        aside = {reason for _, reason in reasons(ledger, f"read-{kind}")}
        assert aside == ({"offsets", "span_text"} if asked.answer == "spans" else set())


_PULLER = """
import os, signal, sys
from pathlib import Path
from corpusforge.annotation.client import Client
from corpusforge.annotation.ledger import Ledger
from corpusforge.annotation.pull import pull
private, dataset, url, token, wave = sys.argv[1:]
with Ledger(Path(private), dataset) as ledger, Client(url, token) as client:
    def report(event, **facts):
        if event == "pulled" and facts["tasks"] >= 1000:
            os.kill(os.getpid(), signal.SIGKILL)
    pull(ledger, ledger.wave(wave), client, report)
"""


def test_five_thousand_answers_are_pulled_and_a_killed_pull_goes_on(
    studio, steward, annotators, quiet
):
    """Killed after a thousand tasks, it resumes with none twice and none lost, well in time."""
    with draw(studio, "thousands", number=5_000) as ledger:
        push(ledger, ledger.wave("thousands"), steward, quiet)
        answer_all(studio, ledger, "thousands", annotators)
        arguments = [str(studio.private), DATASET, studio.url, studio.token, "thousands"]
        killed = subprocess.run([sys.executable, "-c", _PULLER, *arguments], check=False)
        assert killed.returncode == -9
        kept = ledger.answers("thousands").num_rows
        assert 1_000 <= kept < 5_000
        before = cpu_seconds(studio.running.process) + time.process_time()
        done = pull(ledger, ledger.wave("thousands"), steward, quiet)
        spent = cpu_seconds(studio.running.process) + time.process_time() - before
        assert (done.seen, done.new, done.accepted) == (5_000, 5_000 - kept, 5_000)
        assert len(set(ledger.answers("thousands").column("unique_id").to_pylist())) == 5_000
        assert spent < 60
        print(f"5,000 answers pulled in {spent:.1f} CPU seconds")  # noqa: T201
        closed = pull(ledger, ledger.wave("thousands"), steward, quiet, close=True)
        assert (closed.new, closed.gone, closed.accepted) == (0, 0, 5_000)


def answer_all(studio, ledger, wave, annotators):
    """An answer to every task, written into the server's database: its API takes 0.2 s each."""
    now = "2026-11-30 10:00:00.000000"
    template = annotators[0].post(
        (first := pushed_rows(ledger, wave)[0])["task_id"], says(first), lead_time=3.0
    )
    with sqlite3.connect(studio.database, timeout=60) as db:
        db.row_factory = sqlite3.Row
        row = dict(
            db.execute("SELECT * FROM task_completion WHERE id=?", (template["id"],)).fetchone()
        )
        del row["id"]
        names = ", ".join(row)
        marks = ", ".join("?" * len(row))
        for place, task in enumerate(pushed_rows(ledger, wave)[1:]):
            person = annotators[place % 3].id
            row |= {
                "task_id": task["task_id"],
                "result": json.dumps(says(task, task["language"])),
                "unique_id": f"{place:032x}",
                "completed_by_id": person,
                "updated_by_id": person,
                "created_at": now,
                "updated_at": now,
            }
            db.execute(
                f"INSERT INTO task_completion ({names}) VALUES ({marks})", list(row.values())
            )
        project = ledger.wave(wave).project
        db.execute(
            "UPDATE task SET is_labeled=1, total_annotations=1 WHERE project_id=?", (project,)
        )
    db.close()


def test_a_lost_reply_loses_no_answer(studio, steward, annotators, quiet):
    """Reads are asked for again; the close of a wave survives a broken connection."""
    with draw(studio, "broken") as ledger, Proxy(studio.port) as proxy:
        push(ledger, ledger.wave("broken"), steward, quiet)
        for row in pushed_rows(ledger, "broken"):
            annotators[1].post(row["task_id"], says(row))
        with Client(proxy.url, studio.token) as client:
            proxy.lose_reply_to("GET", "/export")
            assert pull(ledger, ledger.wave("broken"), client, quiet).accepted == 10
            proxy.lose_reply_to("POST", "/exports/")
            with pytest.raises(AnnotationError) as refused:
                pull(ledger, ledger.wave("broken"), client, quiet, close=True)
            assert refused.value.code == "ANN026"
            assert ledger.wave("broken").state == "open"
            assert pull(ledger, ledger.wave("broken"), client, quiet, close=True).closed
        assert proxy.lost == 2


def test_honest_waves_of_another_dataset_are_not_touched(studio, steward, annotators, quiet):
    """Ledgers of two datasets share a server and see only their own."""
    with Ledger(studio.private, "commons/other") as other, draw(studio, "own") as ledger:
        other.add_wave("own", "language", {}, make_tasks(other, "own"))
        push(other, other.wave("own"), steward, quiet)
        push(ledger, ledger.wave("own"), steward, quiet)
        assert other.wave("own").project != ledger.wave("own").project
        row = pushed_rows(other, "own")[0]
        annotators[0].post(row["task_id"], says(row))
        assert pull(ledger, ledger.wave("own"), steward, quiet).seen == 0
        assert pull(other, other.wave("own"), steward, quiet).accepted == 1
