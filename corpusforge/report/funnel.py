"""The funnel of a build as lines of text: in, left out by reason, out; by language and licence."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from corpusforge.language.labels import LABELS
from corpusforge.release.funnel import funnel
from corpusforge.release.model import Release
from corpusforge.release.text import number, plain


def funnel_lines(release: Release) -> list[str]:
    """What a steward reads at the end of a build, aligned for a terminal; no colours, no markup."""
    lines = [f"{release.name} {release.version}: {number(release.rows)} rows", ""]
    steps = [
        (
            plain(step.name),
            number(step.records_in),
            number(step.records_in - step.records_out),
            number(step.records_out),
            ", ".join(f"{plain(reason)} {number(count)}" for reason, count in step.dropped),
        )
        for step in funnel(release)
    ]
    lines += columns(("stage", "in", "left out", "out", "why"), steps, numbers=(1, 2, 3))
    lines.append("")
    configs = [
        (
            config.name,
            LABELS[config.language].english,
            config.license,
            config.origin,
            number(config.rows),
            number(sum(split.words for split in config.splits)),
        )
        for config in release.texts
    ]
    head = ("config", "language", "licence", "origin", "rows", "words")
    lines += columns(head, configs, numbers=(4, 5))
    lines.append("")
    if release.companions:
        made = [
            (
                config.name,
                config.license,
                number(config.rows),
                number(config.tokens) if config.kind == "tokens" else "",
            )
            for config in release.companions
        ]
        beside = ("made of these rows", "licence", "rows", "tokens")
        lines += [*columns(beside, made, numbers=(2, 3)), ""]
    licences = [
        (facts.license, number(facts.rows), number(facts.words)) for facts in release.licences
    ]
    lines += columns(("licence", "rows", "words"), licences, numbers=(1, 2))
    if release.pii:
        masked = ", ".join(f"{kind} {number(n)}" for kind, n in sorted(release.pii.items()))
        lines += ["", f"personal data masked: {masked}"]
    return lines


def columns(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Sequence[int] = ()
) -> list[str]:
    """Rows of cells as aligned lines; the columns in `numbers` are set to the right."""
    every = [head, *rows]
    widths = [max(_width(row[index]) for row in every) for index in range(len(head))]

    def line(row: Sequence[str]) -> str:
        cells = []
        for index, (cell, width) in enumerate(zip(row, widths, strict=True)):
            pad = " " * (width - _width(cell))
            cells.append(pad + cell if index in numbers else cell + pad)
        return "  ".join(cells).rstrip()

    return [line(row) for row in every]


def _width(text: str) -> int:
    """Columns a terminal gives the text: marks take none, wide characters two."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
