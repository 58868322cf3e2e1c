"""What a steward sees while a build runs: live bars, plain lines, or JSON lines for machines.

A reporter is called with the name of an event and its facts, never with document text. Events:
``acquire``, ``acquired``, ``fetch`` (source, step, facts), ``read`` (source, records), ``stage``
(stage, parts, cached), ``part`` (stage, rows_in, out), ``quarantined`` (part), ``release``
(directory), ``wave`` (wave, state, tasks, why), ``answers`` (task, passed, lacking, corrected),
``unpushed`` (waves, why), ``copied`` (address), ``publish`` (endpoint), ``published`` (endpoint,
name, version, commit, unchanged).
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, Self, TextIO

_SECONDS_BETWEEN_LINES = 5.0


class JsonLines:
    """One JSON object an event."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, event: str, **facts: Any) -> None:
        """Write the event at once."""
        line = json.dumps({"event": event, **facts}, ensure_ascii=True, default=str)
        self._stream.write(line + "\n")
        self._stream.flush()


class PlainLines:
    """A line when a stage begins and ends, and every few seconds in between."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._stages: dict[str, Counter[str]] = {}
        self._last = time.monotonic()

    def __call__(self, event: str, **facts: Any) -> None:
        """Say what is worth a line of a log file."""
        if event == "stage":
            self._stages[facts["stage"]] = Counter(parts=facts["parts"])
            if facts["cached"] == facts["parts"]:
                self._say(f"{facts['stage']}: unchanged ({facts['parts']} parts)")
                self._stages[facts["stage"]]["quiet"] = 1
        elif event == "part":
            self._part(facts)
        elif event == "read":
            self._sometimes(f"reading {facts['source']}: {facts['records']:,} records")
        elif event == "fetch":
            self._sometimes(f"{facts['source']}: {_words(facts)}")
        elif (line := _sentence(event, facts)) is not None:
            self._say(line)

    def _part(self, facts: dict[str, Any]) -> None:
        counts = self._stages.setdefault(facts["stage"], Counter())
        counts.update(done=1, rows_in=facts["rows_in"], out=facts["out"])
        if counts["quiet"]:
            return
        line = f"{facts['stage']}: {counts['out']:,} of {counts['rows_in']:,} records kept"
        if counts["done"] == counts["parts"]:
            self._say(line)
        else:
            self._sometimes(f"{line}, part {counts['done']} of {counts['parts']}")

    def _sometimes(self, line: str) -> None:
        if time.monotonic() - self._last >= _SECONDS_BETWEEN_LINES:
            self._say(line)

    def _say(self, line: str) -> None:
        self._last = time.monotonic()
        self._stream.write(line + "\n")
        self._stream.flush()


class LiveBars:
    """A bar a stage, redrawn in place."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self._progress = Progress(
            TextColumn("{task.description:<14}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            console=Console(file=stream),
        )
        self._bars: dict[str, Any] = {}
        self._counts: dict[str, Counter[str]] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, event: str, **facts: Any) -> None:
        """Move the bar the event belongs to."""
        if event == "stage":
            name = facts["stage"]
            note = "unchanged" if facts["cached"] == facts["parts"] else ""
            total = max(1, facts["parts"])
            self._bars[name] = self._progress.add_task(name, total=total, note=note)
            self._counts[name] = Counter()
            if facts["parts"] == 0:
                self._progress.update(self._bars[name], completed=1)
        elif event == "part":
            name = facts["stage"]
            counts = self._counts[name]
            counts.update(rows_in=facts["rows_in"], out=facts["out"])
            note = f"{counts['out']:,} of {counts['rows_in']:,} records kept"
            self._progress.update(self._bars[name], advance=1, note=note)
        elif event == "read":
            self._line(facts["source"], f"{facts['records']:,} records read")
        elif event == "fetch":
            self._line(facts["source"], _words(facts))
        elif (line := _sentence(event, facts)) is not None:
            self._progress.console.print(line, highlight=False, markup=False)

    def _line(self, name: str, note: str) -> None:
        if name not in self._bars:
            self._bars[name] = self._progress.add_task(name, total=None, note=note)
        self._progress.update(self._bars[name], note=note)


def _words(facts: dict[str, Any]) -> str:
    said = (f"{name} {value}" for name, value in facts.items() if name not in ("source", "step"))
    return f"{facts['step']} {' '.join(said)}".strip()


def _sentence(event: str, facts: dict[str, Any]) -> str | None:
    match event:
        case "acquire":
            return f"{facts['source']}: acquiring"
        case "nothing":
            return f"{facts['source']}: {facts['why']}; it is asked again by the next build"
        case "quarantined":
            return f"part {facts['part'][:12]} killed its worker twice and is set aside"
        case "publish":
            return f"publishing to {facts['endpoint']}"
        case "published":
            state = (
                "already there, unchanged" if facts["unchanged"] else f"commit {facts['commit']}"
            )
            return f"published {facts['name']} v{facts['version']}: {state}"
        case "copied":
            return (
                f"copied to {facts['address']}: {facts['sent']} files, {facts['kept']} were there"
            )
    return _asked(event, facts)


def _asked(event: str, facts: dict[str, Any]) -> str | None:
    """What is said of annotators."""
    if event == "answers":
        lacking = "; ".join(facts["lacking"])
        state = "gold" if facts["passed"] else f"not gold yet: {lacking}"
        return f"answers to {facts['task']}: {state}"
    if event == "unpushed":
        return (
            f"not in Label Studio yet: {facts['waves']} ({facts['why']}); "
            "`corpusforge annotate push` sends them"
        )
    return _wave(facts) if event == "wave" else None


def _wave(facts: dict[str, Any]) -> str | None:
    tasks = f"{facts['tasks']:,} tasks"
    more = f": {facts['why']}" if facts["why"] else ""
    if facts["state"] == "drawn" and facts["tasks"]:
        return f"wave {facts['wave']}: {tasks} drawn{more}"
    if facts["state"] == "open" and facts["tasks"]:
        return f"wave {facts['wave']}: {tasks} in {facts['why']}"
    return f"wave {facts['wave']}{more}" if more else None


@contextlib.contextmanager
def reporter(*, as_json: bool, stream: TextIO = sys.stderr) -> Iterator[Any]:
    """JSON lines if asked for, bars on a terminal, plain lines elsewhere."""
    if as_json:
        yield JsonLines(stream)
    elif stream.isatty():
        with LiveBars(stream) as bars:
            yield bars
    else:
        yield PlainLines(stream)
