"""The recipe keys of `dedup`."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from corpusforge.stages.stage import StageConfig


class Dedup(StageConfig):
    """Keep one record of each set of duplicates, also against published versions."""

    kind: Literal["dedup"] = "dedup"
    near: bool = Field(True, description="Also find near duplicates, not only equal texts.")
    threshold: float = Field(
        0.7,
        ge=0.5,
        le=1.0,
        description="Least Jaccard similarity of word shingles of a duplicate. Texts of at most "
        "100 words are looked at word by word first.",
    )
    shingle: int = Field(5, ge=1, le=20, description="Words in a shingle.")
    numbers: Literal["keep", "ignore"] = Field(
        "keep", description="Do texts that differ only in figures differ? Bulletins do: keep."
    )
    against: tuple[str, ...] = Field(
        (), description="Other datasets whose published versions count as seen, namespace/name."
    )

    BARRIER: ClassVar[bool] = True
    VERSION: ClassVar[str] = "3"
    LIBRARIES: ClassVar[tuple[str, ...]] = ("rensa", "xxhash")
    CONTEXT: ClassVar[tuple[str, ...]] = ("dataset", "version", "index")
