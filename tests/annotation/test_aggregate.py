"""From several answers to one, kind by kind."""

import pytest

from corpusforge.annotation.aggregate import Rule, distance, outcomes
from corpusforge.annotation.questions import Question, Reply

TEXT = "واش نتا présent غدا؟ ⴰⵣⵓⵍ"


def question(values, *, kind="language", role="plain", task="t", wave="w1", **fields):
    """A question with the values of annotators a, b and so on."""
    replies = tuple(
        Reply("abcdefgh"[n], value, 5.0, f"2026-11-20T10:00:{n:02d}Z", f"{task}-{n}")
        for n, value in enumerate(values)
        if value is not None
    )
    facts = {
        "record": task, "start": 0, "end": len(TEXT), "language": "ary_Arab", "stratum": "s",
        "probability": 0.5, "truth": None, "prediction": "ary_Arab", "text": TEXT, **fields,
    }  # fmt: skip
    return Question(task=task, wave=wave, kind=kind, role=role, replies=replies, **facts)


def only(values, rule=None, **fields):
    """The outcome of one question."""
    (found,) = outcomes([question(values, **fields)], rule or Rule())
    return found


def test_those_who_agree_are_believed():
    """Three of three, and three of four."""
    found = only(["ary_Arab"] * 3)
    assert (found.value, found.method, found.confidence) == ("ary_Arab", "unanimous", 1.0)
    found = only(["zgh_Tfng", "zgh_Tfng", "shi_Latn", "zgh_Tfng"])
    assert (found.value, found.method, found.confidence) == ("zgh_Tfng", "majority", 0.75)


def test_too_few_answers_wait():
    """And say how many are missing."""
    found = only(["ary_Arab"])
    assert (found.value, found.method, found.why) == (None, "open", "1 of 2 answers")
    assert only([]).why == "0 of 2 answers"


def test_a_tie_is_open_and_says_so():
    """One against one; nothing else is known of the two."""
    found = only(["ary_Arab", "arb_Arab"])
    assert not found.decided
    assert "no clear majority" in found.why


def test_the_unsure_decide_nothing():
    """All agree that they cannot tell."""
    assert only(["unsure"] * 3).why == "the annotators are unsure"


def test_the_model_decides_where_two_of_three_is_not_clear():
    """On many other questions a and b are right and c is not: their two votes are enough."""
    many = [
        question([label, label, other], task=f"t{n}", truth=label, role="honeypot")
        for n, (label, other) in enumerate(
            [("ary_Arab", "arb_Arab"), ("arb_Arab", "fra_Latn"), ("fra_Latn", "ary_Arab")] * 10
        )
    ]
    found = outcomes([*many, question(["ary_Arab", "ary_Arab", "arb_Arab"], task="x")], Rule())
    assert len(found) == 1  # honeypots are nobody's question
    assert (found[0].value, found[0].method) == ("ary_Arab", "model")
    assert found[0].confidence >= 0.9


def test_the_model_does_not_overrule_more_votes():
    """A posterior for a label that another outvotes leaves the question to a senior."""
    many = [
        question([label, other, other], task=f"t{n}", truth=label, role="honeypot")
        for n, (label, other) in enumerate(
            [("ary_Arab", "arb_Arab"), ("arb_Arab", "fra_Latn"), ("fra_Latn", "ary_Arab")] * 10
        )
    ]
    found = outcomes([*many, question(["ary_Arab", "arb_Arab", "arb_Arab"], task="x")], Rule())
    assert not found[0].decided


def test_a_senior_wins():
    """The last answer of the adjudication, whatever the majority said."""
    first = question(["ary_Arab"] * 3)
    senior = question(
        ["arb_Arab", "mey_Arab"], role="adjudication", wave="w1-adjudication", task="adj",
        record="t",
    )  # fmt: skip
    (found,) = outcomes([first, senior], Rule())
    assert (found.value, found.method) == ("mey_Arab", "adjudicated")
    assert [reply.unique_id for reply in found.replies] == ["t-0", "t-1", "t-2", "adj-1"]


def test_who_failed_the_honeypots_has_no_vote_and_weights_count():
    """Barred people are not counted, and a heavy vote outweighs a light one."""
    asked = [question(["ary_Arab", "ary_Arab", "arb_Arab"])]
    (found,) = outcomes(asked, Rule(), barred=frozenset("c"))
    assert (found.method, len(found.replies)) == ("unanimous", 2)
    (found,) = outcomes(asked, Rule(), weights={"a": 0.2, "b": 0.2, "c": 1.8})
    assert (found.value, found.method) == ("arb_Arab", "majority")


@pytest.mark.parametrize(
    ("stars", "value", "method"),
    [([4, 4, 4], 4.0, "unanimous"), ([3, 4, 4], 4.0, "median"), ([3, 4], 3.5, "median"),
     ([1, 4, 4], None, "open")],
)  # fmt: skip
def test_ratings_within_a_star_have_a_median(stars, value, method):
    """Others are for a senior."""
    found = only(stars, kind="quality")
    assert (found.value, found.method) == (value, method)


def test_spans_are_what_most_marked():
    """Two of three characters by character; too little agreement is open."""
    first = [{"start": 9, "end": 16, "label": "fra_Latn"}]
    found = only([first, first, []], kind="switching", rule=Rule(majority=0.6))
    assert (found.value, found.method) == (first, "majority")
    assert only([first, first, []], kind="switching").why == "agreement of 0.67"
    assert only([first, []], kind="switching").why == "as many marked it as not"
    assert only([[], [], []], kind="personal_data").value == []


def test_the_text_nearest_to_the_others_is_taken():
    """Spaces apart the same is the same; a far one is outvoted; three different ones are open."""
    found = only([TEXT, TEXT + " ", TEXT.replace("é", "e")], kind="transcription")
    assert (found.value.strip(), found.method) == (TEXT, "nearest")
    found = only(["ⴰⵣⵓⵍ", "سلام", "bonjour"], kind="transcription")
    assert not found.decided


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("", "", 0.0), ("kitten", "sitting", 3 / 7), ("e\u0301", "é", 0.0), ("ⴰⵣⵓⵍ", "ⴰⵣⵓ", 0.25),
     ("دار", "", 1.0), ("a  b", "a b", 0.0)],
)  # fmt: skip
def test_distance_counts_edits(one, other, expected):
    """Both ways the same."""
    assert distance(one, other) == pytest.approx(expected)
    assert distance(other, one) == pytest.approx(expected)


def test_the_rule_is_the_same_in_any_order():
    """Questions and replies come in no particular order."""
    asked = [question(["ary_Arab", "arb_Arab", "ary_Arab"], task=f"t{n}") for n in range(5)] + [
        question(["fra_Latn"] * 3, task="f")
    ]
    forward = {each.question.task: each for each in outcomes(asked, Rule())}
    backward = {each.question.task: each for each in outcomes(asked[::-1], Rule())}
    assert forward == backward
