"""README.md: the dataset card, with the YAML block that makes `load_dataset` work."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from corpusforge.governance.table import hub_id
from corpusforge.language.labels import LABELS
from corpusforge.record import PUBLISHED
from corpusforge.release import judged
from corpusforge.release.funnel import funnel
from corpusforge.release.licence_titles import licence_title
from corpusforge.release.model import Config, Release, Split
from corpusforge.release.text import code, front_matter, link, md, number, plain, table

_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
    (1_000_000_000, "100M<n<1B"),
    (10_000_000_000, "1B<n<10B"),
    (100_000_000_000, "10B<n<100B"),
    (1_000_000_000_000, "100B<n<1T"),
)

_TIERS = {
    "open": "open: anyone may download it",
    "gated": "gated: anyone may ask, downloads after the terms are accepted",
    "restricted": "restricted: named persons of named bodies, as the contributing agency agrees",
    "sealed": "sealed: the data never leave the registry",
}


def card(release: Release) -> bytes:
    """The dataset card of a release, UTF-8."""
    parts = [
        front_matter(metadata(release)),
        f"# {md(release.title)}",
        *(f"> **Note.** {md(notice)}" for notice in release.notices),
        md(release.description),
        _summary(release),
        _loading(release),
        "## Languages",
        _languages(release),
        *_companions(release),
        *judged.section(release),
        "## From sources to rows",
        _sources(release),
        _funnel(release),
        "## Licences and attribution",
        _licences(release),
        "## Personal data",
        _personal(release),
        "## Columns",
        _COLUMNS + _companion_columns(release),
        "## Contact and take-down",
        _contact(release),
    ]
    return ("\n\n".join(parts) + "\n").encode()


def metadata(release: Release) -> dict[str, Any]:
    """The YAML block of the card."""
    labels = sorted(release.languages)
    hub = [LABELS[label].hub for label in LABELS if label in labels and label != "und"]
    block: dict[str, Any] = {"language": list(dict.fromkeys(hub))}
    block["license"] = hub_id(release.license)
    if block["license"] == "other":
        block["license_name"] = (
            "several-see-licences" if release.license == "other" else plain(release.license)
        )
        block["license_link"] = "LICENCES.md"
    made = sorted(origin for origin, rows in release.origins.items() if rows and origin != "native")
    block |= {
        "pretty_name": plain(release.title),
        "size_categories": [size_category(release.rows)],
        "task_categories": ["text-generation"],
        "task_ids": ["language-modeling"],
        "tags": ["corpusforge", "morocco", plain(release.domain), *labels, *made],
    }
    if release.tier != "open":
        block["extra_gated_prompt"] = (
            f"This dataset is {release.tier}. By asking for access you accept its licences "
            "(LICENCES.md) and agree not to try to identify anyone in it."
        )
        block["extra_gated_fields"] = {
            "Affiliation": "text",
            "Purpose": "text",
            "I accept the licences of this dataset": "checkbox",
        }
    paths = [file.path for file in release.files()]
    chosen = default_config(release).name
    block["configs"] = [
        {
            "config_name": config.name,
            **({"default": True} if config.name == chosen else {}),
            "data_files": [
                {"split": split.name, "path": data_files(split, paths)} for split in config.splits
            ],
        }
        for config in release.configs
    ]
    block["dataset_info"] = [_dataset_info(config) for config in release.configs]
    if release.companions:
        # For registries and tools: what adds no rows to the dataset. `datasets` reads past it.
        block["corpusforge"] = {
            "rows": release.rows,
            "companions": {config.name: config.kind for config in release.companions},
        }
    return block


def _dataset_info(config: Config) -> dict[str, Any]:
    """Rows and bytes by split: the `datasets` client refuses a load that does not match them."""
    size = sum(file.bytes for split in config.splits for file in split.files)
    sizes = {split.name: _bytes(config, split) for split in config.splits}
    return {
        "config_name": config.name,
        "splits": [
            {"name": split.name, "num_bytes": sizes[split.name], "num_examples": split.rows}
            for split in config.splits
        ],
        "download_size": size,
        "dataset_size": sum(sizes.values()),
    }


def _bytes(config: Config, split: Split) -> int:
    """Bytes of what a split mainly holds: text, token ids of four bytes, or whatever its files."""
    if config.kind == "text":
        return split.text_bytes
    if split.tokens is not None:
        return 4 * split.tokens
    return sum(file.bytes for file in split.files)


def data_files(split: Split, every_path: list[str]) -> str | list[str]:
    """The pattern that names exactly the files of `split`, or their list if there is none."""
    own = [file.path for file in split.files]
    if len(own) == 1:
        return own[0]
    folders = {path.rpartition("/")[0] for path in own}
    parents = {folder.rpartition("/")[0] for folder in folders}
    if len(folders) == 1:
        folder = folders.pop()
    elif len(parents) == 1 and (parent := parents.pop()):
        folder = f"{parent}/*"
    else:
        return own
    pattern = f"{folder}/{split.name}-*.parquet" if folder else f"{split.name}-*.parquet"
    # fnmatch's star also crosses folders, so this can only be too cautious.
    if {path for path in every_path if fnmatchcase(path, pattern)} == set(own):
        return pattern
    return own


def default_config(release: Release) -> Config:
    """What `load_dataset(name)` gives: Darija in Arabic script, else the largest; originals first.

    Translated text is the default only where there is nothing else.
    """

    def rank(config: Config) -> tuple[bool, bool, bool, int, str]:
        return (
            config.origin == "translated",
            config.language != "ary_Arab",
            config.name != config.language,
            -sum(split.rows for split in config.splits),
            config.name,
        )

    return min(release.texts, key=rank)


def size_category(rows: int) -> str:
    """The Hub's size category of a number of rows."""
    return next((name for limit, name in _SIZES if rows < limit), "n>1T")


