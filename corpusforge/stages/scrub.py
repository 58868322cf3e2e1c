"""The `scrub` stage: personal data masked in the text and in every column beside it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, field_validator

from corpusforge.arrow import text_bytes
from corpusforge.errors import PrivacyError
from corpusforge.privacy import NAME_MODEL
from corpusforge.privacy.policy import (
    Action,
    Policy,
    policy_named,
    refuse_pseudonyms_in_public,
)
from corpusforge.stages.stage import Context, Memory, Split, StageConfig, split

if TYPE_CHECKING:
    from corpusforge.privacy.detector import Detector
    from corpusforge.privacy.masking import Masked, Masker
    from corpusforge.privacy.spans import Span


class Scrub(StageConfig):
    """Mask personal data as Law 09-08 asks, by a named policy or one written out here."""

    VERSION: ClassVar[str] = "4"
    REMEMBERS: ClassVar[bool] = True
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
        return (NAME_MODEL,)


def scrub(part: pa.Table, config: Scrub, context: Context, memory: Memory | None = None) -> Split:
    """Mask `text` and what stands beside it in a `WORK` part; fill `pii` and `scrubber`.

    Names that a `score` stage found are weighed with those found here, under the same policy.
    Segments move with the text. Records that hold a type whose action is `drop` are dropped with
    the reason `personal_data` (detail: the types), and their rows of `DROPPED` are masked as well.

    What could be personal data does not depend on the policy: `memory` keeps it, so that another
    policy only decides and masks anew.

    Raises:
        PrivacyError: PII002, pseudonyms in a public tier; PII003, no key for them.

    """
    from corpusforge.privacy.columns import masked_column, moved_segments
    from corpusforge.privacy.detector import text_name
    from corpusforge.privacy.masking import SCRUBBER, Masker

    policy = policy_named(config.policy)
    refuse_pseudonyms_in_public(policy, context.tier)
    key = None
    if Action.PSEUDONYM in policy.all_actions:
        key = pseudonym_key(context.private)
    detector = remembered(policy, memory)
    masker = Masker(policy, key, detector)
    column = part.column("text")
    texts = column.to_pylist()
    names = [text_name(text) for chunk in column.chunks for text in text_bytes(chunk)]
    masked = masker.mask(texts, given_names(part, texts), names)
    columns: dict[str, pa.Array] = {
        "segments": moved_segments(part.column("segments"), masked),
        "pii": _counts(masked, part.schema.field("pii").type),
        "scrubber": pa.repeat(SCRUBBER, part.num_rows),
    }
    if "names" in part.column_names:  # they have been used, and they are personal data
        columns["names"] = pa.nulls(part.num_rows, part.schema.field("names").type)
    new = [result.text for result in masked if result.spans]
    if new:
        changed = pa.array([bool(result.spans) for result in masked])
        columns["text"] = pc.replace_with_mask(column, changed, pa.array(new, pa.string()))
    for name in ("title", "section", "url", "author", "attribution", "date", "key"):
        columns[name] = masked_column(name, part.column(name), masker)
    columns["license_evidence"] = _masked_evidence(part.column("license_evidence"), masker)
    for name, column in columns.items():
        index = part.schema.get_field_index(name)
        field = part.schema.field(index)
        part = part.set_column(index, field, column.cast(field.type))
    if memory is not None and detector.learned:
        memory.keep(findings_name(policy), detector.findings())
    reasons = ["personal_data" if result.drop else None for result in masked]
    details = [
        " ".join(result.counts) if reason else None
        for result, reason in zip(masked, reasons, strict=True)
    ]
    return split(part, pa.array(reasons, pa.string()), detail=pa.array(details, pa.string()))


def remembered(policy: Policy, memory: Memory | None) -> Detector:
    """A detector for what a policy covers, with what is known of the part already."""
    from corpusforge.privacy.detector import Detector
    from corpusforge.privacy.masking import width_of

    known = None if memory is None else memory.recall(findings_name(policy))
    return Detector(width_of(policy), known=known, keep=memory is not None)


def findings_name(policy: Policy) -> str:
    """What the findings of a part are kept under: all that shapes them except the part."""
    from importlib.metadata import version

    from corpusforge.privacy.masking import SCRUBBER, width_of

    model = hashlib.sha256(NAME_MODEL.read_bytes()).hexdigest()
    return (
        f"{SCRUBBER} {width_of(policy)} {Scrub.VERSION} re2 {version('google-re2')} names {model}"
    )


def given_names(part: pa.Table, texts: Sequence[str]) -> list[list[Span]] | None:
    """The names a `score` stage found in each text, as candidates beside our own; None for none.

    Where the text has changed since, a name is looked for by its words, wherever they stand.
    """
    from corpusforge.privacy.spans import Span

    if "names" not in part.column_names or part.column("names").null_count == part.num_rows:
        return None
    return [
        [
            Span(start, start + len(name["words"]), "PERSON", name["score"])
            for name in names or ()
            for start in _places(text, name)
        ]
        for text, names in zip(texts, part.column("names").to_pylist(), strict=True)
    ]


def _places(text: str, name: dict[str, Any]) -> list[int]:
    words = name["words"]
    if text[name["start"] : name["end"]] == words:
        return [name["start"]]
    return [found.start() for found in re.finditer(re.escape(words), text)] if words else []


def _counts(masked: Sequence[Masked], kind: pa.DataType) -> pa.Array:
    """The `pii` column: what was masked in each text, by type."""
    nothing: dict[str, int] = {}
    found = [result.counts if result.spans else nothing for result in masked]
    offsets = np.zeros(len(found) + 1, np.int32)
    np.cumsum([len(counts) for counts in found], out=offsets[1:])
    values = pa.StructArray.from_arrays(
        [
            pa.array([name for counts in found for name in counts], pa.string()),
            pa.array([number for counts in found for number in counts.values()], pa.int32()),
        ],
        fields=list(kind.value_type),
    )
    return pa.ListArray.from_arrays(pa.array(offsets), values).cast(kind)


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


def _masked_evidence(column: pa.ChunkedArray, masker: Masker) -> pa.Array:
    """Licence evidence whose stated words or address may name someone."""
    from corpusforge.privacy.columns import clean_addresses, without_names
    from corpusforge.privacy.masking import Masker

    values = column.to_pylist()
    words = list(dict.fromkeys((row or {}).get("value") or "" for row in values))
    addresses = clean_addresses([word if "://" in word else None for word in words], masker)
    # Who declares a licence is named in it by right; numbers and addresses of people are not.
    policy = without_names(masker).policy
    plain = policy.model_copy(update={"action": Action.PLACEHOLDER, "actions": {}})
    masked = Masker(plain, None, masker.detector).mask(words)
    new = {
        word: _one(word, address, result.text)
        for word, address, result in zip(words, addresses, masked, strict=True)
    }
    if all(word == becomes for word, becomes in new.items()):
        return column.combine_chunks()
    return pa.array(
        [
            None if row is None else {**row, "value": row["value"] and new[row["value"]]}
            for row in values
        ],
        column.type,
    )


def _one(value: str, address: str | None, text: str) -> str | None:
    if value.startswith(("http://", "https://")) and " " not in value:
        return address
    return text
