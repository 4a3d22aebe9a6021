"""A name server that never answers holds up nothing: neither a deadline, nor a signal, nor the end of the program."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from refund_tui.core.filters import Filter
from refund_tui.core.refunds import State
from refund_tui.host.paths import ledger_path
from refund_tui.store.sqlite.history import History
from tests.support.desks import recorded
from tests.support.ledgers import sound
from tests.support.program import environment, limited, python

URL = "https://payments.test.example"

PROGRAM = """
import socket, sys, threading

def silent(*_args, **_more):
    print("asked", file=sys.stderr, flush=True)
    threading.Event().wait()

socket.getaddrinfo = silent
from refund_tui.cli import main
sys.exit(main(sys.argv[1:]))
"""
"""The program on a host whose resolver hangs for ever: if anything waits for it, the program does not end."""


def left_in(folder: Path) -> list[tuple[State, bool, str]]:
    """The state of each refund, whether it may have been executed, and why."""
    history = History.open(ledger_path(folder))
    try:
        return [(one.state, one.life.maybe_executed, one.life.why) for one in sound(history.rows(Filter(), 0, 9))]
    finally:
        history.close()


def assert_nothing_was_sent(folder: Path) -> None:
    [(state, maybe_executed, why)] = left_in(folder)
    assert (state, maybe_executed) == (State.WAITING, False)
    assert "closed before a connection was made; nothing was sent" in why


def test_a_deadline_is_kept(tmp_path: Path) -> None:
    recorded(tmp_path, URL, "trip-1")
    arguments = ("resume", "--data-dir", str(tmp_path), "--base-url", URL, "--deadline", "1")
    ended = python("-c", PROGRAM, *arguments)
    assert "asked" in ended.stderr
    assert (ended.returncode, "the deadline has passed" in ended.stderr) == (4, True), ended.stderr
    assert_nothing_was_sent(tmp_path)


def test_a_signal_is_obeyed(tmp_path: Path) -> None:
    recorded(tmp_path, URL, "trip-1")
    arguments = [sys.executable, "-c", PROGRAM, "resume", "--data-dir", str(tmp_path), "--base-url", URL]
    with (
        subprocess.Popen(arguments, env=environment(), stderr=subprocess.PIPE, text=True) as program,
        limited(program) as killed,
    ):
        assert program.stderr is not None
        assert any("asked" in line for line in program.stderr)
        program.send_signal(signal.SIGTERM)
        program.stderr.read()
        assert (program.wait(), killed.is_set()) == (128 + signal.SIGTERM, False)
    assert_nothing_was_sent(tmp_path)
