"""Names that a model found, on their way through `scrub`."""

import pytest
from work_rows import make_context, make_records

from corpusforge.privacy.policy import Policy
from corpusforge.stages.scrub import Scrub, scrub

TEXT = {
    "arab": ("مشيت عند ضحوكشة البارح", "ضحوكشة", "مشيت عند [PERSON] البارح"),
    "latn": ("hier tante Vbloukhet est venue", "Vbloukhet", "hier tante [PERSON] est venue"),
    "tfng": ("ⵉⵏⵏⴰ ⵣⴰⵀⵔⴰ ⵎⴰⵙ", "ⵣⴰⵀⵔⴰ", "ⵉⵏⵏⴰ [PERSON] ⵎⴰⵙ"),
}


def row(text, words, score=0.9, shift=0):
    """A record in whose text a model found a name."""
    start = text.index(words) + shift
    span = {"start": start, "end": start + len(words), "score": score, "words": words}
    return {"text": text, "names": [span]}


def scrubbed(*rows, **config):
    """What `scrub` makes of them."""
    return scrub(make_records(*rows), Scrub(**config), make_context()).kept.to_pylist()


@pytest.mark.parametrize("script", list(TEXT))
def test_a_name_a_model_found_is_masked_as_a_person(script):
    """Counted as one; the words stay nowhere. Without the model nothing is masked there."""
    text, words, masked = TEXT[script]
    assert scrubbed({"text": text})[0]["text"] == text
    (found,) = scrubbed(row(text, words))
    assert found["text"] == masked
    assert found["pii"] == [{"type": "PERSON", "count": 1}]
    assert found["names"] is None


@pytest.mark.parametrize("script", list(TEXT))
def test_names_in_a_text_that_has_changed_are_found_by_their_words(script):
    """Wherever they stand by now, each time they do; nothing else is masked in their place."""
    text, words, masked = TEXT[script]
    (found,) = scrubbed(row(f"{text}. {text}", words, shift=-1))
    assert found["text"] == f"{masked}. {masked}"
    (found,) = scrubbed({**row(text, words), "text": "ما كاين والو هنا"})
    assert found["text"] == "ما كاين والو هنا"


def test_the_policy_decides_on_names_of_models_too():
    """Too weak, allowed, or not asked for: they stay."""
    text, words, _ = TEXT["latn"]
    assert scrubbed(row(text, words, score=0.01))[0]["text"] == text
    allowed = Policy(name="own", allow=(words,))
    assert scrubbed(row(text, words), policy=allowed)[0]["text"] == text
    phones = Policy(name="own", types=("PHONE",))
    assert scrubbed(row(text, words), policy=phones)[0]["text"] == text


def test_an_identifier_wins_over_a_weaker_name_over_it():
    """A model that takes an address for a name does not hide what it is."""
    text = "écrire à zahra.berkani@example.ma"
    span = {"start": 9, "end": 22, "score": 0.6, "words": text[9:22]}
    (found,) = scrubbed({"text": text, "names": [span]})
    assert found["text"] == "écrire à [EMAIL]"
