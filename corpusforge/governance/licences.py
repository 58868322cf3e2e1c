"""Licence expressions: reading SPDX, and the point in the lattice that each stands for."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from corpusforge.errors import RightsError
from corpusforge.governance.lattice import (
    FREE,
    Licence,
    dominates,
    join,
    join_all,
    restrictions,
)
from corpusforge.governance.nearest import nearest_licence
from corpusforge.governance.table import TABLE, entry_of, from_ckan, from_hub

__all__ = [
    "FREE",
    "Branch",
    "Licence",
    "branches",
    "dominates",
    "join",
    "join_all",
    "licence",
    "licence_slug",
    "normalise",
    "weakest",
]

#: Expressions longer than this are not licences.
MAX_LENGTH = 500
#: No name of a licence is longer.
_NAME = 100
#: ``(A OR B) AND (C OR D) AND …`` doubles with every pair.
MAX_BRANCHES = 64


class Branch(NamedTuple):
    """One way to keep to an expression: the licences to keep together, and what they ask."""

    expression: str
    point: Licence
    ids: tuple[str, ...]


def licence(expression: str) -> Licence:
    """The point an SPDX expression stands for.

    ``AND`` joins. Of ``OR`` the branch that asks least is taken (the earliest in alphabetical
    order where none asks less than the others). An exception after ``WITH`` only ever permits
    more, and nothing here relies on it: the licence before it is what counts.

    Raises:
        RightsError: LIC001, with near matches, where it does not parse or is not in the table.

    """
    return weakest(branches(expression)).point


def normalise(expression: str) -> str:
    """The expression as SPDX writes it: capitals, order, no doubles.

    Raises:
        RightsError: LIC001.

    """
    if expression in TABLE:
        return expression
    return str(_parse(expression).simplify().render("{symbol.key}"))


@lru_cache(maxsize=4096)
def branches(expression: str) -> tuple[Branch, ...]:
    """Every way to keep to an expression, in alphabetical order.

    Raises:
        RightsError: LIC001.

    """
    if expression in TABLE:  # most are one name, which needs no parser
        return (Branch(expression, _point(expression), (expression,)),)
    options = _options(_parse(expression).simplify(), expression)
    found = []
    for option in sorted({tuple(sorted(set(option))) for option in options}):
        ids = tuple(dict.fromkeys(each.id for each in option))
        words = " AND ".join(each.words for each in option)
        found.append(Branch(words, join_all(_point(name) for name in ids), ids))
    return tuple(found)


def weakest(options: tuple[Branch, ...]) -> Branch:
    """The branch that asks least; of several that cannot be compared, a fixed one."""
    least = [
        option
        for option in options
        if not any(
            dominates(option.point, other.point) and option.point != other.point
            for other in options
        )
    ]
    return min(least, key=lambda option: (weight(option.point), option.expression))


def weight(point: Licence) -> tuple[int, ...]:
    """A total order that agrees with the lattice's, for choosing among the incomparable."""
    return (
        len(restrictions(point)),
        len(point.share_alike),
        int(point.attribution),
        len(point.notices),
    )


def licence_slug(expression: str) -> str:
    """An expression as part of a config's or folder's name: ``cc-by-sa-4.0``."""
    words = normalise(expression).lower().replace("(", "").replace(")", "")
    return "-".join(words.split())


def _point(name: str) -> Licence:
    entry = entry_of(name)
    assert entry is not None  # `_parse` lets no other name through
    return entry.point


@lru_cache(maxsize=1)
def _licensing() -> Any:
    """The parser with SPDX's list and ours (0.1 s to load, so only when first needed)."""
    from license_expression import LicenseSymbol, Licensing, get_spdx_licensing

    known = get_spdx_licensing().known_symbols
    ours = [LicenseSymbol(name) for name in TABLE if name not in known]
    return Licensing([*known.values(), *ours])


def _parse(expression: str) -> Any:
    """The parsed expression; LIC001 where it is none, or names a licence we know nothing of."""
    from license_expression import ExpressionError

    text = " ".join(expression.split())
    if not text or len(text) > MAX_LENGTH:
        raise _unknown(text, "no licence is given" if not text else "longer than any licence")
    if text.upper() in {"NONE", "NOASSERTION"}:
        raise _unknown(text, "the statement that no licence is known, which is none")
    try:
        parsed = _licensing().parse(text)
    except (ExpressionError, TypeError, RecursionError) as exc:
        if _guess(text):
            raise _unknown(text, "not an SPDX expression") from exc
        raise _unknown(text, f"not an SPDX expression: {_reason(exc)}") from exc
    known = _licensing().known_symbols
    for symbol in _symbols(parsed):
        exception = getattr(symbol, "exception_symbol", None)
        key = getattr(symbol, "license_symbol", symbol).key
        if exception is not None and not (exception.key in known and exception.is_exception):
            raise _unknown(exception.key, "not an exception of SPDX's list")
        if key not in known:
            raise _unknown(key, "not a licence of SPDX's list or ours")
        if entry_of(key) is None:
            raise _unknown(key, "in SPDX's list, but what it asks of a dataset is not in ours")
    return parsed


def _reason(error: Exception) -> str:
    words = " ".join(str(error).split())
    return words[:120] if words and not isinstance(error, TypeError) else "check the brackets"


def _symbols(parsed: Any) -> list[Any]:
    return [parsed] if parsed.isliteral else [s for arg in parsed.args for s in _symbols(arg)]


def _unknown(found: str, reason: str) -> RightsError:
    guess = _guess(found)
    ways = [f'did you mean "{guess}"?'] if guess else []
    if len(found.replace("/", " ").replace(",", " ").split()) > 1 and not guess:
        ways.append("put AND, OR or WITH between licences")
    if found.casefold().startswith("licenseref"):
        ways.append(
            "agency licences: " + ", ".join(n for n in TABLE if n.startswith("LicenseRef-MA"))
        )
    else:
        ways.append("write an SPDX id such as CC-BY-4.0, or LicenseRef-MA-… of an agency")
    return RightsError("LIC001", f'"{found[:80]}" is {reason}' if found else reason,
                       hint="; ".join(ways))  # fmt: skip


def _guess(found: str) -> str:
    """The licence perhaps meant: by its name on the Hub, in CKAN, or by its letters."""
    if len(found) > _NAME or "/" in found or "," in found:
        return ""
    return from_hub(found) or from_ckan(found) or nearest_licence(found)


class _Named(NamedTuple):
    """A licence of an expression, and how it is written there (with its exception)."""

    words: str
    id: str


def _options(parsed: Any, expression: str) -> list[list[_Named]]:
    """The expression as a list of ``OR`` branches, each a list of licences to keep together."""
    if parsed.isliteral:
        symbol = getattr(parsed, "license_symbol", parsed)
        return [[_Named(str(parsed.render("{symbol.key}")), symbol.key)]]
    parts = [_options(arg, expression) for arg in parsed.args]
    if parsed.operator.strip() == "OR":
        return [option for part in parts for option in part]
    result: list[list[_Named]] = [[]]
    for part in parts:
        result = [[*left, *right] for left in result for right in part]
        if len(result) > MAX_BRANCHES:
            raise RightsError(
                "LIC001",
                f'"{expression[:80]}" has more than {MAX_BRANCHES} alternatives',
                hint="name the licence you chose",
            )
    return result
