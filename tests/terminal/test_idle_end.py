"""The end after a time without a key, in a real terminal: the terminal is restored, and its last line says why."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from refund_tui.sandbox import SandboxThread
from tests.terminal.program import ask, history, terminal
from tests.terminal.pty_session import restored

HURRIED = """
import signal, sys
from refund_tui.tui.idle import IdleEnd
left, hurried = IdleEnd.left, []
signal.signal(signal.SIGUSR1, lambda *_: hurried.append(True))
IdleEnd.left = lambda self, now: 0 if hurried else left(self, now)
from refund_tui.cli import main
sys.exit(main(["--idle-end", "15"]))
"""
"""The program, whose time without a key is over when it gets SIGUSR1."""


def test_at_a_question_the_last_line_says_that_nothing_was_refunded(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HURRIED]
    with SandboxThread(any_trip=True) as service:
        with terminal(tmp_path, service, command=command) as session:
            ask(session)
            session.signal(signal.SIGUSR1)
            assert session.wait() == 0
            assert restored(session)
            said = " ".join(session.text.split())
            assert "No key was pressed for 15 minutes, so the terminal ended. Nothing was refunded on trip" in said
        assert history(tmp_path, service) == []
        with terminal(tmp_path, service) as session:
            session.wait_for("was kept: 5.00 on trip")
