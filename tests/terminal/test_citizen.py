"""The program itself as the guest of a terminal: whatever ends it, the money is right and the terminal restored."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from refund_tui.sandbox import SandboxThread
from tests.terminal.program import PROGRAM, ask, confirm, history, matching, script, terminal
from tests.terminal.pty_session import PtySession, restored

UNTOLD = [
    sys.executable, "-c",
    "import os, signal, sys\nsignal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})\n"
    "os.execvp(sys.argv[1], sys.argv[1:])",
    *PROGRAM,
]  # fmt: skip
"""The program as under a wrapper that keeps SIGHUP from it: that the line dropped it must see for itself."""

LIMIT: dict[str, object] = {"status": 429, "retryAfter": "600"}
HANG: dict[str, object] = {"hang": True, "execute": True}


@dataclass(frozen=True)
class Moment:
    """Where the program is when it is ended: how the service behaves, the keys, what the ledger must say then."""

    step: dict[str, object]
    reach: Callable[[PtySession, SandboxThread], None]
    states: tuple[str, ...]
    paid: int


def idle(_session: PtySession, _service: SandboxThread) -> None:
    """The search."""


def asked(session: PtySession, _service: SandboxThread) -> None:
    """The question is open, and hears."""
    ask(session)
    session.listen(0.6)


def on_the_wire(session: PtySession, service: SandboxThread) -> None:
    """The service has moved the money and not said so."""
    ask(session)
    confirm(session)
    assert service.books.wait_until(lambda books: len(books.executions) == 1)


def counting(session: PtySession, _service: SandboxThread) -> None:
    """The countdown runs."""
    ask(session)
    confirm(session)
    session.wait_for(matching(r"09:5\d"))


MOMENTS = {
    "idle": Moment({}, idle, (), 0),
    "the question": Moment({}, asked, (), 0),
    "on the wire": Moment(HANG, on_the_wire, ("SENDING", "WAITING"), 1),
    "a countdown": Moment(LIMIT, counting, ("WAITING",), 0),
}


def check_books(moment: Moment, folder: Path, service: SandboxThread) -> None:
    """The refund is in the ledger, in the state it was left in, and the service has paid as often as it should."""
    refunds = history(folder, service)
    assert [refund["state"] in moment.states for refund in refunds] == [True] * bool(moment.states), refunds
    assert len(service.books.executions) == moment.paid
    if refunds:
        assert len(refunds[0]["attempts"]) == 1
        assert len(service.books.requests_for(refunds[0]["refund_request_id"])) == 1


@pytest.mark.parametrize("name", MOMENTS)
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_signal_ends_it_in_order_and_nothing_is_lost(name: str, number: signal.Signals, tmp_path: Path) -> None:
    moment = MOMENTS[name]
    with SandboxThread(any_trip=True, script=script(moment.step)) as service:
        with terminal(tmp_path, service) as session:
            moment.reach(session, service)
            session.signal(number)
            assert session.wait(5) == 128 + number
            assert restored(session)
            assert "Traceback" not in session.text
        check_books(moment, tmp_path, service)


@pytest.mark.parametrize("name", MOMENTS)
@pytest.mark.parametrize("command", [PROGRAM, UNTOLD], ids=["told", "untold"])
def test_a_dropped_line_ends_it_in_order_and_nothing_is_lost(name: str, command: list[str], tmp_path: Path) -> None:
    moment = MOMENTS[name]
    with SandboxThread(any_trip=True, script=script(moment.step)) as service:
        with terminal(tmp_path, service, command=command) as session:
            moment.reach(session, service)
            session.hang_up()
            assert session.wait(8) == 128 + signal.SIGHUP
        check_books(moment, tmp_path, service)
