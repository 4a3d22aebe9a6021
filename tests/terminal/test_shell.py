"""ctrl+z with and without a shell that can continue the program; a locked ledger in a real terminal."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from refund_tui.host.paths import ledger_path
from refund_tui.sandbox import SandboxThread
from tests.terminal.program import PROGRAM, history, open_form, terminal
from tests.terminal.pty_session import restored

IN_A_SHELL = ["sh", "-m", "-c", '"$@"; echo in the shell; read -r _line; fg', "sh", *PROGRAM]
"""A shell with job control: it says when its job has stopped, and brings it back after Enter."""


@pytest.fixture
def service() -> Iterator[SandboxThread]:
    """A service that accepts whatever is asked for."""
    with SandboxThread(any_trip=True) as running:
        yield running


def test_under_a_shell_ctrl_z_stops_it_and_fg_brings_it_back(tmp_path: Path, service: SandboxThread) -> None:
    with terminal(tmp_path, service, command=IN_A_SHELL) as session:
        session.press("f1")
        session.wait_for("goes to the shell")
        session.press("escape")
        session.wait_for("1 trip")
        session.press("ctrl+z")
        session.wait_for("in the shell")
        session.screen.reset()
        session.press("enter")
        session.wait_for(lambda screen: "R-7" in screen and "1 trip" in screen)
        session.press("ctrl+q")
        assert session.wait() == 0
        assert restored(session)


def test_where_no_shell_waits_ctrl_z_is_not_offered_and_does_nothing(tmp_path: Path, service: SandboxThread) -> None:
    with terminal(tmp_path, service) as session:  # the first process of the session, as in a forced command of SSH
        session.press("f1")
        session.wait_for("draws the whole screen again")
        assert "goes to the shell" not in session.text
        session.press("escape")
        session.wait_for("1 trip")
        session.press("ctrl+z")
        open_form(session)
        session.press("ctrl+q")
        assert session.wait() == 0


def test_a_trip_is_opened_once_the_ledger_is_no_longer_locked(tmp_path: Path, service: SandboxThread) -> None:
    with terminal(tmp_path, service) as session:
        other = sqlite3.connect(ledger_path(tmp_path / "data"), isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        session.press("enter")
        session.wait_for("is held by another program", 20)
        other.execute("ROLLBACK")
        other.close()
        open_form(session)
        session.press("ctrl+q")
        assert session.wait() == 0
        assert restored(session)
    assert history(tmp_path, service) == []
