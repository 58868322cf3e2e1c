"""The tasks of a wave: texts drawn from all parts, honeypots and repeats among them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from corpusforge.annotation.answers import Unreadable
from corpusforge.annotation.canonical import canonical, sha256
from corpusforge.annotation.sampling import Draw, draw, order_key, share_of
from corpusforge.annotation.tasks import TaskType, task_type
from corpusforge.errors import AnnotationError
from corpusforge.stages.annotate.config import DOUBTED, Annotate
from corpusforge.stages.annotate.frame import CANDIDATES, COLUMNS, FRAME_VERSION, candidates
from corpusforge.stages.stage import Context, Parts, Work

#: Tasks as the build hands them to the ledger, which gives them their keys.
SELECTED = pa.schema(
    [
        pa.field("role", pa.string(), nullable=False),
        pa.field("copy", pa.string(), nullable=False),  # tells a repeat from its first time
        pa.field("text", pa.string(), nullable=False),
        pa.field("record", pa.string(), nullable=False),
        pa.field("start", pa.int64(), nullable=False),
        pa.field("end", pa.int64(), nullable=False),
        pa.field("language", pa.string()),
        pa.field("stratum", pa.string(), nullable=False),
        pa.field("probability", pa.float64(), nullable=False),
        pa.field("truth", pa.string()),  # JSON
        pa.field("prediction", pa.string()),  # JSON
        pa.field("withheld", pa.string()),  # JSON: the prediction that is not shown
        pa.field("score", pa.float64()),
    ]
)


class Wave(NamedTuple):
    """What a stage draws: its tasks, and what its manifest says of the drawing."""

    tasks: pa.Table  # `SELECTED`
    facts: dict[str, Any]


def select(parts: Parts, config: Annotate, context: Context, work: Work) -> Wave:
    """Draw the wave of a stage.

    Raises:
        AnnotationError: ANN101, a text was never scrubbed; ANN102, a honeypot is no task.
    """
    model = _model(config)
    settings = {
        "frame": FRAME_VERSION,
        "model": model,
        "task": config.task,
        "wave": config.name,
        "seed": context.seed,
        "unit": config.unit,
        "max_characters": config.max_characters,
        "strata": list(config.strata),
        "tasks": config.design.tasks,
        "uncertain": config.design.uncertain,
        "allocation": config.allocation,
    }
    frames = [CANDIDATES.empty_table()]
    numbers = [0]
    for found in work.derive(candidates, parts, COLUMNS, settings):
        frames.append(found)
        numbers.append(found.num_rows)
    frame = pa.concat_tables(frames)
    part_of = np.repeat(np.arange(-1, len(numbers) - 1), numbers)
    drawn = _draw(frame, config)
    rows = frame.take(pa.array(drawn.chosen)).to_pylist()
    texts = _texts(parts, rows, part_of[drawn.chosen].tolist())
    kind = task_type(config.task)
    tasks = _tasks(kind, config, rows, texts, drawn.probability.tolist())
    tasks += _honeypots(kind, config, context, len(rows))
    facts = {
        "seed": context.seed,
        "model": model,
        "answers_per_task": config.answers,
        "order": config.order,
        "policy": config.policy,
        "gate": config.gate.model_dump(),
        "sampling": {
            "unit": config.unit,
            "max_characters": config.max_characters,
            "uncertain": config.design.uncertain,
            "allocation": config.allocation,
            "columns": list(config.strata),
            "strata": [stratum._asdict() for stratum in drawn.strata],
        },
    }
    return Wave(pa.Table.from_pylist(tasks, SELECTED), facts)


def _model(config: Annotate) -> str:
    if config.task not in DOUBTED:
        return "none"
    from corpusforge.language.model import load

    return str(load().version)


def _draw(frame: pa.Table, config: Annotate) -> Draw:
    strata = frame.column("stratum").to_pylist()
    sizes: dict[str, int] = defaultdict(int)
    for name, units in zip(strata, frame.column("units").to_pylist(), strict=True):
        sizes[name] += units
    return draw(
        frame.column("key").to_numpy(), strata, frame.column("doubt").to_numpy(), config.design,
        sizes,
    )  # fmt: skip


class _Text(NamedTuple):
    text: str
    segments: list[dict[str, Any]]  # of the text, offsets from its start


def _texts(parts: Parts, rows: Sequence[Mapping[str, Any]], part_of: Sequence[int]) -> list[_Text]:
    """The text and segments of each drawn row; each part is read once."""
    wanted: dict[int, list[int]] = defaultdict(list)
    for place, number in enumerate(part_of):
        wanted[number].append(place)
    found: dict[int, _Text] = {}
    for number, places in sorted(wanted.items()):
        part = parts.read(number, ("id", "text", "segments"))
        ids = {name: row for row, name in enumerate(part.column("id").to_pylist())}
        for place in places:
            row, start, end = (rows[place][name] for name in ("record", "start", "end"))
            held = part.slice(ids[row], 1).to_pylist()[0]
            clipped = _clipped(held["segments"] or (), start, end)
            found[place] = _Text(held["text"][start:end], clipped)
    return [found[place] for place in range(len(rows))]


def _clipped(segments: Sequence[Mapping[str, Any]], start: int, end: int) -> list[dict[str, Any]]:
    return [
        {
            "start": max(start, segment["start"]) - start,
            "end": min(end, segment["end"]) - start,
            "language": segment["language"],
        }
        for segment in segments
        if segment["start"] < end and start < segment["end"]
    ]


def _tasks(
    kind: TaskType,
    config: Annotate,
    rows: Sequence[Mapping[str, Any]],
    texts: Sequence[_Text],
    probability: Sequence[float],
) -> list[dict[str, Any]]:
    guesses = [
        predicted(kind, row["language"], held) for row, held in zip(rows, texts, strict=True)
    ]
    keys = [row["key"] for row, guess in zip(rows, guesses, strict=True) if guess is not None]
    blind = share_of(keys, config.blind, "blind")
    again = share_of([row["key"] for row in rows], config.repeats, "repeat")
    tasks = []
    for row, held, guess, chance in zip(rows, texts, guesses, probability, strict=True):
        hidden = row["key"] in blind
        task = {
            "role": "blind" if hidden else "plain",
            "copy": "",
            "text": held.text,
            **{name: row[name] for name in ("record", "start", "end", "language", "stratum")},
            "probability": chance,
            "truth": None,
            **_shown(guess, row["score"], hidden=hidden),
        }
        tasks.append(task)
        if row["key"] in again:
            tasks.append({**task, "role": "repeat", "copy": "repeat", "withheld": None})
    return tasks


def _shown(guess: Any, score: float | None, *, hidden: bool) -> dict[str, Any]:
    written = None if guess is None else canonical(guess)
    sure = 0.0 if score is None or np.isnan(score) else min(1.0, max(0.0, float(score)))
    return {
        "prediction": None if hidden else written,
        "withheld": written if hidden else None,
        "score": sure if written is not None and not hidden else None,
    }


def predicted(kind: TaskType, language: str | None, held: _Text) -> Any:
    """What the model would answer; None where it has no answer that could be given."""
    if kind.name == "language":
        return language if language in kind.labels else None
    if kind.name == "transcription":
        return held.text
    if kind.name != "switching":
        return None
    spans: list[dict[str, Any]] = []
    for segment in held.segments:
        first, last = _trimmed(held.text, segment["start"], segment["end"])
        if first < last and segment["language"] in kind.labels and segment["language"] != language:
            spans.append({"start": first, "end": last, "label": segment["language"]})
    return spans


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _honeypots(
    kind: TaskType, config: Annotate, context: Context, tasks: int
) -> list[dict[str, Any]]:
    """Texts whose answer is known, shown as the others are: with a guess of the model, or blind."""
    if config.honeypots is None:
        return []
    rows = read_honeypots(kind, config.honeypots)
    keyed = {
        order_key(context.seed, config.name, sha256(text)[:32], 0, len(text)): (text, value)
        for text, value in rows
    }
    chosen = sorted(keyed)[: round(config.honeypot_share * tasks)]
    blind = share_of(chosen, config.blind, "blind")
    texts = [keyed[key][0] for key in chosen]
    found = _identified(config, texts)
    made = []
    for key, text, (language, score, segments) in zip(chosen, texts, found, strict=True):
        guess = predicted(kind, language, _Text(text, segments))
        made.append(
            {
                "role": "honeypot",
                "copy": "",
                "text": text,
                "record": sha256(text)[:32],
                "start": 0,
                "end": len(text),
                "language": language,
                "stratum": "honeypots",
                "probability": 1.0,
                "truth": canonical(keyed[key][1]),
                **_shown(guess, score, hidden=key in blind and guess is not None),
            }
        )
    return made


def _identified(
    config: Annotate, texts: list[str]
) -> list[tuple[str | None, float | None, list[dict[str, Any]]]]:
    if config.task not in {"language", "switching"} or not texts:
        return [(None, None, [])] * len(texts)
    from corpusforge.language.identify import identify

    found = identify(texts)
    names = ("label", "score", "segments")
    return list(zip(*(found.column(name).to_pylist() for name in names), strict=True))


def read_honeypots(kind: TaskType, path: Path) -> list[tuple[str, Any]]:
    """Text and right answer of each line of a file of honeypots.

    Raises:
        AnnotationError: ANN102, a line is no task with an answer; ANN103, no line is.
    """
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            text, value = row["text"], row["value"]
            kind.result(value, text)
        except (ValueError, KeyError, TypeError, Unreadable) as error:
            known = f"; labels: {', '.join(kind.labels)}" if kind.labels else ""
            raise AnnotationError(
                "ANN102",
                f"this is no honeypot for {kind.name}: {type(error).__name__} {error}",
                where=f"{path}:{number}",
                hint='a line is {"text": …, "value": …} with an answer as people give it' + known,
            ) from error
        found.append((text, value))
    if not found:
        raise AnnotationError(
            "ANN102",
            "the file of honeypots is empty",
            where=str(path),
            hint='write lines such as {"text": "…", "value": "ary_Arab"}, or leave `honeypots` out',
        )
    return found
