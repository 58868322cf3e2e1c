"""The `scrub` stage: personal data masked in the text and in every column beside it."""

from corpusforge.stages.scrub.config import Scrub
from corpusforge.stages.scrub.findings import remembered
from corpusforge.stages.scrub.flow import scrub

__all__ = ["Scrub", "remembered", "scrub"]
