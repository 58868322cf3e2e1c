"""What is known of a part already, whatever policy it was found under."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING

from corpusforge.privacy import NAME_MODEL
from corpusforge.privacy.policy import Policy
from corpusforge.stages.scrub.config import Scrub
from corpusforge.stages.stage import Memory
from corpusforge.versions import version_of

if TYPE_CHECKING:
    from corpusforge.privacy.detector import Detector


def remembered(policy: Policy, memory: Memory | None) -> Detector:
    """A detector for what a policy covers, with what is known of the part already."""
    from corpusforge.privacy.detector import Detector
    from corpusforge.privacy.masking import width_of

    if memory is None:
        return Detector(width_of(policy))
    return Detector(width_of(policy), recall=lambda: memory.recall(findings_name(policy)))


def findings_name(policy: Policy) -> str:
    """What the findings of a part are kept under: all that shapes them except the part."""
    from corpusforge.privacy.masking import SCRUBBER, width_of

    return (
        f"{SCRUBBER} {width_of(policy)} {Scrub.VERSION} re2 {version_of('google-re2')} "
        f"names {_name_model()}"
    )


@cache
def _name_model() -> str:
    return hashlib.sha256(NAME_MODEL.read_bytes()).hexdigest()
