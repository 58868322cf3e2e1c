"""Tasks and ledgers for tests: texts in every script we ask about, of our own writing."""

from __future__ import annotations

from corpusforge.annotation.ledger import Ledger
from corpusforge.annotation.tasks import Prediction, Task

DATASET = "commons/annotated"

#: Text and its language: each script, mixed lines, an emoji before Arabic, line breaks, marks.
TEXTS = (
    ("واش كاين شي دوا ديال السكر فالصيدلية ديالكم؟", "ary_Arab"),
    ("خديت le rendez-vous مع الطبيب، mais هو ما جاش!", "ary_Arab"),
    ("😀 الصحة تاج فوق رؤوس الأصحاء.", "arb_Arab"),
    ("ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ, ⵎⴰⵏⵉⴽ ⵜⴳⴰⵎ?", "zgh_Tfng"),
    ("ⵜⴰⴷⵓⵙⵉ: la santé d'abord, ⵜⴰⵏⵎⵎⵉⵔⵜ.", "zgh_Tfng"),
    ("La vaccination des enfants est gratuite dans tous les centres.", "fra_Latn"),
    ("wach kayn chi tbib 9rib men hna?", "ary_Latn"),
    ("Azul fellak, manik tgit? Labas bahra.", "shi_Latn"),
    ("The clinic opens at nine.\r\nBring  your card.", "eng_Latn"),
    ("\u200fالـدوا ديال [PERSON]\u200f كيتباع هنا", "ary_Arab"),
)


def make_tasks(ledger, wave="w1", kind="language", number=10, **fields):
    """`number` tasks of a wave; every fourth is blind, the others carry a pre-annotation."""
    tasks = []
    for place in range(number):
        text, language = TEXTS[place % len(TEXTS)]
        text = text if place < len(TEXTS) else f"{text} ({place})"
        record = f"{place:032x}"
        blind = place % 4 == 3
        prediction = Prediction(
            predicted_value(kind, text, language), 0.3 + 0.6 * place / number, "lid 1.0"
        )
        values = {
            "language": language,
            "stratum": language,
            "probability": 0.5,
            "role": "blind" if blind else "plain",
            "prediction": None if blind else prediction,
            **fields,
        }
        key = ledger.key(wave, kind, record, 0, len(text))
        tasks.append(Task(key, wave, kind, text, record, 0, len(text), **values))
    return tasks


def predicted_value(kind, text, language):
    """A value of the right shape for a pre-annotation."""
    return {
        "language": language,
        "switching": [{"start": 0, "end": min(4, len(text)), "label": "ary_Arab"}],
        "personal_data": [],
        "quality": 4,
        "domain": "health",
        "transcription": text,
    }[kind]


def make_wave(private, wave="w1", kind="language", number=10, dataset=DATASET, **manifest):
    """A ledger with one wave drawn; the caller closes it."""
    ledger = Ledger(private, dataset)
    ledger.add_wave(wave, kind, {"seed": 7, **manifest}, make_tasks(ledger, wave, kind, number))
    return ledger
