"""Owns the first place: find a trip by what a shopper can tell, and open its refund."""

from __future__ import annotations

from typing import ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from refund_tui.core.fields import check_trip_id
from refund_tui.core.text import visible
from refund_tui.core.trips import Trip
from refund_tui.desk import Desk
from refund_tui.tui.line.plain import Plain
from refund_tui.tui.line.rows import Column, RowList
from refund_tui.tui.states import moment

COLUMNS = (
    Column("When", 12), Column("Trip", 0), Column("Receipt", 16), Column("Card", 8), Column("Total", 14, right=True),
)  # fmt: skip


class LookupPlace(Vertical):
    """A search field that keeps the cursor, and the trips known here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "list('move', -1)", show=False),
        Binding("down", "list('move', 1)", show=False),
        Binding("pageup", "list('page', -1)", show=False),
        Binding("pagedown", "list('page', 1)", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="lookup")
        self._desk = desk

    def compose(self) -> ComposeResult:
        """Search, list, and a word about the trip under the cursor."""
        search = Input(placeholder="trip id, receipt, last four, amount, date or article", compact=True, id="search")
        search.cursor_blink = False
        yield search
        yield Plain("", id="trip-heading")
        yield RowList[Trip](COLUMNS, self._cells, lambda trip: (trip.store_id, trip.trip_id), id="trips")
        yield Plain("", id="trip-hint")

    def enter(self) -> None:
        """Put the cursor into the search and show what is there."""
        self.query_one("#search", Input).focus()
        self.reload()

    def tick(self) -> None:
        """Nothing here counts down."""

    @property
    def _list(self) -> RowList[Trip]:
        return cast("RowList[Trip]", self.query_one("#trips", RowList))

    def reload(self) -> None:
        """Search again, in the background."""
        text = self.query_one("#search", Input).value
        self.app.run_worker(self._search(text, 0, fresh=True), group="search", exclusive=True, exit_on_error=False)

    async def _search(self, text: str, start: int, *, fresh: bool) -> None:
        trips = await self._desk.search(lambda known: known.find(text.strip(), start, 60))
        total = await self._desk.search(lambda known: known.count(text.strip(), 10_001))
        self._list.set_rows(start, trips, total, fresh=fresh)
        self._hint(text, total)

    def _hint(self, text: str, total: int) -> None:
        heading = self._list.heading(self.size.width)
        self.query_one("#trip-heading", Plain).show(heading)
        if total:
            words = f"{total} trips"
        elif text.strip():
            words = f"No trip here matches. Enter refunds the trip id as typed: {visible(text.strip(), 40)}"
        else:
            words = "No trips here yet: refund-tui trips import FILE, or type a trip id and press Enter."
        self.query_one("#trip-hint", Plain).show(" " + words)

    def _cells(self, trip: Trip) -> tuple[str, ...]:
        when = moment(trip.dated, self._desk.settings.zone, self._desk.now().at) if trip.dated else "not known"
        card = f"{(trip.card.brand or '')[:3]} {trip.card.tail or ''}"
        total = str(trip.captured) if trip.captured else "not known"
        return when, visible(trip.trip_id), visible(trip.receipt or "", 40), visible(card, 8), total

    @on(Input.Changed, "#search")
    def _typed(self) -> None:
        self._list.action_top()
        self.reload()

    @on(RowList.Needed)
    def _needed(self, message: RowList.Needed) -> None:
        text = self.query_one("#search", Input).value
        self.app.run_worker(self._search(text, message.start, fresh=False), exit_on_error=False)

    def action_list(self, action: str, by: int) -> None:
        """Move in the list while typing goes on."""
        getattr(self._list, f"action_{action}")(by)

    @on(Input.Submitted, "#search")
    async def _submitted(self, message: Input.Submitted) -> None:
        """Open the refund of the highlighted trip, or of the id as typed."""
        text = message.value.strip()
        trips = await self._desk.search(lambda known: known.find(text, self._list.cursor, 1))
        if trips:
            await self.app.open_refund(trips[0].store_id, trips[0].trip_id, trips[0])  # type: ignore[attr-defined]
        elif problem := check_trip_id(text):
            self.query_one("#trip-hint", Plain).show(f" {problem}")
        else:
            await self.app.open_refund(self._desk.settings.store_id or "", text, None)  # type: ignore[attr-defined]
