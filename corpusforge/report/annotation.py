"""Progress and quality of annotation: a table for a terminal, and a plot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from corpusforge.annotation.agreement import Alpha
from corpusforge.annotation.answers import REASONS
from corpusforge.annotation.quality import Quality, Share
from corpusforge.annotation.status import WaveStatus
from corpusforge.release.text import number
from corpusforge.report.funnel import columns

_WIDTH, _LEFT, _RIGHT, _ROW = 760, 270, 190, 26


def status_lines(found: Sequence[WaveStatus]) -> list[str]:
    """What a steward reads: every wave's progress, then the quality of each that has answers."""
    head = ("wave", "state", "tasks", "answers", "wanted", "put aside", "decided", "open", "wait")
    rows = [
        (
            wave.wave,
            wave.state,
            number(sum(wave.tasks.values())),
            number(wave.answers),
            number(wave.wanted),
            number(sum(wave.put_aside.values())),
            number(wave.decided),
            number(wave.unsettled),
            number(wave.waiting),
        )
        for wave in found
    ]
    lines = columns(head, rows, numbers=range(2, 9))
    for wave in found:
        for reason, count in wave.put_aside.items():
            lines.append(f"  {wave.wave}: {number(count)} put aside: {REASONS[reason]}")
        if wave.quality is not None and wave.answers:
            lines += ["", *_quality(wave, wave.quality)]
    return lines


def _quality(wave: WaveStatus, found: Quality) -> list[str]:
    tasks = ", ".join(f"{role} {number(count)}" for role, count in wave.tasks.items())
    lines = [
        f"{wave.wave} ({tasks})",
        f"  Krippendorff's alpha  {_alpha(found.alpha)}",
        *([f"    of those who vote   {_alpha(wave.counted)}"] if wave.counted else []),
        f"  honeypots right       {_share(found.honeypots)}",
        f"  repeats the same      {_share(found.repeats)}",
        f"  anchoring             {_anchoring(found)}",
        f"  time a task           {_seconds(found.seconds)}",
    ]
    if wave.by_method:
        ways = ", ".join(f"{name} {number(count)}" for name, count in wave.by_method.items())
        lines.append(f"  decided by            {ways}")
    people = [
        (
            person.annotator,
            number(person.answers),
            _share(person.honeypots),
            _share(person.repeats),
            _share(person.agreement),
            _seconds(person.seconds),
            "no vote" if person.annotator in wave.barred else "",
        )
        for person in found.annotators
    ]
    head = ("annotator", "answers", "honeypots", "repeats", "agrees with others", "time", "")
    lines += _indented(head, people, (1,))
    pairs = [
        (pair.first, pair.second, number(pair.tasks), _figure(pair.agreement), _figure(pair.kappa))
        for pair in found.pairs
    ]
    if pairs:
        lines += _indented(
            ("annotator", "annotator", "tasks", "the same", "Cohen's kappa"), pairs, (2, 3, 4)
        )
    spans = [
        (pair.first, pair.second, number(pair.tasks), _figure(pair.exact), _figure(pair.overlap))
        for pair in found.spans
    ]
    if spans:
        lines += _indented(
            ("annotator", "annotator", "tasks", "F1 exact", "F1 overlap"), spans, (2, 3, 4)
        )
    labels = [
        (
            label.label,
            number(label.support),
            _figure(label.precision),
            _figure(label.recall),
            _figure(label.f1),
        )
        for label in found.labels
        if label.support
    ]
    if labels:
        lines += _indented(
            ("label (honeypots)", "answers", "precision", "recall", "F1"), labels, (1, 2, 3, 4)
        )
    if found.confused:
        most = ", ".join(f"{a} with {b} {count:g}" for a, b, count in found.confused[:5])
        lines += ["", f"  most confused: {most}"]
    if wave.passed:
        lines += ["", "  gate: passed, gold"]
    else:
        lines += ["", "  gate: not passed", *(f"    {reason}" for reason in wave.lacking)]
    return lines


def _indented(
    head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int]
) -> list[str]:
    return ["", *(f"  {line}" for line in columns(head, rows, numbers=numbers))]


