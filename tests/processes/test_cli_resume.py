"""`refund-tui resume` as a process, with a service on loopback: which refunds it finishes, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from refund_tui.core.filters import Filter
from refund_tui.core.refunds import State
from refund_tui.host.paths import ledger_path
from refund_tui.sandbox import Books, SandboxThread, parse_script
from refund_tui.store.sqlite.history import History
from tests.support.desks import recorded
from tests.support.ledgers import sound
from tests.support.program import environment, run

PATIENCE = 20.0


def service(*steps: dict[str, Any]) -> SandboxThread:
    return SandboxThread(any_trip=True, script=parse_script({"refund": list(steps)}))


def states(folder: Path) -> list[State]:
    """The states of all refunds, oldest first."""
    history = History.open(ledger_path(folder))
    try:
        return [refund.state for refund in reversed(sound(history.rows(Filter(), 0, 100)))]
    finally:
        history.close()


def resume(folder: Path, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run("resume", "--data-dir", str(folder), "--base-url", url, *arguments)


def test_it_finishes_what_waits_and_tells_each_on_one_line_of_stdout(tmp_path: Path) -> None:
    with service({"status": 503, "retryAfter": "1"}) as sandbox:
        recorded(tmp_path, sandbox.url, "trip-1", "trip-2")
        ended = resume(tmp_path, sandbox.url)
        assert (ended.returncode, states(tmp_path)) == (0, [State.ACCEPTED, State.ACCEPTED])
        assert [line.split()[1:4] for line in ended.stdout.splitlines()] == [["12.50", "EUR", "ACCEPTED:"]] * 2
        assert len(sandbox.books.executions) == 2
    assert ended.stderr.startswith("2 to finish\n")
    assert "next attempt in 00:01" in ended.stderr


def test_without_waiting_it_sends_what_is_due_and_leaves_the_rest(tmp_path: Path) -> None:
    with service({"status": 429, "retryAfter": "172800"}) as sandbox:
        recorded(tmp_path, sandbox.url, "trip-1", "trip-2")
        ended = resume(tmp_path, sandbox.url, "--no-wait", "--timezone", "Asia/Tokyo")
    assert (ended.returncode, ended.stdout, states(tmp_path)) == (4, "", [State.WAITING, State.QUEUED])
    assert "2 refunds still open: sent when the program runs again" in ended.stderr
    told = [line for line in ended.stderr.splitlines() if "; next attempt at " in line]
    assert [line.split()[3].rstrip(":;") for line in told] == ["QUEUED", "WAITING"]
    day = f"{datetime.now(UTC) + timedelta(days=2, hours=9):%Y-%m-%d}"
    assert all(f"; next attempt at {day}" in line and " JST, in 4" in line for line in told), told


def test_the_deadline_ends_it_in_order(tmp_path: Path) -> None:
    with service({"status": 429, "retryAfter": "600"}) as sandbox:
        recorded(tmp_path, sandbox.url, "trip-1")
        ended = resume(tmp_path, sandbox.url, "--deadline", "1")
    assert (ended.returncode, states(tmp_path)) == (4, [State.WAITING])
    assert "the deadline has passed" in ended.stderr


def test_what_needs_a_person_has_its_own_exit_code(tmp_path: Path) -> None:
    with service({"status": 403}) as sandbox:
        recorded(tmp_path, sandbox.url, "trip-1")
        ended = resume(tmp_path, sandbox.url)
    assert (ended.returncode, ended.stdout, states(tmp_path)) == (5, "", [State.BLOCKED])
    assert "1 refund for a person to decide" in ended.stderr


def test_a_rejected_refund_is_decided(tmp_path: Path) -> None:
    with SandboxThread(trips=[]) as sandbox:
        recorded(tmp_path, sandbox.url, "trip-1")
        ended = resume(tmp_path, sandbox.url)
    assert (ended.returncode, states(tmp_path)) == (0, [State.REJECTED])
    assert "REJECTED" in ended.stdout


def test_nothing_to_do_is_well(tmp_path: Path) -> None:
    with service() as sandbox:
        ended = resume(tmp_path, sandbox.url)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "0 to finish\n")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_a_signal_ends_it_in_order_and_the_next_run_goes_on(tmp_path: Path, number: signal.Signals, code: int) -> None:
    with service({"status": 429, "retryAfter": "1"}) as sandbox:
        recorded(tmp_path, sandbox.url, "trip-1")
        arguments = ["resume", "--data-dir", str(tmp_path), "--base-url", sandbox.url]
        with subprocess.Popen(
            [sys.executable, "-m", "refund_tui", *arguments], env=environment(), stderr=subprocess.PIPE, text=True
        ) as program:
            assert program.stderr is not None
            assert any("next attempt in" in line for line in program.stderr)
            program.send_signal(number)
            assert program.wait(PATIENCE) == code
        assert states(tmp_path) == [State.WAITING]
        assert resume(tmp_path, sandbox.url).returncode == 0
        assert len(sandbox.books.executions) == 1


def test_after_kill_9_while_the_answer_is_awaited_the_money_moves_once(tmp_path: Path) -> None:
    with service({"hang": True, "execute": True}) as sandbox:
        recorded(tmp_path, sandbox.url, "trip-1")
        arguments = ["resume", "--data-dir", str(tmp_path), "--base-url", sandbox.url]
        with subprocess.Popen(
            [sys.executable, "-m", "refund_tui", *arguments], env=environment(), stderr=subprocess.DEVNULL
        ) as program:
            asked: Callable[[Books], bool] = lambda books: len(books.arrivals) == 1  # noqa: E731
            assert sandbox.books.wait_until(asked, PATIENCE)
            os.kill(program.pid, signal.SIGKILL)
        assert states(tmp_path) == [State.SENDING]
        assert resume(tmp_path, sandbox.url).returncode == 0
        assert states(tmp_path) == [State.ACCEPTED]
        [key] = {arrival.request_id for arrival in sandbox.books.arrivals}
        assert sandbox.books.times_executed(str(key)) == 1
        assert len({arrival.body for arrival in sandbox.books.arrivals}) == 1
