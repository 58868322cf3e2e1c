"""The frozen model of a release: the one source of every document about it.

Card, datasheet, Croissant, licences, attribution and attestation are pure functions of a
`Release`, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Grown(_Frozen):
    """A model that has got fields since releases were first written.

    They are left out where they hold their defaults, so that a release without what they speak of
    keeps its bytes, and with them its identity.
    """

    @model_serializer(mode="wrap")
    def _without_defaults(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields = type(self).model_fields
        return {
            name: value
            for name, value in write(self).items()
            if fields[name].is_required() or getattr(self, name) != fields[name].default
        }


class File(_Frozen):
    """One data file: path inside the release, digest, size in bytes, rows (or documents)."""

    path: str
    sha256: str
    bytes: int
    rows: int


class Column(_Grown):
    """One column of a companion config; a list has one inner field, a struct as many as it has."""

    name: str
    type: str  # as Arrow names it: string, int32, float …; list or struct
    description: str = ""
    nullable: bool = True
    length: int | None = None  # of a list of fixed size
    fields: tuple[Column, ...] = ()


class Split(_Grown):
    """One split (train, test) of a config."""

    name: str
    files: tuple[File, ...]
    rows: int
    text_bytes: int  # UTF-8 bytes of the text column; in a companion, of the texts it stands for
    words: int
    tokens: int | None = None


class Config(_Grown):
    """One config of the dataset.

    A *text* config holds the rows: those of one language, and in collection mode of one licence
    and origin. A *companion* holds something made of the rows of the text configs named in `of`,
    such as their token ids or labels that people gave; its files add nothing to the dataset's rows
    and words. A companion may bring together the files of other companions of its kind.
    """

    name: str  # ary_Arab, ary_Arab-translated, ary_Arab-cc-by-sa-4.0; tokens-…, gold-…
    kind: Literal["text", "tokens", "gold"] = "text"
    language: str = ""  # of a companion: only where all its rows share it
    license: str  # SPDX expression that holds for every row
    origin: str = ""  # the same
    splits: tuple[Split, ...]
    of: tuple[str, ...] = ()
    description: str = ""
    columns: tuple[Column, ...] = ()  # of a companion; text configs have the published columns
    exports: tuple[File, ...] = ()  # the same content for other readers than Parquet's
    facts: dict[str, Any] = {}  # what made it, such as the tokenizer and its digest

    @property
    def rows(self) -> int:
        """Rows in all splits."""
        return sum(split.rows for split in self.splits)

    @property
    def tokens(self) -> int:
        """Tokens in all splits."""
        return sum(split.tokens or 0 for split in self.splits)


class SourceFacts(_Frozen):
    """What the recipe and the build say of one source."""

    id: str
    kind: str
    license: str
    evidence: str
    attribution: str | None
    origin: str
    snapshot: str  # sha256:… of what was acquired
    records: int
    published: int
    first_date: str | None = None
    last_date: str | None = None


class StageFacts(_Frozen):
    """One stage: what went in and out, and why records were dropped."""

    kind: str
    fingerprint: str
    config: dict[str, object]
    records_in: int
    records_out: int
    dropped: dict[str, int]  # reason -> records
    devices: dict[str, int] = {}  # device and numbers -> parts, where models computed

    @model_serializer(mode="wrap")
    def _without_devices(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A stage without models keeps the bytes it had before devices were noted."""
        found: dict[str, Any] = write(self)
        if not self.devices:
            found.pop("devices", None)
        return found


class LicenceFacts(_Frozen):
    """How much of the release one licence covers."""

    license: str
    rows: int
    words: int
    attributions: tuple[str, ...]


class Contact(_Frozen):
    """Who answers for the dataset, also for take-downs."""

    name: str
    email: str
    url: str | None = None


class Answer(_Frozen):
    """A human answer to a datasheet question; where `applies` is false, `text` is the reason."""

    text: str
    answered_by: str
    date: str
    applies: bool = True


