"""Annotate: draw a wave of tasks, and use what has been answered; the build waits for nobody.

Side files::

    tasks.arrow      the tasks drawn; the build gives them to the ledger
    wave.json        the name of the wave, and how it was drawn
    annotation.json  what the answers say: gate, estimates, corrections (where there are any)
    changes.arrow    each change of a row, with the answers behind it
    configs.json     the gold config, and its files under data/ (where the gate is passed)

"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpusforge.annotation.aggregate import Outcome, outcomes
from corpusforge.annotation.corrections import CHANGES, correct, stands
from corpusforge.annotation.estimates import estimates
from corpusforge.annotation.frozen import read_frozen
from corpusforge.annotation.gate import Judged, judge
from corpusforge.annotation.gold import PUBLISHED, gold_row, gold_table, publishable
from corpusforge.annotation.questions import Question
from corpusforge.annotation.spans import read_spans
from corpusforge.stages.annotate.config import Annotate
from corpusforge.stages.annotate.select import select
from corpusforge.stages.shard import config_name, split_of
from corpusforge.stages.stage import Context, Parts, Split, Work, keep_all

#: Name of the split of gold whose records are in the corpus's `train`; others keep theirs.
GOLD_SPLIT = "gold"


def annotate(parts: Parts, config: Annotate, context: Context, work: Work) -> Iterator[Split]:
    """Draw tasks into the side folder; correct rows by what was answered; every row is kept.

    Raises:
        AnnotationError: ANN101, a text was never scrubbed; ANN102, a honeypot is no task; ANN104,
            the answers are gone.
    """
    drawn = select(parts, config, context, work)
    _write_arrow(work.side / "tasks.arrow", drawn.tasks)
    _write_json(
        work.side / "wave.json", {"name": config.name, "kind": config.task, "facts": drawn.facts}
    )
    found = read_frozen(context.private, context.answers).questions() if context.answers else []
    mine = [question for question in found if question.kind == config.task]
    if not any(question.replies for question in mine):
        for number in range(len(parts)):
            yield keep_all(parts.read(number))
        return
    answers = _Answers(config, context, found)
    for number in range(len(parts)):
        part = parts.read(number)
        yield keep_all(answers.use(part))
    answers.write(work.side)


class _Answers:
    """What was answered to the questions of a stage, and what becomes of it part by part."""

    def __init__(self, config: Annotate, context: Context, found: Sequence[Question]) -> None:
        self.config = config
        self.context = context
        self.judged = judge(
            config.task,
            found,
            config.gate,
            honeypots=any(q.kind == config.task and q.role == "honeypot" for q in found),
            seed=context.seed,
        )
        self.passed = not self.judged.lacking
        self.leaks = _leaks(found, config)
        self.corrections = self._corrections()
        self.gold: dict[str, list[dict[str, Any]]] = defaultdict(list)  # split -> rows
        self.of: set[str] = set()  # text configs of the rows behind gold
        self.changes: list[dict[str, Any]] = []
        self.standing: list[Outcome] = []

    def _corrections(self) -> list[Outcome]:
        if self.config.task == "personal_data":
            return self.judged.decided
        if self.passed and self.config.corrections == "apply":
            return self.judged.decided
        return []

    def use(self, part: pa.Table) -> pa.Table:
        """Correct a part, and keep what of the answers stands in it."""
        done = correct(part, self.corrections, self.config.policy)
        self.changes += done.changes
        asked = pa.array(sorted({o.question.record for o in self.judged.outcomes}), pa.string())
        hit = pc.indices_nonzero(pc.is_in(part.column("id"), value_set=asked))
        before, after = (t.take(hit).to_pylist() for t in (part, done.rows))
        by_record: dict[str, list[Outcome]] = defaultdict(list)
        for outcome in self.judged.outcomes:
            by_record[outcome.question.record].append(outcome)
        for old, new in zip(before, after, strict=True):
            standing = [o for o in by_record[old["id"]] if stands(o, old["text"])]
            self.standing += standing
            for outcome in standing:
                if self.passed and publishable(outcome) and not self._leaks(outcome):
                    self._keep(outcome, new)
        return done.rows

    def _leaks(self, outcome: Outcome) -> bool:
        question = outcome.question
        return any(
            start < question.end and question.start < end
            for start, end in self.leaks.get(question.record, ())
        )

    def _keep(self, outcome: Outcome, row: dict[str, Any]) -> None:
        missing = [name for name in ("language", "license", "origin") if row[name] is None]
        if missing:
            return  # `shard` drops the row
        split = split_of(row["cluster"] or row["id"], self.context)
        self.gold[GOLD_SPLIT if split == "train" else split].append(gold_row(outcome, row))
        names = (row["language"], row["origin"], row["license"])
        self.of.add(config_name(*names, self.context))

    def write(self, side: Path) -> None:
        """Write what the answers gave."""
        said = _latest(self.standing)
        _write_json(
            side / "annotation.json",
            {
                "task": self.config.task,
                "wave": said[0].question.wave if said else self.config.name,
                "passed": self.passed,
                "lacking": list(self.judged.lacking),
                "estimates": [e.as_json() for e in estimates(said)] if self.passed else [],
                "corrected": dict(Counter(change["column"] for change in self.changes)),
                **_figures(self.judged, self.standing),
            },
        )
        changes = sorted(self.changes, key=lambda c: (c["id"], c["column"], c["start"]))
        _write_arrow(side / "changes.arrow", pa.Table.from_pylist(changes, CHANGES))
        if self.gold:
            _write_json(side / "configs.json", [self._config(side)])

    def _config(self, side: Path) -> dict[str, Any]:
        task = self.config.task
        quality = self.judged.counted
        tables = {
            split: gold_table(task, rows)
            for split, rows in sorted(self.gold.items(), key=lambda i: (i[0] != GOLD_SPLIT, i[0]))
        }
        return {
            "name": f"gold-{task.replace('_', '-')}",
            "kind": "gold",
            "of": sorted(self.of),
            "description": PUBLISHED[task],
            "splits": [_split(side, task, name, table) for name, table in tables.items()],
            "facts": {
                "annotators": len(quality.annotators),
                "answers": sum(person.answers for person in quality.annotators),
                "krippendorff_alpha": _rounded(quality.alpha.value),
                "krippendorff_alpha_95": [
                    _rounded(quality.alpha.low),
                    _rounded(quality.alpha.high),
                ],
                "honeypots_right": _rounded(quality.honeypots.value),
                "repeats_same": _rounded(quality.repeats.value),
                "anchoring": _rounded(quality.anchoring.effect),
                "waves": sorted({o.question.wave for o in self.standing if o.decided}),
            },
        }


def _leaks(found: Sequence[Question], config: Annotate) -> dict[str, list[tuple[int, int]]]:
    """Where people found personal data, by record: no gold may show it."""
    held: dict[str, list[tuple[int, int]]] = defaultdict(list)
    mine = [question for question in found if question.kind == "personal_data"]
    for outcome in outcomes(mine, config.gate.rule):
        question = outcome.question
        for span in read_spans(outcome.value) if outcome.decided else ():
            if span.label != "not_personal":
                held[question.record].append(
                    (question.start + span.start, question.start + span.end)
                )
    return dict(held)


def _latest(settled: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes of the last wave that decided anything."""
    waves = {o.question.wave for o in settled if o.decided}
    if not waves:
        return []
    last = max(waves, key=lambda wave: int(wave.rpartition("-")[2]))
    return [outcome for outcome in settled if outcome.question.wave == last]


