"""Disk to disk: Parquet of texts in, Parquet of token ids out, against `tokenizers` doing the same.

    taskset -c 0 python benchmarks/tokens_disk.py ../shared/lid [TOKENIZER]

One core, one thread, one process an engine: reading, encoding, checking the first documents against
the oracle, counting words and unknown tokens, writing, hashing; loading and the proof on the probe
are shown apart, since a task pays for them once. The baseline is a loop over the same file with
`tokenizers.encode_batch`, whose ids are written as Parquet with the same settings and nothing is
counted. Texts are documents of some twenty lines in the languages of the pool, mixed. Without a
tokenizer, one of 32,000 tokens is trained on every fourth document first.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_MEGABYTES = 24
_LINES = 20


def documents(pool):
    """Documents of the pool's lines, languages by turns, up to a size."""
    from corpusforge.language.pool import read_pool

    groups = {}
    for line in read_pool(pool):
        groups.setdefault(line.label, []).append(line.text)
    found, size, at = [], 0, 0
    while size < _MEGABYTES * 1_000_000 and groups:
        for label in list(groups):
            lines = groups[label][at : at + _LINES]
            if not lines:
                del groups[label]
                continue
            found.append((label, "\n".join(lines)))
            size += len(found[-1][1].encode())
        at += _LINES
    return found


def train(texts, folder):
    """A byte-level BPE of 32,000 tokens."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

    made = Tokenizer(models.BPE())
    words = r"[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+(?!\S)|\s+"
    letters = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    split = pre_tokenizers.Split(Regex(words), "isolated")
    made.pre_tokenizer = pre_tokenizers.Sequence([split, letters])
    trainer = trainers.BpeTrainer(
        vocab_size=32_000,
        show_progress=False,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    made.train_from_iterator(texts, trainer)
    made.save(str(folder / "tokenizer.json"))
    return folder / "tokenizer.json"


def baseline(source, tokenizer, target):
    """Texts to ids with `tokenizers` alone: seconds of work, after loading."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    from tokenizers import Tokenizer

    engine = Tokenizer.from_file(str(tokenizer))
    engine.encode_special_tokens = True
    started = time.process_time()
    with pq.ParquetFile(source) as file:
        schema = pa.schema([("id", pa.string()), ("input_ids", pa.list_(pa.int32()))])
        with pq.ParquetWriter(target, schema, compression="zstd", use_dictionary=False) as out:
            for batch in file.iter_batches(2_000, columns=["id", "text"]):
                texts = batch.column("text").to_pylist()
                ids = [e.ids for e in engine.encode_batch(texts, add_special_tokens=False)]
                offsets = np.concatenate([[0], np.cumsum([len(each) for each in ids])])
                flat = np.fromiter((i for each in ids for i in each), np.int32, offsets[-1])
                lists = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), flat)
                out.write_table(pa.table([batch.column("id"), lists], schema=schema))
    return time.process_time() - started


def ours(source, tokenizer, target, encoder):
    """The task of the stage: seconds of work, after loading and the proof on the probe."""
    from corpusforge.tokens.encoder import encoder_for_task
    from corpusforge.tokens.ids import EncodeTask, encode_file
    from corpusforge.tokens.receipts import described
    from corpusforge.tokens.settings import Settings
    from corpusforge.tokens.texts import TextFile

    digest = described(source.parent, source.name, 0)["sha256"]
    settings = Settings(tokenizer=tokenizer, encoder=encoder)
    text = TextFile(source, digest, "texts", "train", 0, 1)
    started = time.process_time()
    encoder_for_task(tokenizer, [], encoder)
    loading = time.process_time() - started
    started = time.process_time()
    said = encode_file(EncodeTask(text, settings, target))
    return {
        "seconds": time.process_time() - started,
        "loading": loading,
        "tokens": said["tokens"],
        "engine": said["engine"]["engine"],
    }


def one(kind, source, tokenizer):
    """One engine, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder)
        if kind == "tokenizers":
            found = {"seconds": baseline(source, tokenizer, target / "ids.parquet")}
        else:
            found = ours(source, tokenizer, target, kind)
    status = Path("/proc/self/status").read_text("ascii")
    peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    print(json.dumps({**found, "peak": int(peak) // 1024}))


def main():
    """Each engine in a process of its own, then the table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if sys.argv[1] == "--one":
        one(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = documents(Path(sys.argv[1]))
        texts = [text for _, text in found]
        size = sum(len(text.encode()) for text in texts) / 1e6
        tokenizer = Path(sys.argv[2]) if len(sys.argv) > 2 else train(texts[::4], folder)
        table = pa.table(
            {
                "id": [f"{number:032x}" for number in range(len(texts))],
                "text": texts,
                "language": [label for label, _ in found],
            }
        )
        source = folder / "texts.parquet"
        pq.write_table(table, source, compression="zstd", row_group_size=2_000)
        count = len({label for label, _ in found})
        print(f"{len(texts):,} documents, {size:.1f} MB, {count} languages")
        print(f"{'':22}{'CPU s':>8}{'MB/s':>8}{'loading s':>11}{'peak MB':>9}")
        seconds = {}
        for kind in ("tokenizers", "hf", "auto"):
            done = subprocess.run(
                [sys.executable, __file__, "--one", kind, str(source), str(tokenizer)],
                env={**os.environ, "RAYON_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"},
                capture_output=True,
                text=True,
                check=True,
            )
            said = json.loads(done.stdout)
            seconds[kind] = said["seconds"]
            label = "tokenizers alone" if kind == "tokenizers" else f"ours, encoder: {kind}"
            loading = f"{said['loading']:.2f}" if "loading" in said else "-"
            rate = size / said["seconds"]
            print(f"{label:22}{said['seconds']:8.2f}{rate:8.1f}{loading:>11}{said['peak']:9}")
        print(f"disk to disk: {seconds['tokenizers'] / seconds['auto']:.1f} times tokenizers")


if __name__ == "__main__":
    main()
