"""Quitting in a real terminal while another process has locked the ledger: it asks and ends within a limit."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from refund_tui.host.paths import ledger_path
from refund_tui.sandbox import SandboxThread
from tests.support.obstacles import held
from tests.terminal.program import ask, confirm, history, script, terminal
from tests.terminal.pty_session import restored

ASKED_WITHIN = 2.5
ENDED_WITHIN = 10.0
"""The most seconds from the key to the question, and from the answer to the end, on a shared machine."""


@pytest.mark.parametrize("waited", [0.0, 3.0], ids=["at once", "while reads wait already"])
def test_it_asks_and_ends_in_time_though_another_process_holds_the_ledger(tmp_path: Path, waited: float) -> None:
    with (
        SandboxThread(any_trip=True, script=script({"status": 429, "retryAfter": "600"})) as service,
        terminal(tmp_path, service) as session,
    ):
        ask(session)
        confirm(session)
        session.wait_for("1 waiting · next")
        with held(ledger_path(tmp_path / "data")):
            session.listen(waited)
            began = time.monotonic()
            session.press("ctrl+q")
            session.wait_for("quit")
            assert time.monotonic() - began < ASKED_WITHIN
            confirm(session)
            began = time.monotonic()
            assert session.wait() == 0
            assert time.monotonic() - began < ENDED_WITHIN
            assert restored(session)
        [refund] = history(tmp_path, service)
        assert refund["state"] == "WAITING"
