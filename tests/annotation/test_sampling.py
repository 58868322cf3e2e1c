"""Drawing tasks: exact probabilities, the same draw however the frame is cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusforge.annotation.sampling import Design, allocate, draw, order_key, share_of, shortlist

LABELS = ("ary_Arab", "fra_Latn", "zgh_Tfng")


def frame(size=600, seed=0, wave="language-1"):
    """Texts in three languages, few of them in the last."""
    chance = np.random.default_rng(seed)
    strata = chance.choice(LABELS, size, p=[0.7, 0.27, 0.03]).tolist()
    doubt = chance.random(size)
    keys = np.array([order_key(7, wave, f"{n:032x}", 0, 40) for n in range(size)], np.uint64)
    return keys, strata, doubt


def test_the_weights_of_the_drawn_add_up_to_the_frame():
    """One over the probability is what a task stands for: in every stratum the sum is exact."""
    keys, strata, doubt = frame()
    found = draw(keys, strata, doubt, Design(60))
    assert len(found.chosen) == 60
    for stratum in found.strata:
        mine = [strata[n] == stratum.name for n in found.chosen]
        assert (1 / found.probability[mine]).sum() == pytest.approx(stratum.population)
        assert stratum.population == strata.count(stratum.name)
        assert sum(mine) == stratum.doubtful + stratum.drawn


def test_the_most_doubtful_are_all_taken_and_the_rest_by_chance():
    """A probability of one for the first, the same for all others of a stratum."""
    keys, strata, doubt = frame()
    found = draw(keys, strata, doubt, Design(60, uncertain=0.5))
    for stratum in found.strata:
        members = [n for n in range(len(strata)) if strata[n] == stratum.name]
        top = sorted(members, key=lambda n: -doubt[n])[: stratum.doubtful]
        probability = dict(zip(found.chosen.tolist(), found.probability.tolist(), strict=True))
        assert all(probability[n] == 1.0 for n in top)
        others = {probability[n] for n in members if n in probability and n not in top}
        assert others <= {stratum.drawn / (stratum.population - stratum.doubtful)}


def test_over_many_seeds_each_text_is_drawn_as_often_as_stated():
    """The stated probability is the true one: frequencies over 400 seeds lie around it."""
    strata, doubt = ["a"] * 20 + ["b"] * 10, np.full(30, np.nan)
    times = np.zeros(30)
    for seed in range(400):
        keys = np.array([order_key(seed, "w", str(n), 0, 1) for n in range(30)], np.uint64)
        found = draw(keys, strata, doubt, Design(12, uncertain=0))
        times[found.chosen] += 1
        assert set(found.probability.tolist()) == {6 / 20, 6 / 10}
    spread = np.sqrt(400 * 0.3 * 0.7)
    assert abs(times[:20] - 120).max() < 4.5 * spread
    assert abs(times[20:] - 240).max() < 4.5 * spread


def test_horvitz_thompson_finds_the_share_that_the_draw_by_doubt_hides():
    """A fifth of the labels are wrong, and doubt finds mostly those; the weights undo that."""
    keys, strata, doubt = frame(4000)
    chance = np.random.default_rng(5)
    wrong = chance.random(4000) < np.where(doubt > 0.8, 0.8, 0.05)
    found = draw(keys, strata, doubt, Design(800, uncertain=0.5))
    naive = wrong[found.chosen].mean()
    weighted = (wrong[found.chosen] / found.probability).sum() / 4000
    assert naive > wrong.mean() + 0.1
    assert weighted == pytest.approx(wrong.mean(), abs=0.05)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 80),
    st.integers(1, 40),
    st.sampled_from([0.0, 0.3, 1.0]),
    st.sampled_from(["equal", "proportional"]),
    st.integers(1, 5),
    st.randoms(use_true_random=False),
)
def test_order_and_cuts_of_the_frame_change_nothing(size, tasks, uncertain, how, parts, chance):
    """Shuffled, cut into parts and shortlisted, the same texts are drawn, as probably."""
    keys, strata, doubt = frame(size)
    design = Design(tasks, uncertain, how)
    whole = draw(keys, strata, doubt, design)
    order = list(range(size))
    chance.shuffle(order)
    kept = []
    for part in range(parts):
        mine = np.array(order[part::parts], np.intp)
        names = [strata[n] for n in mine]
        kept += mine[shortlist(keys[mine], names, doubt[mine], design)].tolist()
    sizes = {name: strata.count(name) for name in set(strata)}
    again = draw(keys[kept], [strata[n] for n in kept], doubt[kept], design, sizes)
    assert [kept[n] for n in again.chosen] == whole.chosen.tolist()
    assert again.probability.tolist() == whole.probability.tolist()
    assert again.strata == whole.strata
    assert len(whole.chosen) == min(tasks, size)
    assert ((whole.probability > 0) & (whole.probability <= 1)).all()


def test_another_wave_or_seed_draws_others():
    """Asking again is not asking the same."""
    one = draw(*frame(wave="language-1"), Design(30, 0.0)).chosen
    other = draw(*frame(wave="language-2"), Design(30, 0.0)).chosen
    assert one.tolist() != other.tolist()


@pytest.mark.parametrize(
    ("sizes", "total", "how", "expected"),
    [
        ({"a": 100, "b": 100, "c": 3}, 23, "equal", {"a": 10, "b": 10, "c": 3}),
        ({"a": 95, "b": 5}, 10, "proportional", {"a": 8, "b": 2}),
        ({"a": 900, "b": 100}, 100, "proportional", {"a": 90, "b": 10}),
        ({"a": 1, "b": 1}, 9, "equal", {"a": 1, "b": 1}),
        ({"a": 5, "b": 5}, 1, "equal", {"a": 1, "b": 0}),
        ({}, 5, "proportional", {}),
    ],
)
def test_tasks_are_shared_among_strata(sizes, total, how, expected):
    """Small strata give what they have, and what is left over goes to the others."""
    assert allocate(sizes, total, how) == expected


def test_a_share_is_drawn_by_a_hash_of_its_own():
    """Blind tasks are no prefix of the lottery, and one more task moves at most one of them."""
    keys = [order_key(1, "w", str(n), 0, 1) for n in range(100)]
    blind = share_of(keys, 0.2, "blind")
    assert len(blind) == 20
    assert blind != frozenset(sorted(keys)[:20])
    assert len(share_of(keys[:-1], 0.2, "blind") - blind) <= 1
    assert share_of(keys, 0.0, "repeat") == frozenset()
