"""Versions of the libraries that shape what is built."""

from __future__ import annotations

import functools
import re
from importlib.metadata import PackageNotFoundError, distribution

_VERSION = re.compile(r"^Version:(.*)", re.MULTILINE)


@functools.cache
def version_of(name: str) -> str | None:
    """The installed version of a distribution, or None where it is not installed.

    Only that line of its metadata is read: to parse all of it, the description too, takes a
    millisecond, and a build asks for dozens.
    """
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return None
    line = _VERSION.search(found.read_text("METADATA") or "")
    return line[1].strip() if line else found.version
