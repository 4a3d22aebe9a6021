"""Owns the status line: environment, screen, store, clerk and open refunds. It is the same on all screens."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal

from refund_tui.desk.desk import Desk
from refund_tui.tui.widgets.columns import fit
from refund_tui.tui.widgets.plain_text import TextCell
from refund_tui.tui.wording.states import open_words, who_words

NAMES = 20
"""The fewest columns for the environment and the screen's name."""


class Who(TextCell):
    """Store and clerk, filled with blanks to the end of the bar."""

    def __init__(self, words: str) -> None:
        super().__init__(words, id="who")
        self._words = words

    def on_resize(self) -> None:
        """Fill the width."""
        self.show(fit(self._words, self.size.width))


class StatusLine(Horizontal):
    """One line. Its countdown causes no new layout."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="status")
        self._desk = desk
        self._environment = TextCell("", id="environment")
        self._title = TextCell("", id="screen-title")
        self._open_refunds = TextCell("", id="open")

    def compose(self) -> ComposeResult:
        """Environment, screen, store and clerk on the left, open refunds on the right."""
        yield self._environment
        yield self._title
        yield Who(f" · {who_words(self._desk.settings)}")
        yield self._open_refunds

    def on_mount(self) -> None:
        """Show the facts that are known before the ledger is open."""
        self.redraw()

    def show_title(self, title: str) -> None:
        """Name the screen that is shown."""
        self._title.show(f" {title}")

    def redraw(self) -> None:
        """Show the open refunds, and the environment: that of the ledger, when it is known."""
        environment = self._desk.environment
        self._environment.show(f" {environment} ")
        self._environment.set_classes(environment.lower())
        self._open_refunds.show(f" {open_words(self._desk, self.size.width - NAMES)} ")

    def on_resize(self) -> None:
        """Show as much as has room."""
        self.redraw()
