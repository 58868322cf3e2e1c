"""Versions of the libraries that shape what is built."""

from __future__ import annotations

from importlib.metadata import distributions, version

import pytest

from corpusforge.versions import version_of


@pytest.mark.parametrize("name", sorted({found.name for found in distributions()}))
def test_versions_are_those_of_the_metadata(name):
    """The one line that is read says what the whole of the metadata says."""
    assert version_of(name) == version(name)


def test_what_is_not_installed_has_no_version():
    """A library of an extra that is missing is none, and no error."""
    assert version_of("a-library-of-nobody") is None
