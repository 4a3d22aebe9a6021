"""Isolates every test: its own home folder, no settings of this host, no network except loopback."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.support.accounts import Host, need_accounts
from tests.support.program import default_signals

settings.register_profile("busy machine", deadline=None)  # a slow machine is no fault of the code
settings.load_profile("busy machine")

_FOREIGN = ("REFUND_TUI_", "AWS_", "XDG_", "SSL_", "TEXTUAL_")
_FOREIGN_NAMES = ("SUDO_USER", "TZ", "NO_COLOR", "COLUMNS", "LINES")
_LOOPBACK = ("127.", "::1", "localhost")


def pytest_configure() -> None:
    """Make signals end the programs that tests start, even if the tests run as a background job."""
    default_signals()


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder, and an environment without settings."""
    for name in tuple(os.environ):
        if name.startswith(_FOREIGN) or name in _FOREIGN_NAMES or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(home / "site"))
    return home


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forbid look-ups of names and connections outside this host."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(_LOOPBACK):
            raise OSError(f"a test may not connect to {address[0]}")
        connect(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and not name.startswith(_LOOPBACK):
            raise socket.gaierror(socket.EAI_NONAME, f"a test may not look up {name}")
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)


@pytest.fixture
def accounts() -> Iterator[Host]:
    """A host with several accounts, where these tests may make one; not in pytest's folders, which one account owns."""
    need_accounts()
    with tempfile.TemporaryDirectory(prefix="accounts-") as folder:
        yield Host(Path(folder))
