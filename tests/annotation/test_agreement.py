"""Agreement against the libraries others wrote: krippendorff and scikit-learn."""

import time
import warnings

import krippendorff
import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, confusion_matrix, precision_recall_fscore_support

from corpusforge.annotation.agreement import alpha, kappa, pairwise
from corpusforge.annotation.confusion import against, coincidences, scores
from corpusforge.annotation.ratings import MISSING, ratings

LABELS = ("ary_Arab", "arb_Arab", "fra_Latn", "zgh_Tfng")


def answers(seed=0, *, tasks=60, accuracies=(0.95, 0.8, 0.6), missing=0.25, labels=LABELS):
    """Annotators of known accuracies on tasks of known truth; some cells stay empty."""
    chance = np.random.default_rng(seed)
    truth = {f"t{number:04d}": labels[chance.integers(len(labels))] for number in range(tasks)}
    rows = []
    for task, label in truth.items():
        for person, accuracy in enumerate(accuracies):
            if chance.random() < missing:
                continue
            others = [other for other in labels if other != label]
            said = label if chance.random() < accuracy else others[chance.integers(len(others))]
            rows.append((task, f"annotator-{person}", said))
    return rows, truth


def reference(found, level):
    cells = np.where(found.filled, found.codes if level == "nominal" else found.values(), np.nan)
    return krippendorff.alpha(cells.T.astype(float), level_of_measurement=level)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("missing", [0.0, 0.3, 0.6])
def test_nominal_alpha_is_that_of_the_krippendorff_package(seed, missing):
    """With full matrices and with holes."""
    found = ratings(answers(seed, missing=missing)[0])
    assert alpha(found).value == pytest.approx(reference(found, "nominal"), abs=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_interval_alpha_is_that_of_the_krippendorff_package(seed):
    """Ratings from 1 to 5, distances squared."""
    rows, _ = answers(seed, labels=("1", "2", "3", "4", "5"))
    found = ratings(rows)
    assert alpha(found, "interval").value == pytest.approx(reference(found, "interval"), abs=1e-12)


def test_alpha_below_chance_is_negative():
    """Two annotators who always contradict each other agree less than chance gives."""
    people = ("a", "b")
    rows = [(f"t{n}", people[p], LABELS[(n + p) % 2]) for n in range(8) for p in (0, 1)]
    found = ratings(rows)
    assert alpha(found).value == pytest.approx(reference(found, "nominal"))
    assert alpha(found).value < -0.5


def test_full_agreement_is_one_with_a_tight_interval():
    """Also in Tifinagh and Arabic labels: names do not matter."""
    labels = ("ⴰⵎⴰⵣⵉⵖ", "دارجة", "français")
    rows = [(f"t{n}", who, labels[n % 3]) for n in range(9) for who in "ab"]
    found = alpha(ratings(rows))
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)
    assert (found.tasks, found.answers) == (9, 18)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([], "no task has answers of two annotators"),
        ([("t1", "a", "x"), ("t2", "a", "y")], "no task has answers of two annotators"),
        ([("t1", "a", "x"), ("t1", "b", "x"), ("t2", "a", "y")], "all answers are the same one"),
        ([("t1", who, "x") for who in "abc"], "all answers are the same one"),
    ],
)
def test_alpha_that_does_not_exist_says_why(rows, why):
    """No number is made up: one annotator, one label, nothing at all."""
    found = alpha(ratings(rows))
    assert found.value is None
    assert found.low is None
    assert found.why == why


def test_the_bootstrap_covers_the_alpha_of_the_population():
    """Of a hundred samples of 60 tasks, some 95 have the population's alpha in their interval."""
    rows, _ = answers(99, tasks=6000, missing=0.2)
    population = alpha(ratings(rows), resamples=0).value
    by_task = {}
    for row in rows:
        by_task.setdefault(row[0], []).append(row)
    tasks = sorted(by_task)
    hits = 0
    for trial in range(100):
        chosen = tasks[trial * 60 : trial * 60 + 60]
        found = alpha(ratings([row for task in chosen for row in by_task[task]]), resamples=300)
        hits += found.low <= population <= found.high
    assert 88 <= hits <= 100


def test_the_interval_is_the_same_for_the_same_seed_and_fast():
    """Five thousand tasks, a thousand resamples, under two CPU seconds."""
    found = ratings(answers(1, tasks=5000)[0])
    start = time.process_time()
    first = alpha(found, seed=7)
    assert time.process_time() - start < 2
    assert first == alpha(found, seed=7)
    assert first != alpha(found, seed=8)
    assert first.low < first.value < first.high


@pytest.mark.parametrize("seed", range(4))
def test_kappa_is_that_of_scikit_learn(seed):
    """On the tasks both answered, whatever else they answered."""
    found = ratings(answers(seed)[0])
    pairs = pairwise(found)
    assert len(pairs) == 3
    for pair in pairs:
        columns = [found.annotators.index(name) for name in (pair.first, pair.second)]
        one, other = found.codes[(found.codes[:, columns] != MISSING).all(1)][:, columns].T
        assert pair.tasks == len(one)
        assert pair.kappa == pytest.approx(cohen_kappa_score(one, other), abs=1e-12)
        assert pair.agreement == pytest.approx((one == other).mean())


def test_kappa_of_one_label_does_not_exist():
    """scikit-learn says NaN there; we say that there is none."""
    same = np.zeros(5, np.int32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert np.isnan(cohen_kappa_score(same, same))
    assert kappa(same, same) is None
    assert kappa(same[:0], same[:0]) is None
    assert kappa(same, same + 1) == pytest.approx(0.0)


@pytest.mark.parametrize("seed", range(3))
def test_the_confusion_and_its_scores_are_those_of_scikit_learn(seed):
    """Every answer to a task of known truth, counted once."""
    rows, truth = answers(seed)
    found = ratings(rows, labels=LABELS)
    cells = against(found, truth)
    expected = [truth[task] for task, _, _ in rows], [label for _, _, label in rows]
    assert cells.tolist() == confusion_matrix(*expected, labels=found.labels).tolist()
    precision, recall, f1, support = precision_recall_fscore_support(
        *expected, labels=found.labels, zero_division=np.nan
    )
    for index, score in enumerate(scores(cells, found.labels)):
        assert score.support == support[index]
        assert score.precision == pytest.approx(precision[index])
        assert score.recall == pytest.approx(recall[index])
        assert score.f1 == pytest.approx(f1[index])


def test_a_label_nobody_gave_has_no_precision():
    """None, not zero: there was nothing to be right or wrong about."""
    found = ratings([("t1", "a", "x")], labels=("x", "y"))
    last = scores(against(found, {"t1": "x"}), found.labels)[1]
    assert last == ("y", 0, 0, None, None, None)


def test_coincidences_sum_to_the_answers_and_give_alpha():
    """The matrix is the one alpha is defined by, so it must lead to the same number."""
    found = ratings(answers(3)[0])
    table = coincidences(found)
    n = table.sum()
    assert n == pytest.approx(alpha(found).answers)
    assert table == pytest.approx(table.T)
    totals = table.sum(0)
    expected = (n * n - (totals**2).sum()) / (n * (n - 1))
    assert 1 - (n - np.trace(table)) / n / expected == pytest.approx(alpha(found).value)


def test_a_second_answer_of_a_person_takes_the_place_of_the_first():
    """As the ledger gives them in order, the latest counts."""
    found = ratings([("t", "a", "ary_Arab"), ("t", "a", "arb_Arab")])
    assert found.codes.tolist() == [[found.labels.index("arb_Arab")]]
