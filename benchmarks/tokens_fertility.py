"""What Moroccan languages cost under our 32k vocabulary and under others, on text kept out.

    python benchmarks/tokens_fertility.py POOL WORK [NAME=FILE …]

POOL holds labelled lines: `train/LABEL.txt.gz`, and `train_sources/LABEL.txt.gz` with the source of
each line. FILE is a tokenizer.json, or a file of tiktoken ranks (`.tiktoken.gz`) of GPT-4o's or
GPT-4's kind, converted here. Trains three tokenizers into WORK: on all languages of the pool, on
the five that Morocco writes most, and on those without one source of each, which are then what is
measured. Prints the tables of `docs/tokens.md`.
"""

import base64
import gzip
import json
import sys
from itertools import pairwise
from pathlib import Path

from corpusforge.build.corpus import Asked
from corpusforge.build.tokenizer import Training, train_tokenizer
from corpusforge.release.text import table
from corpusforge.tokens.bytelevel import byte_letters
from corpusforge.tokens.card import comparison, summary

CORE = ("ary_Arab", "ary_Latn", "arb_Arab", "zgh_Tfng", "fra_Latn")
#: One source of each language that the third tokenizer never sees; MediaWiki's interface is the
#: only second source of Tifinagh.
UNSEEN = ("MArSum-test(Goud)", "AfriSenti-ary", "mw-i18n", "UD_French-GSD", "ARCD(arwiki)")
_END = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
_UPPER, _LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_BEFORE = r"[^\r\n\p{L}\p{N}]?"
_SPACES = r"\s*[\r\n]+|\s+(?!\S)|\s+"
PATTERNS = {
    "o200k": (
        f"{_BEFORE}{_UPPER}*{_LOWER}+{_END}|{_BEFORE}{_UPPER}+{_LOWER}*{_END}"
        r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|" + _SPACES
    ),
    "cl100k": (
        _END[:-1] + "|" + _BEFORE + r"\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + _SPACES
    ),
}


def main():
    pool, work = Path(sys.argv[1]), Path(sys.argv[2])
    work.mkdir(parents=True, exist_ok=True)
    against = tuple(opened(each, work) for each in sys.argv[3:])
    lines = work / "pool.jsonl"
    write_pool(pool, lines)
    asked = Asked(work, work)
    wanted = {
        "own 32k, 19 languages": Training("own, 19 languages", against=against),
        "own 32k, 5 languages": Training("own, 5 languages", languages=CORE, against=against),
        "own 32k, 5 languages, sources never seen": Training(
            "own, 5 languages",
            languages=CORE,
            hold_out=10**6,
            hold_out_sources=UNSEEN,
            against=against,
        ),
    }
    for title, training in wanted.items():
        output = work / title.replace(" ", "-").replace(",", "")
        measured = train_tokenizer([str(lines)], asked, training, output)
        print(f"\n### {title}\n")
        for head, rows in (comparison(measured), summary(measured)):
            print(table(head, rows, numbers=range(1, len(head))), "\n", flush=True)


def opened(named, work):
    """A tokenizer to measure against, converted if it is a file of ranks."""
    name, _, path = named.partition("=")
    path = Path(path)
    if ".tiktoken" in path.name:
        converted = work / f"{name}.json"
        converted.write_text(from_ranks(path, PATTERNS[name]), encoding="utf-8")
        path = converted
    return name, path


def from_ranks(path, pattern):
    """The tokenizer.json of a file of ranks: each token's merge is the last step of its own BPE."""
    ranks = {}
    for line in gzip.decompress(path.read_bytes()).splitlines():
        token, rank = line.split()
        ranks[base64.b64decode(token)] = int(rank)
    letters = {byte: letter for letter, byte in byte_letters().items()}
    spelt = {token: "".join(letters[byte] for byte in token) for token in ranks}
    merges = []
    for token, rank in sorted(ranks.items(), key=lambda each: each[1]):
        if len(token) > 1 and len(parts := split(token, ranks, rank)) == 2:
            merges.append([spelt[part] for part in parts])
    before = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated"}
    letters_step = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    return json.dumps(
        {
            "version": "1.0",
            "added_tokens": [],
            "pre_tokenizer": {
                "type": "Sequence",
                "pretokenizers": [
                    before | {"invert": False},
                    letters_step | {"use_regex": False},
                ],
            },
            "decoder": letters_step | {"use_regex": False},
            "model": {
                "type": "BPE",
                "vocab": {spelt[token]: rank for token, rank in ranks.items()},
                "merges": merges,
                "ignore_merges": True,
            },
        }
    )


def split(token, ranks, below):
    """The parts that BPE reaches with the merges before `below`."""
    parts = [token[i : i + 1] for i in range(len(token))]
    while len(parts) > 2:
        pairs = [ranks.get(a + b, below) for a, b in pairwise(parts)]
        least = min(pairs)
        if least >= below:
            break
        at = pairs.index(least)
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    return parts


def write_pool(pool, output):
    with output.open("w", encoding="utf-8") as out:
        for path in sorted((pool / "train").glob("*.txt.gz")):
            label = path.name.split(".")[0]
            texts = gzip.decompress(path.read_bytes()).decode().split("\n")
            named = next((pool / "train_sources").glob(f"{label}*"))
            opener = gzip.open if named.suffix == ".gz" else open
            with opener(named, "rt", encoding="utf-8") as file:
                sources = file.read().split("\n")
            for text, source in zip(texts, sources, strict=True):
                if text:
                    row = {"text": text, "language": label, "source": source}
                    out.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
