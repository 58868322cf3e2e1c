"""Memory and time of the dedup barrier as records grow; signatures are generated, not computed.

    uv run --group test python benchmarks/dedup_scale.py 250000 1000000 5000000 --sort-mb 256

Each size runs in a process of its own. Records have short texts, a fifth are copies of another with
a share of their MinHash values changed; the parts are generated when they are read, so that the
disk holds what the barrier itself writes. Prints a table and, with `--output`, writes it there.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa

from corpusforge.record import WORK, conform
from corpusforge.stages.dedup import Dedup, dedup
from corpusforge.stages.dedup.hexids import id_column
from corpusforge.stages.dedup.signatures import PERMUTATIONS
from corpusforge.stages.dedup.sketches import SIGNED
from corpusforge.stages.stage import Context

PART = 20_000
COPIES = 0.2
_WORDS = ("الصحة", "santé", "taqbaylit", "tadusi", "ⵜⴰⴷⵓⵙⵉ", "الماء", "waman", "aman")


class GeneratedParts:
    """Parts of short records, made anew from their number whenever one is read."""

    def __init__(self, records):
        self.records = records

    def __len__(self):
        return (self.records + PART - 1) // PART

    def only(self, index):
        del index
        return self

    def numbers(self, index):
        return np.arange(index * PART, min(self.records, (index + 1) * PART))

    def read(self, index, columns=None):
        numbers = self.numbers(index)
        ids = _mixed(np.stack((numbers, numbers + 1), axis=1)).view(np.uint8).reshape(-1, 16)
        rows = len(numbers)
        table = pa.table(
            {
                "id": id_column(ids),
                "source": pa.array(["made"] * rows),
                "key": pa.array(numbers).cast(pa.string()),
                "priority": pa.array(np.zeros(rows, np.int32)),
                "date": pa.array(["2026-11-22"] * rows),
                "text": pa.array([f"{_WORDS[n % len(_WORDS)]} {n}" for n in numbers.tolist()]),
                "license": pa.array(["CC0-1.0"] * rows),
                "origin": pa.array(["native"] * rows),
            }
        )
        table = conform(table, WORK)
        return table if columns is None else table.select(columns)

    def signed(self, index):
        """Signatures: own ones, or another record's with some values changed."""
        numbers = self.numbers(index)
        draw = _mixed(numbers) % np.uint64(1000)
        copy = (draw < COPIES * 1000) & (numbers > 0)
        of = np.where(copy, _mixed(numbers + 7) % np.maximum(numbers, 1).astype(np.uint64), numbers)
        place = np.arange(PERMUTATIONS, dtype=np.uint64)
        digests = _mixed(of[:, None] * np.uint64(1 << 20) + place).astype(np.uint32)
        own = _mixed(numbers[:, None].astype(np.uint64) * np.uint64(1 << 21) + place)
        changed = copy[:, None] & (own % np.uint64(100) < (draw % np.uint64(40))[:, None])
        digests = np.where(changed, own.astype(np.uint32), digests)
        own_hash = _mixed(np.stack((numbers + 3, numbers + 5), axis=1))
        return pa.table(
            [
                _fixed(own_hash, 16),
                _fixed(own_hash, 16),
                pa.array(np.full(len(numbers), 40, np.int32)),
                _fixed(digests, 4 * PERMUTATIONS),
                pa.nulls(len(numbers), pa.binary()),
            ],
            schema=SIGNED,
        )


def _mixed(values):
    values = values.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _fixed(values, width):
    rows = len(values)
    buffer = pa.py_buffer(np.ascontiguousarray(values))
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), rows, [None, buffer])


def size_of(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def run(records, memory, folder):
    """One deduplication; returns its figures."""
    parts = GeneratedParts(records)
    most = 0
    for name in ("scratch", "side"):
        (folder / name).mkdir()

    def mapped(function, items):
        nonlocal most
        for item in items:
            result = function(item)
            most = max(most, size_of(folder))
            yield result

    work = SimpleNamespace(
        scratch=folder / "scratch",
        side=folder / "side",
        memory=memory,
        derive=lambda *_: (parts.signed(number) for number in range(len(parts))),
        map=mapped,
    )
    context = Context(
        dataset="commons/made",
        version="1.0.0",
        released="2026-11-22",
        seed=0,
        tier="open",
        private=folder / "private" / "commons" / "made",
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    clock, cpu = time.monotonic(), time.process_time()
    kept, reasons = 0, Counter()
    for split in dedup(parts, Dedup(), context, work):
        kept += split.kept.num_rows
        reasons.update(split.dropped.column("reason").to_pylist())
    most = max(most, size_of(folder))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"| {records:,} | {len(parts)} | {kept:,} | {before:.0f} | {peak:.0f} | {most / 1e9:.2f} | "
        f"{time.process_time() - cpu:.0f} | {time.monotonic() - clock:.0f} |"
    )


HEAD = (
    "| records | parts | kept | MB at start | peak MB | most GB on disk | CPU s | wall s |\n"
    "|---|---|---|---|---|---|---|---|"
)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=int, nargs="+")
    parser.add_argument("--sort-mb", type=int, default=256)
    parser.add_argument("--folder", type=Path, help="for scratch files; needs about 2 KB a record")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
            print(run(asked.records[0], asked.sort_mb << 20, Path(folder)))
        return
    lines = [f"Sorting in {asked.sort_mb} MB.\n", *HEAD.splitlines()]
    print("\n".join(lines), flush=True)
    for records in asked.records:
        command = [sys.executable, __file__, str(records), "--sort-mb", str(asked.sort_mb), "--one"]
        command += ["--folder", str(asked.folder)] if asked.folder else []
        lines.append(subprocess.run(command, check=True, stdout=-1, text=True).stdout.strip())
        print(lines[-1], flush=True)
    if asked.output:
        asked.output.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