def _figure(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def _seconds(value: float | None) -> str:
    return "—" if value is None else f"{value:.0f} s"


def _share(share: Share) -> str:
    if share.value is None or share.low is None or share.high is None:
        return "—"
    return f"{share.value:.0%} of {number(share.of)} ({share.low:.0%} to {share.high:.0%})"


def _alpha(value: Alpha) -> str:
    if value.value is None:
        return f"does not exist: {value.why}"
    ends = ""
    if value.low is not None and value.high is not None:
        ends = f" (95 % interval {value.low:.3f} to {value.high:.3f})"
    return f"{value.value:.3f}{ends}, {number(value.tasks)} tasks"


def _anchoring(found: Quality) -> str:
    gap = found.anchoring
    if gap.effect is None or gap.low is None or gap.high is None:
        return "not measured: it takes answers with and without the model's"
    return (
        f"{100 * gap.effect:+.1f} points towards the model's answer where it is shown "
        f"({100 * gap.low:+.1f} to {100 * gap.high:+.1f})"
    )


class _Dot(NamedTuple):
    """A figure between 0 and 1 with its interval."""

    label: str
    value: float
    low: float
    high: float


def status_svg(found: Sequence[WaveStatus], title: str) -> str:
    """Progress as bars, quality as figures with intervals; every mark has its number beside it."""
    dots = [dot for wave in found for dot in _dots(wave)]
    height = 44 + _ROW * len(found) + (40 + _ROW * len(dots) if dots else 0) + 10
    room = _WIDTH - _LEFT - _RIGHT
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"',
        f'  width="{_WIDTH}" height="{height}" role="img"',
        '  font-family="sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        _text(8, 20, f"{title}: answers; pale: still wanted", bold=True),
    ]
    top = 36
    for wave in found:
        wanted = max(wave.wanted, wave.answers, 1)
        done = round(room * wave.answers / wanted, 2)
        lines += [
            _text(_LEFT - 8, top + 13, wave.wave, end=True),
            f'<rect x="{_LEFT}" y="{top}" width="{room}" height="16" fill="#c9d8e4"/>',
            f'<rect x="{_LEFT}" y="{top}" width="{done:g}" height="16" fill="#1f5a8a"/>',
            _text(_LEFT + room + 6, top + 13, f"{number(wave.answers)} of {number(wave.wanted)}"),
        ]
        top += _ROW
    if dots:
        lines.append(_text(8, top + 24, "Quality, 0 to 1, with 95 % intervals", bold=True))
        top += 40
        for dot in dots:
            low, high, value = (
                _LEFT + round(room * min(1.0, max(0.0, each)), 2)
                for each in (dot.low, dot.high, dot.value)
            )
            lines += [
                _text(_LEFT - 8, top + 13, dot.label, end=True),
                _line(_LEFT, _LEFT + room, top + 8, 'stroke="#e3e3e3"'),
                _line(low, high, top + 8, 'stroke="#1f5a8a" stroke-width="3"'),
                f'<circle cx="{value:g}" cy="{top + 8}" r="5" fill="#1f5a8a"/>',
                _text(
                    _LEFT + room + 6,
                    top + 13,
                    f"{dot.value:.2f} ({dot.low:.2f} to {dot.high:.2f})",
                ),
            ]
            top += _ROW
    return "\n".join([*lines, "</svg>"]) + "\n"


def _dots(wave: WaveStatus) -> list[_Dot]:
    if wave.quality is None:
        return []
    alpha = wave.quality.alpha
    found = []
    if alpha.value is not None and alpha.low is not None and alpha.high is not None:
        found.append(_Dot(f"{wave.wave}: alpha", alpha.value, alpha.low, alpha.high))
    for person in wave.quality.annotators:
        pots = person.honeypots
        if pots.value is not None and pots.low is not None and pots.high is not None:
            label = f"{person.annotator}: honeypots"
            found.append(_Dot(label, pots.value, pots.low, pots.high))
    return found


def _line(first: float, last: float, y: float, style: str) -> str:
    return f'<line x1="{first:g}" y1="{y:g}" x2="{last:g}" y2="{y:g}" {style}/>'


def _text(x: float, y: float, words: str, *, bold: bool = False, end: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    anchor = ' text-anchor="end"' if end else ""
    return f'<text x="{x:g}" y="{y:g}"{anchor}{weight} fill="#1a1a1a">{escape(words)}</text>'
