"""What every test shares: no network beyond loopback, and the development data if it is there."""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import socket
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says how busy the machine is, not whether the rule holds.
settings.register_profile("corpusforge", deadline=None)
settings.load_profile("corpusforge")

_connect = socket.socket.connect
SHARED = Path(os.environ.get("CORPUSFORGE_SHARED", Path(__file__).parents[2] / "shared"))


def _loopback_only(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6) and not (
        address[0] == "localhost" or ipaddress.ip_address(address[0]).is_loopback
    ):
        message = f"a test tried to reach {address}; only loopback is allowed"
        raise RuntimeError(message)
    return _connect(self, address)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", _loopback_only)


def pytest_collection_modifyitems(items):
    """Unit tests first, while servers are made ready; tests of models need torch, or say so."""
    items.sort(key=lambda item: item.get_closest_marker("server") is not None)
    missing = [n for n in ("torch", "transformers") if importlib.util.find_spec(n) is None]
    if missing:
        skip = pytest.mark.skip(reason=f"{' and '.join(missing)} not installed (extra `gpu`)")
        for item in items:
            if item.get_closest_marker("torch"):
                item.add_marker(skip)


@pytest.fixture(scope="session")
def shared():
    """The development data beside the checkout; the test is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"development data not found at {SHARED}")
    return SHARED
