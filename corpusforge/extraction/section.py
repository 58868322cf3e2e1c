"""The section a page stands in: what its head, its JSON-LD, its crumbs or its category say.

Only explicit statements count, the most particular first. A home page, the page's own title and
"not filed" are no sections.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from corpusforge.extraction.tree import squeeze, words_of

_NAMES = ("article:section", "og:article:section", "section", "category", "parsely-section")
#: Subjects are often a list of keywords; one alone, and short, is a section.
_SUBJECTS = ("dc.subject", "dcterms.subject")
_CRUMBS = frozenset("breadcrumb breadcrumbs ariane filariane".split())  # noqa: SIM905
_CRUMB_LABEL = re.compile(r"breadcrumb|fil d.ariane|مسار", re.IGNORECASE)
_HOME = re.compile(
    r"(?:page d[’']?)?\s*(?:accueil|home(?: ?page)?|index|start|inicio|forums?|"
    r"(?:الصفحة )?الرئيسي[ةه]|البداية|الاستقبال|ⴰⵙⵏⵓⴱⴳ|asenbeg|⌂|🏠)",
    re.IGNORECASE,
)
_UNFILED = re.compile(
    r"non class[ée]e?s?|uncategori[sz]ed|sans cat[ée]gorie|sin categor[ií]a|غير مصنف(?:ة)?|"
    r"أخرى|divers|autres?",
    re.IGNORECASE,
)
_LONGEST = 80


def read_section(
    root: Any, named: dict[str, str], linked: list[dict[str, Any]], title: str | None
) -> str | None:
    """The section as the page states it, or None.

    Args:
        root: the `html` element, scripts and head still there.
        named: contents of its meta elements by name.
        linked: the objects of its JSON-LD.
        title: the page's title, which often ends its crumbs.

    """
    for value in _stated(root, named, linked, title):
        text = squeeze(value).strip("»›>/|· ")
        if (
            2 <= len(text) <= _LONGEST
            and "://" not in text
            and not _HOME.fullmatch(text)
            and not _UNFILED.fullmatch(text)
            and not _same(text, title)
        ):
            return text
    return None


def _stated(
    root: Any, named: dict[str, str], linked: list[dict[str, Any]], title: str | None
) -> Iterator[str]:
    yield from (named[name] for name in _NAMES if name in named)
    for item in linked:
        yield from _strings(item.get("articleSection"))
    for element in root.iter():
        if isinstance(element.tag, str) and element.get("itemprop") == "articleSection":
            yield element.get("content") or element.text_content()
    for item in linked:
        yield from reversed(_trail(item, title))
    for element in root.iter("nav", "ol", "ul", "div", "p", "span"):
        if _is_crumbs(element):
            yield from reversed(_links(element, title))
    for link in root.iter("a"):
        if "category" in (link.get("rel") or "").lower().split():
            yield link.text_content()
    for name in _SUBJECTS:
        if not re.search(r"[,;،؛]", named.get(name, ",")):
            yield named[name]


def _strings(value: Any) -> Iterable[str]:
    values = value if isinstance(value, list) else [value]
    return (item for item in values if isinstance(item, str))


def _trail(item: dict[str, Any], title: str | None) -> list[str]:
    """The names in a BreadcrumbList, from the home page to the page, which is left out."""
    kinds = item.get("@type")
    if "BreadcrumbList" not in (kinds if isinstance(kinds, list) else [kinds]):
        return []
    steps = item.get("itemListElement")
    found: list[tuple[float, str]] = []
    for number, step in enumerate(steps if isinstance(steps, list) else []):
        if not isinstance(step, dict):
            continue
        inner = step.get("item")
        name = step.get("name") or (inner.get("name") if isinstance(inner, dict) else None)
        place = step.get("position")
        if isinstance(name, str):
            found.append((_position(place, number), name))
    names = [squeeze(name) for _, name in sorted(found, key=lambda pair: pair[0])]
    return names[:-1] if names and (len(names) > 2 or _same(names[-1], title)) else names


def _position(value: Any, number: int) -> float:
    known = isinstance(value, int | float) or (isinstance(value, str) and value.isdigit())
    return float(value if known else number)


def _is_crumbs(element: Any) -> bool:
    kind = (element.get("itemtype") or "").rstrip("/")
    return bool(
        kind.endswith("BreadcrumbList")
        or words_of(element) & _CRUMBS
        or _CRUMB_LABEL.search(element.get("aria-label") or "")
    )


def _links(element: Any, title: str | None) -> list[str]:
    """The links of a trail; the last is left out where nothing follows it: it is the page."""
    links = [a for a in element.iter("a") if a.get("href") and squeeze(a.text_content())]
    names = [squeeze(a.text_content()) for a in links]
    if len(names) > 1 and (_same(names[-1], title) or links[-1].get("aria-current")):
        return names[:-1]
    return names


def _same(text: str, title: str | None) -> bool:
    return bool(title) and text.casefold() == squeeze(title).casefold()
