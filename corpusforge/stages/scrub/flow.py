"""The `scrub` stage: mask, or take over what another policy would have masked alike."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from corpusforge.errors import PrivacyError
from corpusforge.privacy.policy import Action, policy_named, refuse_pseudonyms_in_public
from corpusforge.stages.scrub.beside import masked_beside
from corpusforge.stages.scrub.config import Scrub
from corpusforge.stages.scrub.findings import findings_name, remembered
from corpusforge.stages.scrub.last import last_run, notes
from corpusforge.stages.scrub.texts import masked_texts
from corpusforge.stages.stage import Context, Memory, Split, split


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
    from corpusforge.privacy.masking import SCRUBBER, Masker

    policy = policy_named(config.policy)
    refuse_pseudonyms_in_public(policy, context.tier)
    key = None
    if Action.PSEUDONYM in policy.all_actions:
        key = pseudonym_key(context.private)
    detector = remembered(policy, memory)
    masker = Masker(policy, key, detector)
    last = None if memory is None else last_run(memory, policy, part)
    texts = masked_texts(part, masker) if last is None else last.texts(part, masker)
    if last is not None and last.beside_stands:
        beside, met = last.beside()
    else:
        detector.met = met = set()
        beside = masked_beside(part, masker)
    columns = {
        **beside,
        "text": texts.text,
        "segments": texts.segments,
        "pii": texts.pii,
        "scrubber": pa.repeat(SCRUBBER, part.num_rows),
    }
    if "names" in part.column_names:  # they have been used, and they are personal data
        columns["names"] = pa.nulls(part.num_rows, part.schema.field("names").type)
    for name, column in columns.items():
        index = part.schema.get_field_index(name)
        field = part.schema.field(index)
        part = part.set_column(index, field, column.cast(field.type))
    if memory is not None:
        if detector.learned:
            memory.keep(findings_name(policy), detector.findings())
        memory.note(notes(policy, texts, met))
    reasons = pc.if_else(pc.is_valid(texts.gone), "personal_data", pa.scalar(None, pa.string()))
    return split(part, reasons, detail=texts.gone)


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
