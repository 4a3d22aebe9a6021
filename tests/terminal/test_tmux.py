"""The program inside a real tmux: its clipboard request reaches the outer terminal."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from refund_tui.sandbox import SandboxThread
from tests.terminal.program import PROGRAM, ask, confirm, history, terminal
from tests.terminal.pty_session import PATIENCE

TMUX = shutil.which("tmux")
SETTINGS = """
set -g set-clipboard {clipboard}
set -g allow-passthrough {passthrough}
set -g status off
set -g default-terminal screen-256color
set -g exit-empty on
"""


@pytest.mark.skipif(TMUX is None, reason="tmux is not on this machine")
@pytest.mark.parametrize(("clipboard", "passthrough"), [("on", "off"), ("external", "on")])
def test_a_copied_id_reaches_the_terminal_outside_of_tmux(tmp_path: Path, clipboard: str, passthrough: str) -> None:
    config, socket = tmp_path / "tmux.conf", tmp_path / "socket"
    config.write_text(SETTINGS.format(clipboard=clipboard, passthrough=passthrough))
    command = [str(TMUX), "-S", str(socket), "-f", str(config), "new-session", *PROGRAM]
    with SandboxThread(any_trip=True) as service:
        try:
            with terminal(tmp_path, service, command=command) as session:
                ask(session)
                confirm(session)
                session.wait_for("ACCEPTED")
                session.press("f4")
                session.wait_for("5.00 EUR")
                session.settle()
                [refund] = history(tmp_path, service)
                start = session.mark()
                session.press("ctrl+y")
                wanted = base64.b64encode(refund["reconciliation_id"].encode())
                session.wait_for(lambda _: wanted in session.since(start), 5)
                assert re.search(rb"\x1b]52;c?;" + re.escape(wanted), session.since(start))
                assert b"\x1bPtmux" not in session.since(start)
                session.press("ctrl+q")
                assert session.wait() == 0
        finally:
            subprocess.run(
                [str(TMUX), "-S", str(socket), "kill-server"], capture_output=True, timeout=PATIENCE, check=False
            )
