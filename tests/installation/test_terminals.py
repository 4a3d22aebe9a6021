"""Kinds of terminals over a real sshd: a refund goes through by their own keys, and they are restored."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.installation.conftest import Installed
from tests.terminal.pty_session import ENTER_ALT_SCREEN, KEYS, PtySession, restored

CTRL_S, CTRL_P = KEYS["ctrl+s"], KEYS["ctrl+p"]
SS3_F4, VT220_F10 = "\x1bOS", "\x1b[21~"


@dataclass(frozen=True)
class Keyboard:
    """The bytes that a kind of terminal sends to check a refund (F10), and to go to the history (F4)."""

    check: str = VT220_F10
    history: str = SS3_F4


KINDS = {
    "xterm-256color": Keyboard(),
    "xterm-kitty": Keyboard(),
    "alacritty": Keyboard(),
    "screen-256color": Keyboard(),
    "tmux-256color": Keyboard(),
    "vt220": Keyboard(),
    "linux": Keyboard(history="\x1b[[D"),
    "putty-256color": Keyboard(history="\x1b[14~"),
    "rxvt-unicode-256color": Keyboard(history="\x1b[14~"),
    "vt100": Keyboard(check=CTRL_S),
    "ansi": Keyboard(check=CTRL_S, history=f"{CTRL_P}history\r"),
}
"""Eleven kinds of terminal. A vt100 has four function keys, the last one none: they use ctrl+s and the palette."""


def ask(session: PtySession, trip: str, check: str = VT220_F10) -> None:
    """Go from Lookup to the question before a refund of 5.00."""
    session.send(trip)
    session.wait_for(f"trip id {trip} · 1 trip")
    session.press("enter")
    session.wait_for("Amount")
    session.send("5.00\t1")
    session.wait_for("5.00 ")
    session.send(check)
    session.wait_for("refund it")


def confirm(session: PtySession) -> None:
    """Answer yes after the grace period."""
    session.listen(0.6)
    session.send("y")


def quit_in_order(session: PtySession) -> None:
    session.press("ctrl+q")
    assert session.wait() == 0
    assert restored(session)


@pytest.mark.parametrize("kind", KINDS)
def test_a_refund_goes_through_by_the_keys_of_the_terminal(installed: Installed, kind: str) -> None:
    trip, keyboard = installed.a_trip(), KINDS[kind]
    receipt = f" R-{int(trip[-2:])} "
    with installed.lookup("ana", env={"TERM": kind}) as session:
        ask(session, trip, keyboard.check)
        confirm(session)
        session.wait_for("ACCEPTED")
        session.send(keyboard.history)
        session.wait_for(lambda screen: "newest first" in screen and receipt in screen)
        quit_in_order(session)
    assert [str(paid.amount) for paid in installed.service.books.executions if paid.trip_id == trip] == ["5.00"]


@pytest.mark.parametrize("kind", ["dumb", "unknown", ""])
def test_a_terminal_without_a_screen_is_refused_by_a_sentence(installed: Installed, kind: str) -> None:
    with PtySession(installed.ssh("ana"), env={"TERM": kind}) as session:
        assert session.wait() == 2
        assert "cannot place text on a screen" in session.text
        assert ENTER_ALT_SCREEN not in session.raw


def test_a_strange_name_of_a_terminal_is_only_a_name(installed: Installed) -> None:
    with installed.lookup("ana", env={"TERM": f"../../../etc/passwd\x1b[2J%n%s$(id)`id`;id{'x' * 4_000}"}) as session:
        quit_in_order(session)


def test_a_terminal_of_no_size_and_one_that_changes_its_size(installed: Installed) -> None:
    with PtySession(installed.ssh("ana"), size=(0, 0)) as session:
        session.wait_for(lambda _: ENTER_ALT_SCREEN in session.raw)
        session.resize(120, 36)
        session.wait_for("R-40")
        session.resize(50, 10)
        session.wait_for("This terminal is too small")
        session.resize(80, 24)
        session.wait_for("R-40")
        quit_in_order(session)
