import json
import sqlite3
import stat

import pytest
from task_builders import DATASET, TEXTS, make_tasks, make_wave

from corpusforge.annotation.ledger import AnswerVersion, Ledger
from corpusforge.annotation.tasks import TASK_TYPES, Prediction, task_type
from corpusforge.errors import AnnotationError


@pytest.fixture
def ledger(tmp_path):
    with make_wave(tmp_path) as ledger:
        yield ledger


def version(ledger, place=0, **fields):
    """An answer of amal@example.org to one of the ledger's tasks."""
    task = ledger.tasks("w1").to_pylist()[place]
    plain = {
        "wave": "w1",
        "unique_id": f"u{place}",
        "updated": "2026-11-30T10:00:00.000000Z",
        "created": "2026-11-30T09:59:00.000000Z",
        "task": task["task"],
        "annotator": ledger.pseudonym("amal@example.org"),
        "result": "[]",
        "value": '"ary_Arab"',
        "lead_time": 4.5,
        "state": "accepted",
        "reason": None,
    }
    return AnswerVersion(**{**plain, **fields})


def test_tasks_come_back_as_they_were_drawn(ledger):
    """Every field of every task is kept, whatever the script."""
    rows = ledger.tasks("w1").to_pylist()
    assert sorted(row["text"] for row in rows) == sorted(text for text, _ in TEXTS)
    blind = [row for row in rows if row["role"] == "blind"]
    assert len(blind) == 2
    assert all(row["prediction"] is None for row in blind)
    shown = next(row for row in rows if row["role"] == "plain")
    assert json.loads(shown["prediction"]) == shown["language"]
    assert shown["probability"] == 0.5


def test_keys_say_nothing_and_stay(tmp_path, ledger):
    """A key cannot be computed from what is published, and is the same in the next run."""
    again = Ledger(tmp_path, DATASET)
    arguments = ("w1", "language", "0" * 32, 0, 5)
    assert ledger.key(*arguments) == again.key(*arguments)
    assert ledger.key(*arguments) != ledger.key(*arguments, "repeat")
    elsewhere = Ledger(tmp_path / "other", DATASET)
    assert elsewhere.key(*arguments) != ledger.key(*arguments)
    again.close()
    elsewhere.close()


def test_only_the_steward_can_read_the_ledger(ledger):
    """The file and its key are of mode 600, in a folder of mode 700."""
    modes = [
        stat.S_IMODE(path.stat().st_mode)
        for path in (ledger.path, ledger.folder / "annotation.key", ledger.folder)
    ]
    assert modes == [0o600, 0o600, 0o700]


def test_a_wave_drawn_again_changes_nothing(ledger):
    """The same tasks and manifest are taken as done; others under the name are refused."""
    tasks = make_tasks(ledger)
    assert ledger.add_wave("w1", "language", {"seed": 7}, tasks) is False
    with pytest.raises(AnnotationError, match="drawn already") as refused:
        ledger.add_wave("w1", "language", {"seed": 8}, tasks)
    assert refused.value.code == "ANN012"
    with pytest.raises(AnnotationError, match="ANN012"):
        ledger.add_wave("w1", "language", {"seed": 7}, tasks[:-1])


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"probability": 0.0}, "probability"),
        ({"truth": "ary_Arab"}, "honeypots"),
        ({"role": "honeypot", "prediction": None}, "honeypots"),
        ({"role": "blind"}, "blind"),
        ({"prediction": Prediction("xx_Latn", 0.5, "m")}, "does not fit"),
        ({"role": "honeypot", "truth": 7}, "does not fit"),
    ],
)
def test_a_task_that_cannot_be_asked_is_refused_with_its_wave(tmp_path, fields, why):
    """One task that is wrong leaves the ledger without the wave."""
    with Ledger(tmp_path, DATASET) as ledger:
        tasks = make_tasks(ledger, number=3)
        tasks[1] = make_tasks(ledger, number=2, **{"prediction": tasks[1].prediction, **fields})[1]
        with pytest.raises(AnnotationError, match=why) as refused:
            ledger.add_wave("w1", "language", {}, tasks)
        assert refused.value.code == "ANN013"
        assert ledger.waves() == []
        assert ledger.tasks().num_rows == 0


def test_every_version_of_an_answer_is_kept(ledger):
    """An answer changed in Label Studio is a second version; the newest one counts."""
    first = version(ledger)
    later = version(ledger, updated="2026-11-30T11:00:00.000000Z", value='"fra_Latn"', result="[1]")
    assert ledger.add_answers([first, later]) == 2
    assert ledger.add_answers([first, later]) == 0
    assert ledger.answers("w1").column("value").to_pylist() == ['"fra_Latn"']
    every = ledger.answers("w1", latest=False).column("value").to_pylist()
    assert every == ['"ary_Arab"', '"fra_Latn"']


