"""Arrow without pandas: not imported by itself, there for who asks."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
from corpusforge.arrow import without_pandas
without_pandas()
import pyarrow as pa
table = pa.table({"text": pa.array(["ماء", "eau", "ⴰⵎⴰⵏ"], pa.string())})
assert "pandas" not in sys.modules
frame = table.to_pandas()
assert list(frame["text"]) == ["ماء", "eau", "ⴰⵎⴰⵏ"]
assert pa.Table.from_pandas(frame, preserve_index=False).equals(table)
without_pandas()
assert "pandas" in sys.modules
"""


def test_pandas_is_imported_for_who_asks_and_for_nobody_else():
    """A stage of another package that uses pandas works as ever."""
    subprocess.run([sys.executable, "-c", SCRIPT], check=True, timeout=60)
