"""A tokenizer from a corpus to a folder with its card; any tokenizers measured on any texts."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpusforge import __version__
from corpusforge.build.corpus import Asked, Corpus, read_corpora
from corpusforge.errors import TokenError
from corpusforge.governance.lattice import TIERS
from corpusforge.tokens import card, training
from corpusforge.tokens.fertility import Measured, measure
from corpusforge.tokens.package import version
from corpusforge.tokens.sample import Drawn, Sample, text_key

Named = tuple[str, Path]

#: Words of one language that tokenizers are compared on, at most.
COMPARED_WORDS = 1_000_000


@dataclass(frozen=True)
class Training:
    """What is to be trained, and measured against what."""

    name: str
    vocabulary: int = 32_768
    balance: float = 0.3
    languages: tuple[str, ...] = ()  # none is all
    special_tokens: tuple[str, ...] = ()
    min_frequency: int = 2
    max_words: int = 3_000_000
    hold_out: int = 20
    hold_out_sources: tuple[str, ...] = ()
    against: tuple[Named, ...] = ()


def train_tokenizer(
    references: Sequence[str], asked: Asked, wanted: Training, output: Path
) -> tuple[Measured, ...]:
    """Draw a sample, train on it, measure on what was kept out, write the folder whole.

    Returns:
        The figures: of the new tokenizer, then of those it was measured against.

    Raises:
        TokenError: TOK001, TOK002, TOK010 … TOK015, TOK020, TOK021; TOK011, the output is taken.

    """
    corpora = read_corpora(references, asked)
    sample = Sample(wanted.hold_out, wanted.hold_out_sources, wanted.max_words)
    for corpus in corpora:
        sample.add(
            each
            for each in corpus.texts()
            if not wanted.languages or each.language in wanted.languages
        )
    if not sample.training:
        raise _nothing(wanted, sample)
    trained = training.train(
        sample.training_texts(wanted.balance),
        wanted.vocabulary,
        wanted.special_tokens,
        wanted.min_frequency,
    )
    texts = sample.measured_texts()
    with writing(output), _staging(output.absolute()) as staging:
        _write(staging, training.files(trained))
        tokenizers = ((wanted.name, staging), *wanted.against)
        measured = tuple(measure(name, path, texts) for name, path in tokenizers)
        _write(staging, card.files(_facts(corpora, sample, wanted, measured)))
        _place(staging, output.absolute())
    return measured


def compare_tokenizers(
    tokenizers: Sequence[Named], references: Sequence[str], asked: Asked
) -> tuple[Measured, ...]:
    """Figures of tokenizers on the same texts: of each language those with the least keys.

    Raises:
        TokenError: TOK001, TOK002; TOK012, TOK014, there is no text; TOK020, TOK021.

    """
    texts: dict[str, Drawn] = {}
    for corpus in read_corpora(references, asked):
        for each in corpus.texts():
            if each.text.strip():
                drawn = texts.setdefault(each.language, Drawn(COMPARED_WORDS))
                drawn.add(text_key(each.text), each.text)
    if not texts:
        raise TokenError(
            "TOK014", "there is no text to measure on", hint="name files with --on that hold some"
        )
    documents = {language: found.texts() for language, found in sorted(texts.items())}
    return tuple(measure(name, path, documents) for name, path in tokenizers)


def _facts(
    corpora: Sequence[Corpus], sample: Sample, wanted: Training, measured: tuple[Measured, ...]
) -> card.Facts:
    shares = sample.shares(wanted.balance)
    tiers = [str(each.facts["tier"]) for each in corpora if "tier" in each.facts]
    return card.Facts(
        name=wanted.name,
        settings={
            "vocabulary": wanted.vocabulary,
            "balance": wanted.balance,
            "languages": list(wanted.languages),
            "special_tokens": list(wanted.special_tokens),
            "min_frequency": wanted.min_frequency,
            "max_words": wanted.max_words,
            "hold_out": wanted.hold_out,
            "hold_out_sources": list(wanted.hold_out_sources),
        },
        inputs=sorted(
            (each.facts for each in corpora), key=lambda one: (one["name"], one["digest"])
        ),
        texts={
            name: {
                "texts": sample.offered[name],
                "drawn": sample.training[name].words,
                "trained": words,
            }
            for name, words in shares.items()
        },
        sources=dict(sorted(sample.sources.items())),
        licences=dict(sorted(sample.licences.items())),
        tier=max(tiers, key=TIERS.index, default=""),
        software={
            "corpusforge": __version__,
            "tokenizers": version("tokenizers"),
        },
        measured=measured,
    )


def _nothing(wanted: Training, sample: Sample) -> TokenError:
    languages = f" in {', '.join(wanted.languages)}" if wanted.languages else ""
    kept = " that is not kept out of training" if sample.held_out else ""
    return TokenError(
        "TOK014",
        f"there is no text{languages}{kept} to train on",
        hint="name more data; text files are named by language (ary_Arab.txt), or give --language",
    )


@contextlib.contextmanager
def writing(output: Path) -> Iterator[None]:
    """Say in one sentence that an output cannot be written.

    Raises:
        TokenError: TOK015.

    """
    try:
        yield
    except OSError as error:
        raise TokenError(
            "TOK015",
            f"it cannot be written: {error.strerror or type(error).__name__}",
            where=str(output),
            hint="name another --output, or free space",
        ) from error


@contextlib.contextmanager
def _staging(output: Path) -> Iterator[Path]:
    """A folder beside the output, in which it is made whole before it takes its place."""
    output.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{output.name}-", dir=output.parent))
    staging.chmod(0o755)
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        with (folder / name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def _place(staging: Path, output: Path) -> None:
    """Put the folder where it belongs; the same tokenizer there already is left as it is."""
    if output.is_dir() and any(output.iterdir()):
        there = {path.name: path.read_bytes() for path in output.iterdir() if path.is_file()}
        made = {path.name: path.read_bytes() for path in staging.iterdir()}
        if there != made:
            raise TokenError(
                "TOK011",
                "the output holds something else",
                where=str(output),
                hint="name a new folder; a tokenizer that is in use must not change",
            )
        return
    if output.exists():
        output.rmdir()
    staging.rename(output)
