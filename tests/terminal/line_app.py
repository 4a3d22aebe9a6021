"""A small app with the program's widgets, run by `python -m tests.terminal.line_app [ROWS]` in its own pty.

It has a search field, a countdown that F5 starts, and a list whose rows are created when they are needed.
"""

from __future__ import annotations

import os
import sys
from typing import ClassVar

from refund_tui.tui.terminal import signals

signals.prepare(os.environ)  # Textual reads the environment when it is imported

# ruff: noqa: E402
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Input

from refund_tui.tui.terminal.display import Display
from refund_tui.tui.terminal.textual_inside import repair_textual
from refund_tui.tui.widgets.columns import Cell as RowCell
from refund_tui.tui.widgets.plain_text import Plain, TextCell
from refund_tui.tui.widgets.row_list import Column, RowList

COLUMNS = (Column("Asked", 12), Column("Amount", 12, right=True), Column("State", 14), Column("Trip", 0))
STATES: tuple[RowCell, ...] = (("✓ ACCEPTED", "good"), ("? UNKNOWN", "bad"), ("… WAITING", "warn"))


class Help(Screen[None]):
    """A modal screen."""

    def compose(self) -> ComposeResult:
        """One sentence."""
        yield Plain("Help [lies] over all of it.")


class LineApp(Display):
    """The app with the widgets, and nothing else."""

    CSS = """
    #count { width: 5; }
    Input { height: 1; border: none; padding: 0; width: 30; }
    """
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open"),
        Binding("f5", "count"),
        Binding("f6", "more"),
        Binding("f7", "panel"),
        Binding("f8", "wide"),
        Binding("f9", "screen"),
        Binding("ctrl+z", "suspend_process"),
        Binding("ctrl+l", "redraw"),
    ]

    def __init__(self, total: int) -> None:
        super().__init__(cell_diff=os.environ.get("REFUND_TUI_CELL_DIFF") != "0")
        self._total, self._left, self._wide = total, 600, False

    def compose(self) -> ComposeResult:
        """Countdown, field, heading, list, hint."""
        yield TextCell("10:00", id="count")
        field = Input(placeholder="find", compact=True)
        field.cursor_blink = False
        yield field
        yield Plain("a hint [b]that[/b] is no markup", id="hint")
        yield RowList[int](COLUMNS, self._cells, lambda place: place, empty="No refunds yet.", id="rows")
        yield Plain("", id="said")

    def on_mount(self) -> None:
        """Focus the field."""
        signals.exit_on_signals(lambda code: self.exit(return_code=code))
        self.set_interval(signals.CHECK_EVERY, self._look)
        self._timer = self.set_interval(1.0, self._tick, pause=True)
        self.query_one(Input).focus()

    def _look(self) -> None:
        if signals.terminal_is_gone():
            self.exit(return_code=129)

    def _cells(self, place: int) -> tuple[RowCell, ...]:
        trip = f"trip-{place:09}-{'北京市朝阳区' if self._wide and place % 3 == 0 else 'abcdef'}-0123456789"
        return f"{place:>5} 09:53", f"{place % 500}.00 EUR", STATES[place % 3], trip

    @on(RowList.Needed)
    def _needed(self, message: RowList.Needed) -> None:
        message.rows.set_rows(
            message.start, range(message.start, message.start + message.limit), self._total, edition=message.edition
        )

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        self.query_one("#said", Plain).show(f"submitted: {message.value}")

    def _tick(self) -> None:
        self._left -= 1
        self.query_one("#count", TextCell).show(f"{self._left // 60:02}:{self._left % 60:02}")

    def action_open(self) -> None:
        """Show which row is under the cursor."""
        self.query_one("#said", Plain).show(f"chosen: {self.query_one(RowList).current}")

    def action_count(self) -> None:
        """Start the countdown."""
        self._timer.resume()

    def action_more(self) -> None:
        """Add rows at the top."""
        self._total += 3
        self.query_one(RowList).reload()

    def action_panel(self) -> None:
        """Change the height of the hint, so that everything below moves."""
        hint = self.query_one("#hint", Plain)
        hint.show("a hint" if "\n" in hint.shown else "a hint\nof two\nand three lines")

    def action_screen(self) -> None:
        """Show another screen, and go back."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        else:
            self.push_screen(Help())

    def action_wide(self) -> None:
        """Show wide characters in every third row."""
        self._wide = not self._wide
        self.query_one(RowList).redraw()


if __name__ == "__main__":
    if reason := signals.refusal(os.environ.get("TERM")):
        sys.exit(reason)
    repair_textual()
    app = LineApp(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
    app.run(mouse=False)
    signals.detach_from_dead_terminal()
    sys.exit(app.return_code or 0)
