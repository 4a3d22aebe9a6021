"""No key starts another program: no shell, editor, pager or browser."""

from __future__ import annotations

import sys
from pathlib import Path

from refund_tui.sandbox import SandboxThread
from tests.terminal.program import ask, confirm, terminal

WATCHED = """
import sys
STARTS = ("subprocess.", "os.exec", "os.posix_spawn", "os.fork", "os.spawn", "os.system", "pty.spawn", "webbrowser.")
def watch(event, arguments):
    if event.startswith(STARTS):
        with open(sys.argv[1], "a") as log:
            log.write(f"{event}\\n")
sys.addaudithook(watch)
from refund_tui.cli import main
sys.exit(main([]))
"""
LETTERS = [f"ctrl+{letter}" for letter in "abefghjklnoprstuvwxyz"]
FUNCTIONS = [f"f{number}" for number in range(1, 13)]


def test_every_key_on_every_screen_starts_no_other_program(tmp_path: Path) -> None:
    log = tmp_path / "started"
    command = [sys.executable, "-c", WATCHED, str(log)]
    with SandboxThread(any_trip=True) as service, terminal(tmp_path, service, command=command) as session:
        ask(session)
        confirm(session)
        session.wait_for("ACCEPTED")
        for screen, seen in (("f2", "1 trip"), ("f4", "History")):
            for key in (*FUNCTIONS, *LETTERS, *"ejwouxv!:|"):
                session.press("escape", screen, key)
                session.settle(quiet=0.02)
            session.press("escape", "escape", screen)
            session.wait_for(seen)
        session.press("ctrl+q")
        assert session.wait() == 0
    assert not log.exists(), log.read_text()
