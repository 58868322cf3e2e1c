"""What the machine can say to a datasheet's questions: counted, stated in the recipe, or drafted.

Plain text, no markup: the Markdown and the JSON datasheet are written from the same answers. A
sentence stands here only if the release model shows it; what it does not show is said to be open.
"""

from __future__ import annotations

from collections.abc import Callable

from corpusforge.language.labels import LABELS
from corpusforge.release import judged
from corpusforge.release.columns import COLUMNS
from corpusforge.release.funnel import dropped, funnel
from corpusforge.release.licence_titles import licence_title
from corpusforge.release.model import Release, SourceFacts
from corpusforge.release.text import number


def draft(release: Release, question: str) -> str | None:
    """The machine's answer to a question, or None where only a person can answer."""
    answer = _DRAFTS.get(question)
    return answer(release) if answer else None


def _shares(counts: dict[str, int]) -> str:
    total = sum(counts.values())
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {number(n)} ({100 * n / total:.1f} %)" for name, n in ordered if n)


def _ran(release: Release, kind: str) -> bool:
    return any(stage.kind == kind for stage in release.stages)


def _reasons(counts: dict[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{reason} {number(count)}" for reason, count in ordered) or "none"


def _creators(release: Release) -> str:
    return (
        f"{release.contact.name} ({release.contact.email}) wrote the recipe and answers for the "
        f"release; the texts come from {_sources_named(release)}."
    )


def _sources_named(release: Release) -> str:
    count = len(release.sources)
    names = ", ".join(
        f"{s.id} ({s.attribution})" if s.attribution else s.id for s in release.sources
    )
    return f"{count} {'source' if count == 1 else 'sources'}: {names}"


def _instances(release: Release) -> str:
    return (
        "One document: the text of one page, file, table row or record of a source, with its "
        f"language, source, licence and provenance. Sector: {release.domain}. {release.description}"
        + _companions(release)
    )


def _companions(release: Release) -> str:
    """What was made of the rows, one sentence a config; empty where nothing was."""
    return "".join(
        f" The config {config.name} is made of rows of {', '.join(config.of)} and is no further "
        f"data: {config.description}, {number(config.rows)} rows"
        + (f", {number(config.tokens)} tokens." if config.kind == "tokens" else ".")
        for config in release.companions
    )


def _counts(release: Release) -> str:
    languages = _shares(release.languages)
    return (
        f"{number(release.rows)} rows, {number(release.words)} words. By language: {languages}. "
        f"By origin: {_shares(release.origins)}."
    )


def _sample(release: Release) -> str:
    taken = "; ".join(
        f"{s.id}: {number(s.published)} of {number(s.records)} records read"
        for s in release.sources
    )
    return (
        "What remains of the sources after the stages named under preprocessing, not a random "
        f"sample of any population. {taken}."
    )


def _fields(release: Release) -> str:
    del release
    return " ".join(f"{name}: {words}" for name, words in COLUMNS.items() if "." not in name)


def _labels(release: Release) -> str:
    gold = [config.name for config in release.companions if config.kind == "gold"]
    given = f" Labels that people gave stand in {', '.join(gold)}." if gold else ""
    return _column_labels(release) + given


def _column_labels(release: Release) -> str:
    if not _ran(release, "identify"):
        return "language, from the source; no stage identified it. There is no target column."
    return (
        "language, language_score and segments, given by a model (stage identify) and not by "
        "people. There is no target column."
    )


def _missing(release: Release) -> str:
    del release
    return (
        "url, title, date and attribution are null where the source does not state them; quality "
        "is null where no filter computed it; masked personal data is replaced in the text."
    )


def _relations(release: Release) -> str:
    text = "Rows of one source share the column source, rows of one sector the column domain."
    if _ran(release, "dedup"):
        return f"{text} Exact and near duplicates were reduced to one row each."
    return f"{text} Duplicates were not looked for."


def _splits(release: Release) -> str:
    return (
        "; ".join(
            f"{config.name}: " + ", ".join(f"{s.name} {number(s.rows)}" for s in config.splits)
            for config in release.configs
        )
        + "."
    )


def _errors(release: Release) -> str:
    text = (
        "Language labels come from a model and are sometimes wrong; language_score says how sure."
    )
    duplicates = sum(
        sum(stage.dropped.values()) for stage in release.stages if stage.kind == "dedup"
    )
    if _ran(release, "dedup"):
        text += (
            f" {number(duplicates)} duplicates were removed; duplicates below the threshold remain."
        )
    for sentence in (
        judged.language_sentence(release),
        judged.other_sentences(release),
        judged.corrected_sentence(release),
    ):
        text += f" {sentence}" if sentence else ""
    if any(source.origin != "native" for source in release.sources):
        text += f" Not all text is original: {_shares(release.origins)}."
    return text


def _self_contained(release: Release) -> str:
    del release
    return "It stands alone: the texts are in the rows. Addresses only say where they came from."


def _confidential(release: Release) -> str:
    return (
        f"The tier is {release.tier}. Nothing was looked for but personal data; the sources are: "
        + "; ".join(f"{s.id}, {s.evidence}" for s in release.sources)
        + "."
    )


def _offensive(release: Release) -> str:
    kinds = ", ".join(stage.kind for stage in release.stages)
    return f"It was not measured. Stages that ran: {kinds}."


def _identifiable(release: Release) -> str:
    masked = sum(release.pii.values())
    text = (
        f"{number(masked)} spans of personal data were masked: {_reasons(release.pii)}."
        if masked
        else "No span of personal data was masked."
    )
    if not _ran(release, "scrub"):
        text = "Personal data was not looked for."
    if release.leakage is None:
        return f"{text} What masking missed was not measured."
    return (
        f"{text} On {number(release.leakage.documents)} hand-checked documents masking missed "
        f"{release.leakage.per_10000_words:g} spans in 10,000 words (95 % interval "
        f"{release.leakage.low:g} to {release.leakage.high:g}, {release.leakage.measured})."
    )


def _sensitive(release: Release) -> str:
    return (
        f"The sector is {release.domain}; the texts were not classified by sensitive category. "
        f"Types masked: {', '.join(sorted(release.pii)) or 'none'}."
    )


def _acquired(release: Release) -> str:
    return (
        "; ".join(f"{s.id}: {s.kind}, {number(s.records)} records" for s in release.sources) + "."
    )


def _mechanisms(release: Release) -> str:
    return (
        "By corpusforge, from the snapshots with these digests: "
        + "; ".join(f"{s.id} {s.snapshot}" for s in release.sources)
        + f". The recipe has the digest {release.recipe_sha256}; the same recipe and snapshots "
        "give the same bytes."
    )


def _sampling(release: Release) -> str:
    left = _reasons(dropped(release))
    return (
        "Sources were chosen by the author of the recipe; of each source every record was taken "
        f"that passed the stages. Records left out, by reason: {left}."
    )


def _timeframe(release: Release) -> str:
    def period(source: SourceFacts) -> str:
        if not source.first_date or not source.last_date:
            return f"{source.id}: documents state no date"
        return f"{source.id}: documents of {source.first_date} to {source.last_date}"

    return f"Released {release.released}. " + "; ".join(map(period, release.sources)) + "."


def _direct(release: Release) -> str:
    ways = {
        "contribution": "handed in by its owner",
        "crawl": "from public pages",
        "warc": "from archived pages",
        "dataset": "from a published dataset",
    }
    return (
        "; ".join(f"{s.id}: {ways.get(s.kind, 'from files')}" for s in release.sources)
        + ". The people a text speaks of were not asked one by one."
    )


def _notice(release: Release) -> str:
    return (
        "The build notified nobody. This page, the contact and the take-down address are public; "
        f"the contact is {release.contact.email}."
    )


def _consent(release: Release) -> str:
    return "The ground on which each source is used: " + "; ".join(
        f"{s.id}: {licence_title(s.license)}, {s.evidence}" for s in release.sources
    )


def _revoking(release: Release) -> str:
    return (
        f"By writing to {release.contact.email} with the id or the address of the row. The next "
        "version goes without it and the bytes of earlier versions are withdrawn."
    )


def _done(release: Release) -> str:
    return " ".join(
        f"{step.name}: {number(step.records_in)} in, {number(step.records_out)} out; left out: "
        f"{_reasons(dict(step.dropped))}."
        for step in funnel(release)
    )


def _raw(release: Release) -> str:
    del release
    return (
        "The acquired bytes stay in the builder's workspace under the digests named in Collection; "
        "they are not published."
    )


def _software(release: Release) -> str:
    return (
        ", ".join(f"{name} {version}" for name, version in sorted(release.software.items())) + "."
    )


def _harm(release: Release) -> str:
    parts = [_errors(release), _identifiable(release)]
    small = [label for label, rows in sorted(release.languages.items()) if rows < 100]
    if small:
        names = ", ".join(LABELS[label].english for label in small)
        parts.append(f"Fewer than 100 rows, too few to judge a language by: {names}.")
    return " ".join(parts)


def _avoid(release: Release) -> str:
    text = "Finding out who a text is about; uses its licences do not allow."
    if release.notices:
        return f"{text} {' '.join(release.notices)}"
    return text


def _audience(release: Release) -> str:
    return {
        "open": "Anyone.",
        "gated": "Anyone who accepts the terms on the registry.",
        "restricted": "Named persons of named bodies, with the contributing agency's consent.",
        "sealed": "Nobody: the data never leave the registry.",
    }[release.tier]


def _how(release: Release) -> str:
    return (
        f"As Parquet files of the dataset {release.name} on the registry, under the tag "
        f"{release.tag}, which never changes. Cite it as: {release.title}, {release.name}, version "
        f"{release.version}, {release.released}. There is no DOI."
    )


def _when(release: Release) -> str:
    return f"Version {release.version} was released on {release.released}. No embargo applies."


def _licence(release: Release) -> str:
    if release.license == "other":
        return "Several, each in configs of its own: " + "; ".join(
            f"{config.name}: {config.license}" for config in release.configs
        )
    return f"{licence_title(release.license)} ({release.license}) for the whole."


def _third_party(release: Release) -> str:
    return (
        "; ".join(
            f"{facts.license}: {number(facts.rows)} rows, {len(facts.attributions)} to be named"
            for facts in release.licences
        )
        + ". LICENCES.md and ATTRIBUTION.md have them in full."
    )


def _regulation(release: Release) -> str:
    return (
        "Morocco's law 09-08 on personal data applies to what masking missed; the licences above "
        f"apply to the texts. The tier is {release.tier}. No legal review is recorded."
    )


def _host(release: Release) -> str:
    return f"The registry it is published on; {release.contact.name} maintains it."


def _contact(release: Release) -> str:
    page = f", {release.contact.url}" if release.contact.url else ""
    return f"{release.contact.name}, {release.contact.email}{page}."


def _errata(release: Release) -> str:
    return (
        "Corrections come as new versions; what differs between two of them is shown by "
        f"corpusforge diff {release.name}@{release.version} {release.name}@NEWER."
    )


def _updates(release: Release) -> str:
    return (
        "By building the recipe again under a new version. The recipe states no schedule; the "
        f"registry lists all versions of {release.name}."
    )


def _retention(release: Release) -> str:
    del release
    return (
        "The recipe states no limit. A withdrawn row leaves every version that can be downloaded."
    )


def _versions(release: Release) -> str:
    return (
        f"They stay under their tags ({release.tag} for this one), unchanged, unless they are "
        "withdrawn; then the registry says so and why."
    )


def _contribute(release: Release) -> str:
    return (
        f"By writing to {release.contact.email}: additions and corrections go into the recipe or "
        "its sources and come out with the next version."
    )


_DRAFTS: dict[str, Callable[[Release], str]] = {
    "motivation.creators": _creators,
    "composition.instances": _instances,
    "composition.counts": _counts,
    "composition.sample": _sample,
    "composition.fields": _fields,
    "composition.labels": _labels,
    "composition.missing": _missing,
    "composition.relations": _relations,
    "composition.splits": _splits,
    "composition.errors": _errors,
    "composition.self_contained": _self_contained,
    "composition.confidential": _confidential,
    "composition.offensive": _offensive,
    "composition.identifiable": _identifiable,
    "composition.sensitive": _sensitive,
    "collection.acquired": _acquired,
    "collection.mechanisms": _mechanisms,
    "collection.sampling": _sampling,
    "collection.timeframe": _timeframe,
    "collection.direct": _direct,
    "collection.notice": _notice,
    "collection.consent": _consent,
    "collection.revoking": _revoking,
    "preprocessing.done": _done,
    "preprocessing.raw": _raw,
    "preprocessing.software": _software,
    "uses.harm": _harm,
    "uses.avoid": _avoid,
    "distribution.audience": _audience,
    "distribution.how": _how,
    "distribution.when": _when,
    "distribution.licence": _licence,
    "distribution.third_party": _third_party,
    "distribution.regulation": _regulation,
    "maintenance.host": _host,
    "maintenance.contact": _contact,
    "maintenance.errata": _errata,
    "maintenance.updates": _updates,
    "maintenance.retention": _retention,
    "maintenance.versions": _versions,
    "maintenance.contribute": _contribute,
}
