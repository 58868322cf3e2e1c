"""What people judged, in the words of the card and of the datasheet."""

from __future__ import annotations

from corpusforge.release.model import Estimate, Release
from corpusforge.release.text import code, md, number, table

_TASKS = {
    "language": "the language of a text",
    "switching": "the languages within a text",
    "personal_data": "personal data that was left",
    "quality": "the quality of a text",
    "domain": "the domain of a text",
    "transcription": "a transcription",
}


def estimates(release: Release) -> tuple[Estimate, ...]:
    """Every estimate of a release, in the order of its stages."""
    return tuple(found for judged in release.judgements for found in judged.estimates)


def said(found: Estimate) -> str:
    """An estimate as a phrase, with its interval and its sample."""
    return (
        f"{_measure(found)} {_figure(found)} (95 % interval {_interval(found)}, "
        f"{number(found.texts)} texts judged by {found.measured})"
    )


def language_sentence(release: Release) -> str:
    """How right the labels are, as people found; empty where they were not asked."""
    found = [e for e in estimates(release) if e.measure == "precision"]
    if not found:
        return ""
    every = next(e for e in found if not e.about)
    by_label = "; ".join(
        f"{e.about} {_figure(e)} ({_interval(e)}, {number(e.texts)} texts)"
        for e in found
        if e.about
    )
    return (
        f"On a random sample that people judged, weighted to the whole, {said(every)}. By label: "
        f"{by_label}."
    )


def other_sentences(release: Release) -> str:
    """The other estimates, one sentence each; empty where there are none."""
    rest = [e for e in estimates(release) if e.measure not in ("precision", "leakage")]
    return " ".join(f"Of a sample that people judged: {said(found)}." for found in rest)


def corrected_sentence(release: Release) -> str:
    """How much was corrected by people; empty where nothing was."""
    total: dict[str, int] = {}
    for judged in release.judgements:
        for column, count in judged.corrected.items():
            total[column] = total.get(column, 0) + count
    if not total:
        return ""
    counts = ", ".join(f"{name} {number(count)}" for name, count in sorted(total.items()))
    return f"Corrected by people's answers, by column: {counts}."


def section(release: Release) -> list[str]:
    """The part of the card about it; nothing where nobody was asked."""
    if not release.judgements:
        return []
    parts = [
        "## What people judged",
        (
            "People judged a sample drawn with known probabilities; every figure is weighted by "
            "them to the whole corpus as it was before corrections."
        ),
    ]
    found = estimates(release)
    if found:
        rows = [
            (
                md(_measure(e)),
                md(_figure(e)),
                md(_interval(e)),
                number(e.texts),
                code(e.wave),
                md(e.measured),
            )
            for e in found
        ]
        head = ("what", "estimate", "95 % interval", "texts judged", "wave", "until")
        parts.append(table(head, rows, numbers=(1, 3)))
    rows = [
        (
            md(_TASKS[judged.task]),
            number(judged.annotators),
            number(judged.answers),
            number(judged.decided),
            md(_alpha(judged.alpha, judged.alpha_low, judged.alpha_high)),
            "yes" if judged.passed else md("; ".join(judged.lacking)),
        )
        for judged in release.judgements
    ]
    head = ("asked", "annotators", "answers", "decided", "Krippendorff's alpha", "gate passed")
    parts.append(table(head, rows, numbers=(1, 2, 3)))
    if corrected := corrected_sentence(release):
        parts.append(md(corrected))
    return parts


def _alpha(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return "does not exist"
    return (
        f"{value:.2f}" if low is None or high is None else f"{value:.2f} ({low:.2f} to {high:.2f})"
    )


def _measure(found: Estimate) -> str:
    if found.measure == "precision":
        if not found.about:
            return "the language label is right in"
        return f"the label {found.about} is right in"
    return {
        "leakage": "personal data left, spans in 10,000 words:",
        "over_masking": "masked though not personal, spans in 10,000 words:",
        "rating": "mean quality, 1 to 5:",
        "error_rate": "edits in 100 characters of the transcriptions:",
        "share": f"share of texts about {found.about}:"
        if found.about
        else "share of characters in another language than the rest of their text:",
    }[found.measure]


def _figure(found: Estimate) -> str:
    return _said(found, found.value)


def _interval(found: Estimate) -> str:
    return f"{_said(found, found.low)} to {_said(found, found.high)}"


def _said(found: Estimate, value: float) -> str:
    if found.measure in ("precision", "share"):
        return f"{100 * value:.1f} %"
    return f"{value:.2f}"
