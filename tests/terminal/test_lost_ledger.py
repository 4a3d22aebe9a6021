"""A ledger that is lost, cut, changed or an older copy, in a real terminal: it is reported, and nothing is sent."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from refund_tui.host.paths import ledger_path
from refund_tui.sandbox import SandboxThread
from tests.terminal.program import PROGRAM, TRIP, ask, confirm, settings, terminal
from tests.terminal.pty_session import PtySession, restored


@pytest.fixture
def service() -> Iterator[SandboxThread]:
    with SandboxThread(any_trip=True) as running:
        yield running


def deleted(ledger: Path) -> None:
    ledger.unlink()


def cut_short(ledger: Path) -> None:
    ledger.write_bytes(ledger.read_bytes()[:8_192])


def emptied(ledger: Path) -> None:
    ledger.write_bytes(b"")


def without_a_trigger(ledger: Path) -> None:
    with closing(sqlite3.connect(ledger, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER event_kept")


def an_older_copy(ledger: Path) -> None:
    shutil.copyfile(ledger.with_name("backup"), ledger)


LOSSES: dict[Callable[[Path], None], tuple[str, str]] = {
    deleted: ("was moved or replaced", "is missing or empty"),
    cut_short: ("is damaged", "is damaged or of another kind"),
    emptied: ("is damaged", "is missing or empty"),
    without_a_trigger: ("the trigger event_kept is missing", "the trigger event_kept is missing"),
    an_older_copy: ("an older copy of the ledger was put back", "an older copy of the ledger was put back"),
}
"""The messages while the terminal is open, and at its next start."""


BAR = "▌"
"""Stands at the left of each line of an announcement."""


def joined(screen: str) -> str:
    """The lines of a screen, joined where a sentence was wrapped."""
    return " ".join(screen.replace(BAR, " ").split())


def refund_one(session: PtySession, folder: Path) -> None:
    """A backup, then a refund that it does not have."""
    ledger = ledger_path(folder / "data")
    shutil.copyfile(ledger, ledger.with_name("backup"))
    ask(session)
    confirm(session)
    session.wait_for("ACCEPTED")
    session.settle()


@pytest.mark.parametrize("lose", LOSSES, ids=lambda lose: lose.__name__)
def test_lost_while_the_terminal_is_open_it_is_told_by_itself_and_nothing_more_is_paid(
    tmp_path: Path, service: SandboxThread, lose: Callable[[Path], None]
) -> None:
    with terminal(tmp_path, service) as session:
        refund_one(session, tmp_path)
        lose(ledger_path(tmp_path / "data"))
        session.wait_for(lambda screen: LOSSES[lose][0] in joined(screen))
        session.wait_for("LEDGER UNUSABLE")
        assert "nothing open" not in session.text
        session.press("f4")
        session.wait_for("History")
        session.settle()
        assert "No refunds yet" not in session.text
        session.press("f2")
        session.send(TRIP)
        session.press("enter")
        session.listen(0.5)
        session.send("1.00")
        session.press("tab")
        session.send("1")
        session.press("f10")
        confirm(session)
        session.wait_for(lambda screen: "LEDGER UNUSABLE" in screen and LOSSES[lose][0] in joined(screen))
        session.press("ctrl+q")
        assert session.wait() == 0
        assert restored(session)
    assert len(service.books.executions) == 1


@pytest.mark.parametrize("lose", LOSSES, ids=lambda lose: lose.__name__)
def test_lost_before_the_start_it_is_told_with_what_to_do_and_the_terminal_is_left_as_it_was(
    tmp_path: Path, service: SandboxThread, lose: Callable[[Path], None]
) -> None:
    with terminal(tmp_path, service) as session:
        refund_one(session, tmp_path)
        session.press("ctrl+q")
        assert session.wait() == 0
    lose(ledger_path(tmp_path / "data"))
    with PtySession(PROGRAM, env=settings(tmp_path, service.url)) as session:
        assert session.wait() == 3
        told = "".join(session.text.split())
        assert "".join(LOSSES[lose][1].split()) in told
        assert "putagoodcopyinitsplace" in told or "accept-older" in told
        assert restored(session)
    assert len(service.books.executions) == 1
