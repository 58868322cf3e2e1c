"""The codes annotators choose among, the names they see, and the keys they press."""

from __future__ import annotations

from typing import NamedTuple

from corpusforge.language.labels import LABELS

#: The text is in none of the languages offered, or of none of the domains.
OTHER = "other"
#: The annotator cannot tell.
UNSURE = "unsure"


class Choice(NamedTuple):
    """A code that is stored, the name that is shown, the key that picks it, and a colour."""

    code: str
    name: str
    key: str
    colour: str = "#8a8a8a"


_COLOURS = (
    *("#c1272d", "#e07a1f", "#006233", "#7b3fa0", "#1f6fb2", "#0b8f8c", "#b0338a", "#7a6a00"),
    *("#3d5a80", "#a44a3f", "#4c9a2a", "#5f4bb6", "#c98b00", "#00798c", "#8d5524", "#2d6a4f"),
)

#: Keys in the order they are given out: digits, then letters from the top row of both Latin
#: keyboards in use (QWERTY and AZERTY share them), none of which Label Studio takes for itself.
_KEYS = "1234567890ertyiopfghjkl"


def _numbered(*named: tuple[str, str]) -> tuple[Choice, ...]:
    return tuple(
        Choice(code, name, key, _COLOURS[place % len(_COLOURS)])
        for place, ((code, name), key) in enumerate(zip(named, _KEYS, strict=False))
    )


def _languages(*codes: str) -> tuple[tuple[str, str], ...]:
    return tuple((code, _shown(code)) for code in codes)


def _shown(code: str) -> str:
    """A language as its readers know it: its own name, and the code where names are alike."""
    return _NAMES.get(code, LABELS[code].native)


#: Where the native name alone would be unclear to an annotator.
_NAMES = {
    "ary_Latn": "Darija · 3arbizi",
    "shi_Latn": "Taclḥit · ⵜⴰⵛⵍⵃⵉⵜ (Latin)",
    "rif_Latn": "Tarifit (Latin)",
    "tzm_Latn": "Tamaziɣt n waṭlaṣ (Latin)",
    "ber_Latn": "Tamaziɣt, ? (Latin)",
    "zgh_Tfng": "ⵜⴰⵎⴰⵣⵉⵖⵜ (ⵜⵉⴼⵉⵏⴰⵖ)",
}

LANGUAGES = _numbered(
    *_languages(
        *("ary_Arab", "arb_Arab", "fra_Latn", "zgh_Tfng", "ary_Latn"),
        *("shi_Latn", "rif_Latn", "tzm_Latn", "mey_Arab", "eng_Latn"),
        *("ber_Latn", "spa_Latn", "arq_Arab", "arz_Arab", "apc_Arab", "afb_Arab"),
    ),
    (OTHER, "لغة أخرى · autre"),
    (UNSURE, "لا أدري · je ne sais pas"),
)

#: Languages of spans; what is not marked is in the main language of the line, or in none.
SWITCHED = _numbered(
    *_languages(
        *("ary_Arab", "arb_Arab", "fra_Latn", "zgh_Tfng", "ary_Latn"),
        *("ber_Latn", "mey_Arab", "eng_Latn", "spa_Latn"),
    ),
    (OTHER, "لغة أخرى · autre"),
)

#: Types of personal data that the scrubber may have missed, and `not_personal` on a placeholder
#: that hides something which was no personal data.
PERSONAL_DATA = _numbered(
    ("PERSON", "اسم شخص · nom"),
    ("PHONE", "هاتف · téléphone"),
    ("EMAIL", "بريد إلكتروني · e-mail"),
    ("ADDRESS", "عنوان · adresse"),
    ("DOB", "تاريخ الميلاد · date de naissance"),
    ("CIN", "بطاقة التعريف · CIN"),
    ("RIB", "حساب بنكي · RIB, IBAN"),
    ("CARD", "بطاقة بنكية · carte bancaire"),
    ("MRN", "ملف طبي · dossier médical"),
    ("PLATE", "لوحة سيارة · immatriculation"),
    ("SOCIAL", "حساب تواصل · compte social"),
    ("IDENTIFIER", "رقم تعريف آخر · autre identifiant"),
    ("not_personal", "حُجب خطأً · masqué à tort"),
)

RATINGS = tuple(Choice(str(stars), "★" * stars, str(stars)) for stars in range(1, 6))

DOMAINS = _numbered(
    ("health", "الصحة · santé"),
    ("agriculture", "الفلاحة · agriculture"),
    ("education", "التعليم · éducation"),
    ("law", "القانون والإدارة · droit, administration"),
    ("economy", "الاقتصاد والشغل · économie, emploi"),
    ("politics", "السياسة · politique"),
    ("religion", "الدين · religion"),
    ("culture", "الثقافة والفن · culture, arts"),
    ("sport", "الرياضة · sport"),
    ("technology", "العلوم والتقنية · sciences, techniques"),
    ("everyday", "الحياة اليومية · vie quotidienne"),
    ("news", "أخبار متنوعة · faits divers"),
    (OTHER, "مجال آخر · autre"),
    (UNSURE, "لا أدري · je ne sais pas"),
)
