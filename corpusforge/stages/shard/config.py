"""What a recipe says of the `shard` stage."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from corpusforge.stages.stage import StageConfig


class Shard(StageConfig):
    """Write the release's Parquet files."""

    kind: Literal["shard"] = "shard"
    target_mb: int = Field(
        128, ge=1, le=1024, description="Aimed size of a file, in MB of text before compression."
    )
    row_group_rows: int = Field(2_000, ge=100, le=1_000_000, description="Rows in a row group.")
    compression_level: int = Field(3, ge=1, le=19, description="zstd level.")

    BARRIER: ClassVar[bool] = True
    VERSION: ClassVar[str] = "3"
    LIBRARIES: ClassVar[tuple[str, ...]] = ("pyarrow",)
    CONTEXT: ClassVar[tuple[str, ...]] = ("mode", "license", "origin", "splits", "seed")
