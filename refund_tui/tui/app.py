"""Owns the terminal's frame: the three places, the status line, the keys, and the way news reach the screens.

Sends nothing and decides nothing about money: that is the desk's.
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import ContentSwitcher

from refund_tui.config import Settings
from refund_tui.core.refunds import Refund, State
from refund_tui.core.text import visible
from refund_tui.core.times import Clock
from refund_tui.core.trips import Trip
from refund_tui.desk import Changed, Desk, News, Trouble, Unsaved
from refund_tui.tui.commands import COMMANDS, EVERYWHERE, of_place
from refund_tui.tui.line.plain import Plain
from refund_tui.tui.line.typist import Typist
from refund_tui.tui.news import DeskNews
from refund_tui.tui.places.history import HistoryPlace
from refund_tui.tui.places.lookup import LookupPlace
from refund_tui.tui.places.refund import RefundPlace
from refund_tui.tui.status import StatusLine

Place = LookupPlace | RefundPlace | HistoryPlace


class RefundApp(Typist):
    """The terminal over one desk."""

    CSS_PATH = "style.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(command.keys), command.action, command.label, id=command.name)
        for command in COMMANDS
        if command.place == EVERYWHERE
    ]

    def __init__(self, settings: Settings, *, desk: Desk | None = None, clock: Clock | None = None) -> None:
        super().__init__()
        self.desk = desk or Desk(settings, clock=clock)
        self._leaving = False
        self._places: dict[str, Place] = {
            "lookup": LookupPlace(self.desk), "refund": RefundPlace(self.desk), "history": HistoryPlace(self.desk),
        }  # fmt: skip

    def compose(self) -> ComposeResult:
        """The status line, one place at a time, one line for announcements, one for keys."""
        yield StatusLine(self.desk)
        with ContentSwitcher(initial="lookup"):
            yield from self._places.values()
        yield Plain("", id="announcement")
        yield Plain("", id="keys")

    async def on_mount(self) -> None:
        """Open the files, show what is there, then begin to send what is waiting."""
        self.theme = "ansi-dark" if "ansi-dark" in self.available_themes else self.theme
        await self.desk.open()
        self.desk.listen(self._hear)
        self.desk.begin()
        self.set_interval(1.0, self._tick)
        self._show("lookup")

    async def on_unmount(self) -> None:
        """Close the desk in order."""
        await self.desk.close()

    def _hear(self, news: News) -> None:
        self.post_message(DeskNews(news))

    @property
    def place(self) -> Place:
        """The place that is shown."""
        return self._places[str(self.query_one(ContentSwitcher).current)]

    def _show(self, name: str) -> None:
        self.query_one(ContentSwitcher).current = name
        self.place.enter()
        keys = "  ".join(f"{command.key_label} {command.label}" for command in of_place(name) if command.shown)
        self.query_one("#keys", Plain).show(" " + keys)
        self._tick()

    def _tick(self) -> None:
        self.query_one(StatusLine).redraw()
        self.place.tick()

    def announce(self, words: str) -> None:
        """Say something once, wherever the clerk is."""
        self.query_one("#announcement", Plain).show(" " + visible(words, 300))

    async def on_desk_news(self, message: DeskNews) -> None:
        """Redraw what is shown; say what ended."""
        match message.news:
            case Changed(refund=refund, kind=kind) if refund.state.terminal or refund.state is State.UNKNOWN:
                self.announce(f"{refund.state}: {refund.intent.amount} on {refund.intent.trip_id} · {kind}")
            case Unsaved(why=why) | Trouble(why=why):
                self.announce(why)
            case _:
                pass
        self.query_one(StatusLine).redraw()
        self.place.reload()

    def action_lookup(self) -> None:
        """To the search."""
        self._leaving = False
        self._show("lookup")

    def action_refund(self) -> None:
        """To the refund in hand."""
        self._show("refund")

    def action_history(self) -> None:
        """To the history."""
        self._show("history")

    async def open_refund(self, store_id: str, trip_id: str, trip: Trip | None) -> None:
        """Begin a refund on a trip; returns when its form has the cursor."""
        self._show("refund")
        await self.query_one(RefundPlace).begin(store_id, trip_id, trip)

    def show_refund(self, refund: Refund) -> None:
        """Show a refund's timeline."""
        self.query_one(RefundPlace).follow(refund)
        self._show("refund")

    def action_help(self) -> None:
        """The keys of this place, in words."""
        name = str(self.query_one(ContentSwitcher).current)
        self.announce("; ".join(f"{c.key_label}: {c.words}" for c in of_place(name)))

    async def action_quit(self) -> None:
        """Leave; with refunds still open, say which first."""
        summary = self.desk.summary
        count = summary.queued + summary.sending + summary.waiting
        if count and not self._leaving:
            self._leaving = True
            self.announce(f"{count} still open: they go on when the program next runs. ctrl+q again quits.")
            return
        self.exit(0)
