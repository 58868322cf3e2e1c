"""The Label Studio that is meant: the one the environment names, or the workspace's own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from corpusforge.annotation.client import Client
from corpusforge.annotation.server import LocalServer
from corpusforge.errors import AnnotationError


def connect(
    private: Path, url: str | None = None, environment: Mapping[str, str] = os.environ
) -> Client:
    """A client of `url`, of `LABEL_STUDIO_URL`, or of the server that runs for the workspace.

    The workspace's own server needs no key from outside; others need `LABEL_STUDIO_API_KEY`.

    Raises:
        AnnotationError: ANN047, none is named and none runs here.
    """
    running = LocalServer(private).running()
    url = url or environment.get("LABEL_STUDIO_URL")
    key = environment.get("LABEL_STUDIO_API_KEY")
    if running is not None and url in (None, running.url, running.local):
        url, key = running.local, running.token
    if not url or not key:
        stated = {"LABEL_STUDIO_URL": url, "LABEL_STUDIO_API_KEY": key}
        missing = " and ".join(name for name, value in stated.items() if not value)
        raise AnnotationError(
            "ANN047",
            f"no Label Studio is named: {missing} not set, and none runs for this workspace",
            where=str(private.parent),
            hint="corpusforge annotate serve, in another terminal; or set them yourself",
        )
    return Client(url, key)
