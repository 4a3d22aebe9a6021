"""With another version of Textual all repairs are off. The program works, and doctor lists the missing repairs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from refund_tui.sandbox import SandboxThread
from refund_tui.tui.terminal import textual_inside
from refund_tui.tui.terminal.textual_inside.version import KNOWN, TextualRepair
from tests.support.program import python
from tests.terminal.another_textual import GUARDED
from tests.terminal.program import TRIP, ask, confirm, history, settings, terminal
from tests.terminal.pty_session import PtySession

MODULE = "tests.terminal.another_textual"
PROGRAM = [sys.executable, "-m", MODULE]


def test_a_clerk_refunds_a_trip_and_leaves_in_order(tmp_path: Path) -> None:
    with SandboxThread(any_trip=True) as service, terminal(tmp_path, service, command=PROGRAM) as session:
        ask(session)
        confirm(session)
        session.wait_for(lambda screen: "ACCEPTED" in screen and "^Y" in screen)
        session.press("ctrl+y")
        session.wait_for("clipboard")
        session.press("f4")
        session.wait_for(lambda screen: "5.00 EUR" in screen and TRIP in screen)
        session.press("ctrl+q")
        assert session.wait() == 0
        assert [refund["state"] for refund in history(tmp_path, service)] == ["ACCEPTED"]


def test_where_the_screen_would_be_drawn_into_a_file_it_is_refused(tmp_path: Path) -> None:
    """Keys would work on a screen that nobody sees."""
    shell = ["sh", "-c", f"{sys.executable} -m {MODULE} 2>{tmp_path / 'log'}"]
    with PtySession(shell, env=settings(tmp_path, "http://127.0.0.1:9")) as session:
        assert session.wait() == 2
    assert "not a terminal" in (tmp_path / "log").read_text()


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_doctor_names_every_repair_that_is_off(tmp_path: Path, form: tuple[str, ...]) -> None:
    told = python("-m", MODULE, "doctor", *form, REFUND_TUI_DATA_DIR=str(tmp_path)).stdout
    [line] = [line for line in told.splitlines() if "repairs are off" in line]
    assert "warn" in line
    assert KNOWN in line
    assert all(repair in line for repair in TextualRepair)


def test_every_module_that_uses_private_names_is_kept_from_the_program_here() -> None:
    modules = {file.stem for folder in textual_inside.__path__ for file in Path(folder).glob("*.py")}
    assert modules - {"__init__", "version"} == set(GUARDED)
