"""However the program ends in a terminal, the money is right and the terminal is restored."""

from __future__ import annotations

import os
import select
import signal
import stat
import sys
import termios
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from refund_tui.host.paths import ledger_path
from refund_tui.sandbox import SandboxThread
from refund_tui.tui.terminal import signals
from tests.terminal.program import PROGRAM, ask, confirm, history, matching, open_form, script, settings, terminal
from tests.terminal.pty_session import ENTER_ALT_SCREEN, LEAVE_ALT_SCREEN, PtySession, restored

PROMPTLY = 5.0
"""The most seconds for an end, on a shared machine."""

UNTOLD = [
    sys.executable, "-c",
    "import os, signal, sys\nsignal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})\n"
    "os.execvp(sys.argv[1], sys.argv[1:])",
    *PROGRAM,
]  # fmt: skip
"""Runs the program without SIGHUP, as under a wrapper: it must notice a closed line itself."""

LIMIT: dict[str, object] = {"status": 429, "retryAfter": "600"}
HANG: dict[str, object] = {"hang": True, "execute": True}


@dataclass(frozen=True)
class Moment:
    """A moment to end the program: the service's behaviour, the keys, and the expected state in the ledger."""

    step: dict[str, object]
    reach: Callable[[PtySession, SandboxThread], None]
    states: tuple[str, ...]
    paid: int


def idle(_session: PtySession, _service: SandboxThread) -> None:
    """Lookup is shown."""


def asked(session: PtySession, _service: SandboxThread) -> None:
    """The question is open and accepts its keys."""
    ask(session)
    session.listen(0.6)


def on_the_wire(session: PtySession, service: SandboxThread) -> None:
    """The service has moved the money and not answered."""
    ask(session)
    confirm(session)
    assert service.books.wait_until(lambda books: len(books.executions) == 1)


def counting(session: PtySession, _service: SandboxThread) -> None:
    """The countdown runs."""
    ask(session)
    confirm(session)
    session.wait_for(matching(r"10:00|09:5\d"))


MOMENTS = {
    "idle": Moment({}, idle, (), 0),
    "the question": Moment({}, asked, (), 0),
    "on the wire": Moment(HANG, on_the_wire, ("SENDING", "WAITING"), 1),
    "a countdown": Moment(LIMIT, counting, ("WAITING",), 0),
}


def check_books(moment: Moment, folder: Path, service: SandboxThread) -> None:
    """Check the refund's state in the ledger, and how often the service paid."""
    refunds = history(folder, service) if ledger_path(folder / "data").exists() else []
    assert [refund["state"] in moment.states for refund in refunds] == [True] * bool(moment.states), refunds
    assert len(service.books.executions) == moment.paid
    if refunds:
        assert len(refunds[0]["attempts"]) == 1
        assert len(service.books.requests_for(refunds[0]["refund_request_id"])) == 1


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (signal.SIGHUP, "idle"),
        (signal.SIGHUP, "on the wire"),
        (signal.SIGTERM, "the question"),
        (signal.SIGTERM, "a countdown"),
        (signal.SIGINT, "idle"),
    ],
    ids=lambda value: value.name if isinstance(value, signal.Signals) else value,
)
def test_a_signal_ends_it_in_order_and_nothing_is_lost(number: signal.Signals, name: str, tmp_path: Path) -> None:
    moment = MOMENTS[name]
    with SandboxThread(any_trip=True, script=script(moment.step)) as service:
        with terminal(tmp_path, service) as session:
            moment.reach(session, service)
            session.signal(number)
            assert session.wait(PROMPTLY) == 128 + number
            assert restored(session)
            assert f"ended by {number.name}: every refund that was confirmed is recorded".encode() in session.raw
            assert "Traceback" not in session.text
        check_books(moment, tmp_path, service)


@pytest.mark.parametrize(
    ("command", "name"),
    [(PROGRAM, "the question"), (PROGRAM, "on the wire"), (UNTOLD, "idle"), (UNTOLD, "a countdown")],
    ids=lambda value: value if isinstance(value, str) else "untold" if value is UNTOLD else "told",
)
def test_a_dropped_line_ends_it_in_order_and_nothing_is_lost(command: list[str], name: str, tmp_path: Path) -> None:
    moment = MOMENTS[name]
    with SandboxThread(any_trip=True, script=script(moment.step)) as service:
        with terminal(tmp_path, service, command=command) as session:
            moment.reach(session, service)
            session.hang_up()
            assert session.wait(signals.CHECK_EVERY + PROMPTLY) == 128 + signal.SIGHUP
        check_books(moment, tmp_path, service)


