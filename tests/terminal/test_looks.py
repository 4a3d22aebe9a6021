"""The looks in a real terminal: no code reaches it that it does not understand, and none at all with NO_COLOR."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.terminal.pty_session import PtySession

PROGRAM = [sys.executable, "-m", "refund_tui"]
COLOUR = re.compile(rb"\x1b\[[0-9;]*?\b(3[0-7]|4[0-7]|9[0-7]|10[0-7]|38;[25]|48;[25])[0-9;]*m")
EXTENDED = re.compile(rb"[;\[](38|48);([25]);")


def drawn(folder: Path, theme: str, **terminal: str | None) -> bytes:
    """What the program writes until its first face is there, and for help."""
    env = {
        "REFUND_TUI_BASE_URL": "http://127.0.0.1:9", "REFUND_TUI_STORE_ID": "STORE-001", "REFUND_TUI_THEME": theme,
        "REFUND_TUI_DATA_DIR": str(folder / "data"), "HOME": str(folder), **terminal,
    }  # fmt: skip
    with PtySession(PROGRAM, env=env) as session:
        session.wait_for("No trips are known")
        session.press("f1")
        session.wait_for("What a refund can be")
        return session.raw


@pytest.mark.parametrize("theme", ["terminal", "dark", "light", "contrast"])
@pytest.mark.parametrize(
    ("terminal", "systems"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, {b"2"}),
        ({"TERM": "xterm-256color", "COLORTERM": None}, {b"5"}),
        ({"TERM": "xterm", "COLORTERM": None}, set[bytes]()),
    ],
    ids=["truecolor", "256", "16"],
)
def test_a_look_uses_only_the_colours_that_the_terminal_has(
    tmp_path: Path, theme: str, terminal: dict[str, str | None], systems: set[bytes]
) -> None:
    raw = drawn(tmp_path, theme, **terminal)
    assert {system for _, system in EXTENDED.findall(raw)} == (set() if theme == "terminal" else systems)
    assert COLOUR.search(raw)


@pytest.mark.parametrize("theme", ["terminal", "light"])
def test_with_no_color_no_look_sends_a_colour(tmp_path: Path, theme: str) -> None:
    assert not COLOUR.search(drawn(tmp_path, theme, NO_COLOR="1"))
