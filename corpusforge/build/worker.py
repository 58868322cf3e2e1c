"""All that a worker process imports before its first task; see `corpusforge.build.local`."""

from corpusforge.build import barrier, tasks
from corpusforge.stages import kinds

__all__ = ["barrier", "kinds", "tasks"]
