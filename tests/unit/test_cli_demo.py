"""`refund-tui demo`: touches nothing real, remembers what moved, starts over when asked."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.program import environment, run
from tests.terminal.pty_session import PtySession

REAL = {
    "REFUND_TUI_BASE_URL": "https://us-east-1.payments.amazonphysicalstores.com",
    "REFUND_TUI_STORE_ID": "REAL-STORE",
    "REFUND_TUI_AUTH": "aws",
}


def demo(*arguments: str, **variables: str) -> PtySession:
    """A demo in a terminal of its own."""
    return PtySession([sys.executable, "-m", "refund_tui", "demo", *arguments], env=environment(**variables))


def left(session: PtySession) -> str:
    """What stands on the terminal after the demo was quit."""
    session.press("ctrl+q")
    assert session.wait() == 0
    return session.raw.decode(errors="replace").rpartition("\x1b[?1049l")[2]


def refund_the_first_trip(session: PtySession) -> None:
    session.wait_for("R-1001")
    session.send("R-1001")
    session.wait_for(lambda screen: "R-1002" not in screen)
    session.press("enter")
    session.wait_for("18.40")
    session.send("5.00")
    session.press("tab", "1", "f10")
    session.wait_for("refund it")
    session.settle(quiet=0.8)
    session.press("y")
    session.wait_for("ACCEPTED")


def test_it_ignores_the_real_service_and_the_real_ledger(own_home: Path, tmp_path: Path) -> None:
    with demo(**REAL, REFUND_TUI_DATA_DIR=str(tmp_path / "real")) as session:
        screen = session.wait_for("R-1001")
        assert "DEMO" in screen
        assert "REAL-STORE" not in screen
        assert "no money moved" in left(session)
    assert not (tmp_path / "real").exists()
    assert (own_home / ".local/share/refund-tui-demo/ledger.sqlite3").exists()


def test_it_remembers_what_moved_until_it_starts_over(tmp_path: Path) -> None:
    folder = str(tmp_path)
    with demo("--data-dir", folder) as session:
        refund_the_first_trip(session)
        assert "moved in all: 5.00 EUR" in left(session)
    with demo("--data-dir", folder) as session:
        session.wait_for("R-1001")
        assert "moved in all: 5.00 EUR" in left(session)
    assert "ACCEPTED" in run("history", "--data-dir", folder).stdout
    with demo("--data-dir", folder, "--fresh") as session:
        session.wait_for("R-1001")
        assert "no money moved" in left(session)
    assert run("history", "--data-dir", folder).stdout == ""


def test_a_real_ledger_is_neither_used_nor_forgotten(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite3"
    ledger.write_bytes(b"the books")
    for arguments in ([], ["--fresh"]):
        ended = run("demo", "--data-dir", str(tmp_path), *arguments)
        assert ended.returncode == 2
        assert "not the demo's" in ended.stderr
    assert ledger.read_bytes() == b"the books"
