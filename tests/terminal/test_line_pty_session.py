"""Tests of the pty helper: what it sees, and how it hangs up."""

from __future__ import annotations

import signal
import sys

import pytest

from tests.terminal.pty_session import PtySession

ECHO = "import sys\nprint('ready', flush=True)\nfor line in sys.stdin: print(f'<{line.strip()}>', flush=True)"
SIZE = "import os, signal\nprint(os.get_terminal_size(), flush=True)\nsignal.pause()"


def test_it_sees_what_is_typed_and_counts_the_bytes_of_the_answer() -> None:
    with PtySession([sys.executable, "-c", ECHO]) as session:
        session.wait_for("ready")
        start = session.mark()
        session.press("a", "b", "enter")
        assert session.settle(start) == b"ab\r\n<ab>\r\n"


def test_the_command_has_the_size_it_was_given_and_dies_of_a_lost_line() -> None:
    with PtySession([sys.executable, "-c", SIZE], size=(100, 30)) as session:
        session.wait_for("columns=100, lines=30")
        session.hang_up()
        assert session.wait() == -signal.SIGHUP


def test_a_command_that_ends_early_is_told_with_its_last_screen() -> None:
    with (
        PtySession([sys.executable, "-c", "print('sorry'); raise SystemExit(3)"]) as session,
        pytest.raises(AssertionError, match=r"(?s)exit code 3.*sorry"),
    ):
        session.wait_for("ready")
