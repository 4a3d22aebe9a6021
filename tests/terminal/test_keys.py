"""The program in a real terminal with accidental input: wrong bytes, pastes, keys that are held or pressed twice."""

from __future__ import annotations

import re
import select
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from refund_tui.sandbox import SandboxThread
from tests.terminal.program import TRIP, ask, confirm, history, matching, open_form, terminal
from tests.terminal.pty_session import PtySession, restored

CHANGED = """
import asyncio, os, sys
from refund_tui.tui.terminal import signals
signals.prepare(os.environ)
{change}
from refund_tui.cli import main
sys.exit(main([]))
"""
FAILING = """
from refund_tui.tui.screens.refund import RefundFormScreen
async def fail(self, *_, **__): raise ValueError
RefundFormScreen._take = fail
"""
SLOW_DISK = """
from refund_tui.desk.reads import TripReads
balance = TripReads.balance
async def slow(self, *trip):
    await asyncio.sleep(0.3)
    return await balance(self, *trip)
TripReads.balance = slow
"""
LATIN_1 = b"caf\xe9 "
X10_MOUSE = b"\x1b[M \xe9\xa2"
NOISE = [LATIN_1, X10_MOUSE, b"\xff\xfe\x80"]
LINES = "5.00\r\ny\r\ny\r\n\ny"
"""A paste that contains an amount, line ends, and the answer to the question."""


@pytest.fixture
def service() -> Iterator[SandboxThread]:
    with SandboxThread(any_trip=True) as service:
        yield service


def quit_in_order(session: PtySession) -> None:
    session.press("ctrl+q")
    assert session.wait() == 0
    assert restored(session)


def garble(session: PtySession) -> None:
    """Send wrong bytes to the focused field. It still accepts text afterwards."""
    for noise in NOISE:
        session.send(noise)
        session.settle(quiet=0.1)
    assert session.process.poll() is None


def clear(session: PtySession) -> None:
    """Empty the focused field."""
    session.press("end", "ctrl+u")
    session.settle(quiet=0.1)


def test_bytes_that_are_not_text_do_not_end_the_program_in_any_field(tmp_path: Path, service: SandboxThread) -> None:
    with terminal(tmp_path, service) as session:
        garble(session)
        clear(session)
        open_form(session)
        garble(session)
        clear(session)
        session.send("5.00\t1\t")
        session.wait_for("5.00 ")
        garble(session)
        session.send("end of note")
        session.wait_for("end of note")
        session.press("f10")
        session.wait_for("refund it")
        garble(session)
        assert "refund it" in session.text
        confirm(session)
        session.wait_for("ACCEPTED")
        quit_in_order(session)
    [refund] = history(tmp_path, service)
    assert refund["amount"] == "5.00"
    assert "end of note" in refund["note"]
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", refund["note"])


@pytest.mark.parametrize("brackets", [True, False], ids=["bracketed", "as keys"])
def test_a_paste_with_line_ends_confirms_nothing_anywhere(
    tmp_path: Path, service: SandboxThread, brackets: bool
) -> None:
    with terminal(tmp_path, service) as session:
        put = session.paste if brackets else session.send
        if brackets:
            put(f"{TRIP}\r\ny\r\n")
            session.settle()
            assert "Find" in session.text, "a line end in a paste opens nothing"
            clear(session)
        else:
            put(f"{TRIP}\r\ny\r\ny\r\n")  # its first Enter opens the form, as it does from the keyboard
            session.wait_for(lambda screen: "Amount" in screen and "F10" in screen)
            session.settle()
            assert "refund it" not in session.text
            session.press("escape")
            session.wait_for("Find")
        open_form(session)
        clear(session)
        put(LINES)
        session.settle()
        assert "refund it" not in session.text
        session.press("escape")  # typed, the lines went from field to field
        session.wait_for("Find")
        open_form(session)
        clear(session)
        session.send("5.00\t1\t")
        session.wait_for("5.00 ")
        put(f"a note\r\n{LINES}")
        session.settle()
        assert "refund it" not in session.text
        session.press("f10")
        session.wait_for("refund it")
        put(LINES)
        session.listen(0.7)
        assert service.books.arrivals == ()
        assert history(tmp_path, service) == []
        quit_in_order(session)


def hold(session: PtySession, key: str, seconds: float) -> None:
    """Hold a key: 30 times a second."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        session.press(key)
        session.pump()
        select.select([], [], [], 1 / 30)


def test_enter_and_f10_held_down_when_the_question_appears_pay_nothing(tmp_path: Path, service: SandboxThread) -> None:
    with terminal(tmp_path, service) as session:
        ask(session)
        for key, seconds in (("enter", 2.0), ("f10", 1.0)):
            hold(session, key, seconds)
            session.settle()
            assert "refund it" in session.text
        assert service.books.arrivals == ()
        quit_in_order(session)


def test_if_y_is_held_down_before_the_question_nothing_is_paid_until_it_is_released(
    tmp_path: Path, service: SandboxThread
) -> None:
    with terminal(tmp_path, service) as session:
        open_form(session)
        session.send("5.00\t1")
        session.wait_for("5.00 ")
        session.press("f10")
        hold(session, "y", 2.0)
        session.settle()
        assert "refund it" in session.text
        assert service.books.arrivals == ()
        confirm(session)
        session.wait_for("ACCEPTED")
        assert len(service.books.executions) == 1
        quit_in_order(session)


def test_enter_struck_twice_opens_one_form_and_asks_nothing(tmp_path: Path, service: SandboxThread) -> None:
    with terminal(tmp_path, service) as session:
        for gap in (0.0, 0.02, 0.05, 0.1, 0.25):
            session.send(TRIP)
            session.wait_for(lambda screen: "1 trip" in screen)
            session.press("enter")
            session.listen(gap)
            session.press("enter")
            session.wait_for(lambda screen: "Amount" in screen and "F10" in screen)
            session.settle()
            assert session.text.count("Amount") == 1
            assert "refund it" not in session.text
            session.press("escape")
            session.wait_for(lambda screen: "Find" in screen and "Amount" not in screen)
            session.settle()
            assert "Amount" not in session.text, "one form was open, not two"
        assert service.books.arrivals == ()
        quit_in_order(session)


def changed(change: str) -> list[str]:
    """The program with a piece of it replaced."""
    return [sys.executable, "-c", CHANGED.format(change=change)]


def test_what_is_typed_on_at_once_lands_whole_in_the_amount(tmp_path: Path, service: SandboxThread) -> None:
    with terminal(tmp_path, service, command=changed(SLOW_DISK)) as session:
        for number in range(10):
            session.send(f"typed-ahead-{number}\r1{number}.50")
            session.wait_for(matching(rf"1{number}\.50 "), 5)
            session.press("escape")
            session.wait_for(lambda screen: "Find" in screen and "Amount" not in screen)


def test_an_error_in_the_action_of_a_key_is_not_taken_for_a_key_without_effect(
    tmp_path: Path, service: SandboxThread
) -> None:
    with terminal(tmp_path, service, command=changed(FAILING)) as session:
        ask(session)
        confirm(session)
        session.wait_for("This program failed (ValueError)")
        assert service.books.arrivals == ()
        assert "ValueError" in (tmp_path / "data" / "crash.txt").read_text()
        session.press("f2")
        session.wait_for("Find")
        quit_in_order(session)
