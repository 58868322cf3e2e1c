"""Does a release add up? Every count, name and path that documents will state, checked at once."""

from __future__ import annotations

import re
from collections import Counter

from corpusforge.errors import ReleaseError
from corpusforge.language.labels import LABELS
from corpusforge.release.companions import joined_licence, schema_of
from corpusforge.release.model import File, Release

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# No glob characters, no spaces, no parent: card and Croissant name files by patterns.
_PATH = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.+-]*/)*[A-Za-z0-9_][A-Za-z0-9_.+-]*\.parquet")
#: Token files for other readers: datatrove's and Megatron's.
_EXPORT = re.compile(
    r"(?:[A-Za-z0-9_][A-Za-z0-9_.+-]*/)*[A-Za-z0-9_][A-Za-z0-9_.+-]*"
    r"\.(?:ds|ds\.index|ds\.metadata|bin|idx)"
)
_CONFIG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def problems(release: Release) -> list[str]:
    """Everything that does not add up, one sentence each; empty for a sound release."""
    found: list[str] = []

    def expect(condition: object, sentence: str) -> None:
        if not condition:
            found.append(sentence)

    expect(_NAME.fullmatch(release.name), f"the name {release.name!r} is not OWNER/NAME")
    expect(_VERSION.fullmatch(release.version), f"the version {release.version!r} is not 1.2.3")
    expect(_DATE.fullmatch(release.released), f"released {release.released!r} is not YYYY-MM-DD")
    expect(release.texts, "there is no config: nothing was published")
    expect(release.tier in {"open", "gated", "restricted", "sealed"}, f"tier {release.tier!r}")
    expect(release.visibility in {"public", "private"}, f"visibility {release.visibility!r}")

    names = Counter(config.name for config in release.configs)
    found += [f"two configs are called {name!r}" for name, times in names.items() if times > 1]
    found += _paths(release)
    for config in release.configs:
        where = f"config {config.name!r}"
        expect(_CONFIG.fullmatch(config.name), f"{where} has a name that loaders cannot take")
        expect(
            config.language in LABELS or (config.kind != "text" and not config.language),
            f"{where} has the unknown language {config.language!r}",
        )
        expect(config.license, f"{where} has no licence")
        expect(config.splits, f"{where} has no split")
        for split in config.splits:
            rows = sum(file.rows for file in split.files)
            expect(
                rows == split.rows,
                f"{where}, split {split.name!r}: {split.rows} rows, but {rows} in its files",
            )

    found += _companions(release)

    by_language: Counter[str] = Counter()
    by_origin: Counter[str] = Counter()
    for config in release.texts:
        by_language[config.language] += config.rows
        by_origin[config.origin] += config.rows
    totals = {
        "languages": sum(release.languages.values()),
        "origins": sum(release.origins.values()),
        "licences": sum(licence.rows for licence in release.licences),
        "sources": sum(source.published for source in release.sources),
    }
    found += [
        f"{what} count {total} rows, the files hold {release.rows}"
        for what, total in totals.items()
        if total != release.rows
    ]
    expect(+by_language == +Counter(release.languages), "rows by language and by config differ")
    expect(+by_origin == +Counter(release.origins), "rows by origin and by config differ")
    return found


def _paths(release: Release) -> list[str]:
    """Files with unsafe names or no digest, and two files under one name."""
    found = []
    stated: dict[str, File] = {}
    owners: Counter[str] = Counter()
    for config in release.configs:
        parquet = [file for split in config.splits for file in split.files]
        for file, pattern in (
            *((file, _PATH) for file in parquet),
            *((file, _EXPORT) for file in config.exports),
        ):
            if not pattern.fullmatch(file.path):
                found.append(f"config {config.name!r}: the path {file.path!r} is not safe")
            if not _SHA256.fullmatch(file.sha256):
                found.append(f"{file.path!r} has no SHA-256")
            if stated.setdefault(file.path, file) != file:
                owners[file.path] += 2
        # A companion may bring together files of others; no other two configs share one.
        once = Counter(file.path for file in (*parquet, *config.exports))
        owners.update(once if config.kind == "text" else {p: n - 1 for p, n in once.items()})
    return found + [f"two files are called {path!r}" for path, times in owners.items() if times > 1]


def _companions(release: Release) -> list[str]:
    """Companions must say what they are made of, under what licence, and with which columns."""
    found = []
    texts = {config.name: config for config in release.texts}
    for config in release.companions:
        where = f"config {config.name!r}"
        if not config.of or not set(config.of) <= set(texts):
            found.append(f"{where} is made of {', '.join(config.of) or 'nothing'}")
            continue
        licence = joined_licence(texts[name].license for name in config.of)
        if config.license != licence:
            found.append(f"{where} is under {config.license}, the rows behind it under {licence}")
        if not config.description:
            found.append(f"{where} has no description")
        try:
            if not len(schema_of(config.columns)):
                found.append(f"{where} has no columns")
        except TypeError as error:
            found.append(f"{where}: {error}")
    return found


def check(release: Release) -> None:
    """Refuse a release that does not add up.

    Raises:
        ReleaseError: REL001, naming every problem.

    """
    found = problems(release)
    if found:
        raise ReleaseError(
            "REL001",
            "the release does not add up: " + "; ".join(found),
            where=f"{release.name}@{release.version}",
            hint="this is a fault of the build, not of the recipe: please report it",
        )
