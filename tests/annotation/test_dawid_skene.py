"""Dawid and Skene against crowd-kit, in an environment of its own: it needs an older world."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from test_agreement import LABELS, answers

from corpusforge.annotation.dawid_skene import dawid_skene
from corpusforge.annotation.ratings import ratings

#: Only what the classifiers of crowd-kit import: all of its dependencies would be 588 MB.
ORACLE = ("pandas", "scikit-learn", "attrs", "tqdm", "nltk", "scipy")
SCRIPT = """
import json, sys
import pandas as pd
from crowdkit.aggregation import DawidSkene, MajorityVote
rows, known = json.load(sys.stdin)
data = pd.DataFrame(rows, columns=["task", "worker", "label"])
model = DawidSkene(n_iter=25, tol=-1.0)
probas = model.fit_predict_proba(data, pd.Series(known) if known else None)
majority = MajorityVote().fit_predict_proba(data)
print(json.dumps([probas.T.to_dict(), model.priors_.to_dict(), majority.T.to_dict()]))
"""


@pytest.fixture(scope="session")
def crowdkit(request):
    """A function that asks crowd-kit; its environment is built once and kept in the test cache."""
    folder = Path(request.config.cache.mkdir("crowd-kit-1.4.2"))
    python = folder / "env" / "bin" / "python"
    ready = folder / "ready"
    if not ready.exists():
        base = ["uv", "pip", "install", "-q", "--python", str(python)]
        steps = (
            ["uv", "venv", "-q", "--clear", "--python", "3.11", str(folder / "env")],
            [*base, "--no-deps", "crowd-kit==1.4.2"],
            [*base, *ORACLE],
        )
        for step in steps:
            done = subprocess.run(step, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"crowd-kit cannot be installed here: {done.stderr.strip()[-200:]}")
        ready.touch()

    def ask(rows, known=None):
        done = subprocess.run(
            [python, "-W", "ignore", "-c", SCRIPT],
            input=json.dumps([rows, known]),
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    return ask


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "truths"), [(0, 0), (1, 0), (2, 8)])
def test_posteriors_and_priors_are_those_of_crowdkit(crowdkit, seed, truths):
    """Step by step the same, with holes in the matrix and with part of the truth known."""
    rows, truth = answers(seed, tasks=60)
    found = ratings(rows)
    known = {task: truth[task] for task in found.tasks[:truths]}
    model = dawid_skene(found, known=known, iterations=25, tolerance=-1.0)
    probas, priors, _ = crowdkit(rows, known)
    expected = [[probas[task].get(x, 0.0) for x in found.labels] for task in found.tasks]
    assert model.posterior == pytest.approx(np.array(expected), abs=1e-6)
    assert dawid_skene(found, known=known, iterations=26, tolerance=-1.0).prior == pytest.approx(
        [priors[x] for x in found.labels], abs=1e-6
    )


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("known", [0, 10])
def test_the_likelihood_never_falls(seed, known):
    """EM only climbs, whatever the answers and with part of the truth known."""
    rows, truth = answers(seed, missing=0.4)
    model = dawid_skene(ratings(rows), known=dict(list(truth.items())[:known]), tolerance=0.0)
    steps = np.diff(model.likelihood)
    assert (steps >= -1e-9 * abs(model.likelihood[0])).all()


def test_it_finds_the_truth_where_the_majority_is_wrong():
    """Two careless people outvote a good one; a tenth of known truth shows the model who errs."""
    rows, truth = answers(4, tasks=400, accuracies=(0.97, 0.5, 0.5), missing=0.0, labels=LABELS[:3])
    found = ratings(rows)
    model = dawid_skene(found, known={task: truth[task] for task in found.tasks[:40]})
    named = [found.labels[index] for index in model.posterior.argmax(1)]
    majority = [found.labels[index] for index in found.counts().argmax(1)]
    right = [truth[task] for task in found.tasks]
    share = np.mean([a == b for a, b in zip(named, right, strict=True)])
    assert share > 0.95
    assert share > np.mean([a == b for a, b in zip(majority, right, strict=True)]) + 0.1


def test_known_truth_keeps_its_label_and_teaches_the_model():
    """A honeypot is what it is, whatever everybody said."""
    rows = [("t1", who, "arb_Arab") for who in "abc"] + [("t2", "a", "ary_Arab")]
    found = ratings(rows)
    model = dawid_skene(found, known={"t1": "ary_Arab", "unseen": "fra_Latn"})
    assert found.labels[int(model.posterior[0].argmax())] == "ary_Arab"
    assert model.posterior[0].max() == pytest.approx(1.0)


def test_one_annotator_and_one_label_are_no_trouble():
    """The posterior is what was said."""
    found = ratings([("t1", "a", "ⵜⴰⵎⴰⵣⵉⵖⵜ"), ("t2", "a", "ⵜⴰⵎⴰⵣⵉⵖⵜ")])
    assert dawid_skene(found).posterior.tolist() == [[1.0], [1.0]]
    assert dawid_skene(ratings([])).posterior.shape == (0, 0)