def test_a_signal_while_it_starts_leaves_no_half_drawn_terminal(tmp_path: Path) -> None:
    with PtySession(PROGRAM, env=settings(tmp_path, "http://127.0.0.1:9")) as session:
        session.wait_for(lambda _: ENTER_ALT_SCREEN in session.raw)
        session.signal(signal.SIGTERM)
        assert session.wait(PROMPTLY) == 128 + signal.SIGTERM
        assert restored(session)


def stall(session: PtySession) -> None:
    """Stop reading the line, like a silent network, and make the program draw more than a queue can hold."""
    line = os.open(Path(f"/proc/{session.process.pid}/fd/0").readlink(), os.O_RDWR | os.O_NOCTTY)
    termios.tcflow(line, termios.TCOOFF)
    os.close(line)
    for number in range(80):
        session.press("f4" if number % 2 else "f2")
        select.select([], [], [], 0.01)


def test_a_stalled_line_holds_no_refund_up_and_the_hang_up_still_ends_it(tmp_path: Path) -> None:
    slow = script({"delay": 2})
    with SandboxThread(any_trip=True, script=slow) as service, terminal(tmp_path, service) as session:
        ask(session)
        confirm(session)
        assert service.books.wait_until(lambda books: len(books.arrivals) == 1)
        stall(session)
        assert service.books.wait_until(lambda books: len(books.executions) == 1)
        end = time.monotonic() + PROMPTLY
        while history(tmp_path, service)[0]["state"] != "ACCEPTED":
            assert time.monotonic() < end, "the answer is taken in while nobody reads the screen"
        session.hang_up()
        assert session.wait(PROMPTLY) == 128 + signal.SIGHUP


def test_terminated_on_a_stalled_line_it_ends_with_the_keyboard_given_back(tmp_path: Path) -> None:
    with SandboxThread(any_trip=True) as service, terminal(tmp_path, service) as session:
        stall(session)
        session.signal(signal.SIGTERM)
        assert session.wait(signals.EXIT_WITHIN + PROMPTLY) == 128 + signal.SIGTERM
        assert session.modes == session.modes_before


FAILING = """
import os, sys
from refund_tui.tui.terminal import signals
signals.prepare(os.environ)
{mistake}
from refund_tui.cli import main
sys.exit(main([]))
"""
MISTAKES = {
    "in a key's handler": """
from refund_tui.tui.screens.refund import RefundFormScreen
def fail(self, shopper="4242"): raise ValueError
RefundFormScreen.action_all_left = fail""",
    "in the thread that reads keys": """
from textual.drivers.linux_driver import LinuxDriver
process = LinuxDriver.process_message
def fail(self, message, shopper="4242"):
    if getattr(message, "key", "") == "f5": raise ValueError
    process(self, message)
LinuxDriver.process_message = fail""",
    "on the way out": """
from refund_tui.desk.desk import Desk
async def fail(self, shopper="4242"): raise ValueError
Desk.close = fail""",
}


@pytest.mark.parametrize("where", MISTAKES)
def test_a_mistake_of_its_own_ends_it_with_calm_words_and_a_private_file(where: str, tmp_path: Path) -> None:
    program = [sys.executable, "-c", FAILING.format(mistake=MISTAKES[where])]
    with SandboxThread(any_trip=True) as service, terminal(tmp_path, service, command=program) as session:
        open_form(session)
        session.press("f5")
        if where == "on the way out":
            session.press("ctrl+q")
        assert session.wait(PROMPTLY) == 1
        assert restored(session)
        said = session.raw[session.raw.rindex(LEAVE_ALT_SCREEN) :].decode()
    file = tmp_path / "data" / "crash.txt"
    assert "refund-tui history" in said
    assert str(file) in said
    assert "Traceback" not in said
    assert "4242" not in said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "ValueError" in file.read_text()
    assert "4242" not in file.read_text().replace('shopper="4242"', "")
