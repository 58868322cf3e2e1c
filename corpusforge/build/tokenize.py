"""`corpusforge tokenize`: the token files of a release that exists, or of files of anybody."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpusforge import __version__
from corpusforge.build.local import LocalExecutor, Quarantined
from corpusforge.build.parts import sync_directory
from corpusforge.build.remote import RemoteExecutor
from corpusforge.errors import TokenError
from corpusforge.release.companions import joined_licence
from corpusforge.release.directory import read_manifest, read_release, sha256_of
from corpusforge.release.documents import RELEASE
from corpusforge.release.hub import DATASET, hub, remote_file, reported
from corpusforge.release.manifest import MANIFEST
from corpusforge.release.model import Release
from corpusforge.release.reference import Remote
from corpusforge.release.text import canonical_json
from corpusforge.tokens.flow import tokenize_files
from corpusforge.tokens.settings import Settings
from corpusforge.tokens.texts import TextFile

#: What was made, with its digests; written last, so that a folder without it is not finished.
TOKENS = "tokens.json"
_ENDINGS = (".parquet", ".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")


@dataclass(frozen=True)
class Wanted:
    """Which texts are to be tokenized, and where the token files go."""

    output: Path
    settings: Settings
    configs: tuple[str, ...] = ()  # of a release; none is all
    text_column: str = "text"
    id_column: str = "id"


@dataclass(frozen=True)
class Origin:
    """What the token files inherit: the release behind them, its tier and licences."""

    name: str = ""
    version: str = ""
    digest: str = ""
    tier: str = ""
    licences: tuple[tuple[str, str], ...] = ()  # of text configs


def tokenize_release(
    source: Path | Remote, wanted: Wanted, executor: LocalExecutor | RemoteExecutor
) -> dict[str, Any]:
    """Write the token files of a release's text configs, as the stage `tokenize` would.

    Returns:
        What stands in the ``tokens.json`` of the output.

    Raises:
        TokenError: TOK…; TOK023, the release has no such config; TOK024, the output is in use.
        ReleaseError: it is no release, or the registry cannot be reached.
        BuildError: BLD006, workers died on some files, which are named.

    """
    place = Unfinished(wanted.output)
    with place.held():
        if isinstance(source, Remote):
            directory = download(source, place.folder / "source", wanted.configs)
        else:
            directory = source
        return _release(directory, wanted, place, executor)


def _release(
    directory: Path, wanted: Wanted, place: Unfinished, executor: LocalExecutor | RemoteExecutor
) -> dict[str, Any]:
    release = read_release(directory)
    _, digest = read_manifest(directory)
    names = {config.name for config in release.texts}
    if unknown := sorted(set(wanted.configs) - names):
        raise TokenError(
            "TOK023",
            f"the release has no text config {', '.join(unknown)}",
            where=f"{release.name}@{release.version}",
            hint=f"it has {', '.join(sorted(names))}",
        )
    licences = tuple((config.name, config.license) for config in release.texts)
    origin = Origin(release.name, release.version, digest, release.tier, licences)
    return _make(data_files(release, directory, wanted), wanted, origin, place, executor)


def tokenize_paths(
    paths: Sequence[Path], wanted: Wanted, executor: LocalExecutor | RemoteExecutor
) -> dict[str, Any]:
    """Write the token files of Parquet or JSON lines files; each file is a config of its own.

    Returns:
        What stands in the ``tokens.json`` of the output.

    Raises:
        TokenError: TOK…; TOK020, TOK021, a file cannot be used; TOK023, no file; TOK024, the output
            is in use.
        BuildError: BLD006, workers died on some files, which are named.

    """
    sources = [
        TextFile(
            path=path.absolute(),
            sha256=sha256_of(path),
            config=config,
            split="train",
            number=0,
            count=1,
            id_column=wanted.id_column,
            text_column=wanted.text_column,
        )
        for path, config in zip(paths, file_labels(paths), strict=True)
    ]
    place = Unfinished(wanted.output)
    with place.held():
        return _make(sources, wanted, Origin(), place, executor)


def data_files(release: Release, directory: Path, wanted: Wanted) -> list[TextFile]:
    """The data files of a release's text configs, as texts to tokenize."""
    return [
        TextFile(
            path=(directory / file.path).absolute(),
            sha256=file.sha256,
            config=config.name,
            split=split.name,
            number=number,
            count=len(split.files),
            language=config.language,
            origin=config.origin,
            suffix=config.name.removeprefix(config.language),
        )
        for config in release.texts
        if not wanted.configs or config.name in wanted.configs
        for split in config.splits
        for number, file in enumerate(split.files)
    ]


def file_labels(paths: Sequence[Path]) -> list[str]:
    """A name for each file: its own without ending, with a number where two have the same."""
    labels = []
    seen: Counter[str] = Counter()
    for path in paths:
        ending = next((e for e in sorted(_ENDINGS, key=len)[::-1] if path.name.endswith(e)), None)
        if ending is None or not path.is_file():
            raise TokenError(
                "TOK023" if not path.exists() else "TOK020",
                "there is no such file" if not path.exists() else "this is no file of texts",
                where=str(path),
                hint=f"name files that end in {', '.join(_ENDINGS)}, a release directory, or "
                "NAME@VERSION",
            )
        label = re.sub(r"[^A-Za-z0-9_.+-]+", "_", path.name.removesuffix(ending)).lstrip(".+-")
        label = label or "texts"
        seen[label] += 1
        labels.append(label if seen[label] == 1 else f"{label}.{seen[label]}")
    return labels


