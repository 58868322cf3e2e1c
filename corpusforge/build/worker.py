"""All that a worker process imports before its first task; see `corpusforge.build.local`."""

import pyarrow.parquet

from corpusforge.build import barrier, tasks

__all__ = ["barrier", "pyarrow", "tasks"]
