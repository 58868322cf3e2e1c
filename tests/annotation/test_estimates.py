"""What a sample says of the whole: by hand where that can be done, by coverage elsewhere."""

import numpy as np
import pytest
from scipy.stats import chi2
from test_aggregate import question

from corpusforge.annotation.aggregate import Outcome
from corpusforge.annotation.estimates import estimates
from corpusforge.annotation.intervals import difference, wilson
from corpusforge.annotation.sampling import Design, draw, order_key


def outcome(value, *, kind="language", decided=True, replies=("x", "x"), **fields):
    """A decided (or open) outcome about a text of its own."""
    asked = question(list(replies), kind=kind, **fields)
    if not decided:
        return Outcome(asked, None, "open", 0.5, asked.replies, "tie")
    return Outcome(asked, value, "unanimous", 1.0, asked.replies)


def of(found, about="", measure="precision"):
    return next(e for e in found if e.about == about and e.measure == measure)


def test_precision_is_weighted_by_what_each_text_stands_for():
    """Two strata: one text in two was asked of the first, one in ten of the second."""
    rows = [outcome("ary_Arab", task=f"a{n}", stratum="a", probability=0.5) for n in range(8)] + [
        outcome("arb_Arab", task="a8", stratum="a", probability=0.5),
        outcome("arb_Arab", task="a9", stratum="a", probability=0.5),
        *(outcome("ary_Arab", task=f"b{n}", stratum="b", probability=0.1) for n in range(5)),
        *(outcome("fra_Latn", task=f"c{n}", stratum="b", probability=0.1) for n in range(5)),
    ]
    found = of(estimates(rows), "ary_Arab")
    assert found.value == pytest.approx((8 * 2 + 5 * 10) / (10 * 2 + 10 * 10))
    assert found.low < found.value < found.high
    assert (found.texts, found.drawn) == (20, 20)
    assert found.measured == "2026-11-20"


def test_those_decided_stand_for_the_open_ones_of_their_stratum():
    """Half of the first stratum is open: its decided texts count twice."""
    rows = [
        *(outcome("ary_Arab", task=f"a{n}", stratum="a", probability=0.5) for n in range(4)),
        *(outcome("", task=f"o{n}", stratum="a", probability=0.5, decided=False) for n in range(4)),
        *(outcome("arb_Arab", task=f"b{n}", stratum="b", probability=0.5) for n in range(8)),
    ]
    assert of(estimates(rows)).value == pytest.approx(0.5)


def test_a_census_has_no_interval():
    """Every text was looked at, and decided."""
    rows = [outcome("ary_Arab", task=f"a{n}", stratum="a", probability=1.0) for n in range(9)]
    rows.append(outcome("mey_Arab", task="a9", stratum="a", probability=1.0))
    found = of(estimates(rows), "ary_Arab")
    assert (found.value, found.low, found.high) == pytest.approx((0.9, 0.9, 0.9))


def test_a_label_nobody_is_offered_is_right_when_people_say_other():
    """Kabyle is no choice: `other` is the answer that agrees with it."""
    rows = [
        outcome("other", task=f"k{n}", language="kab_Latn", stratum="k", probability=0.5)
        for n in range(4)
    ]
    assert of(estimates(rows), "kab_Latn").value == 1.0


def test_intervals_of_shares_hold_what_they_promise():
    """Of 200 samples of a corpus whose doubtful labels are wrong oftener, some 95 % hold it."""
    chance = np.random.default_rng(3)
    size = 1500
    strata = chance.choice(["a", "b"], size, p=[0.8, 0.2]).tolist()
    doubt = chance.random(size)
    wrong = chance.random(size) < np.where(doubt > 0.85, 0.6, 0.08)
    true = 1 - wrong.mean()
    hits = 0
    for seed in range(200):
        keys = np.array([order_key(seed, "w", str(n), 0, 1) for n in range(size)], np.uint64)
        drawn = draw(keys, strata, doubt, Design(150, 0.3))
        rows = [
            outcome(
                "arb_Arab" if wrong[place] else "ary_Arab",
                task=str(place),
                stratum=strata[place],
                probability=float(p),
            )
            for place, p in zip(drawn.chosen, drawn.probability, strict=True)
        ]
        found = of(estimates(rows))
        hits += found.low <= true <= found.high
    assert 182 <= hits <= 200


