"""Tokens a word of several tokenizers as an SVG picture, drawn without a plotting library."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from corpusforge.language.labels import LABELS
from corpusforge.tokens.fertility import Measured

_LEFT, _WIDTH, _ROW, _GAP, _HEAD = 250, 820, 15, 12, 40
_INKS = ("#1f5a8a", "#c2621b", "#3f7d3a", "#7a4a94", "#8a7a1f", "#5b6770", "#a83a4b", "#2f8f8f")


def fertility_svg(measured: Sequence[Measured], title: str = "Tokens a word, text kept out") -> str:
    """Bars by language, one a tokenizer; each carries its figure and the tokenizer's name."""
    names = languages(measured)
    height = _HEAD + sum(_ROW * len(measured) + _GAP for _ in names) + 8
    most = max((each.languages[name].fertility for each in measured for name in names), default=0)
    room = (_WIDTH - _LEFT - 210) / (most or 1)
    summary = "; ".join(
        f"{name}: "
        + ", ".join(f"{each.name} {each.languages[name].fertility:.2f}" for each in measured)
        for name in names
    )
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
            f'width="{_WIDTH}" height="{height}" role="img" '
            'font-family="sans-serif" font-size="12">'
        ),
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(summary)}</desc>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="8" y="22" font-size="14" font-weight="bold">{escape(title)}</text>',
    ]
    top = _HEAD
    for name in names:
        label = LABELS[name].english if name in LABELS else name
        middle = top + _ROW * len(measured) / 2 + 4
        parts.append(
            f'<text x="{_LEFT - 10}" y="{middle:g}" text-anchor="end">{escape(label)}</text>'
        )
        for index, each in enumerate(measured):
            value = each.languages[name].fertility
            length = round(room * value, 2)
            ink = _INKS[index % len(_INKS)]
            parts.append(
                f'<rect x="{_LEFT}" y="{top}" width="{length:g}" height="{_ROW - 3}" fill="{ink}"/>'
            )
            parts.append(
                f'<text x="{_LEFT + length + 5:g}" y="{top + _ROW - 5}" font-size="11">'
                f"{value:.2f} {escape(each.name)}</text>"
            )
            top += _ROW
        top += _GAP
    return "\n".join([*parts, "</svg>", ""])


def languages(measured: Sequence[Measured]) -> list[str]:
    """The languages that any of the tokenizers was measured on, Moroccan ones first."""
    found = dict.fromkeys(name for each in measured for name in each.languages)
    order = {name: index for index, name in enumerate(LABELS)}
    return sorted(found, key=lambda name: (order.get(name, len(order)), name))
