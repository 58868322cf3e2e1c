"""croissant.json: the release as Croissant 1.1 with the responsible-AI (RAI) properties.

Written by hand because the format's own library takes seconds to import and lets wrong metadata
through; every file is named with its digest, and every field follows the published Arrow schema.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from corpusforge.language.labels import LABELS
from corpusforge.record import PUBLISHED
from corpusforge.release.card import data_files
from corpusforge.release.columns import COLUMNS
from corpusforge.release.companions import descriptions, schema_of
from corpusforge.release.datasheet import entries
from corpusforge.release.licence_titles import licence_identifier
from corpusforge.release.model import Config, Release
from corpusforge.release.text import plain, pretty_json

CONFORMS_TO = ("http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0")
_PARQUET = "application/x-parquet"

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}

#: RAI property -> the datasheet questions that answer it.
_RAI: dict[str, tuple[str, ...]] = {
    "rai:dataCollection": ("collection.acquired", "collection.mechanisms"),
    "rai:dataCollectionTimeframe": ("collection.timeframe",),
    "rai:dataCollectionMissingData": ("composition.missing",),
    "rai:dataCollectionRawData": ("preprocessing.raw",),
    "rai:dataPreprocessingProtocol": ("preprocessing.done",),
    "rai:machineAnnotationTools": ("preprocessing.software",),
    "rai:dataLimitations": ("composition.errors", "uses.avoid"),
    "rai:dataBiases": ("composition.subgroups",),
    "rai:dataSocialImpact": ("collection.impact",),
    "rai:dataUseCases": ("motivation.purpose", "uses.other"),
    "rai:personalSensitiveInformation": ("composition.identifiable", "composition.sensitive"),
    "rai:dataReleaseMaintenancePlan": ("maintenance.updates", "maintenance.versions"),
}


def croissant(release: Release) -> bytes:
    """The Croissant description of a release, JSON-LD, UTF-8."""
    labels = [label for label in LABELS if label in release.languages]
    body: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": list(CONFORMS_TO),
        "name": release.name,
        "alternateName": plain(release.title),
        "description": plain(" ".join((*release.notices, release.description))),
        "version": release.version,
        "datePublished": release.released,
        "license": licence_references(release),
        "inLanguage": list(dict.fromkeys(LABELS[label].bcp47 for label in labels)),
        "keywords": ["corpusforge", plain(release.domain), *labels],
        "creator": _contact(release),
        "publisher": _contact(release),
        "citeAs": _citation(release),
        "isLiveDataset": False,
        "isAccessibleForFree": release.tier in {"open", "gated"},
    }
    if release.tier != "open":
        body["usageInfo"] = _offer(release)
    body |= _rai(release)
    body["prov:wasDerivedFrom"] = [
        {
            "@type": "prov:Entity",
            "@id": f"urn:corpusforge:source:{source.id}:{source.snapshot}",
            "name": source.id,
            "license": source.license,
        }
        for source in release.sources
    ]
    body["prov:wasGeneratedBy"] = {
        "@type": "prov:Activity",
        "@id": f"urn:corpusforge:build:{release.recipe_sha256}",
        "name": "corpusforge build",
    }
    body["distribution"] = _distribution(release)
    body["recordSet"] = [_record_set(config) for config in release.configs]
    return pretty_json(body)


def licence_references(release: Release) -> list[str]:
    """The licences of the release as addresses where they have one, else as written.

    A blend has one; of a collection all are named, and each record set says which is its own.
    """
    if release.license == "other":
        every = [facts.license for facts in release.licences]
    else:
        every = [release.license]
    return [licence_identifier(licence) or plain(licence) for licence in every]


def _contact(release: Release) -> dict[str, str]:
    found = {
        "@type": "sc:Organization",
        "name": plain(release.contact.name),
        "email": plain(release.contact.email),
    }
    return {**found, "url": plain(release.contact.url)} if release.contact.url else found


def _citation(release: Release) -> str:
    return plain(
        f"{release.contact.name}: {release.title}. {release.name}, version {release.version}, "
        f"{release.released}."
    )


def _offer(release: Release) -> dict[str, Any]:
    """The terms of a tier that is not open, as an ODRL offer (what Croissant 1.1 prescribes)."""
    return {
        "@type": "odrl:Offer",
        "odrl:target": release.name,
        "odrl:permission": [
            {
                "odrl:action": "odrl:use",
                "odrl:duty": [{"odrl:action": "odrl:acceptTracking"}],
                "odrl:constraint": f"tier: {release.tier}",
            }
        ],
        "odrl:prohibition": [{"odrl:action": "re-identification of persons"}],
    }


def _rai(release: Release) -> dict[str, str]:
    """RAI properties out of the datasheet; one nobody answered is left out, never made up."""
    texts: dict[str, str] = {}
    for entry in entries(release):
        said = [] if entry.machine is None else [entry.machine]
        if entry.human is not None:
            said.append(entry.human.text)
        texts[entry.question.id] = " ".join(said)
    found = {
        name: plain(" ".join(texts[question] for question in questions))
        for name, questions in _RAI.items()
    }
    return {name: text for name, text in found.items() if text}


def _distribution(release: Release) -> list[dict[str, Any]]:
    files: list[dict[str, Any]] = [
        {
            "@type": "cr:FileObject",
            "@id": file.path,
            "name": file.path,
            "contentUrl": file.path,
            "contentSize": f"{file.bytes} B",
            "encodingFormat": _PARQUET,
            "sha256": file.sha256,
        }
        for file in release.files()
    ]
    files += [
        {
            "@type": "cr:FileObject",
            "@id": file.path,
            "name": file.path,
            "contentUrl": file.path,
            "contentSize": f"{file.bytes} B",
            "encodingFormat": "application/octet-stream",
            "sha256": file.sha256,
        }
        for file in release.exports()
    ]
    paths = [file.path for file in release.files()]
    for config in release.configs:
        patterns: list[str] = []
        for split in config.splits:
            found = data_files(split, paths)
            patterns += [found] if isinstance(found, str) else found
        files.append(
            {
                "@type": "cr:FileSet",
                "@id": f"files-{config.name}",
                "name": f"files-{config.name}",
                "encodingFormat": _PARQUET,
                "includes": patterns,
            }
        )
    return files


def _record_set(config: Config) -> dict[str, Any]:
    if config.kind != "text":
        return _companion(config)
    label = LABELS[config.language]
    said = f"{label.english}: {config.rows} rows, origin {config.origin}, {config.license}."
    return {
        "@type": "cr:RecordSet",
        "@id": config.name,
        "name": config.name,
        "description": said,
        "key": {"@id": f"{config.name}/id"},
        "field": [_field(config.name, column, COLUMNS) for column in PUBLISHED],
    }


def _companion(config: Config) -> dict[str, Any]:
    schema = schema_of(config.columns)
    words = {name: plain(said) for name, said in descriptions(config.columns).items()}
    made_of = ", ".join(config.of)
    said = f"{config.description}: {config.rows} rows, made of {made_of}, {config.license}."
    return {
        "@type": "cr:RecordSet",
        "@id": config.name,
        "name": config.name,
        "description": plain(said),
        **({"key": {"@id": f"{config.name}/id"}} if "id" in schema.names else {}),
        "field": [_field(config.name, column, words) for column in schema],
    }


def _field(config: str, column: pa.Field, words: dict[str, str]) -> dict[str, Any]:
    identity = f"{config}/{column.name}"
    found: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": identity,
        "name": column.name,
        "description": words[column.name],
    }
    inner = column.type
    if pa.types.is_list(inner) or pa.types.is_fixed_size_list(inner):
        length = inner.list_size if pa.types.is_fixed_size_list(inner) else -1
        inner = inner.value_type
        found |= {"isArray": True, "arrayShape": str(length)}
    if pa.types.is_struct(inner):
        found["subField"] = [
            {
                "@type": "cr:Field",
                "@id": f"{identity}/{part.name}",
                "name": part.name,
                "description": words[f"{column.name}.{part.name}"],
                "dataType": data_type(part.type),
                "source": {
                    "fileSet": {"@id": f"files-{config}"},
                    "extract": {"column": column.name},
                    "transform": {"jsonPath": f"$.{part.name}"},
                },
            }
            for part in inner
        ]
        return found
    found["dataType"] = data_type(inner)
    found["source"] = {
        "fileSet": {"@id": f"files-{config}"},
        "extract": {"column": column.name},
    }
    return found


def data_type(kind: pa.DataType) -> str:
    """The schema.org type of an Arrow type.

    Raises:
        TypeError: a type no published column has.

    """
    if pa.types.is_string(kind):
        return "sc:Text"
    if pa.types.is_integer(kind):
        return "sc:Integer"
    if pa.types.is_floating(kind):
        return "sc:Float"
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    message = f"no Croissant type for {kind}"
    raise TypeError(message)
