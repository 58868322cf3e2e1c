"""Spans of characters: F1 between two people, agreement by character, and what most marked."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from corpusforge.annotation.agreement import RESAMPLES, Alpha, from_moments, moments


class Span(NamedTuple):
    """Characters `start` to `end` (code points, half-open) of a text, and what they are."""

    start: int
    end: int
    label: str


class SpanScore(NamedTuple):
    """How far two sets of spans are the same; None where neither marked anything."""

    exact: float | None  # F1 of spans with the same ends and label
    overlap: float | None  # F1 where sharing one character and the label is enough
    first: int  # spans of the first
    second: int


class Marked(NamedTuple):
    """What most people marked in one text."""

    spans: tuple[Span, ...]
    share: float  # of the votes on marked characters that agree with the outcome; 1.0 for none
    tied: bool  # a character on which as many voted for as against


#: One person's spans in one text.
Spans = Sequence[Span]


def read_spans(value: Any) -> tuple[Span, ...]:
    """The spans of an answer's value (a list of mappings with start, end, label), in order."""
    rows = value.get("spans", ()) if isinstance(value, dict) else value or ()
    return tuple(sorted({Span(int(r["start"]), int(r["end"]), str(r["label"])) for r in rows}))


def span_score(pairs: Iterable[tuple[Spans, Spans]]) -> SpanScore:
    """F1 of two people's spans over the texts both read, pooled over texts (micro).

    With overlap, precision is the share of the second's spans that meet one of the first with the
    same label, recall the other way round.
    """
    exact = meets_first = meets_second = first = second = 0
    for one, other in pairs:
        first += len(one)
        second += len(other)
        exact += len(set(one) & set(other))
        meets_first += sum(any(_meet(span, mate) for mate in other) for span in one)
        meets_second += sum(any(_meet(span, mate) for mate in one) for span in other)
    if not first + second:
        return SpanScore(None, None, 0, 0)
    recall = meets_first / first if first else 0.0
    precision = meets_second / second if second else 0.0
    overlap = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return SpanScore(2 * exact / (first + second), overlap, first, second)


def _meet(one: Span, other: Span) -> bool:
    return one.label == other.label and one.start < other.end and other.start < one.end


def character_alpha(
    answers: Mapping[str, Mapping[str, Spans]],
    lengths: Mapping[str, int],
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Alpha:
    """Krippendorff's alpha with every character a unit whose value is the set of its labels.

    Characters that nobody could tell apart count together, so the cost goes with the spans and not
    with the text; the interval resamples texts, not characters, as those of a text are not
    independent.

    Args:
        answers: task → annotator → spans; no spans is an answer.
        lengths: task → code points of its text.
        seed: of the resampling.
        resamples: how many.
    """
    people = sorted({person for found in answers.values() for person in found})
    column = {person: index for index, person in enumerate(people)}
    units: list[dict[int, frozenset[str]]] = []
    widths: list[int] = []
    tasks: list[int] = []
    for number, task in enumerate(sorted(answers)):
        found = answers[task]
        for start, end in _runs(found.values(), lengths[task]):
            units.append({column[p]: _labels(spans, start) for p, spans in found.items()})
            widths.append(end - start)
            tasks.append(number)
    values = sorted({value for unit in units for value in unit.values()}, key=sorted)
    code = {value: index for index, value in enumerate(values)}
    cells = np.full((len(units), len(people), len(values)), np.nan)
    for row, unit in enumerate(units):
        for person, value in unit.items():
            cells[row, person] = 0.0
            cells[row, person, code[value]] = 1.0
    sums = moments(cells, np.array(widths, np.float64))
    return from_moments(sums, np.array(tasks, np.intp), seed=seed, resamples=resamples)


def _runs(people: Iterable[Spans], length: int) -> list[tuple[int, int]]:
    """The stretches of a text within which nobody's spans begin or end."""
    edges = {0, length}
    for spans in people:
        for span in spans:
            edges |= {min(span.start, length), min(span.end, length)}
    return list(itertools.pairwise(sorted(edges)))


def _labels(spans: Spans, at: int) -> frozenset[str]:
    return frozenset(span.label for span in spans if span.start <= at < span.end)


def most_marked(answers: Mapping[str, Spans], weights: Mapping[str, float] | None = None) -> Marked:
    """The spans that more than half of the people marked, character by character.

    A character carries a label if those who gave it that label weigh more than half of all; joined
    characters of one label are one span. Two neighbours that only some drew as two spans come out
    as one: where such ends matter, the task goes to adjudication by its share.

    Args:
        answers: annotator → spans.
        weights: what each annotator's vote weighs, 1 where not stated.
    """
    weigh = {person: (weights or {}).get(person, 1.0) for person in answers}
    total = sum(weigh.values())
    end = max((span.end for spans in answers.values() for span in spans), default=0)
    agreed = votes = 0.0
    tied = False
    chosen: dict[str, list[list[int]]] = {}
    for start, stop in _runs(answers.values(), end):
        support: dict[str, float] = {}
        for person, spans in answers.items():
            for label in _labels(spans, start):
                support[label] = support.get(label, 0.0) + weigh[person]
        for label, weight in sorted(support.items()):
            yes = weight > total / 2
            tied = tied or abs(weight - total / 2) < 1e-12
            agreed += (stop - start) * (weight if yes else total - weight)
            votes += (stop - start) * total
            if not yes:
                continue
            runs = chosen.setdefault(label, [])
            if runs and runs[-1][1] == start:
                runs[-1][1] = stop
            else:
                runs.append([start, stop])
    spans = [Span(run[0], run[1], label) for label, runs in chosen.items() for run in runs]
    return Marked(tuple(sorted(spans)), agreed / votes if votes else 1.0, tied)
