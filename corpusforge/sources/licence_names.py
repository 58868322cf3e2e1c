"""Licences by the names and addresses that pages give them."""

from __future__ import annotations

import re
from urllib.parse import unquote

_CC_ADDRESS = re.compile(
    r"creativecommons\.org/licen[sc]es/(by(?:-(?:nc|nd|sa)){0,2})(?:/(\d\.\d))?", re.IGNORECASE
)
_CC_SHORT = re.compile(
    r"\bCC[ -]?(BY(?:[ -](?:NC|ND|SA)){0,2})\b(?:[ -]?v?(\d\.\d))?", re.IGNORECASE
)
_CC0 = re.compile(
    r"creativecommons\.org/publicdomain/zero|\bCC[ -]?0\b|\bCC[ -]?zero\b", re.IGNORECASE
)
#: Creative Commons written out: the conditions are the words that follow or precede the name.
_CC_NAME = re.compile(r"creative\s*commons|المشاع\s+الإبداعي", re.IGNORECASE)
_CC_WORDS = {
    "by": re.compile(r"attribution|paternité|\bBY\b|نسب|النسبة|reconocimiento", re.IGNORECASE),
    "nc": re.compile(
        r"non.?commerc|pas\s+d.(?:utilisation|usage)\s+commercial|no\s*comercial|\bNC\b"
        r"|غير\s+(?:ال)?تجاري",
        re.IGNORECASE,
    ),
    "nd": re.compile(
        r"no.?deriv|pas\s+de\s+modification|sin\s*obra\s*derivada|\bND\b|(?:منع|بلا|بدون|لا)\s*ا?ل?اشتقاق",
        re.IGNORECASE,
    ),
    "sa": re.compile(
        r"share.?alike|partage\s+(?:dans\s+les|à\s+l.identique|des)|compartir\s*igual|\bSA\b"
        r"|(?:المشاركة|الترخيص)\s+بالمثل",
        re.IGNORECASE,
    ),
}
_VERSION = re.compile(r"(?<![\d.])([1-4]\.[05])(?![\d.])")
_OTHERS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), identifier)
    for pattern, identifier in (
        (r"creativecommons\.org/publicdomain/mark", "CC-PDM-1.0"),
        (
            r"etalab\.gouv\.fr|licence[- ]ouverte|open[- ]licen[cs]e[- ]etalab|etalab-2\.0",
            "etalab-2.0",
        ),
        (r"opendatacommons\.org/licenses/odbl|\bODbL\b", "ODbL-1.0"),
        (r"opendatacommons\.org/licenses/by|\bODC-By\b", "ODC-By-1.0"),
        (r"opendatacommons\.org/licenses/pddl|\bPDDL\b", "PDDL-1.0"),
        (r"nationalarchives\.gov\.uk/doc/open-government-licence/version/3", "OGL-UK-3.0"),
        (r"gnu\.org/(?:licenses|copyleft)/fdl", "GFDL-1.3-or-later"),
        (r"gnu\.org/licenses/gpl-3", "GPL-3.0-only"),
        (r"apache\.org/licenses/LICENSE-2\.0", "Apache-2.0"),
        (r"opensource\.org/licen[cs]es?/mit", "MIT"),
    )
)
_SPDX_ADDRESS = re.compile(r"spdx\.org/licenses/([A-Za-z0-9.+-]+?)(?:\.html|\.json)?(?:[?#]|$)")
_SPDX_ID = re.compile(
    r"(?:CC-BY(?:-NC)?(?:-ND|-SA)?-\d\.\d|CC0-1\.0|CC-PDM-1\.0|etalab-2\.0|ODbL-1\.0|ODC-By-1\.0"
    r"|PDDL-1\.0|GFDL-1\.[123](?:-or-later|-only)?|Apache-2\.0|MIT|OGL-UK-[123]\.0)"
)
#: Words that reserve every right, in the languages of the sites we read.
RESERVED = re.compile(
    r"tous\s+(?:les\s+)?droits(?:\s+\w+){0,3}\s+r[eé]serv[eé]s|all\s+rights\s+reserved"
    r"|reproduction\b[^.;]{0,60}\binterdite|reproduction\b[^.;]{0,40}\b(?:prohibited|forbidden)|todos\s+los\s+derechos\s+reservados"
    r"|(?:جميع|كل|كافة)\s+الحقوق\s+محفوظة|(?:الحقوق)\s+محفوظة|يمنع\s+(?:النسخ|إعادة\s+النشر)"
    r"|ⵉⵣⵔⴼⴰⵏ\s+ⴰⴽⴽⵯ?\s+ⵜⵜⵡⴰⵃⴹⴰⵏ",
    re.IGNORECASE,
)


def licence_of(value: str) -> str | None:
    """The SPDX id of a licence given by address, by id or by a usual name; or None.

    Where a Creative Commons name has no version, the current one (4.0) is meant; national ports
    count as the version they port.
    """
    text = unquote(value.strip())
    if _SPDX_ID.fullmatch(text):
        return text
    match = _SPDX_ADDRESS.search(text)
    if match:
        return match[1]
    match = _CC_ADDRESS.search(text)
    if match:
        return _cc(match[1].lower().split("-"), match[2])
    if _CC0.search(text):
        return "CC0-1.0"
    for pattern, identifier in _OTHERS:
        if pattern.search(text):
            return identifier
    match = _CC_SHORT.search(text)
    if match:
        return _cc(re.split(r"[ -]", match[1].lower()), match[2])
    if _CC_NAME.search(text):
        words = [word for word, pattern in _CC_WORDS.items() if pattern.search(text)]
        version = _VERSION.search(text)
        if "by" in words:
            return _cc(words, version[1] if version else None)
    return None


def _cc(conditions: list[str], version: str | None) -> str:
    name = "-".join(word for word in ("by", "nc", "nd", "sa") if word in conditions)
    return f"CC-{name.upper()}-{version or '4.0'}"
