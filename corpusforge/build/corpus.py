"""Texts to train or measure a tokenizer on, by whatever name the user calls them."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpusforge.build.tokenize import download
from corpusforge.build.workspace import Workspace
from corpusforge.errors import TokenError
from corpusforge.language.labels import LABELS
from corpusforge.recipe.load import load_recipe
from corpusforge.release.directory import read_manifest, read_release, sha256_of
from corpusforge.release.documents import RELEASE
from corpusforge.release.reference import Remote, resolve
from corpusforge.tokens.sample import Text
from corpusforge.tokens.texts import TextFile

_TABLES = (".parquet", ".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
_LINES = (".txt", ".txt.gz")


@dataclass(frozen=True)
class Asked:
    """How references are to be understood."""

    workspace: Path
    scratch: Path  # where published releases are fetched to
    endpoint: str | None = None
    token: str | None = None
    language: str = ""  # of texts whose file says none
    text_column: str = "text"


@dataclass(frozen=True)
class Corpus:
    """Some files of texts under one name: a release, or a file of anybody."""

    #: What the card says of it: kind, name, digest, and for a release its version and tier.
    facts: dict[str, Any]
    tables: tuple[TextFile, ...] = ()
    #: Files of one text a line, and the language of each.
    lines: tuple[tuple[Path, str], ...] = ()
    licence: str = ""
    held_out: frozenset[str] = field(default_factory=frozenset)  # splits that are never trained on

    def texts(self) -> Iterator[Text]:
        """Every text with its language, source and licence.

        Raises:
            TokenError: TOK020, TOK021, a file cannot be read.

        """
        for file in self.tables:
            out = file.split in self.held_out
            for table in file.tables():
                columns = (table.column(name).to_pylist() for name in _COLUMNS)
                for text, language, source, license_ in zip(*columns, strict=True):
                    yield Text(
                        text,
                        language or "und",
                        source or str(self.facts["name"]),
                        license_ or self.licence,
                        out,
                    )
        for path, language in self.lines:
            for line in _lines(path):
                yield Text(line, language, str(self.facts["name"]), self.licence)


_COLUMNS = ("text", "language", "source", "license")


def read_corpora(references: Sequence[str], asked: Asked) -> list[Corpus]:
    """What each reference names: a release directory, ``name@version``, a recipe, files, a folder.

    Raises:
        TokenError: TOK012, it is none of these, or the recipe has not been built.
        RecipeError, ReleaseError: the recipe or release is wrong or cannot be reached.

    """
    return [corpus for reference in references for corpus in _read(reference, asked)]


def _read(reference: str, asked: Asked) -> list[Corpus]:
    path = Path(reference).expanduser()
    if path.suffix in {".yaml", ".yml"} and path.is_file():
        return [_release(_built(path, asked))]
    if (path / RELEASE).is_file():
        return [_release(path)]
    if path.is_dir():
        found = sorted(each for each in path.rglob("*") if each.name.endswith(_TABLES + _LINES))
        if not found:
            raise _nothing(reference, "the folder holds no file of texts")
        return [_file(each, asked) for each in found]
    if path.is_file():
        return [_file(path, asked)]
    if "@" not in reference:
        raise _nothing(reference, "there is no such file, folder or release")
    remote = resolve(reference, asked.endpoint, asked.token)
    assert isinstance(remote, Remote)
    folder = asked.scratch / remote.name.replace("/", "--") / remote.version
    return [_release(download(remote, folder, ()))]


def _built(recipe: Path, asked: Asked) -> Path:
    """The release directory of a recipe that has been built."""
    loaded = load_recipe(recipe).recipe
    directory = Workspace(asked.workspace).release(loaded.name, loaded.version)
    if not (directory / RELEASE).is_file():
        raise TokenError(
            "TOK012",
            f"{loaded.name} {loaded.version} has not been built in this workspace",
            where=str(recipe),
            hint=f"run `corpusforge build {recipe}` first, or name its --workspace",
        )
    return directory


def _release(directory: Path) -> Corpus:
    release = read_release(directory)
    _, digest = read_manifest(directory)
    files = [
        TextFile(directory / file.path, file.sha256, config.name, split.name, 0, 1, config.language)
        for config in release.texts
        for split in config.splits
        for file in split.files
    ]
    facts = {
        "kind": "release",
        "name": release.name,
        "version": release.version,
        "digest": digest,
        "tier": release.tier,
    }
    licence = release.license if release.license != "other" else ""
    return Corpus(facts, tuple(files), (), licence, frozenset({"test", "validation"}))


def _file(path: Path, asked: Asked) -> Corpus:
    # zgh_Tfng.txt.gz, zgh_Tfng/train-00000-of-00001.parquet
    names = (path.name.split(".")[0], path.parent.name)
    language = asked.language or next((name for name in names if name in LABELS), "und")
    digest = sha256_of(path)
    facts = {"kind": "file", "name": path.name, "digest": f"sha256:{digest}"}
    if path.name.endswith(_LINES):
        return Corpus(facts, (), ((path, language),))
    if not path.name.endswith(_TABLES):
        raise _nothing(str(path), "this is no file of texts")
    table = TextFile(path, digest, names[0], "train", 0, 1, language, text_column=asked.text_column)
    return Corpus(facts, (table,))


def _lines(path: Path) -> Iterator[str]:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            for line in stream:
                yield line.decode("utf-8").rstrip("\r\n")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise TokenError(
            "TOK020",
            f"the file cannot be read: {error}",
            where=str(path),
            hint="it must be one text a line in UTF-8, plain or gzipped",
        ) from error


def _nothing(reference: str, why: str) -> TokenError:
    return TokenError(
        "TOK012",
        why,
        where=reference,
        hint="name a release directory, NAME@VERSION, a built recipe, or files that end in "
        f"{', '.join(_TABLES + _LINES)}",
    )
