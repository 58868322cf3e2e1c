"""The figures of a wave in a real ledger: what scripted annotators did is what is found."""

import json
import re

import krippendorff
import numpy as np
import pytest
from answer_builders import ACCURACIES, answer, asked_of, version
from sklearn.metrics import cohen_kappa_score
from task_builders import TEXTS, make_tasks

from corpusforge.annotation.ledger import Ledger
from corpusforge.annotation.quality import quality, trusted_weights
from corpusforge.annotation.tasks import Prediction, Task

LABELS = ("ary_Arab", "arb_Arab", "fra_Latn", "zgh_Tfng")


def right(task):
    return json.loads(task["truth"]) if task["truth"] else task["language"]


@pytest.fixture
def ledger(tmp_path):
    """A wave of 200 tasks, 40 honeypots and 30 repeats, answered by three people."""
    with Ledger(tmp_path, "commons/annotated") as ledger:
        tasks = make_tasks(ledger, "w1", "language", 200)
        for n in range(40):
            text, language = TEXTS[n % len(TEXTS)]
            key = ledger.key("w1", "language", f"honeypot-{n}", 0, 9)
            role = {"role": "honeypot", "truth": language}
            guess = Prediction(language, 0.9, "lid 1.0")
            tasks.append(
                Task(key, "w1", "language", text, f"honeypot-{n}", 0, 9, prediction=guess, **role)
            )
        for first in tasks[:30]:
            key = ledger.key("w1", "language", first.record, first.start, first.end, "repeat")
            tasks.append(Task(key, "w1", "language", first.text, first.record, first.start,
                              first.end, role="repeat", prediction=first.prediction))  # fmt: skip
        ledger.add_wave("w1", "language", {"seed": 7}, tasks)
        answer(ledger, "w1", right, LABELS)
        yield ledger


def test_the_figures_are_those_of_the_libraries(ledger):
    """Alpha and kappas of what is in the ledger, computed by others from the raw rows."""
    found = quality("language", asked_of(ledger))
    rows = [r for r in ledger.answers().to_pylist() if r["role"] in {"plain", "blind"}]
    tasks = sorted({row["task"] for row in rows})
    people = sorted({row["annotator"] for row in rows})
    names = sorted({row["value"] for row in rows})
    cells = np.full((len(people), len(tasks)), np.nan)
    for row in rows:
        where = people.index(row["annotator"]), tasks.index(row["task"])
        cells[where] = names.index(row["value"])
    expected = krippendorff.alpha(cells, level_of_measurement="nominal")
    assert found.alpha.value == pytest.approx(expected)
    assert found.alpha.low < expected < found.alpha.high
    rows = [r for r in ledger.answers().to_pylist() if r["role"] != "repeat"]
    by = {(r["annotator"], r["task"]): r["value"] for r in rows}
    tasks = sorted({row["task"] for row in rows})
    for pair in found.pairs:
        sides = [[by[who, task] for task in tasks] for who in (pair.first, pair.second)]
        assert pair.kappa == pytest.approx(cohen_kappa_score(*sides))


def test_honeypots_tell_accuracies_and_repeats_consistency(ledger):
    """Each person's accuracy lies in the interval found from forty honeypots."""
    found = quality("language", asked_of(ledger))
    people = {ledger.pseudonym(email): accuracy for email, accuracy in ACCURACIES.items()}
    assert {person.annotator for person in found.annotators} == set(people)
    for person in found.annotators:
        assert person.honeypots.of == 40
        assert person.honeypots.low < people[person.annotator] < person.honeypots.high
        assert person.repeats.of == 30
        assert person.answers == 270
        assert 2 < person.seconds < 30
    assert found.honeypots.of == 120
    assert found.repeats.of == 90
    best = max(found.annotators, key=lambda person: person.honeypots.value)
    assert best.annotator == ledger.pseudonym("amina@example.org")
    weights = trusted_weights(found)
    assert max(weights, key=weights.__getitem__) == best.annotator


def test_no_name_or_address_is_in_the_figures(ledger):
    """Pseudonyms are all there is."""
    text = json.dumps(quality("language", asked_of(ledger)).as_json())
    assert not re.search(r"amina|brahim|chama|example\.org", text)


def test_anchoring_is_seen_where_people_follow_what_is_shown(tmp_path):
    """Shown tasks are answered as the model says, blind ones as the truth is."""
    with Ledger(tmp_path, "commons/annotated") as ledger:
        tasks = make_tasks(ledger, number=200)
        ledger.add_wave("w1", "language", {}, tasks)
        rows = ledger.tasks("w1").to_pylist()
        withheld = {row["task"]: "arb_Arab" for row in rows if row["role"] == "blind"}
        ledger.add_answers(
            version(ledger, row, "amina@example.org",
                    "arb_Arab" if row["role"] == "blind" and n % 8 == 3
                    else row["language"])
            for n, row in enumerate(rows)
        )  # fmt: skip
        found = quality("language", asked_of(ledger, "w1", withheld)).anchoring
        assert found.shown.value == 1.0
        assert found.blind.of == 50
        assert found.effect == pytest.approx(1 - found.blind.value)
        assert 0 < found.low < found.effect < found.high


def test_spans_have_f1_by_pair_and_alpha_by_character(tmp_path):
    """Personal data and code-switching: nobody is asked for Cohen's kappa of spans."""
    with Ledger(tmp_path, "commons/annotated") as ledger:
        tasks = make_tasks(ledger, kind="switching", number=10)
        ledger.add_wave("w1", "switching", {}, tasks)
        for row in ledger.tasks("w1").to_pylist():
            span = [{"start": 0, "end": 4, "label": "fra_Latn"}]
            shorter = [{"start": 0, "end": 3, "label": "fra_Latn"}]
            ledger.add_answers([version(ledger, row, "amina@example.org", span),
                                version(ledger, row, "brahim@example.org", shorter)])  # fmt: skip
        found = quality("switching", asked_of(ledger))
        assert [(pair.exact, pair.overlap) for pair in found.spans] == [(0.0, 1.0)]
        assert 0.5 < found.alpha.value < 1
        assert found.pairs == ()


def test_nothing_answered_gives_no_numbers(tmp_path):
    """And no error: a wave that has just been pushed."""
    with Ledger(tmp_path, "commons/annotated") as ledger:
        ledger.add_wave("w1", "quality", {}, make_tasks(ledger, kind="quality"))
        found = quality("quality", asked_of(ledger))
        assert found.alpha.value is None
        assert (found.honeypots.of, found.annotators, found.seconds) == (0, (), None)
        json.dumps(found.as_json())
