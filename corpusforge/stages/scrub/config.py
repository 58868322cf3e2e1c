"""What a recipe says of the `scrub` stage."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from corpusforge.errors import PrivacyError
from corpusforge.privacy import NAME_MODEL
from corpusforge.privacy.policy import Policy, policy_named
from corpusforge.stages.stage import StageConfig


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
