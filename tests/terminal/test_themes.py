"""The themes in a real terminal: only colour codes that it understands, and none with NO_COLOR."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from refund_tui.sandbox import SandboxThread
from tests.terminal.program import ask, confirm, terminal

COLOUR = re.compile(rb"\x1b\[[0-9;]*?\b(3[0-7]|4[0-7]|9[0-7]|10[0-7]|38;[25]|48;[25])[0-9;]*m")
EXTENDED = re.compile(rb"[;\[](38|48);([25]);")
REVERSE = re.compile(rb"\x1b\[([0-9]+;)*7[;m]")


@pytest.fixture(scope="module", name="service")
def _service() -> Iterator[SandboxThread]:
    with SandboxThread(any_trip=True) as service:
        yield service


def drawn(folder: Path, service: SandboxThread, theme: str, **variables: str | None) -> bytes:
    """The output of the program on a walk through every screen, with an accepted refund."""
    with terminal(folder, service, env={"REFUND_TUI_THEME": theme, **variables}) as session:
        ask(session)
        confirm(session)
        session.wait_for("ACCEPTED")
        for key, seen in (("f4", "newest first"), ("ctrl+p", "What it does"), ("escape", "Asked"), ("f1", "Keys")):
            session.press(key)
            session.wait_for(seen)
        return session.raw


@pytest.mark.parametrize("theme", ["terminal", "dark", "light", "contrast"])
@pytest.mark.parametrize(
    ("term", "colorterm", "systems"),
    [("xterm-256color", "truecolor", {b"2"}), ("xterm-256color", None, {b"5"}), ("linux", None, set[bytes]())],
    ids=["truecolor", "256", "16"],
)
def test_a_look_uses_only_the_colours_that_the_terminal_has(
    tmp_path: Path, service: SandboxThread, theme: str, term: str, colorterm: str | None, systems: set[bytes]
) -> None:
    raw = drawn(tmp_path, service, theme, TERM=term, COLORTERM=colorterm)
    assert {system for _, system in EXTENDED.findall(raw)} == (set() if theme == "terminal" else systems)
    assert COLOUR.search(raw)


@pytest.mark.parametrize("theme", ["terminal", "light"])
@pytest.mark.parametrize("stage", ["yes", "no"])
def test_with_no_color_no_look_sends_a_colour_and_cursors_are_reversed(
    tmp_path: Path, service: SandboxThread, theme: str, stage: str
) -> None:
    raw = drawn(tmp_path, service, theme, NO_COLOR="1", REFUND_TUI_CELL_DIFF=stage)
    assert not COLOUR.search(raw)
    assert REVERSE.search(raw)


def test_an_empty_no_color_counts_as_unset(tmp_path: Path, service: SandboxThread) -> None:
    assert COLOUR.search(drawn(tmp_path, service, "terminal", NO_COLOR=""))
