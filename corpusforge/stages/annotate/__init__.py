"""Annotate: a sample for people to judge, and what they said of earlier ones."""

from corpusforge.stages.annotate.config import Annotate
from corpusforge.stages.annotate.flow import annotate

__all__ = ["Annotate", "annotate"]