class Leakage(_Frozen):
    """Personal data that masking missed, as measured on a hand-checked sample."""

    per_10000_words: float
    low: float  # 95 % confidence interval
    high: float
    documents: int  # size of the sample
    measured: str  # ISO date


class Estimate(_Frozen):
    """One figure about the whole corpus, from a sample that people judged."""

    kind: str  # task type
    measure: str  # precision | leakage | over_masking | rating | share | error_rate
    about: str  # a language label, a domain, or nothing
    value: float
    low: float  # 95 % interval, by the design of the sample
    high: float
    texts: int  # judged, that say something of it
    drawn: int
    wave: str
    measured: str  # ISO date of the last answer


class Judgement(_Frozen):
    """What people were asked, how far they agree, and what came of it."""

    task: str  # language | switching | personal_data | quality | domain | transcription
    wave: str
    passed: bool  # the gate: only then are there gold, estimates and corrections
    lacking: tuple[str, ...]  # what the gate still asks for
    annotators: int
    answers: int
    decided: int
    alpha: float | None  # Krippendorff's, with the 95 % interval
    alpha_low: float | None
    alpha_high: float | None
    corrected: dict[str, int]  # column -> corrections
    estimates: tuple[Estimate, ...]


class Release(_Frozen):
    """One version of one dataset."""

    schema_version: int = 1
    name: str  # commons/health
    version: str  # 1.0.0
    released: str  # ISO date
    title: str
    description: str
    domain: str
    tier: str
    mode: str  # blend | collection
    license: str  # SPDX of a blend; "other" for a collection of several
    contact: Contact
    configs: tuple[Config, ...]
    sources: tuple[SourceFacts, ...]
    stages: tuple[StageFacts, ...]
    licences: tuple[LicenceFacts, ...]
    languages: dict[str, int]  # label -> rows
    pii: dict[str, int]  # type -> spans masked
    origins: dict[str, int]
    answers: dict[str, Answer]  # datasheet question id -> answer
    recipe_sha256: str
    software: dict[str, str]  # distribution -> version that shaped the data
    notices: tuple[str, ...] = ()  # shown on top of the card (sample data, not reviewed …)
    leakage: Leakage | None = None  # None: not measured, and said so
    visibility: str = "public"  # of the repository: public | private
    judgements: tuple[Judgement, ...] = ()  # of people, where any were asked

    @model_serializer(mode="wrap")
    def _without_judgements(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A release nobody judged keeps the bytes it had before there were judgements."""
        found: dict[str, Any] = write(self)
        if not self.judgements:
            found.pop("judgements", None)
        return found

    @property
    def texts(self) -> tuple[Config, ...]:
        """The configs that hold the rows of the dataset."""
        return tuple(config for config in self.configs if config.kind == "text")

    @property
    def companions(self) -> tuple[Config, ...]:
        """The configs made of those rows: token ids, labels."""
        return tuple(config for config in self.configs if config.kind != "text")

    @property
    def rows(self) -> int:
        """Rows of the dataset: those of its text configs."""
        return sum(config.rows for config in self.texts)

    @property
    def words(self) -> int:
        """Words of the dataset: those of its text configs."""
        return sum(split.words for config in self.texts for split in config.splits)

    @property
    def tag(self) -> str:
        """The immutable tag under which the version is published."""
        return f"v{self.version}"

    def files(self) -> tuple[File, ...]:
        """Every Parquet file, by path."""
        return _by_path(f for c in self.configs for split in c.splits for f in split.files)

    def exports(self) -> tuple[File, ...]:
        """Every data file for other readers, by path."""
        return _by_path(file for config in self.configs for file in config.exports)


def _by_path(files: Iterator[File]) -> tuple[File, ...]:
    """Each file once: a companion may name files of another."""
    return tuple(sorted({file.path: file for file in files}.values(), key=lambda file: file.path))
