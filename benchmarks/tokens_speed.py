"""How fast ids are made: the fast engine against `tokenizers.encode_batch`, one core, one process.

    python benchmarks/tokens_speed.py TOKENIZER DIR_OR_JSONL [megabytes a language]

Texts are labelled lines (`LABEL.txt.gz` in a folder) put together to documents of 2 kB; "mixed" is
all of them in a shuffled order. CPU seconds of the process, best of three for the fast engine and
of two for `tokenizers`, both on one thread; every id is compared before anything is timed. The cold
figure is of a new encoder whose cache of words is empty. Proving is what `auto` costs beside `hf`.
"""

import gzip
import random
import sys
import time
from pathlib import Path

import numpy as np

from corpusforge.tokens.package import limit_threads, version

CORE = ("ary_Arab", "ary_Latn", "arb_Arab", "zgh_Tfng", "fra_Latn")


def main():
    limit_threads(1)
    from corpusforge.tokens.encoder import load_encoder, open_oracle
    from corpusforge.tokens.file import read_tokenizer
    from corpusforge.tokens.probe import probe_texts

    tokenizer, data = Path(sys.argv[1]), Path(sys.argv[2])
    megabytes = float(sys.argv[3]) if len(sys.argv) > 3 else 2.0
    texts = {name: documents(data / f"{name}.txt.gz", megabytes) for name in CORE}
    mixed = [text for each in texts.values() for text in each]
    random.Random(5).shuffle(mixed)
    texts = {"mixed": mixed, **texts}

    oracle, started = load_encoder(tokenizer, "hf"), time.process_time()
    encoder = load_encoder(tokenizer, "fast")
    loading = time.process_time() - started
    probe = probe_texts(read_tokenizer(tokenizer).added)
    started = time.process_time()
    oracle.encode(probe)
    encoder.encode(probe)
    proving = time.process_time() - started
    print(f"fastokens {version('fastokens')}, tokenizers {version('tokenizers')}, one thread")
    print(f"loading and proving {loading:.2f} s, of which the probe {proving:.2f} s\n")

    print("| text | MB | tokenizers, MB/s | fast, cold | fast, warm | ratio |")
    print("|---|--:|--:|--:|--:|--:|")
    for name, documents_ in texts.items():
        size = sum(len(text.encode()) for text in documents_) / 1e6
        cold = seconds(load_encoder(tokenizer, "fast"), documents_, 1)
        slow = seconds_of_oracle(open_oracle(read_tokenizer(tokenizer)), documents_, 2)
        warm = seconds(encoder, documents_, 3)
        one, other = encoder.encode(documents_), oracle.encode(documents_)
        assert np.array_equal(one.ids, other.ids)
        assert np.array_equal(one.offsets, other.offsets)
        print(
            f"| {name} | {size:.1f} | {size / slow:.2f} | {size / cold:.1f} | {size / warm:.1f} "
            f"| {slow / warm:.1f} ({slow / cold:.1f} cold) |",
            flush=True,
        )


def seconds(encoder, texts, times):
    """CPU seconds of the best run, arrays of ids and offsets made."""
    return min(once(lambda: encoder.encode(texts)) for _ in range(times))


def seconds_of_oracle(engine, texts, times):
    """CPU seconds of `tokenizers.Tokenizer.encode_batch` itself, nothing done with its answers."""
    return min(
        once(lambda: engine.encode_batch(texts, add_special_tokens=False)) for _ in range(times)
    )


def once(work):
    started = time.process_time()
    work()
    return time.process_time() - started


def documents(path, megabytes):
    """Lines put together to documents of about 2 kB, up to so many megabytes."""
    found, size, document = [], 0, []
    for line in gzip.decompress(path.read_bytes()).decode().splitlines():
        document.append(line)
        if sum(map(len, document)) > 1200:
            found.append("\n".join(document))
            size += len(found[-1].encode())
            document = []
        if size > megabytes * 1e6:
            break
    return [*found, "\n".join(document)] if document else found


if __name__ == "__main__":
    main()