def _summary(release: Release) -> str:
    facts = [
        ("Version", f"{md(release.version)}, released {md(release.released)}"),
        ("Rows", number(release.rows)),
        ("Words", number(release.words)),
        ("Sector", md(release.domain)),
        ("Access", _TIERS[release.tier]),
        (
            "Licence",
            "several, each in configs of its own: [LICENCES.md](LICENCES.md)"
            if release.license == "other"
            else f"{md(licence_title(release.license))} ({code(release.license)})",
        ),
        (
            "Origin",
            ", ".join(
                f"{md(kind)} {number(rows)}" for kind, rows in sorted(release.origins.items())
            ),
        ),
        (
            "Documentation",
            (
                "[datasheet](DATASHEET.md), [licences](LICENCES.md), "
                "[attribution](ATTRIBUTION.md), [Croissant](croissant.json), "
                "[manifest](manifest.json), [provenance](provenance.intoto.jsonl)"
            ),
        ),
    ]
    return table(("", ""), [(f"**{name}**", value) for name, value in facts])


def _loading(release: Release) -> str:
    name = default_config(release).name
    return f"""## How to load it

```python
from datasets import load_dataset

rows = load_dataset("{release.name}", "{name}", revision="{release.tag}")
```

The client reads from the registry that the environment variable `HF_ENDPOINT` names. The tag \
`{release.tag}` never changes; without `revision` you get the newest version, without a config \
`{name}`. `streaming=True` reads without downloading first."""


def _languages(release: Release) -> str:
    rows = []
    for config in release.texts:
        label = LABELS[config.language]
        rows.append(
            (
                code(config.name),
                md(f"{label.english} ({label.native})"),
                label.script,
                md(config.origin),
                code(config.license),
                ", ".join(f"{md(s.name)} {number(s.rows)}" for s in config.splits),
                number(sum(s.words for s in config.splits)),
                number(sum(s.text_bytes for s in config.splits)),
            )
        )
    head = ("config", "language", "script", "origin", "licence", "rows", "words", "bytes of text")
    told = "\n\nThe languages are those the sources state."
    if any(stage.kind == "identify" for stage in release.stages):
        told = (
            "\n\nLanguages were told apart by a model, per document and per segment; "
            "`language_score` and `segments` say how sure it was and where the language changes."
        )
    return table(head, rows, numbers=(6, 7)) + told


def _companions(release: Release) -> list[str]:
    """What was made of the rows: nothing is said where nothing was."""
    if not release.companions:
        return []
    rows = [
        (
            code(config.name),
            md(config.description),
            ", ".join(code(name) for name in config.of),
            code(config.license),
            ", ".join(f"{md(s.name)} {number(s.rows)}" for s in config.splits),
            number(config.tokens) if config.kind == "tokens" else "none",
        )
        for config in release.companions
    ]
    head = ("config", "what it holds", "made of", "licence", "rows", "tokens")
    parts = [
        "## Made of these rows",
        (
            "Configs made of the rows above, under the licence of those rows. They add nothing to "
            "the rows and words of the dataset; what is withdrawn from the rows leaves them too."
        ),
        table(head, rows, numbers=(5,)),
    ]
    exported = [file.path for file in release.exports()]
    if exported:
        parts.append(
            "For other readers, the same token ids as files that are listed in "
            "[manifest.json](manifest.json) and that `load_dataset` leaves alone: "
            + ", ".join(sorted({code(f"{path.rpartition('/')[0]}/") for path in exported}))
            + "."
        )
    for names, facts in _facts(release):
        said = [(md(name.replace("_", " ")), md(_said(value))) for name, value in facts]
        parts += [f"What made {names}:", table(("", ""), said)]
    figures = _figures(release)
    if figures:
        counted = (
            "config",
            "documents",
            "tokens",
            "words",
            "tokens a word",
            "bytes a token",
            "unknown",
        )
        parts += [
            "Tokens by language; a word is what stands between spaces:",
            table(counted, figures, numbers=(1, 2, 3, 4, 5, 6)),
        ]
    return parts


