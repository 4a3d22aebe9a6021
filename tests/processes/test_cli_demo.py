"""`refund-tui demo`: it uses no real data, keeps its accounts, and starts over with --fresh."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from refund_tui.commands.demo import demo_settings
from refund_tui.core.refunds import State
from refund_tui.desk.desk import Desk
from refund_tui.host.paths import ledger_path
from refund_tui.sandbox import SandboxThread
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.schema import LEDGER
from tests.support.desks import settings
from tests.support.ledgers import WRITTEN
from tests.support.program import environment, run
from tests.terminal.pty_session import PtySession

REAL = {
    "REFUND_TUI_BASE_URL": "https://us-east-1.payments.amazonphysicalstores.com",
    "REFUND_TUI_STORE_ID": "REAL-STORE",
    "REFUND_TUI_AUTH": "aws",
}


def demo(*arguments: str, **variables: str) -> PtySession:
    """A demo in its own terminal."""
    return PtySession([sys.executable, "-m", "refund_tui", "demo", *arguments], env=environment(**variables))


def left(session: PtySession) -> str:
    """The text on the terminal after the demo was quit."""
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


def test_the_demos_ledger_is_used_by_the_demo_alone(tmp_path: Path) -> None:
    folder = str(tmp_path)
    with demo("--data-dir", folder) as session:
        refund_the_first_trip(session)
        left(session)
    before = run("history", "--json", "--data-dir", folder).stdout
    ended = run("resume", "--data-dir", folder, "--base-url", "http://127.0.0.1:9")
    assert ended.returncode == 2
    assert "belongs to DEMO at demo" in ended.stderr
    assert run("history", "--json", "--data-dir", folder).stdout == before


@pytest.mark.parametrize("arguments", [[], ["--fresh"]])
def test_a_journal_makes_no_demo_of_a_real_ledger(tmp_path: Path, arguments: list[str]) -> None:
    assert run("resume", "--data-dir", str(tmp_path), "--base-url", "http://127.0.0.1:9").returncode == 0
    (tmp_path / "sandbox.jsonl").touch()
    before = (tmp_path / "ledger.sqlite3").read_bytes()
    ended = run("demo", "--data-dir", str(tmp_path), *arguments)
    assert (ended.returncode, "not the demo's" in ended.stderr) == (2, True)
    assert (tmp_path / "ledger.sqlite3").read_bytes() == before


def demo_of_0_1_0(folder: Path) -> None:
    """A ledger as 0.1.0's demo left it, with one refund that was never sent."""
    Database.open(ledger_path(folder), replace(LEDGER, steps=LEDGER.steps[:1])).close()
    with closing(sqlite3.connect(ledger_path(folder))) as ledger, ledger:
        ledger.execute("ATTACH ? AS older", (str(WRITTEN / "ledger.sqlite3"),))
        ledger.execute("INSERT INTO main.refund SELECT * FROM older.refund WHERE endpoint = 'loopback'")
    (folder / "ledger.mark").write_text("0\n")


async def test_what_a_demo_of_0_1_0_left_open_goes_to_the_demos_own_sandbox(tmp_path: Path) -> None:
    demo_of_0_1_0(tmp_path)
    with SandboxThread(any_trip=True) as sandbox:
        desk = Desk(demo_settings(settings(tmp_path), tmp_path, sandbox.url))
        await desk.open()
        try:
            assert (desk.refusal, desk.summary.elsewhere, desk.summary[State.QUEUED]) == (None, 0, 1)
            desk.begin()
            await desk.drain()
        finally:
            await desk.close()
        assert len(sandbox.books.executions) == 1


def test_the_folder_of_a_demo_of_0_1_0_is_still_a_demos(tmp_path: Path) -> None:
    demo_of_0_1_0(tmp_path)
    (tmp_path / "sandbox.jsonl").touch()
    with demo("--data-dir", str(tmp_path)) as session:
        session.press("f4")
        session.wait_for("REJECTED")  # today's sandbox does not know that trip
        left(session)
    assert "DEMO" in run("ledger", "show", "--data-dir", str(tmp_path)).stdout
