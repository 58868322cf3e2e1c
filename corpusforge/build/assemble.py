"""From the manifests of a build to a `Release` and its directory."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from corpusforge import __version__
from corpusforge.build.fingerprint import library_versions
from corpusforge.build.plan import Plan
from corpusforge.build.snapshots import Snapshot
from corpusforge.build.workspace import Manifest, Workspace
from corpusforge.errors import BuildError, RecipeError
from corpusforge.governance.claim import SourceRights
from corpusforge.governance.rights import Outcome, check_release
from corpusforge.release.answers import load_answers
from corpusforge.release.companions import columns_of, joined_licence
from corpusforge.release.directory import write_release
from corpusforge.release.model import (
    Config,
    Contact,
    Estimate,
    File,
    Judgement,
    Leakage,
    LicenceFacts,
    Release,
    SourceFacts,
    Split,
    StageFacts,
)
from corpusforge.sources.source import Evidence

#: In the side folder of a stage that publishes companion configs: a list of them.
COMPANIONS = "configs.json"
#: In the side folder of `annotate`, once there are answers.
JUDGED = "annotation.json"


def assemble(
    plan: Plan,
    workspace: Workspace,
    snapshots: list[Snapshot],
    readings: list[Manifest],
    manifests: list[Manifest],
    target: Path,
) -> Release:
    """Write the release directory: shards, documents, manifest; whole or not at all.

    Raises:
        BuildError: BLD008, nothing is left to publish.
        RecipeError: LIC…, the rows may not be published together; every refusal at once.
    """
    folders = published_folders(workspace, manifests)
    files: list[dict[str, Any]] = json.loads((folders[0] / "facts.json").read_text("utf-8"))
    if not files:
        raise BuildError(
            "BLD008",
            "every record was dropped: there is nothing to release",
            where=plan.context.dataset,
            hint="the funnel above says at which stage and why",
        )
    release = release_model(plan, snapshots, readings, manifests, files)
    release = release.model_copy(update=judgements(workspace, manifests))
    made = [config for folder in folders[1:] for config in companions(folder, release.configs)]
    release = release.model_copy(update={"configs": (*release.configs, *made)})
    write_release(release, folders, target)
    return release


def judgements(workspace: Workspace, manifests: list[Manifest]) -> dict[str, Any]:
    """What people judged, as the stages `annotate` wrote it down: fields of the release."""
    found: list[Judgement] = []
    for manifest in manifests:
        if JUDGED not in manifest.side:
            continue
        path = workspace.artifact(manifest.fingerprint) / "side" / JUDGED
        said = json.loads(path.read_text("utf-8"))
        alpha = said["alpha"]
        found.append(
            Judgement(
                **{name: said[name] for name in ("task", "wave", "passed", "lacking")},
                **{name: said[name] for name in ("annotators", "answers", "decided", "corrected")},
                alpha=alpha["value"],
                alpha_low=alpha["low"],
                alpha_high=alpha["high"],
                estimates=tuple(Estimate(**estimate) for estimate in said["estimates"]),
            )
        )
    leaks = [e for judged in found for e in judged.estimates if e.measure == "leakage"]
    leakage = [
        Leakage(
            per_10000_words=round(e.value, 2),
            low=round(e.low, 2),
            high=round(e.high, 2),
            documents=e.texts,
            measured=e.measured,
        )
        for e in leaks
    ]
    return {"judgements": tuple(found), "leakage": leakage[0] if leakage else None}


def published_folders(workspace: Workspace, manifests: list[Manifest]) -> list[Path]:
    """Where the files of a release lie: the side folder of `shard`, then those of companions."""
    shards = [manifest for manifest in manifests if manifest.kind == "shard"]
    others = [manifest for manifest in manifests if COMPANIONS in manifest.side]
    return [workspace.artifact(each.fingerprint) / "side" for each in (*shards[-1:], *others)]


def companions(folder: Path, texts: tuple[Config, ...]) -> list[Config]:
    """The companion configs that a stage published, under the licences of the rows behind them.

    The stage says in `configs.json` what a `Config` says, but for the licence, which comes from
    the text configs named in `of`, and the columns, which come from its files.
    """
    import pyarrow.parquet as pq

    licences = {config.name: config.license for config in texts}
    found = []
    for stated in json.loads((folder / COMPANIONS).read_text("utf-8")):
        first = stated["splits"][0]["files"][0]["path"]
        found.append(
            Config.model_validate(
                {
                    **stated,
                    "license": joined_licence(licences[name] for name in stated["of"]),
                    "columns": columns_of(pq.read_schema(folder / first)),
                }
            )
        )
    return found


def rights(plan: Plan, files: list[dict[str, Any]]) -> Outcome:
    """What the release may say of its licence, from the licences its rows really have.

    Raises:
        RecipeError: LIC…, what the licences of the rows forbid; every refusal at once.
    """
    recipe = plan.loaded.recipe
    evidence = {config.id: evidence_words(config.evidence) for _, config in plan.sources}
    agreements = {
        config.id: config.evidence.agreement if config.evidence else None
        for _, config in plan.sources
    }
    pairs = sorted({tuple(pair) for file in files for pair in file["rights"]})
    found = check_release(
        [
            SourceRights(source, licence, evidence[source], agreements[source])
            for source, licence in pairs
        ],
        mode=recipe.mode,
        tier=recipe.tier,
        released=str(recipe.released),
        declared=recipe.license,
        allowed_outputs=recipe.allowed_outputs,
    )
    if isinstance(found, Outcome):
        return found
    raise RecipeError(list(found))


def release_model(
    plan: Plan,
    snapshots: list[Snapshot],
    readings: list[Manifest],
    manifests: list[Manifest],
    files: list[dict[str, Any]],
) -> Release:
    """The frozen model of the release; a pure function of what the build recorded."""
    recipe = plan.loaded.recipe
    outcome = rights(plan, files)
    configs = _configs(files, outcome if recipe.mode == "blend" else None)
    licences = _licences(files)
    return Release(
        name=recipe.name,
        version=recipe.version,
        released=str(recipe.released),
        title=recipe.title,
        description=recipe.description,
        domain=recipe.domain,
        tier=recipe.tier,
        mode=recipe.mode,
        license=outcome.license,
        contact=Contact(**recipe.contact.model_dump()),
        configs=configs,
        sources=tuple(_sources(plan, snapshots, readings, files)),
        stages=tuple(_stages(readings, manifests)),
        licences=licences,
        languages=_total(files, lambda f: {f["language"]: f["rows"]}),
        pii=_total(files, lambda f: f["pii"]),
        origins=_total(files, lambda f: f["origins"]),
        answers=load_answers(plan.loaded),
        recipe_sha256=plan.loaded.sha256,
        software={
            "corpusforge": __version__,
            **library_versions(
                (
                    *(name for _, config in plan.sources for name in config.LIBRARIES),
                    *(name for step in plan.steps for name in step.config.LIBRARIES),
                )
            ),
        },
        notices=tuple(recipe.notices),
        visibility=recipe.registry.visibility,
    )


def _configs(files: list[dict[str, Any]], blend: Outcome | None) -> tuple[Config, ...]:
    grouped: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for file in files:
        grouped[file["config"]][file["split"]].append(file)
    return tuple(
        Config(
            name=name,
            language=first["language"],
            license=blend.license if blend else _config_licence(splits),
            origin=first["origin"],
            splits=tuple(
                Split(
                    name=split,
                    files=tuple(
                        File(**{key: file[key] for key in ("path", "sha256", "bytes", "rows")})
                        for file in members
                    ),
                    rows=sum(file["rows"] for file in members),
                    text_bytes=sum(file["text_bytes"] for file in members),
                    words=sum(file["words"] for file in members),
                )
                for split, members in sorted(splits.items(), key=lambda item: _split_order(item[0]))
            ),
        )
        for name, splits in sorted(grouped.items())
        for first in (next(iter(splits.values()))[0],)
    )


def _split_order(name: str) -> tuple[bool, str]:
    return name != "train", name


def _config_licence(splits: dict[str, list[dict[str, Any]]]) -> str:
    found = {licence for files in splits.values() for f in files for licence in f["licences"]}
    return " AND ".join(sorted(found))


def _licences(files: list[dict[str, Any]]) -> tuple[LicenceFacts, ...]:
    rows: Counter[str] = Counter()
    words: Counter[str] = Counter()
    attributions: dict[str, set[str]] = defaultdict(set)
    for file in files:
        for licence, facts in file["licences"].items():
            rows[licence] += facts["rows"]
            words[licence] += facts["words"]
            attributions[licence].update(facts["attributions"])
    return tuple(
        LicenceFacts(
            license=licence,
            rows=rows[licence],
            words=words[licence],
            attributions=tuple(sorted(attributions[licence])),
        )
        for licence in sorted(rows)
    )


def _sources(
    plan: Plan, snapshots: list[Snapshot], readings: list[Manifest], files: list[dict[str, Any]]
) -> list[SourceFacts]:
    published = _total(files, lambda f: f["sources"])
    dates: dict[str, list[str]] = defaultdict(list)
    for file in files:
        for source, span in file["dates"].items():
            dates[source].extend(span)
    return [
        SourceFacts(
            id=config.id,
            kind=source.config.model_fields["kind"].default,
            license=config.license,
            evidence=evidence_words(config.evidence),
            attribution=config.attribution,
            origin=config.origin,
            snapshot=f"sha256:{snapshot.digest}",
            records=sum(receipt.rows_in for receipt in reading.receipts),
            published=published.get(config.id, 0),
            first_date=min(dates[config.id], default=None),
            last_date=max(dates[config.id], default=None),
        )
        for (source, config), snapshot, reading in zip(
            plan.sources, snapshots, readings, strict=True
        )
    ]


def evidence_words(evidence: Evidence | None) -> str:
    """A source's evidence in one line."""
    if evidence is None:
        return "stated by each document"
    found = (
        evidence.statement,
        evidence.url,
        evidence.agreement and f"agreement {evidence.agreement}",
    )
    return " ".join(part for part in found if part)


def _stages(readings: list[Manifest], manifests: list[Manifest]) -> list[StageFacts]:
    return [
        StageFacts(
            kind=manifest.kind,
            fingerprint=manifest.fingerprint,
            config=manifest.facts.get("config", {}),
            records_in=sum(receipt.rows_in for receipt in manifest.receipts),
            records_out=sum(receipt.rows_out for receipt in manifest.receipts),
            dropped=_total([receipt.reasons for receipt in manifest.receipts], dict),
            devices=_devices(manifest),
        )
        for manifest in (*readings, *manifests)
    ]


def _devices(manifest: Manifest) -> dict[str, int]:
    """On what the models of a stage computed, and how many parts.

    CPUs are not told apart: which one it was shapes nothing that a release should depend on.
    """
    facts = [receipt.facts for receipt in manifest.receipts if "device" in receipt.facts]
    return _total(
        [
            {
                f"{each['device_name'] if each['device'] == 'cuda' else 'CPU'}, "
                f"{each.get('numbers', 'float32')}": 1
            }
            for each in facts
        ],
        dict,
    )


def _total(items: Any, counts: Any) -> dict[str, int]:
    total: Counter[str] = Counter()
    for item in items:
        total.update(counts(item))
    return dict(sorted(total.items()))
