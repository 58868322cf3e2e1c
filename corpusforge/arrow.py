"""Arrow without pandas: pyarrow's first look for pandas is answered with no.

Whatever makes an Arrow array of Python values has pyarrow import pandas where it is installed, to
see whether the values are a pandas object: half a CPU second a process, the third of what an
unchanged build takes. No stage of ours uses pandas. Who asks pyarrow for it by name (`to_pandas`,
`from_pandas`) still gets it: such a call looks again.
"""

from __future__ import annotations

import sys


class _NoPandas:
    """A finder that has no pandas."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        """Refuse pandas; leave every other module to the finders after this one."""
        del path, target
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def without_pandas() -> None:
    """Let pyarrow find no pandas when it looks by itself; does nothing where it is imported."""
    if "pandas" in sys.modules:
        return
    import pyarrow as pa

    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.scalar(0)
    finally:
        sys.meta_path.remove(finder)