def spans(count):
    return [{"start": 2 * n, "end": 2 * n + 1, "label": "PERSON"} for n in range(count)]


def test_leakage_without_a_find_has_an_upper_end():
    """Poisson's: 3.69 over the words that were read, scaled to ten thousand."""
    rows = [
        outcome(spans(0), kind="personal_data", task=f"p{n}", stratum="a", probability=0.5)
        for n in range(50)
    ]
    words = 50 * len(rows[0].question.text.split())
    found = of(estimates(rows), measure="leakage")
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(chi2.ppf(0.975, 2) / 2 / words * 10_000)


def test_leakage_counts_spans_and_not_what_was_masked_wrongly():
    """Missed personal data over words; placeholders that hid nothing are a rate of their own."""
    wrongly = [{"start": 0, "end": 3, "label": "not_personal"}]
    rows = [
        outcome(value, kind="personal_data", task=f"p{n}", stratum="a", probability=0.1)
        for n, value in enumerate([spans(2), wrongly, *[spans(0)] * 38])
    ]
    words = 40 * len(rows[0].question.text.split())
    found = estimates(rows)
    leaked, masked = of(found, measure="leakage"), of(found, measure="over_masking")
    assert leaked.value == pytest.approx(2 / words * 10_000)
    assert masked.value == pytest.approx(1 / words * 10_000)
    assert 0 < leaked.low < leaked.value < leaked.high
    # Two finds in one text say less than two finds in two texts.
    apart = [spans(1), spans(1), *[spans(0)] * 38]
    rows = [
        outcome(value, kind="personal_data", task=f"p{n}", stratum="a", probability=0.1)
        for n, value in enumerate(apart)
    ]
    assert of(estimates(rows), measure="leakage").high < leaked.high


def test_intervals_of_rates_hold_what_they_promise():
    """Of 200 samples of texts with rare finds, at least 93 % hold the rate of the corpus."""
    chance = np.random.default_rng(5)
    counts = chance.poisson(0.05, 4000)
    true = counts.sum() / (4000 * 4) * 10_000
    hits = 0
    for _ in range(200):
        chosen = chance.choice(4000, 200, replace=False)
        rows = [
            outcome(spans(int(counts[n])), kind="personal_data", task=str(n), stratum="a",
                    probability=0.05, text="كلمة ⴰⵡⴰⵍ mot word")
            for n in chosen
        ]  # fmt: skip
        found = of(estimates(rows), measure="leakage")
        hits += found.low <= true <= found.high
    assert hits >= 186


def test_ratings_domains_and_transcriptions_have_estimates():
    """Mean stars, shares of domains, edits in a hundred characters."""
    rows = [outcome(4.0 + n % 2, kind="quality", task=f"q{n}") for n in range(10)]
    assert of(estimates(rows), measure="rating").value == pytest.approx(4.5)
    rows = [outcome(("health", "law")[n % 2], kind="domain", task=f"d{n}") for n in range(10)]
    assert of(estimates(rows), "health", "share").value == pytest.approx(0.5)
    rows = [
        outcome("abcx", kind="transcription", task=f"t{n}", text="abcd", end=4) for n in range(10)
    ]
    assert of(estimates(rows), measure="error_rate").value == pytest.approx(25.0)
    rows = [
        outcome([{"start": 0, "end": 2, "label": "fra_Latn"}], kind="switching", task=f"s{n}",
                text="abcd", end=4) for n in range(10)
    ]  # fmt: skip
    assert of(estimates(rows), measure="share").value == pytest.approx(0.5)


def test_nothing_decided_says_nothing():
    """No estimate rather than one of nothing."""
    assert estimates([outcome("", decided=False)]) == []
    assert estimates([]) == []


def test_wilson_and_newcombe_are_those_of_the_papers():
    """Wilson's ends are 1.96 of their own errors away; Newcombe 1998, table II: 56/70, 48/80."""
    first, second = wilson(56 / 70, 70), wilson(48 / 80, 80)
    for end in (first.low, first.high):
        assert abs(0.8 - end) == pytest.approx(1.959964 * np.sqrt(end * (1 - end) / 70), rel=1e-5)
    found = difference(first, second)
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-4)
    assert wilson(0.0, 10).low == 0.0
    assert wilson(1.0, 10).high == 1.0
