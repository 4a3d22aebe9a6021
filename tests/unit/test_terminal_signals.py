"""What the program uses of a clerk's environment, and what it leaves when it fails."""

from __future__ import annotations

import locale
import stat
import sys
from pathlib import Path

import pytest
from rich.traceback import Traceback
from textual import constants

from refund_tui.tui.terminal import signals
from refund_tui.tui.terminal.crash import CrashReporting, crashed
from refund_tui.tui.terminal.signals import prepare, refusal
from refund_tui.tui.terminal.textual_inside.repairs import TerminalOutput


class Ends:
    """A standard stream that is a terminal, or not."""

    def __init__(self, terminal: bool) -> None:
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


def on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make standard input and output terminals. Standard error may be a file."""
    for name in ("stdin", "stdout"):
        monkeypatch.setattr(sys, name, Ends(True))
    monkeypatch.setattr(sys, "stderr", Ends(False))


def test_nothing_of_textuals_is_left_to_the_environment_but_what_is_harmless() -> None:
    read = ("DEBUG", "DRIVER", "LOG", "DEVTOOLS_HOST", "SCREENSHOT", "PRESS", "SHOW_RETURN", "THEME", "FILTERS")
    environ = {f"TEXTUAL_{name}": "1" for name in read} | {"TEXTUAL": "debug", "COLUMNS": "200", "LINES": "9"}
    kept = {"TEXTUAL_FPS": "10", "TEXTUAL_ANIMATIONS": "full", "ESCDELAY": "500", "HOME": "/home/ana"}
    environ |= kept
    prepare(environ)
    assert environ == kept | {"TEXTUAL_DISABLE_KITTY_KEY": "1"}


def test_every_switch_of_this_textual_is_known() -> None:
    """A new variable of a newer Textual must be checked."""
    source = Path(constants.__file__).read_text()
    names = {word.strip('"(),') for word in source.replace("(", " ").split() if word.startswith('"TEXTUAL_')}
    assert names - signals.ALLOWED == {
        f"TEXTUAL_{name}"
        for name in (
            "DEBUG DRIVER FILTERS LOG DEVTOOLS_HOST DEVTOOLS_PORT SCREENSHOT SCREENSHOT_LOCATION SCREENSHOT_FILENAME "
            "PRESS SHOW_RETURN COLOR_SYSTEM SLOW_THRESHOLD THEME SMOOTH_SCROLL DIM_FACTOR"
        ).split()
    }


@pytest.mark.parametrize(
    ("charset", "refused"),
    [
        ("UTF-8", False),
        ("utf8", False),
        ("ANSI_X3.4-1968", False),
        ("ISO-8859-1", True),
        ("EUC-JP", True),
        ("TCVN5712-1", True),
    ],
)
def test_only_a_character_set_that_was_chosen_and_lacks_our_signs_is_refused(
    monkeypatch: pytest.MonkeyPatch, charset: str, refused: bool
) -> None:
    on_a_terminal(monkeypatch)
    monkeypatch.setattr(locale, "getencoding", lambda: charset)
    reason = refusal("xterm")
    assert (reason is not None) == refused
    if reason:
        assert charset in reason
        assert "refund-tui refund" in reason


def test_writing_to_a_terminal_that_is_gone_raises_no_error(tmp_path: Path) -> None:
    with (tmp_path / "line").open("w") as file:
        line = TerminalOutput(file.fileno())
        line.write("é ● …")
        line.flush()
    assert (tmp_path / "line").read_text(encoding="utf-8") == "é ● …"
    line.write("nobody is there")
    line.flush()


def test_the_last_words_name_a_file_that_is_private_even_where_one_was_before(tmp_path: Path) -> None:
    file = tmp_path / "crash.txt"
    file.write_text("older")
    file.chmod(0o644)
    said = str(crashed("ValueError: lost", tmp_path))
    assert "recorded" in said
    assert str(file) in said
    assert "ValueError" not in said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "ValueError: lost" in file.read_text()


def test_without_a_place_for_the_file_the_words_are_said_all_the_same(tmp_path: Path) -> None:
    said = str(crashed("ValueError", tmp_path / "gone"))
    assert "refund-tui history" in said
    assert "crash.txt" not in said


def test_what_failed_in_a_thread_is_told_without_the_values_of_its_variables() -> None:
    app, shopper = CrashReporting(), "4242 4242"
    try:
        raise LookupError(len(shopper))
    except LookupError:
        app.panic(Traceback(show_locals=True))
    assert app.crash is not None
    assert "LookupError: 9" in app.crash
    assert shopper not in app.crash
