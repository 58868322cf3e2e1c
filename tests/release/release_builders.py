"""A hand-built release with real Parquet files, in the languages of the field."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from corpusforge.language.labels import LABELS
from corpusforge.record import PUBLISHED, conform, record_id
from corpusforge.release.model import (
    Answer,
    Config,
    Contact,
    File,
    LicenceFacts,
    Release,
    SourceFacts,
    Split,
    StageFacts,
)

TEXTS = {
    "ary_Arab": [
        "خاصك تشرب الما بزاف فالصيف",
        "سير عند الطبيب إلا بقات السخانة",
        "غسل يديك قبل الماكلة",
    ],
    "ary_Latn": ["khassek tchreb lma bezzaf f sif", "sir 3nd tbib ila b9at skhana"],
    "arb_Arab": ["اغسل يديك قبل الأكل وبعده"],
    "fra_Latn": ["Buvez de l'eau pendant la canicule.", "Le centre de santé ouvre à 8 h."],
    "zgh_Tfng": ["ⵙⵓ ⴰⵎⴰⵏ ⴳ ⵓⵏⴱⴷⵓ"],
}
CC0 = ("leaflets", "CC0-1.0", None)
BY = ("notices", "CC-BY-4.0", 'Association Santé | "Atlas" <b>*Rabat*</b>')


class Built(NamedTuple):
    """A release model and the folder of its data files."""

    release: Release
    data: Path  # where its files lie


def table_of(language, texts, source, license_, attribution, origin="native", **columns):
    """Published rows of some texts; keys are their positions."""
    rows = len(texts)
    base = {
        "id": [record_id(source, f"{language}-{index}") for index in range(rows)],
        "text": texts,
        "language": [language] * rows,
        "language_score": pa.array([0.9] * rows, pa.float32()),
        "segments": [
            [{"start": 0, "end": len(text), "language": language}] if index else []
            for index, text in enumerate(texts)
        ],
        "script": [LABELS[language].script] * rows,
        "domain": ["health"] * rows,
        "source": [source] * rows,
        "title": [f"ورقة {index}" for index in range(rows)],
        "license": [license_] * rows,
        "license_evidence": [{"kind": "recipe", "value": "stated", "digest": ""}] * rows,
        "attribution": pa.array([attribution] * rows, pa.string()),
        "origin": [origin] * rows,
        "quality": [{"words": len(text.split()), "symbol_ratio": 0.25} for text in texts],
        "scores": [[{"name": "edu", "value": 0.5}] if index else None for index in range(rows)],
        "pii": [[{"type": "PHONE", "count": 1}] if index == 0 else [] for index in range(rows)],
        "provenance": [{"acquired": "sha256:" + "a" * 64, "key": str(i)} for i in range(rows)],
        "text_sha256": [hashlib.sha256(text.encode()).hexdigest() for text in texts],
    }
    return conform(pa.table({**base, **columns}), PUBLISHED)


def write_split(data: Path, config: str, split: str, tables) -> Split:
    """Write shards of a split and describe them as a build would."""
    files, texts = [], []
    for index, table in enumerate(tables):
        path = f"{config}/{split}-{index:05d}-of-{len(tables):05d}.parquet"
        target = data / path
        target.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, target, compression="zstd")
        content = target.read_bytes()
        files.append(
            File(
                path=path,
                sha256=hashlib.sha256(content).hexdigest(),
                bytes=len(content),
                rows=table.num_rows,
            )
        )
        texts += table.column("text").to_pylist()
    return Split(
        name=split,
        files=tuple(files),
        rows=len(texts),
        text_bytes=sum(len(text.encode()) for text in texts),
        words=sum(len(text.split()) for text in texts),
    )


def build(data: Path, configs: dict[str, dict[str, list[pa.Table]]], **changes) -> Built:
    """A release of `configs` (name -> split -> shards), its facts counted from the rows."""
    made, licences, attributions = [], Counter(), {}
    languages, origins, published, pii, words = (
        Counter(),
        Counter(),
        Counter(),
        Counter(),
        Counter(),
    )
    source_of = {}
    for name, splits in configs.items():
        tables = [table for shards in splits.values() for table in shards]
        first = tables[0].slice(0, 1).to_pylist()[0]
        made.append(
            Config(
                name=name,
                language=first["language"],
                license=first["license"],
                origin=first["origin"],
                splits=tuple(write_split(data, name, s, shards) for s, shards in splits.items()),
            )
        )
        for row in pa.concat_tables(tables).to_pylist():
            licences[row["license"]] += 1
            words[row["license"]] += len(row["text"].split())
            attributions.setdefault(row["license"], set())
            if row["attribution"]:
                attributions[row["license"]].add(row["attribution"])
            languages[row["language"]] += 1
            origins[row["origin"]] += 1
            published[row["source"]] += 1
            source_of[row["source"]] = row
            pii.update({p["type"]: p["count"] for p in row["pii"]})
    total = sum(published.values())
    facts = {
        "name": "commons/health",
        "version": "1.0.0",
        "released": "2026-11-22",
        "title": "Health: sample",
        "description": "Leaflets and notices.",
        "domain": "health",
        "tier": "open",
        "mode": "collection",
        "license": next(iter(licences)) if len(licences) == 1 else "other",
        "contact": Contact(name="Maintainers", email="takedown@example.org"),
        "configs": tuple(made),
        "sources": tuple(
            SourceFacts(
                id=source,
                kind="files",
                license=row["license"],
                evidence="https://example.org/terms",
                attribution=row["attribution"],
                origin=row["origin"],
                snapshot="sha256:" + "a" * 64,
                records=published[source] + 3,
                published=published[source],
                first_date="2024-01",
                last_date="2026-11",
            )
            for source, row in source_of.items()
        ),
        "stages": (
            *(
                StageFacts(
                    kind=f"read {source}",
                    fingerprint="0" * 64,
                    config={},
                    records_in=published[source] + 3,
                    records_out=published[source] + 2,
                    dropped={"bad_record": 1},
                )
                for source in source_of
            ),
            StageFacts(
                kind="identify",
                fingerprint="1" * 64,
                config={"keep": ["ary_Arab"], "model": "/home/me/models/arab.bin"},
                records_in=total + 2 * len(source_of),
                records_out=total + len(source_of),
                dropped={"language": len(source_of)},
            ),
            StageFacts(
                kind="dedup",
                fingerprint="2" * 64,
                config={},
                records_in=total + len(source_of),
                records_out=total,
                dropped={"near_duplicate": len(source_of)},
            ),
            StageFacts(
                kind="scrub",
                fingerprint="3" * 64,
                config={},
                records_in=total,
                records_out=total,
                dropped={},
            ),
        ),
        "licences": tuple(
            LicenceFacts(
                license=license_,
                rows=rows,
                words=words[license_],
                attributions=tuple(sorted(attributions[license_])),
            )
            for license_, rows in licences.items()
        ),
        "languages": dict(languages),
        "pii": dict(pii),
        "origins": dict(origins),
        "answers": {
            "motivation.purpose": Answer(
                text="To test the documents of a release, in five languages.",
                answered_by="maintainers (sample data)",
                date="2026-11-22",
            )
        },
        "recipe_sha256": "b" * 64,
        "software": {"corpusforge": "0.1.0", "pyarrow": "26.0.0"},
        "notices": ("Sample data, written for this project; not reviewed.",),
    }
    return Built(Release.model_validate({**facts, **changes}), data)


def health_configs():
    """Five languages under two licences, one config with two shards and two splits."""
    darija = TEXTS["ary_Arab"]
    shards = [table_of("ary_Arab", darija, *CC0).slice(index, 1) for index in range(3)]
    configs = {"ary_Arab": {"train": shards[:2], "test": shards[2:]}}
    for language in ("ary_Latn", "arb_Arab", "zgh_Tfng"):
        configs[language] = {"train": [table_of(language, TEXTS[language], *CC0)]}
    configs["fra_Latn-cc-by-4.0"] = {"train": [table_of("fra_Latn", TEXTS["fra_Latn"], *BY)]}
    return configs