def _figures(judged: Judged, standing: Sequence[Outcome]) -> dict[str, Any]:
    found = judged.counted
    return {
        "alpha": found.alpha._asdict(),
        "annotators": len(found.annotators),
        "answers": sum(person.answers for person in found.annotators),
        "decided": sum(outcome.decided for outcome in judged.outcomes),
        "standing": len(standing),
        "barred": len(judged.barred),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _split(side: Path, task: str, name: str, table: pa.Table) -> dict[str, Any]:
    folder = side / "data" / f"gold-{task.replace('_', '-')}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-00000-of-00001.parquet"
    pq.write_table(table, path, compression="zstd", write_page_index=True)
    texts = table.column("text")
    sizes = pc.sum(pc.binary_length(texts)).as_py() or 0
    words = pc.sum(pc.count_substring_regex(texts, r"\S+")).as_py() or 0
    return {
        "name": name,
        "rows": table.num_rows,
        "text_bytes": sizes,
        "words": words,
        "files": [
            {
                "path": path.relative_to(side).as_posix(),
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "bytes": path.stat().st_size,
                "rows": table.num_rows,
            }
        ],
    }


def _write_json(path: Path, value: Any) -> None:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", errors="surrogatepass")


def _write_arrow(path: Path, table: pa.Table) -> None:
    with pa.ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table.combine_chunks())
