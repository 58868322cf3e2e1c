"""LICENCES.md and ATTRIBUTION.md: under what terms, on what evidence, and who is to be named."""

from __future__ import annotations

from corpusforge.release.licence_titles import licence_title, licence_url
from corpusforge.release.model import LicenceFacts, Release
from corpusforge.release.text import code, link, md, number, table


def licences(release: Release) -> bytes:
    """LICENCES.md, UTF-8."""
    configs = [
        (code(config.name), code(config.license), number(config.rows)) for config in release.configs
    ]
    sources = [
        (
            code(source.id),
            code(source.license),
            _evidence(source.evidence),
            number(source.published),
        )
        for source in release.sources
    ]
    parts = [
        f"# Licences of {md(release.name)} {md(release.version)}",
        _rule(release),
        "## By share",
        table(
            ("licence", "terms", "rows", "share of rows", "words", "share of words"),
            [_share(licence, release) for licence in release.licences],
            numbers=(2, 3, 4, 5),
        ),
        "## By config",
        table(("config", "licence", "rows"), configs, numbers=(2,)),
        "## By source, with the evidence",
        table(("source", "licence", "evidence", "rows"), sources, numbers=(3,)),
        (
            "A source whose licence is `detect` has it stated page by page: the column "
            "`license_evidence` of each row says how and where it was found."
        ),
    ]
    return ("\n\n".join(parts) + "\n").encode()


def _rule(release: Release) -> str:
    if release.mode == "blend" and release.license != "other":
        return (
            f"The dataset as a whole may be used under **{md(licence_title(release.license))}** "
            f"({code(release.license)}). Every row also states the licence it came with."
        )
    if release.license != "other":
        title = md(licence_title(release.license))
        return f"Every row is under **{title}** ({code(release.license)})."
    return (
        "This is a collection: rows under different licences were never mixed. Each config holds "
        "the rows of one licence, named below; there is no licence for the whole."
    )


def _share(licence: LicenceFacts, release: Release) -> tuple[str, ...]:
    url = licence_url(licence.license)
    name = licence_title(licence.license)
    return (
        code(licence.license),
        link(url, name) if url else md(name),
        number(licence.rows),
        _percent(licence.rows, release.rows),
        number(licence.words),
        _percent(licence.words, release.words),
    )


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"


def _evidence(text: str) -> str:
    return link(text) if text.startswith(("http://", "https://")) else md(text)


def attribution(release: Release) -> bytes:
    """ATTRIBUTION.md, UTF-8."""
    parts = [
        f"# Attribution for {md(release.name)} {md(release.version)}",
        (
            "Who is to be named when rows of this dataset are used. Each row carries its own line "
            "in the column `attribution`."
        ),
    ]
    for licence in release.licences:
        parts.append(f"## {md(licence_title(licence.license))} ({code(licence.license)})")
        names = [f"- {md(who)}" for who in sorted({a for a in licence.attributions if a.strip()})]
        parts.append("\n".join(names) or "No attribution was asked for.")
    named = [source for source in release.sources if source.attribution]
    if named:
        parts.append("## By source")
        parts.append("\n".join(f"- {code(s.id)}: {md(s.attribution or '')}" for s in named))
    parts.append(
        f"The dataset itself: {md(release.title)}, {md(release.name)} version "
        f"{md(release.version)} ({md(release.released)}), {md(release.contact.name)}."
    )
    return ("\n\n".join(parts) + "\n").encode()
