"""Sentences written for the tests, made from patterns: Darija in two scripts, French, Tamazight."""

import random

_DARIJA = (
    ("لطبيب", "لفرملية", "لجارة", "لمعلم", "لحداد"),
    ("كيمشي", "كيرجع", "كيدوز", "كيوصل"),
    ("لسبيطار", "للسوق", "لدار", "للمدرسة"),
    ("كل صباح", "مع العشية", "نهار الجمعة", "فالشتا"),
    ("باش يشوف الدراري", "حيت خاصو الدوا", "وكيجيب معاه الخبز"),
)
_ARABIZI = (
    ("tbib", "lfermliya", "ljara", "lm3elem"),
    ("kaymchi", "kayrje3", "kaydouz"),
    ("l sbitar", "l souk", "l dar"),
    ("kol sbah", "m3a la3chiya", "nhar jem3a"),
)
_FRENCH = (
    ("le médecin", "la voisine", "le maître"),
    ("va", "revient", "arrive"),
    ("au marché", "à l'hôpital", "à l'école"),
    ("chaque matin", "le vendredi", "en hiver"),
)
_TAMAZIGHT = (
    ("ⴰⵎⵙⵊⵊⵉ", "ⵜⴰⴷⵊⴰⵔⵜ", "ⴰⵙⵍⵎⴰⴷ"),
    ("ⵉⴷⴷⴰ", "ⵢⵓⵔⵔⵉ", "ⵢⵉⵡⴹ"),
    ("ⵖⵔ ⵙⵙⵓⵇ", "ⵖⵔ ⵜⴳⵎⵎⵉ", "ⵖⵔ ⵜⵉⵏⵎⵍ"),
    ("ⵜⵉⴼⴰⵡⵜ", "ⵜⴰⴷⴳⴳⵯⴰⵜ"),
)
NAMES = ("فاطمة العلوي", "يوسف بنعلي", "خديجة أيت حمو", "Rachid Amrani", "Salma Idrissi", "ⵢⵉⴷⵉⵔ")
UNSEEN = ("فاطمة بنعلي", "يوسف العلوي", "Salma Amrani")
_NAMED = (
    "السيد {} سكن هنا",
    "هضرت مع {} البارح",
    "madame {} habite ici",
    "ⵉⵏⵏⴰ {} ⵎⴰⵙ",
)
GRAMMARS = (_DARIJA, _ARABIZI, _FRENCH, _TAMAZIGHT)


def sentence(draw):
    """One sentence of one of the languages."""
    return " ".join(draw.choice(words) for words in draw.choice(GRAMMARS))


def texts(count, seed=1):
    """Texts of one to six sentences of one language."""
    draw = random.Random(seed)
    found = []
    for _ in range(count):
        grammar = draw.choice(GRAMMARS)
        found.append(
            ". ".join(
                " ".join(draw.choice(words) for words in grammar) for _ in range(draw.randint(1, 6))
            )
        )
    return found


def shuffled(text, seed=3):
    """The same words in another order."""
    words = text.split()
    random.Random(seed).shuffle(words)
    return " ".join(words)


def noise(count, seed=2):
    """Texts a quality model should dislike: menus, prices, repeated words."""
    draw = random.Random(seed)
    words = ("click", "prix", "DH", "menu", "99", "اضغط", "هنا", "ⵎⵏⵓ", ">>", "|")
    return [" ".join(draw.choice(words) for _ in range(draw.randint(4, 30))) for _ in range(count)]


def named(count, seed=4, names=NAMES):
    """Pairs of a text with one name, and the name."""
    draw = random.Random(seed)
    found = []
    for _ in range(count):
        name = draw.choice(names)
        around = sentence(draw) if draw.random() < 0.5 else ""
        found.append((f"{around} {draw.choice(_NAMED).format(name)}".strip(), name))
    return found