def download(source: Remote, folder: Path, configs: tuple[str, ...]) -> Path:
    """The manifest, model and text files of a published version, in `folder`; what is there stays.

    Raises:
        ReleaseError: REL010 … REL014, the registry cannot be reached or refused.
        TokenError: TOK023, it was not published by corpusforge.

    """
    from huggingface_hub import HfFileSystem

    with reported(source.endpoint, f"reading {source}"):
        client = hub(source.endpoint, source.token)
        commit = client.repo_info(source.name, repo_type=DATASET, revision=source.tag).sha or ""
        folder.mkdir(parents=True, exist_ok=True)
        for name in (RELEASE, MANIFEST):
            content = remote_file(client, source.name, name, commit)
            if content is None:
                raise TokenError("TOK023", "it was not published by corpusforge", where=str(source))
            (folder / name).write_bytes(content)
        system = HfFileSystem(endpoint=source.endpoint, token=client.token)
        for config in read_release(folder).texts:
            for file in (file for split in config.splits for file in split.files):
                path = folder / file.path
                if (configs and config.name not in configs) or _same(path, file.sha256):
                    continue
                path.parent.mkdir(parents=True, exist_ok=True)
                system.get_file(f"datasets/{source.name}@{commit}/{file.path}", str(path))
    return folder


def _same(path: Path, sha256: str) -> bool:
    return path.is_file() and sha256_of(path) == sha256


class Unfinished:
    """The folder beside an output in which it is made; a run that was stopped finds it again."""

    def __init__(self, output: Path) -> None:
        self.output = output.absolute()
        self.folder = self.output.with_name(f".{self.output.name}-unfinished")

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder for writing.

        Raises:
            TokenError: TOK024, another run holds it.

        """
        self.folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise TokenError(
                "TOK024",
                "another run writes to the output",
                where=str(self.output),
                hint="wait for it to end, or name another --output",
            ) from error
        finally:
            os.close(handle)

    def done(self) -> dict[str, Any] | None:
        """What an output that is there says of itself.

        Raises:
            TokenError: TOK024, there is something else.

        """
        if not self.output.exists() or (self.output.is_dir() and not any(self.output.iterdir())):
            return None
        try:
            found: dict[str, Any] = json.loads((self.output / TOKENS).read_bytes())
        except (OSError, ValueError) as error:
            raise self.taken() from error
        return found

    def taken(self) -> TokenError:
        """The refusal to overwrite what is there."""
        return TokenError(
            "TOK024",
            "the output holds something else",
            where=str(self.output),
            hint="name another --output, or remove it",
        )

    def finish(self, body: dict[str, Any]) -> None:
        """Let the token files take their place, their manifest last."""
        (self.folder / TOKENS).write_bytes(canonical_json(body))
        for name in ("receipts", "source", "jobs"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        if self.output.exists():
            self.output.rmdir()
        self.folder.rename(self.output)
        sync_directory(self.output.parent)


def _make(
    sources: Sequence[TextFile],
    wanted: Wanted,
    origin: Origin,
    place: Unfinished,
    executor: LocalExecutor | RemoteExecutor,
) -> dict[str, Any]:
    if not sources:
        raise TokenError("TOK023", "there is nothing to tokenize", hint="name files or a release")
    asked = _asked(sources, wanted, origin)
    there = place.done()
    if there is not None:
        shutil.rmtree(place.folder)
        if there.get("asked") != asked:
            raise place.taken()
        return there
    configs = tokenize_files(sources, wanted.settings, place.folder, Mapped(executor))
    licences = dict(origin.licences)
    for config in configs:
        stated = [licences[name] for name in config["of"] if name in licences]
        config["license"] = joined_licence(stated) if stated else None
    body = {
        "schema_version": 1,
        "corpusforge": __version__,
        "asked": asked,
        "release": None
        if not origin.name
        else {
            "name": origin.name,
            "version": origin.version,
            "digest": origin.digest,
            "tier": origin.tier,
        },
        "configs": configs,
    }
    place.finish(body)
    return body


def _asked(sources: Sequence[TextFile], wanted: Wanted, origin: Origin) -> str:
    """A digest of texts and settings: what an output that is there is compared by."""
    from corpusforge.build.fingerprint import config_facts

    facts = {
        "settings": config_facts(wanted.settings),
        "sources": sorted([source.name, source.sha256, source.text_column] for source in sources),
        "release": origin.digest,
    }
    return f"sha256:{hashlib.sha256(canonical_json(facts)).hexdigest()}"


class Mapped:
    """Runs tasks on an executor and counts what came back."""

    def __init__(self, executor: LocalExecutor | RemoteExecutor) -> None:
        self.executor = executor

    def __call__(
        self, function: Callable[[Any], dict[str, Any]], items: Iterable[Any], *, gpus: int = 0
    ) -> Iterator[dict[str, Any]]:
        """Results in the order of items.

        Raises:
            BuildError: BLD006, some items killed their workers twice; the others are done.

        """
        from corpusforge.errors import BuildError

        failed = []
        for result in self.executor.map(function, items, gpus=gpus):
            if isinstance(result, Quarantined):
                failed.append(str(result.item))
            elif not failed:
                yield result
        if failed:
            raise BuildError(
                "BLD006",
                f"{len(failed)} files killed their worker twice: {', '.join(failed)}",
                where="tokenize",
                hint="the others are kept; give the workers more memory and run it again",
            )
