"""Shard: the rows of a release as Parquet files, a folder a config.

Rows go to files by id: the first 64 bits of an id, a uniform hash, say which file of its config
and split a row belongs to, and within a file rows are sorted by id. So neither the order of the
input nor the number of workers can be seen in the output, and no global sort is needed: the rows
of a file are brought together (`runs`), and each file is sorted by itself (`files`).
"""

from corpusforge.stages.shard.config import Shard
from corpusforge.stages.shard.flow import shard
from corpusforge.stages.shard.rows import config_name, split_of

__all__ = ["Shard", "config_name", "shard", "split_of"]