def test_a_judgement_can_change_and_the_old_one_stays(ledger):
    """An answer put aside later keeps its row; readers follow the last judgement."""
    first = version(ledger)
    ledger.add_answers([first])
    ledger.add_answers([first._replace(state="quarantined", reason="double")])
    assert ledger.answers("w1").num_rows == 0
    assert ledger.answers("w1", accepted=False).column("reason").to_pylist() == ["double"]
    with sqlite3.connect(ledger.path) as db:
        assert db.execute("SELECT state FROM verdicts ORDER BY rowid").fetchall() == [
            ("accepted",),
            ("quarantined",),
        ]


def test_a_vanished_answer_leaves_a_tombstone(ledger):
    """It no longer counts, is still there to be read, and counts again if it comes back."""
    ledger.add_answers([version(ledger)])
    ledger.add_sightings("w1", gone=["u0"])
    assert ledger.answers("w1").num_rows == 0
    assert ledger.answers("w1", latest=False).column("gone").to_pylist() == [True]
    ledger.add_sightings("w1", gone=[], back=["u0"])
    assert ledger.answers("w1").num_rows == 1


@pytest.mark.parametrize("table", ["tasks", "answers", "verdicts", "waves", "people", "tombstones"])
@pytest.mark.parametrize("order", ["DELETE FROM {}", "UPDATE {} SET wave='x', annotator='x'"])
def test_nothing_is_ever_changed_or_removed(ledger, table, order):
    """The file itself refuses: what was asked and answered stays."""
    ledger.add_answers([version(ledger)])
    ledger.add_people(["amal@example.org"])
    ledger.add_sightings("w1", gone=["u0"])
    with sqlite3.connect(ledger.path) as db:
        columns = {row[1] for row in db.execute(f"PRAGMA table_info({table})")}
        column = next(name for name in ("wave", "annotator", "state") if name in columns)
        order = f"UPDATE {table} SET {column}='x'" if "UPDATE" in order else order.format(table)
        with pytest.raises(sqlite3.IntegrityError, match="only added to"):
            db.execute(order)


def test_names_of_annotators_stay_in_their_own_table(ledger):
    """Readers give pseudonyms; the e-mail is found in `people` and in no other table."""
    ledger.add_people(["Amal@example.org"])
    ledger.add_answers([version(ledger)])
    assert ledger.pseudonym("Amal@example.org") == ledger.pseudonym("amal@example.org ")
    for table in (ledger.answers(None, accepted=None, latest=False), ledger.tasks()):
        assert "amal" not in str(table.to_pylist()).lower()
    with sqlite3.connect(ledger.path) as db:
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        holding = [
            name
            for name in names
            if "amal" in str(db.execute(f"SELECT * FROM {name}").fetchall())
            or "Amal" in str(db.execute(f"SELECT * FROM {name}").fetchall())
        ]
    assert holding == ["people"]


def test_a_wave_remembers_what_happened_to_it(ledger):
    """Events add up; the last one is the state."""
    ledger.add_event("w1", "pushing", project=12)
    ledger.add_event("w1", "open", pushed=10)
    wave = ledger.wave("w1")
    assert (wave.state, wave.project, wave.facts["pushed"]) == ("open", 12, 10)
    assert wave.manifest == {"seed": 7}
    with pytest.raises(AnnotationError, match="w1") as refused:
        ledger.wave("w2")
    assert refused.value.code == "ANN014"


def test_a_dataset_without_a_ledger_is_told(tmp_path):
    """Reading where nothing was drawn makes no file, and says what to do."""
    with pytest.raises(AnnotationError, match="annotate") as refused:
        Ledger(tmp_path, DATASET, create=False)
    assert refused.value.code == "ANN010"
    assert list(tmp_path.iterdir()) == []


def test_a_broken_or_newer_ledger_is_not_written_to(tmp_path):
    """Garbage and files of a later version are refused as they are."""
    folder = tmp_path / DATASET
    folder.mkdir(parents=True)
    (folder / "annotation.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(AnnotationError, match="ANN011"):
        Ledger(tmp_path, DATASET)
    (folder / "annotation.sqlite").unlink()
    Ledger(tmp_path, DATASET).close()
    with sqlite3.connect(folder / "annotation.sqlite") as db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(AnnotationError, match="newer"):
        Ledger(tmp_path, DATASET)


def test_an_unknown_task_type_is_refused_with_those_there_are():
    with pytest.raises(AnnotationError, match="personal_data") as refused:
        task_type("langage")
    assert refused.value.code == "ANN001"
    assert len(TASK_TYPES) == 6
