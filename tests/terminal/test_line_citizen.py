"""A small app of the line's pieces as the guest of a terminal that hangs up, garbles, pastes, or knows few colours."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.terminal.pty_session import PATIENCE, ROOT, PtySession, restored

APP = [sys.executable, "-m", "tests.terminal.line_app"]
ROW = "trip-000000003"
DEAF_TO_HANGUP = ["/bin/sh", "-c", "trap '' HUP; exec \"$@\"", "sh", *APP]
_OF_MANY = re.compile(r"\b[34]8;(?:2;\d+;\d+;\d+|5;\d+)")
CURSOR_ROW = re.compile(r"(?m)^›")


@contextmanager
def running(command: list[str] | None = None, **env: str | None) -> Iterator[PtySession]:
    with PtySession(command or APP, env=env) as session:
        session.wait_for(ROW)
        session.settle()
        yield session


def colours(session: PtySession) -> set[str]:
    """The kinds of colour in all that was written: "38;2" (RGB), "48;5" (palette), "31" (one of the 16), …"""
    found: set[str] = set()
    for codes in re.findall(r"\x1b\[([0-9;]*)m", session.raw.decode()):
        found |= set(re.findall(r"\b[34]8;[25]", codes))
        found |= set(re.findall(r"\b(?:[34][0-79]|9[0-7]|10[0-7])\b", _OF_MANY.sub("", codes)))
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_in_order_with_the_terminal_restored(number: signal.Signals) -> None:
    with running() as session:
        session.signal(number)
        assert session.wait() == 128 + number
        assert restored(session)


@pytest.mark.parametrize("command", [APP, DEAF_TO_HANGUP], ids=["login", "nohup"])
def test_a_dropped_line_ends_in_order(command: list[str]) -> None:
    with running(command) as session:
        session.hang_up()
        assert session.wait() == 128 + signal.SIGHUP


@pytest.mark.parametrize("noise", [b"\xe9", b"\x1b[M \xff\xfe", b"\xff\xfe\x80"], ids=["latin-1", "X10 mouse", "noise"])
def test_bytes_that_are_not_utf_8_end_nothing(noise: bytes) -> None:
    with running() as session:
        session.send(noise + b"z")
        session.settle()
        session.press("tab", "down")
        session.wait_for(lambda screen: CURSOR_ROW.search(screen) is not None)
        session.press("ctrl+q")
        assert session.wait() == 0


def test_a_paste_with_newlines_submits_nothing() -> None:
    with running() as session:
        session.paste("trip-7\r\ntrip-8\n")
        session.wait_for("trip-7")
        session.settle()
        assert "submitted" not in session.text
        session.press("enter")
        session.wait_for("submitted: trip-7")


def walk(session: PtySession) -> None:
    """Through every state that has a look of its own."""
    session.press("a", "tab", "down", "pagedown", "f8", "f7", "f9")
    session.wait_for("over all of it")
    session.press("f9")
    session.wait_for("trip-")
    session.settle()


@pytest.mark.parametrize("stage", ["1", "0"])
def test_no_color_means_no_colour_codes_at_all(stage: str) -> None:
    with running(NO_COLOR="1", REFUND_TUI_CELL_DIFF=stage) as session:
        walk(session)
        assert colours(session) == set()
        assert b"\x1b[7m" in session.raw, "the cursor is still seen, reversed"


def test_an_empty_no_color_counts_as_unset() -> None:
    with running(NO_COLOR="") as session:
        assert "38;2" in colours(session)


def test_256_colours_are_used_where_the_terminal_has_no_more() -> None:
    with running(COLORTERM=None) as session:
        walk(session)
        assert {code for code in colours(session) if code.startswith(("38", "48"))} == {"38;5", "48;5"}


@pytest.mark.parametrize("term", ["xterm", "linux", "vt220"])
def test_16_colours_are_used_where_the_terminal_has_no_more(term: str) -> None:
    with running(COLORTERM=None, TERM=term) as session:
        walk(session)
        assert colours(session)
        assert not {code for code in colours(session) if code.startswith(("38", "48"))}


def test_a_dumb_terminal_gets_a_sentence_and_no_escapes() -> None:
    with PtySession(APP, env={"TERM": "dumb"}) as session:
        assert session.wait() == 1
        assert b"\x1b" not in session.raw
        assert "TERM=dumb" in session.text


def test_without_a_terminal_there_is_a_sentence() -> None:
    done = subprocess.run(APP, stdin=subprocess.DEVNULL, capture_output=True, cwd=ROOT, timeout=PATIENCE, check=False)
    assert b"not a terminal" in done.stderr
    assert b"\x1b" not in done.stderr + done.stdout
