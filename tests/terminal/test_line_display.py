"""The cell diff in a real terminal: after each step the same screen as without it, with fewer bytes."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.terminal.pty_session import LEAVE_ALT_SCREEN, PtySession, restored

APP = [sys.executable, "-m", "tests.terminal.line_app"]
FIRST_ROW = "trip-000000000"


@contextmanager
def running(stage: bool, size: tuple[int, int] = (80, 24)) -> Iterator[PtySession]:
    with PtySession(APP, size=size, env={"REFUND_TUI_CELL_DIFF": "1" if stage else "0"}) as session:
        session.wait_for(FIRST_ROW)
        session.settle()
        yield session


def press(*keys: str) -> Callable[[PtySession], None]:
    return lambda session: session.press(*keys)


def resize(columns: int, rows: int) -> Callable[[PtySession], None]:
    def step(session: PtySession) -> None:
        session.screen.reset()  # terminals differ in what they show after a resize
        session.resize(columns, rows)

    return step


def suspend(session: PtySession) -> None:
    """Suspend to the shell and come back. The shell has written over the screen."""
    start = session.mark()
    session.press("ctrl+z")
    while LEAVE_ALT_SCREEN not in session.since(start):
        session.pump(0.05)
    session.settle()
    session.screen.reset()
    session.signal(signal.SIGCONT)
    session.wait_for("trip-")


def garble(session: PtySession) -> None:
    """Another program writes on our screen, and the clerk asks for a clean one."""
    session.screen.reset()
    session.press("ctrl+l")
    session.wait_for("trip-")


SCRIPTS: dict[str, list[Callable[[PtySession], None]]] = {
    "typing and walking": [press("a", "b"), press("backspace"), press("tab"), *[press("down")] * 3, press("pagedown")],
    "far and back": [
        press("tab", "end"),
        press("up"),
        press("pageup"),
        press("home"),
        *[press("pagedown", "down")] * 3,
    ],
    "scrolling at the edges": [press("tab", "pagedown", "pagedown"), *[press("down")] * 3, *[press(*["up"] * 7)] * 4],
    "rows that come in and a layout that moves": [press("f6"), press("f7"), press("tab", "down"), press("f6", "f7")],
    "wide characters": [press("f8"), press("tab"), *[press("down")] * 4, press("pagedown"), press("f8"), press("down")],
    "resize": [resize(100, 30), press("tab", "down"), resize(60, 16), press("pagedown"), resize(80, 24), press("up")],
    "resize to what it was": [resize(81, 24), resize(80, 24), press("tab", "down", "end")],
    "suspend and resume": [press("tab", "down"), suspend, press("down"), press("pagedown")],
    "a screen that others wrote on": [press("tab", "down"), garble, press("down")],
    "screens that come and go": [press("f9"), press("x"), press("f9"), press("tab", "down")],
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_step_shows_the_same_with_the_stage_and_without(name: str) -> None:
    with running(stage=True) as ours, running(stage=False) as plain:
        for number, step in enumerate(SCRIPTS[name]):
            for session in (ours, plain):
                step(session)
            for session in (ours, plain):
                session.settle()
            assert ours.picture == plain.picture, f"step {number} of {name!r}:\n{ours.text}\n\n{plain.text}"
        assert len(ours.raw) < len(plain.raw)
        ours.press("ctrl+q")
        assert ours.wait() == 0
        assert restored(ours)


def test_the_program_too_draws_the_same_and_sends_less_unless_it_is_switched_off(tmp_path: Path) -> None:
    service = {"REFUND_TUI_BASE_URL": "http://127.0.0.1:9", "REFUND_TUI_STORE_ID": "STORE-001", "HOME": str(tmp_path)}
    sent = {}
    for switch in ("yes", "no"):
        env = {**service, "REFUND_TUI_DATA_DIR": str(tmp_path / switch), "REFUND_TUI_CELL_DIFF": switch}
        with PtySession([sys.executable, "-m", "refund_tui"], env=env) as session:
            session.wait_for("No trips are known here yet")
            session.press("f4")
            session.wait_for("No refunds yet")
            session.settle()
            sent[switch] = len(session.raw), session.picture
            session.press("ctrl+q")
            assert session.wait() == 0
    assert sent["yes"][1] == sent["no"][1]
    assert sent["yes"][0] < sent["no"][0]
