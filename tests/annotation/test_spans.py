"""Agreement on spans, against expanded characters and the krippendorff package."""

import krippendorff
import numpy as np
import pytest
from sklearn.metrics import f1_score

from corpusforge.annotation.spans import Span, character_alpha, most_marked, read_spans, span_score

TEXT = "واش نتا présent غدا؟ 🙂 ⴰⵣⵓⵍ mon ami"


def drawn(seed, *, tasks=12, people=3, length=40):
    """Random spans of random people over texts of one length; some people skip a text."""
    chance = np.random.default_rng(seed)
    found = {}
    for task in range(tasks):
        answer = {}
        for person in range(people):
            if chance.random() < 0.2:
                continue
            cuts = np.sort(chance.choice(length + 1, size=2 * chance.integers(0, 3), replace=False))
            answer[f"p{person}"] = tuple(
                Span(int(a), int(b), ("fra_Latn", "ary_Arab")[chance.integers(2)])
                for a, b in cuts.reshape(-1, 2)
            )
        if answer:
            found[f"t{task}"] = answer
    return found


@pytest.mark.parametrize("seed", range(5))
def test_character_alpha_is_that_of_all_characters_written_out(seed):
    """Runs weighted by their length give what the krippendorff package gives on characters."""
    found = drawn(seed)
    people = sorted({person for answer in found.values() for person in answer})
    rows = {person: [] for person in people}
    codes = {}
    for task in sorted(found):
        for at in range(40):
            for person in people:
                if person not in found[task]:
                    rows[person].append(np.nan)
                    continue
                held = frozenset(s.label for s in found[task][person] if s.start <= at < s.end)
                rows[person].append(codes.setdefault(held, len(codes)))
    expected = krippendorff.alpha(
        np.array([rows[p] for p in people], float), level_of_measurement="nominal"
    )
    got = character_alpha(found, dict.fromkeys(found, 40))
    assert got.value == pytest.approx(expected, abs=1e-12)
    assert got.low < got.value < got.high


@pytest.mark.parametrize("seed", range(5))
def test_exact_f1_is_that_of_scikit_learn_over_all_spans_anyone_drew(seed):
    """Each span is a thing both people did or did not draw."""
    found = drawn(seed, people=2)
    pairs = [(a["p0"], a["p1"]) for a in found.values() if len(a) == 2]
    every = [(n, span) for n, pair in enumerate(pairs) for span in set(pair[0]) | set(pair[1])]
    truth, said = ([span in pairs[n][side] for n, span in every] for side in (0, 1))
    assert span_score(pairs).exact == pytest.approx(f1_score(truth, said))


def test_overlap_counts_spans_that_share_a_character_and_the_label():
    """Other ends are forgiven, another label is not."""
    one = (Span(8, 15, "fra_Latn"), Span(22, 26, "zgh_Tfng"))
    other = (Span(9, 15, "fra_Latn"), Span(22, 26, "ber_Latn"))
    found = span_score([(one, other)])
    assert (found.exact, found.overlap) == (0.0, 0.5)
    assert (found.first, found.second) == (2, 2)


def test_two_who_marked_nothing_have_no_f1_and_no_alpha():
    """There is nothing to agree on; and one against nothing is no agreement."""
    assert span_score([((), ())]).exact is None
    assert span_score([((Span(0, 3, "PERSON"),), ())]) == (0.0, 0.0, 1, 0)
    empty = character_alpha({"t": {"a": (), "b": ()}}, {"t": 9})
    assert (empty.value, empty.why) == (None, "all answers are the same one")


def test_what_two_of_three_marked_is_marked():
    """Characters are voted on one by one, joined runs become spans; placeholders and emoji too."""
    start = TEXT.index("présent")
    answers = {
        "a": (Span(start, start + 7, "fra_Latn"), Span(24, 28, "zgh_Tfng")),
        "b": (Span(start, start + 7, "fra_Latn"), Span(29, 36, "fra_Latn")),
        "c": (Span(start, start + 4, "fra_Latn"), Span(29, 36, "fra_Latn")),
    }
    found = most_marked(answers)
    assert found.spans == (Span(start, start + 7, "fra_Latn"), Span(29, 36, "fra_Latn"))
    votes = 3 * (7 + 4 + 7)
    assert found.share == pytest.approx((4 * 3 + 3 * 2 + 4 * 2 + 7 * 2) / votes)
    assert not found.tied


def test_half_against_half_is_a_tie_and_weights_break_it():
    """Two people who disagree leave it open; a weight says whom to follow."""
    answers = {"a": (Span(0, 3, "PHONE"),), "b": ()}
    assert most_marked(answers) == ((), 0.5, True)
    assert most_marked(answers, {"a": 0.9, "b": 0.6}).spans == (Span(0, 3, "PHONE"),)
    assert most_marked({"a": (), "b": ()}) == ((), 1.0, False)


def test_spans_are_read_sorted_and_once():
    """From an answer's value, whatever order Label Studio kept them in."""
    rows = [{"start": 5, "end": 9, "label": "fra_Latn"}, {"start": 0, "end": 2, "label": "x"}]
    assert read_spans(rows + rows[:1]) == (Span(0, 2, "x"), Span(5, 9, "fra_Latn"))
    assert read_spans(None) == ()
