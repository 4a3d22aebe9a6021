"""Owns the status line: environment, screen, store, clerk and what is open; it is the same on all screens."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal

from refund_tui.core.damaged_rows import DAMAGED
from refund_tui.core.refunds import State
from refund_tui.core.text import visible
from refund_tui.core.times import countdown
from refund_tui.desk.desk import Desk
from refund_tui.tui.widgets.columns import fit
from refund_tui.tui.widgets.plain_text import TextCell


class Who(TextCell):
    """Store and clerk, filled with blanks to the end of the bar."""

    def __init__(self, words: str) -> None:
        super().__init__(words, id="who")
        self._words = words

    def on_resize(self) -> None:
        """Fill the width."""
        self.show(fit(self._words, self.size.width))


class StatusLine(Horizontal):
    """One line; its countdown causes no new layout."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="status")
        self._desk = desk
        self._environment = TextCell("", id="environment")
        self._title = TextCell("", id="screen-title")
        self._open_refunds = TextCell("", id="open")

    def compose(self) -> ComposeResult:
        """Environment, screen, store and clerk to the left, what is open to the right."""
        settings = self._desk.settings
        yield self._environment
        yield self._title
        yield Who(f" {visible(settings.store_id or 'no store', 24)} · {visible(settings.clerk, 16)}")
        yield self._open_refunds

    def on_mount(self) -> None:
        """Show what is known before the ledger is open."""
        self.redraw()

    def show_title(self, title: str) -> None:
        """Name the screen that is shown."""
        self._title.show(f" {title}")

    def redraw(self) -> None:
        """Show what is open now, and in which environment: the ledger's, once that is known."""
        environment = self._desk.environment
        self._environment.show(f" {environment} ")
        self._environment.set_classes(environment.lower())
        self._open_refunds.show(f" {self._open()} ")

    def _open(self) -> str:
        summary, desk = self._desk.summary, self._desk
        words = []
        if desk.refusal:
            words.append("ONLY TO REVIEW")
        if desk.offline:
            words.append("NO NETWORK")
        if desk.unsaved:
            words.append(f"{len(desk.unsaved)} NOT SAVED")
        if summary.alarms:
            words.append(f"! {summary.alarms} ALARM")
        if summary.damaged:
            words.append(f"! {summary.damaged} {DAMAGED}")
        if sending := summary.going_on - summary.to_send:
            words.append(f"{sending} sending")
        if summary.to_send:
            words.append(f"{summary.to_send} waiting{self._next()}")
        words += [f"{summary[state]} {state}" for state in State if state.needs_person and summary[state]]
        if summary.elsewhere:
            words.append(f"{summary.elsewhere} for another service")
        return " · ".join(words) or "nothing open"

    def _next(self) -> str:
        left = self._desk.summary.left_to_wait(self._desk.now())
        return f" · next {countdown(left)}" if left > 0 else ""
