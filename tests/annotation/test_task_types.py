import json
from xml.etree import ElementTree as ET

import pytest
from task_builders import TEXTS, predicted_value

from corpusforge.annotation.answers import REASONS, Unreadable
from corpusforge.annotation.choices import OTHER, UNSURE
from corpusforge.annotation.configs import config_digest
from corpusforge.annotation.guidelines import guideline_digest, guideline_html
from corpusforge.annotation.tasks import TASK_TYPES
from corpusforge.language.labels import LABELS

MIXED = "😀 خديت le rendez-vous\nⴰⵣⵓⵍ [PERSON]"


@pytest.mark.parametrize("kind", TASK_TYPES.values(), ids=TASK_TYPES)
def test_a_configuration_stores_codes_and_shows_names(kind):
    """Every code is there once, with a name in its readers' letters and a key of its own."""
    tree = ET.fromstring(kind.config())
    assert [node.get("value") for node in tree.iter("Text")] == ["$text"]
    shown = list(tree.iter("Choice")) + list(tree.iter("Label"))
    if kind.answer in ("choice", "spans"):
        assert tuple(node.get("value") for node in shown) == kind.labels
        assert len({node.get("hotkey") for node in shown}) == len(shown)
        assert all(node.get("html").startswith("<bdi>") for node in shown)
    else:
        assert shown == []
    control = [node for node in tree.iter() if node.get("toName")]
    assert [(node.get("name"), node.get("toName")) for node in control] == [("answer", "text")]


@pytest.mark.parametrize("kind", TASK_TYPES.values(), ids=TASK_TYPES)
def test_label_studio_itself_reads_the_configuration_as_we_do(kind):
    """The SDK's parser takes each configuration, and each pre-annotation that we make."""
    from label_studio_sdk.label_interface import LabelInterface

    interface = LabelInterface(kind.config())
    interface.validate()
    for text, language in TEXTS:
        result = kind.result(predicted_value(kind.name, text, language), text)
        assert interface.validate_prediction({"model_version": "m", "score": 0.5, "result": result})


def test_languages_offered_are_labels_of_the_corpus():
    """A language answer is a label of the corpus, or says that it is none or not known."""
    assert set(TASK_TYPES["language"].labels) - {OTHER, UNSURE} <= set(LABELS)
    assert set(TASK_TYPES["switching"].labels) - {OTHER} <= set(LABELS)
    assert {"ary_Arab", "zgh_Tfng", "shi_Latn", "fra_Latn"} <= set(TASK_TYPES["language"].labels)


VALUES = [
    ("language", "ary_Arab"),
    ("language", UNSURE),
    ("switching", []),
    ("switching", [{"start": 7, "end": 21, "label": "fra_Latn"}]),
    (
        "personal_data",
        [
            {"start": 0, "end": 1, "label": "PERSON"},
            {"start": 27, "end": 35, "label": "not_personal"},
        ],
    ),
    ("quality", 5),
    ("domain", "health"),
    ("transcription", "ⴰⵣⵓⵍ\nخديت"),
]


@pytest.mark.parametrize(("kind", "value"), VALUES)
def test_a_value_comes_back_from_its_result(kind, value):
    """Writing and reading are inverse, in code points, after an emoji and a line break."""
    result = TASK_TYPES[kind].result(value, MIXED)
    assert TASK_TYPES[kind].read(json.loads(json.dumps(result)), MIXED) == value


def region(**value):
    """A span's region as Label Studio writes it."""
    return {"from_name": "answer", "to_name": "text", "type": "labels", "value": value}


def choice(*codes):
    """A choice's region."""
    return {"from_name": "answer", "to_name": "text", "value": {"choices": list(codes)}}


FRENCH = {"start": 7, "end": 21, "text": "le rendez-vous", "labels": ["fra_Latn"]}

BAD = [
    ("language", [choice("xxx_Latn")], "label"),
    ("language", [choice("ary_Arab", "fra_Latn")], "malformed"),
    ("language", [choice("ary_Arab"), choice("ary_Arab")], "malformed"),
    ("language", [], "empty"),
    ("language", "ary_Arab", "malformed"),
    ("language", [{**choice("ary_Arab"), "to_name": "other"}], "control"),
    ("language", [{**choice(), "value": None}], "malformed"),
    ("language", [choice(7)], "malformed"),
    ("quality", [{**choice(), "value": {"rating": 6}}], "label"),
    ("quality", [{**choice(), "value": {"rating": True}}], "malformed"),
    ("quality", [{**choice(), "value": {"rating": 2.5}}], "malformed"),
    ("transcription", [{**choice(), "value": {"text": [" "]}}], "empty"),
    ("transcription", [{**choice(), "value": {"text": 3}}], "malformed"),
    ("switching", [region(**FRENCH | {"labels": ["fra"]})], "label"),
    ("switching", [region(**FRENCH | {"labels": []})], "malformed"),
    ("switching", [region(**FRENCH | {"end": 99})], "offsets"),
    ("switching", [region(**FRENCH | {"start": -3})], "offsets"),
    ("switching", [region(**FRENCH | {"end": 7})], "offsets"),
    ("switching", [region(**FRENCH | {"start": True})], "offsets"),
    ("switching", [region(**FRENCH | {"start": "7"})], "offsets"),
    # Offsets in UTF-16 units would be one more after the emoji.
    ("switching", [region(**FRENCH | {"start": 8, "end": 22})], "span_text"),
    ("switching", [region(**FRENCH), region(start=10, end=12, labels=["eng_Latn"])], "overlap"),
]


@pytest.mark.parametrize(("kind", "result", "reason"), BAD)
def test_what_does_not_fit_is_put_aside_with_its_reason(kind, result, reason):
    """Nothing that Label Studio takes unseen gets through."""
    with pytest.raises(Unreadable) as doubt:
        TASK_TYPES[kind].read(result, MIXED)
    assert doubt.value.reason == reason
    assert reason in REASONS


def test_the_same_span_marked_twice_is_one():
    """A slip of the mouse is no second span; a break inside is written as Label Studio does."""
    twice = [region(**FRENCH), region(**FRENCH)]
    assert len(TASK_TYPES["switching"].read(twice, MIXED)) == 1
    over = region(start=17, end=26, text="vous\\nⴰⵣⵓⵍ", labels=["fra_Latn"])
    assert TASK_TYPES["switching"].read([over], MIXED) == [
        {"start": 17, "end": 26, "label": "fra_Latn"}
    ]


@pytest.mark.parametrize("kind", TASK_TYPES)
def test_every_type_has_a_guideline_in_french_and_arabic(kind):
    """Both are there, each with its direction; what is shown has a digest that names it."""
    shown = guideline_html(kind)
    assert '<div lang="fr" dir="ltr">' in shown
    assert '<div lang="ar" dir="rtl">' in shown
    assert any("\u2d30" <= sign <= "\u2d7f" for sign in shown)
    assert shown.count("<p>•") >= 10
    digests = {guideline_digest(kind), config_digest(TASK_TYPES[kind])}
    assert all(len(digest) == 64 for digest in digests)
    assert len({guideline_digest(name) for name in TASK_TYPES}) == len(TASK_TYPES)
