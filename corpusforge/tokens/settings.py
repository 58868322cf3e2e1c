"""What a recipe or the command line says of tokenization."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from corpusforge.tokens.columns import TOKENS
from corpusforge.tokens.device import Wanted
from corpusforge.tokens.encoder import Choice, Reading
from corpusforge.tokens.file import NAME
from corpusforge.tokens.scorers.config import ScorerConfig

Output = Literal["parquet", "packed", "ds", "megatron"]
Remainder = Literal["drop", "pad", "carry"]


class Packing(BaseModel):
    """How documents are laid end to end in rows of one length."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seq_len: int = Field(default=2048, ge=2, le=1_048_576, description="Tokens in a row.")
    remainder: Remainder = Field(
        default="carry",
        description="What becomes of the tokens at the end of a file that fill no row: `carry` "
        "begins the next file's first row with them and drops those at the end of a split, `drop` "
        "drops them, `pad` fills the row with the EOS token. What is dropped is counted.",
    )


class Settings(BaseModel):
    """The tokenizer, how texts are read, and the forms in which ids are written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tokenizer: Path = Field(description="A tokenizer.json, or the folder that holds one.")
    name: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._]{0,47}$",
        description="Name of the tokenizer in config names, tokens-NAME; the file's or its "
        "folder's where it is not stated.",
    )
    encoder: Choice = Field(
        "auto",
        description="`hf` encodes with `tokenizers`, `fast` with a faster engine or not at all, "
        "`auto` with the faster one where it is proved to give the same ids.",
    )
    special_tokens: Reading = Field(
        "ordinary",
        description="A literal <|endoftext|> in a text: characters like others (`ordinary`), or "
        "the special token (`recognised`).",
    )
    eos: str | None = Field(
        None,
        description="Token written after each document in packed rows, .ds and Megatron files; "
        "never in the canonical ids, which are those of the text alone.",
    )
    outputs: tuple[Output, ...] = Field(
        ("parquet",),
        description="Forms beside the canonical Parquet, which is always written: `packed` rows, "
        "datatrove's and nanotron's `ds`, Megatron's .bin and .idx (`megatron`).",
    )
    scorers: tuple[ScorerConfig, ...] = Field(
        (),
        description="Models that read the ids in the same pass and give each text a score or an "
        "embedding: columns of the canonical Parquet. They must read this tokenizer's ids.",
    )
    gpus: Literal[0, 1] = Field(
        0, description="GPUs each task that encodes and scores asks the cluster for."
    )
    device: Wanted | None = Field(
        None,
        description="auto: a GPU where there is one, else the CPU; cuda: a GPU or a refusal; cpu. "
        "Not stated, it is cuda with `gpus: 1` and auto without.",
    )
    packing: Packing = Field(
        default_factory=Packing, description="Length and remainder of packed rows."
    )

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        packed = "packed" in self.outputs
        if "packing" in self.model_fields_set and not packed:
            raise ValueError("packing has no meaning without `packed` among the outputs")
        if packed and self.packing.remainder == "pad" and self.eos is None:
            raise ValueError("remainder: pad needs an eos to fill rows with")
        if self.gpus and self.device == "cpu":
            raise ValueError("gpus: 1 asks for a GPU that device: cpu would leave idle")
        self._scoring()
        if self.name is None:
            # Of a path only the content enters a fingerprint, so the name it gives is a field.
            object.__setattr__(self, "name", tokenizer_label(self.tokenizer))
        return self

    def _scoring(self) -> None:
        taken = set(TOKENS.names)
        for scorer in self.scorers:
            if scorer.name in taken:
                raise ValueError(f"two columns would have the name {scorer.name}")
            if scorer.kind == "names":
                raise ValueError("names are found in texts, not in token ids: see stage `score`")
            taken.add(scorer.name)

    @property
    def label(self) -> str:
        """The tokenizer's name in config names and paths."""
        return self.name or "tokenizer"

    @property
    def prefix(self) -> str:
        """The folder of all token files of a release that this tokenizer gave."""
        return f"tokens/{self.label}"


def tokenizer_label(path: Path) -> str:
    """A name for a tokenizer by its path: the folder's where the file is called tokenizer.json."""
    stem = path.parent.name if path.name == NAME else path.name.removesuffix(".json")
    return re.sub(r"[^A-Za-z0-9._]+", "_", stem).strip("._")[:48] or "tokenizer"