def _facts(release: Release) -> list[tuple[str, list[tuple[str, object]]]]:
    """The facts behind companions, those that share them together; counts have their own table."""
    found: dict[str, tuple[list[str], list[tuple[str, object]]]] = {}
    for config in release.companions:
        facts = [
            # How many files an engine or a device made differs by config, and matters to nobody.
            (name, sorted(value) if name in {"engines", "devices"} else value)
            for name, value in sorted(config.facts.items())
            if name not in {"languages", "documents", "packing", "shards"}
        ]
        if facts:
            found.setdefault(repr(facts), ([], facts))[0].append(code(config.name))
    return [(", ".join(names), facts) for names, facts in found.values()]


def _figures(release: Release) -> list[tuple[str, ...]]:
    """What the tokens of each text config come to, one row a config and language."""
    names = ("documents", "tokens", "words")
    return [
        (
            code(config.name),
            *(number(counts[name]) for name in names),
            f"{counts['tokens_per_word']:.2f}",
            f"{counts['bytes_per_token']:.2f}",
            f"{100 * counts['unknown_rate']:.2f} %",
        )
        for config in release.companions
        if len(config.of) == 1 and "packing" not in config.facts
        for counts in config.facts.get("languages", {}).values()
    ]


def _said(value: object) -> str:
    """A fact as words: mappings as name and value, lists as their items."""
    if isinstance(value, dict):
        return "; ".join(f"{name} {_said(inner)}" for name, inner in sorted(value.items()))
    if isinstance(value, list | tuple):
        return ", ".join(map(_said, value)) or "none"
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    return number(value) if isinstance(value, int) else str(value)


def _companion_columns(release: Release) -> str:
    found: dict[str, list[str]] = {}
    for config in release.companions:
        said = (f"{code(each.name)} {md(each.description)}".strip() for each in config.columns)
        found.setdefault("; ".join(said), []).append(code(config.name))
    return "".join(f"\n\nIn {', '.join(names)}: {said}" for said, names in found.items())


def _sources(release: Release) -> str:
    rows = [
        (
            code(source.id),
            md(source.kind),
            code(source.license),
            md(source.origin),
            number(source.records),
            number(source.published),
            md(_period(source.first_date, source.last_date)),
        )
        for source in release.sources
    ]
    head = ("source", "kind", "licence", "origin", "records read", "rows published", "dates")
    return table(head, rows, numbers=(4, 5))


def _period(first: str | None, last: str | None) -> str:
    if not first or not last:
        return "not known"
    return first if first == last else f"{first} to {last}"


def _funnel(release: Release) -> str:
    rows = [
        (
            md(step.name),
            number(step.records_in),
            number(step.records_out),
            ", ".join(f"{code(reason)} {number(n)}" for reason, n in step.dropped) or "none",
        )
        for step in funnel(release)
    ]
    return "What each stage took in, passed on, and left out for which reason:\n\n" + table(
        ("stage", "in", "out", "left out"), rows, numbers=(1, 2)
    )


def _licences(release: Release) -> str:
    rows = [
        (
            f"{md(licence_title(licence.license))} ({code(licence.license)})",
            number(licence.rows),
            number(licence.words),
        )
        for licence in release.licences
    ]
    return table(("licence", "rows", "words"), rows, numbers=(1, 2)) + (
        "\n\nEvery row states its own `license`, the evidence for it and its `attribution`. "
        "[LICENCES.md](LICENCES.md) says where each licence was found, "
        "[ATTRIBUTION.md](ATTRIBUTION.md) who is to be named."
    )


def _personal(release: Release) -> str:
    masked = sum(release.pii.values())
    text = (
        table(
            ("type", "masked"),
            [(code(kind), number(count)) for kind, count in sorted(release.pii.items())],
            numbers=(1,),
        )
        + f"\n\n{number(masked)} spans were replaced by typed placeholders such as "
        f"{code(f'[{min(release.pii)}]')}; the column `pii` counts them for each row."
        if masked
        else "No span of personal data was masked."
    )
    return f"{text} {leakage(release)}"


def leakage(release: Release) -> str:
    """What is known of personal data that masking missed, as one sentence of Markdown."""
    found = release.leakage
    if found is None:
        return "How much personal data remains after masking was not measured for this release."
    return (
        f"On {number(found.documents)} hand-checked documents ({md(found.measured)}), "
        f"{found.per_10000_words:g} spans in 10,000 words had been missed "
        f"(95 % interval {found.low:g} to {found.high:g})."
    )


_COLUMNS = (
    ", ".join(f"`{column.name}`" for column in PUBLISHED)
    + ": what each holds stands in [DATASHEET.md](DATASHEET.md), their types in "
    "[croissant.json](croissant.json)."
)


def _contact(release: Release) -> str:
    who = md(release.contact.name)
    mail = code(release.contact.email)
    page = f", {link(release.contact.url)}" if release.contact.url else ""
    return (
        f"{who}, {mail}{page}. To have a document, a source or data about you removed, write "
        "there and name the row's `id` or its address. The next version goes without it, and the "
        "bytes of earlier versions are withdrawn with the reason stated in their place."
    )
