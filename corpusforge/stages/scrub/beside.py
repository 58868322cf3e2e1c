"""The columns beside the text: what they say of people is masked as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from corpusforge.privacy.policy import Action

if TYPE_CHECKING:
    from corpusforge.privacy.masking import Masker

_VALUES = ("title", "section", "url", "author", "attribution", "date", "key")
_EVIDENCE = "license_evidence"
#: Columns of a `WORK` part that may name people, beside the text.
BESIDE = (*_VALUES, _EVIDENCE)


def masked_beside(part: pa.Table, masker: Masker) -> dict[str, pa.Array]:
    """The columns of `BESIDE`, masked."""
    from corpusforge.privacy.columns import masked_column

    columns = {name: masked_column(name, part.column(name), masker) for name in _VALUES}
    return {**columns, _EVIDENCE: _masked_evidence(part.column(_EVIDENCE), masker)}


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
