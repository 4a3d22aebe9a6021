"""The same small screen without our widgets, for comparison: `python -m tests.benchmarks.line_peers PEER`.

`textual` is a bare Textual app with stock widgets. `curses` writes the fewest bytes that are possible.
"""

from __future__ import annotations

import curses
import sys
import time

ROWS = 1_000
HELP = "Help lies over all of it."


def cells(place: int) -> tuple[str, str, str, str]:
    """The row that all of them show."""
    states = ("✓ ACCEPTED", "? UNKNOWN", "… WAITING")
    return f"{place:>5} 09:53", f"{place % 500}.00 EUR", states[place % 3], f"trip-{place:09}-abcdef-0123456789"


def run_textual() -> None:
    """Stock widgets, used as in Textual's tutorial."""
    from textual.app import App, ComposeResult
    from textual.screen import Screen
    from textual.widgets import DataTable, Input, Label

    class HelpPeer(Screen[None]):
        def compose(self) -> ComposeResult:
            yield Label(HELP)

    class TextualPeer(App[None]):
        ENABLE_COMMAND_PALETTE = False
        CSS = "DataTable { height: 1fr; }"
        BINDINGS = [("f5", "count"), ("f9", "screen")]  # noqa: RUF012 Textual's own attribute

        def compose(self) -> ComposeResult:
            yield Label("10:00", id="count")
            yield Input(placeholder="find")
            yield DataTable(cursor_type="row")

        def on_mount(self) -> None:
            self._left = 600
            table = self.query_one(DataTable)
            table.add_columns("Asked", "Amount", "State", "Trip")
            table.add_rows(cells(place) for place in range(ROWS))
            self._timer = self.set_interval(1.0, self._tick, pause=True)
            self.query_one(Input).focus()

        def _tick(self) -> None:
            self._left -= 1
            self.query_one("#count", Label).update(f"{self._left // 60:02}:{self._left % 60:02}")

        def action_count(self) -> None:
            self._timer.resume()

        def action_screen(self) -> None:
            if len(self.screen_stack) > 1:
                self.pop_screen()
            else:
                self.push_screen(HelpPeer())

    TextualPeer().run(mouse=False)


class CursesPeer:
    """The same in curses: a field, a countdown, a list with a cursor row."""

    def __init__(self, window: curses.window) -> None:
        self._window = window
        self._height = curses.LINES - 2
        self._left, self._top, self._cursor, self._typed, self._in_list = 600, 0, 0, "", False
        self._end: float | None = None

    def run(self) -> None:
        """Run until ctrl+q."""
        curses.curs_set(0)
        curses.raw()
        self._window.timeout(50)
        self._draw()
        while (key := self._window.getch()) != 17:
            if self._end is not None and time.monotonic() >= self._end:
                self._left, self._end = self._left - 1, self._end + 1
                self._draw()
            if key != -1:
                self._handle(key)
                self._draw()

    def _handle(self, key: int) -> None:
        moves = {curses.KEY_DOWN: 1, curses.KEY_UP: -1, curses.KEY_NPAGE: self._height - 1}
        if key == curses.KEY_F5:
            self._end = time.monotonic() + 1
        elif key == curses.KEY_F9:
            self._window.erase()
            self._window.addstr(0, 0, HELP)
            self._window.refresh()
            self._window.timeout(-1)
            self._window.getch()
            self._window.timeout(50)
        elif key == 9:
            self._in_list = True
        elif key in moves:
            self._cursor = max(0, min(ROWS - 1, self._cursor + moves[key]))
            if key == curses.KEY_NPAGE:
                self._top += self._height - 1
        else:
            self._typed += chr(key)

    def _draw(self) -> None:
        self._top = max(min(self._top, self._cursor), self._cursor - self._height + 1)
        self._window.erase()
        self._window.addstr(0, 0, f"{self._left // 60:02}:{self._left % 60:02}")
        self._window.addstr(1, 0, self._typed)
        for y in range(self._height):
            told = "  ".join(cells(self._top + y))[: curses.COLS - 1]
            self._window.addstr(y + 2, 0, told, curses.A_REVERSE if self._top + y == self._cursor else 0)
        self._window.refresh()


if __name__ == "__main__":
    if sys.argv[1] == "curses":
        curses.wrapper(lambda window: CursesPeer(window).run())
    else:
        run_textual()
