"""Hostile text from outside, up to the terminal's bytes: no control character and no hidden character gets through."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from refund_tui.core.money import Money
from refund_tui.core.trips import Article, Card
from refund_tui.host.paths import trips_path
from refund_tui.sandbox import SandboxThread
from refund_tui.store.sqlite.trips import Trips
from tests.support.program import run
from tests.support.records import trip
from tests.terminal.program import PROGRAM, TRIP, confirm, script, settings
from tests.terminal.pty_session import LEAVE_ALT_SCREEN, PtySession, restored

STEERING = {
    "window title": "\x1b]0;PWNED\x07",
    "clipboard": "\x1b]52;c;UFdORUQ=\x07",
    "link": "\x1b]8;;http://evil.example\x1b\\",
    "device control": "\x1bPpwned\x1b\\",
    "cursor": "\x1b[7;7H\x1b[5m",
    "reset": "\x1bc",
    "C1 CSI": "\x9b31m",
    "next line": "\x85",
    "bidi": "\u202e\u2066",
    "zero width": "\u200b\u200d\ufeff",
    "line separator": "\u2028",
    "backspace": "\x08\x08\x7f",
}
MARKUP = "[@click=app.quit]x[/][link=http://evil.example]y[/][blink]z"
TOWER = "e" + "\u0301" * 40
HOSTILE = "".join(STEERING.values()) + TOWER + MARKUP
ENDLESS = HOSTILE + "W" * 5_000
FORBIDDEN = {
    **{name: text.encode() for name, text in STEERING.items() if name not in ("bidi", "zero width", "backspace")},
    **{f"U+{ord(char):04X}": char.encode() for char in "\u202e\u2066\u200b\u200d\ufeff"},
    "backspace": b"\x08",
    "delete": b"\x7f",
    "tower": "\u0301".encode() * 3,
    "any link": b"\x1b]8;",
    "blinking": b"\x1b[5m",
}


def found(output: bytes) -> list[str]:
    """The parts of the hostile text that arrived unchanged."""
    return [name for name, sequence in FORBIDDEN.items() if sequence in output]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a trip of hostile text."""
    (tmp_path / "data").mkdir(mode=0o700)
    now = datetime.now(UTC)
    article = Article("SKU-1", ENDLESS, Decimal(1), HOSTILE, Money(250, "EUR"), HOSTILE)
    trips = Trips.open(trips_path(tmp_path / "data"))
    trips.put([
        trip(TRIP, began=now, ended=now, receipt=f"R-7{HOSTILE}", articles=(article,), card=Card(HOSTILE, "4242"))
    ])  # fmt: skip
    trips.close()
    return tmp_path


def refund_plainly(folder: Path, service: SandboxThread, amount: str) -> bytes:
    """A refund by another clerk with a hostile name and note. The output of the command."""
    env = {**settings(folder, service.url), "REFUND_TUI_CLERK": "bob"}
    asked = ["refund", TRIP, "--amount", amount, "--reason", "1", "--note", HOSTILE[:200]]
    done = subprocess.run(
        [*PROGRAM, *asked], env={**os.environ, **env}, input=b"y\n", capture_output=True, timeout=20, check=False
    )
    assert b"Type y" in done.stderr
    return done.stdout + done.stderr


def walk(session: PtySession) -> None:
    """Go to every screen that shows a text from outside."""
    session.wait_for("R-7")
    session.send(TRIP)
    session.wait_for("1 trip")
    session.press("enter")
    session.wait_for(lambda screen: "Amount" in screen and "F10" in screen)
    session.send("3.00\t1\t\t")
    session.settle()
    session.press("f10")
    session.wait_for("refund it")
    confirm(session)
    session.wait_for("ACCEPTED")
    session.press("f1")
    session.settle()
    session.press("escape")
    session.press("f4")
    session.wait_for("REJECTED")
    for _ in range(3):
        for key in ("enter", "ctrl+o", "end", "ctrl+o", "ctrl+r", "w", "escape"):
            session.press(key)
            session.settle(quiet=0.1)
        session.press("escape")
        session.wait_for(lambda screen: "REJECTED" in screen and screen.count("ACCEPTED") == 2)
        session.press("down")
        session.settle(quiet=0.1)
    session.send("e")
    session.settle()


def test_nothing_hostile_reaches_the_terminal_a_file_or_a_plain_line(folder: Path) -> None:
    steps = script(
        {"status": 400, "body": {"errorType": "BadRequestException", "errorMsg": ENDLESS}},
        {"status": 200, "execute": True, "body": {"reconciliationId": HOSTILE}},
        {"status": 200, "execute": True, "body": {"reconciliationId": f"{MARKUP}{TOWER}"}},
    )
    with SandboxThread(any_trip=True, script=steps) as service:
        assert found(refund_plainly(folder, service, "1.00")) == []
        assert found(refund_plainly(folder, service, "2.00")) == []
        with PtySession(PROGRAM, env=settings(folder, service.url)) as session:
            walk(session)
            assert "bob" in session.text
            session.press("ctrl+q")
            assert session.wait() == 0
            assert restored(session)
        drawn = session.raw[: session.raw.rindex(LEAVE_ALT_SCREEN)]
        assert found(drawn) == []
        assert b"[@click=app.quit]" in drawn, "it is shown as the letters it is"
        for way in ((), ("--json",), ("--csv",)):
            printed = run("history", *way, **settings(folder, service.url))
            assert "bob" in printed.stdout
            assert found(printed.stdout.encode() + printed.stderr.encode()) == []
    written = [file for pattern in ("*.csv", "*.txt") for file in folder.glob(pattern)]
    assert len(written) >= 2, written
    assert [found(file.read_bytes()) for file in written] == [[]] * len(written)
