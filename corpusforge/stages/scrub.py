"""The `scrub` stage: personal data masked in the text and in every column beside it."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

import pyarrow as pa
from pydantic import Field, field_validator

from corpusforge.errors import PrivacyError
from corpusforge.privacy.policy import (
    Action,
    Policy,
    policy_named,
    refuse_pseudonyms_in_public,
)
from corpusforge.stages.stage import Context, Split, Stage, StageConfig, split


class Scrub(StageConfig):
    """Mask personal data as Law 09-08 asks, by a named policy or one written out here."""

    VERSION: ClassVar[str] = "2"
    LIBRARIES: ClassVar[tuple[str, ...]] = ("google-re2",)
    CONTEXT: ClassVar[tuple[str, ...]] = ("tier",)

    kind: Literal["scrub"] = "scrub"
    policy: str | Policy = Field(
        "law-09-08",
        validate_default=True,
        description="law-09-08, health (masks on less), or a policy of your own.",
    )

    @field_validator("policy")
    @classmethod
    def _known(cls, value: str | Policy) -> Policy:
        # The name becomes what it means, so that a policy that changed is a new fingerprint.
        try:
            return policy_named(value)
        except PrivacyError as error:
            raise ValueError(f"{error.message} ({error.hint})") from error

    def files(self) -> tuple[Path, ...]:
        """The shipped name model: a new one is a new fingerprint."""
        from corpusforge.privacy.lexicon import MODEL

        return (MODEL,)


def scrub(part: pa.Table, config: Scrub, context: Context) -> Split:
    """Mask `text` and what stands beside it in a `WORK` part; fill `pii` and `scrubber`.

    Segments move with the text. Records that hold a type whose action is `drop` are dropped with
    the reason `personal_data` (detail: the types), and their rows of `DROPPED` are masked as well.

    Raises:
        PrivacyError: PII002, pseudonyms in a public tier; PII003, no key for them.

    """
    from corpusforge.privacy.columns import masked_column, moved_segments
    from corpusforge.privacy.masking import SCRUBBER, mask

    policy = policy_named(config.policy)
    refuse_pseudonyms_in_public(policy, context.tier)
    key = None
    if Action.PSEUDONYM in policy.all_actions:
        key = pseudonym_key(context.private)
    masked = mask(part.column("text").to_pylist(), policy, key)
    columns = {
        "text": pa.array([result.text for result in masked], pa.string()),
        "segments": moved_segments(part.column("segments"), masked),
        "pii": pa.array(
            [
                [{"type": kind, "count": count} for kind, count in result.counts.items()]
                for result in masked
            ],
            part.schema.field("pii").type,
        ),
        "scrubber": pa.array([SCRUBBER] * part.num_rows, pa.string()),
    }
    for name in ("title", "section", "url", "author", "attribution", "date", "key"):
        columns[name] = masked_column(name, part.column(name), policy, key)
    columns["license_evidence"] = _masked_evidence(part.column("license_evidence"), policy)
    for name, column in columns.items():
        index = part.schema.get_field_index(name)
        field = part.schema.field(index)
        part = part.set_column(index, field, column.cast(field.type))
    reasons = ["personal_data" if result.drop else None for result in masked]
    details = [
        " ".join(result.counts) if reason else None
        for result, reason in zip(masked, reasons, strict=True)
    ]
    return split(part, pa.array(reasons, pa.string()), detail=pa.array(details, pa.string()))


def pseudonym_key(private: Path) -> bytes:
    """The secret behind pseudonyms and the erasure index, from `pseudonym.key`.

    Raises:
        PrivacyError: PII003, the file is missing or holds fewer than 16 bytes.

    """
    path = private / "pseudonym.key"
    key = path.read_bytes().strip() if path.is_file() else b""
    if len(key) < 16:
        raise PrivacyError(
            "PII003",
            "there is no key for pseudonyms",
            where=str(path),
            hint="write at least 16 random bytes to it, for example with "
            "`head -c 32 /dev/urandom > pseudonym.key`, and keep a copy",
        )
    return key


def _masked_evidence(column: pa.ChunkedArray, policy: Policy) -> pa.Array:
    """Licence evidence whose stated words or address may name someone."""
    from corpusforge.privacy.columns import clean_addresses
    from corpusforge.privacy.masking import mask

    values = column.to_pylist()
    words = [(row or {}).get("value") or "" for row in values]
    addresses = clean_addresses([word if "://" in word else None for word in words], policy)
    # Who declares a licence is named in it by right; numbers and addresses of people are not.
    types = tuple(kind for kind in policy.types if kind != "PERSON")
    masked = mask(
        words, policy.model_copy(update={"types": types, "action": "placeholder", "actions": {}})
    )
    return pa.array(
        [
            None if row is None else {**row, "value": _one(row["value"], address, result.text)}
            for row, address, result in zip(values, addresses, masked, strict=True)
        ],
        column.type,
    )


def _one(value: str | None, address: str | None, text: str) -> str | None:
    if not value:
        return value
    if value.startswith(("http://", "https://")) and " " not in value:
        return address
    return text


STAGE = Stage(Scrub, scrub)
