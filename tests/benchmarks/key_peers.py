"""Programs with only one field, for comparison with ours: `python -m tests.benchmarks.key_peers textual|curses`."""

from __future__ import annotations

import curses
import sys

READY = "one field"
BACKSPACE, QUIT = (8, 127, curses.KEY_BACKSPACE), 17


def run_textual() -> None:
    """A bare Textual Input."""
    from textual.app import App, ComposeResult
    from textual.widgets import Input, Label

    class BareForm(App[None]):
        ENABLE_COMMAND_PALETTE = False

        def compose(self) -> ComposeResult:
            yield Label(READY)
            yield Input()

    BareForm().run(mouse=False)


def run_curses(window: curses.window) -> None:
    """A curses field, which writes the fewest bytes that are possible."""
    curses.raw()
    typed = ""
    window.addstr(0, 0, READY)
    window.refresh()
    while (key := window.getch()) != QUIT:
        typed = typed[:-1] if key in BACKSPACE else typed + chr(key)
        window.move(1, 0)
        window.clrtoeol()
        window.addstr(1, 0, typed)
        window.refresh()


if __name__ == "__main__":
    if sys.argv[1] == "curses":
        curses.wrapper(run_curses)
    else:
        run_textual()
