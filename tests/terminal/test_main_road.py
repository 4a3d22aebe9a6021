"""A whole refund in a real terminal with a real service, by exactly the keys of the README."""

from __future__ import annotations

import re
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

from refund_tui.host.paths import ledger_path
from refund_tui.sandbox import SandboxThread
from tests.support.program import run
from tests.terminal.program import PROGRAM, TRIP, ask, confirm, history, matching, script, settings, terminal
from tests.terminal.pty_session import PtySession


def test_a_clerk_refunds_a_trip_and_sees_it_in_the_history(tmp_path: Path) -> None:
    with SandboxThread(any_trip=True) as service, terminal(tmp_path, service) as session:
        ask(session)
        confirm(session)
        session.wait_for("ACCEPTED")
        session.press("f4")
        session.wait_for(lambda screen: "5.00 EUR" in screen and TRIP in screen)
        session.press("ctrl+q")
        assert session.wait() == 0
        [refund] = history(tmp_path, service)
        [execution] = service.books.executions
    assert refund["state"] == "ACCEPTED"
    assert refund["refund_request_id"] == execution.request_id
    assert (refund["amount"], refund["currency"], refund["reason_code"]) == ("5.00", "EUR", "DAMAGED_ITEM")


def test_a_rate_limit_is_waited_out_with_a_countdown_and_the_same_bytes_go_again(tmp_path: Path) -> None:
    steps = script({"status": 429, "retryAfter": "3"})
    with SandboxThread(any_trip=True, script=steps) as service, terminal(tmp_path, service) as session:
        ask(session)
        confirm(session)
        seen = set()
        for second in ("00:03", "00:02", "00:01"):
            screen = session.wait_for(matching(f"{second}|ACCEPTED"))
            seen.update(re.findall(r"00:0\d", screen))
        session.wait_for("ACCEPTED")
        [refund] = history(tmp_path, service)
        first, second_request = service.books.arrivals
    assert {"00:02", "00:01"} <= seen, "the countdown counts every second"
    assert first.body == second_request.body
    assert second_request.ticks - first.ticks >= 3
    assert refund["state"] == "ACCEPTED"
    assert refund["reconciliation_id"]
    assert [attempt["http_status"] for attempt in refund["attempts"]] == [429, 200]


def test_killed_while_the_request_hangs_then_resumed_under_the_same_id_paid_once(tmp_path: Path) -> None:
    steps = script({"hang": True, "execute": True})
    with SandboxThread(any_trip=True, script=steps) as service:
        with terminal(tmp_path, service) as session:
            ask(session)
            confirm(session)
            assert service.books.wait_until(lambda books: len(books.executions) == 1)
            session.signal(signal.SIGKILL)
            session.wait()
        resumed = run("resume", **settings(tmp_path, service.url))
        assert resumed.returncode == 0, resumed.stderr
        [refund] = history(tmp_path, service)
        requests = service.books.requests_for(refund["refund_request_id"])
        assert len({request.body for request in requests}) == 1
        assert service.books.times_executed(refund["refund_request_id"]) == 1
    assert refund["state"] == "ACCEPTED"
    assert [attempt["outcome"] for attempt in refund["attempts"]] == ["process_died", "accepted"]


def test_leaving_with_an_unwritten_acceptance_says_so(tmp_path: Path) -> None:
    steps = script({"delay": 1.0})
    with SandboxThread(any_trip=True, script=steps) as service:
        with terminal(tmp_path, service) as session:
            ask(session)
            confirm(session)
            session.wait_for("SENDING")
            with closing(sqlite3.connect(ledger_path(tmp_path / "data"), isolation_level=None)) as other:
                other.execute("BEGIN EXCLUSIVE")
                screen = session.wait_for("NOT SAVED")
                assert "accepted, not saved" in session.wait_for("not saved")
                assert "try again" not in screen
                session.press("ctrl+q")
                session.wait_for("y  quit")
                session.listen(0.6)
                session.send("y")
                assert session.wait(120) == 0  # each of its last writes waits for the other program
            session.wait_for(lambda screen: "askedagainwiththesameid" in "".join(screen.split()))
        assert run("resume", **settings(tmp_path, service.url)).returncode == 0
        [refund] = history(tmp_path, service)
        assert refund["state"] == "ACCEPTED"
        assert service.books.times_executed(refund["refund_request_id"]) == 1


def test_after_a_hang_up_during_a_wait_the_next_start_continues_the_same_countdown(tmp_path: Path) -> None:
    steps = script({"status": 429, "retryAfter": "600"})
    with SandboxThread(any_trip=True, script=steps) as service:
        with terminal(tmp_path, service) as session:
            ask(session)
            confirm(session)
            session.wait_for(matching(r"(10:00|09:5\d)"))
            session.hang_up()
            assert session.wait() == 129
        with PtySession(PROGRAM, env=settings(tmp_path, service.url)) as session:
            screen = session.wait_for(matching(r"next 09:\d\d"))
        left = re.search(r"next 09:(\d\d)", screen)
        assert left is not None
        assert int(left[1]) < 60
        assert len(service.books.arrivals) == 1


def test_quitting_with_an_open_refund_says_which_and_that_it_goes_on(tmp_path: Path) -> None:
    steps = script({"status": 429, "retryAfter": "600"})
    with SandboxThread(any_trip=True, script=steps) as service, terminal(tmp_path, service) as session:
        ask(session)
        confirm(session)
        session.wait_for("WAITING")
        session.press("ctrl+q")
        screen = session.wait_for("still open")
        assert TRIP in screen
        assert "continue" in screen
        session.listen(0.6)
        session.send("y")
        assert session.wait() == 0


def test_a_double_enter_and_a_held_y_confirm_nothing_in_the_first_half_second(tmp_path: Path) -> None:
    with SandboxThread(any_trip=True) as service, terminal(tmp_path, service) as session:
        ask(session)
        session.send("\r\ryyyy")
        session.listen(0.7)
        assert "refund it" in session.text
        assert service.books.arrivals == ()
        session.send("n")
        session.wait_for("Amount")
        assert service.books.arrivals == ()


def test_keys_that_arrive_in_one_read_go_to_the_right_fields(tmp_path: Path) -> None:
    with SandboxThread(any_trip=True) as service, terminal(tmp_path, service) as session:
        session.send(f"{TRIP}\r5.00\t1\x13")
        session.wait_for("refund it")
        confirm(session)
        session.wait_for("ACCEPTED")
        assert [str(execution.amount) for execution in service.books.executions] == ["5.00"]
