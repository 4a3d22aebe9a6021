"""Owns the first screen: a clerk finds a trip by what a shopper knows, and opens a refund on it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input

from refund_tui.core.damage import DAMAGED
from refund_tui.core.fields import check_trip_id
from refund_tui.core.rules import TripBalance
from refund_tui.core.text import visible
from refund_tui.core.trip_search import meanings
from refund_tui.core.trips import Trip, folded_trip, typed_id
from refund_tui.desk.desk import Desk
from refund_tui.errors import RefundTuiError
from refund_tui.tui.commands import LOOKUP, bindings
from refund_tui.tui.screens.screen import ScreenPane
from refund_tui.tui.widgets.fields import field
from refund_tui.tui.widgets.plain_text import Part, Plain, TextCell, literal
from refund_tui.tui.widgets.row_list import Cell, Column, RowList
from refund_tui.tui.wording.lists import Meanings, trips_words
from refund_tui.tui.wording.notices import NO_TRIPS, last_four_or_id, no_trip
from refund_tui.tui.wording.states import moment
from refund_tui.tui.wording.trip_facts import left_and_back, trip_articles, trip_facts, trip_in_two_lines

COLUMNS = (
    Column("When", 12), Column("Receipt", 8, most=30, ends=True), Column("Trip", 16, most=36, above=96, ends=True),
    Column("Card", 9), Column("Charged", 13, right=True), Column("Left", 10, right=True),
    Column("Given back", 13, most=18, above=72),
)  # fmt: skip
MOST = 10_001
"""The most trips that are counted. For more, the count says "over"."""


MOST_LOOKED_AT = 20
"""The trips, the first ones, in which it is looked what the search text means."""

LEDGER_WITHIN = 0.5
"""Seconds that the list waits for a ledger that another program has locked."""
NOT_READ = "\nWhat was given back is not read yet."
LAST_FOUR = re.compile(r"[0-9]{4}")


class LookupScreen(ScreenPane):
    """A search field that keeps the focus, the known trips, and the facts of the marked trip."""

    title = "Lookup"
    BINDINGS: ClassVar[list[BindingType]] = bindings(LOOKUP)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "lookup")
        self.rows: RowList[Trip] = RowList[Trip](COLUMNS, self._cells, _name, id="trips")
        self.rows.can_focus = False  # the search field keeps the focus
        self._answered: str | None = None
        """The search text that the rows belong to."""
        self._balances: dict[str, TripBalance] = {}
        """The balance of each shown trip, by its folded id, as last read; none if it could not be read."""
        self._meanings: Meanings = ()
        """What each term of the search text means in the trips that it found."""
        self._asked_about = ""
        """Four digits that no card has. The next Enter takes them as a trip id."""

    def compose(self) -> ComposeResult:
        """The search, the list, and the marked trip: beside the list if there is room, else below it."""
        with Horizontal(classes="field"):
            yield Plain("Find", classes="name")
            yield field("search", "id, receipt, last four, amount, date, article")
        yield TextCell("", id="trip-words", classes="list-words")
        with Horizontal(classes="panes"):
            with Vertical(classes="left"):
                yield Plain("", id="trip-heading", classes="columns")
                yield self.rows
                yield Plain("", id="trip-hint", classes="hint")
            yield Plain("", id="trip-facts", classes="right")
        yield Plain("", id="trip-below")

    @property
    def _text(self) -> str:
        return typed_id(self.query_one("#search", Input).value)

    def begin(self) -> None:
        """Focus the search at the start. Text that was typed since the first picture stays."""
        self.query_one("#search", Input).focus()
        self.reload()

    def enter(self) -> None:
        """Focus the search and select its text, so that the next text replaces it."""
        search = self.query_one("#search", Input)
        search.focus()
        search.select_all()
        self.reload()

    def can(self, action: str) -> bool:
        """Whether a command is possible: opening needs a trip or a typed id, clearing needs text, moving needs rows."""
        if action == "clear":
            return bool(self.query_one("#search", Input).value)
        text = self._text
        typed = bool(text) and (self._answered != text or check_trip_id(text) is None)
        return self.rows.total > 0 or (action == "open" and typed)

    def reload(self) -> None:
        """Search again, in the background. Only the newest search counts."""
        self.in_background(self._search(0, fresh=True), "search")

    async def _search(self, start: int, *, fresh: bool, edition: int | None = None) -> None:
        text, zone, today = self._text, self._desk.settings.zone, self._today()
        trips = await self._desk.trips.find(text, start, 60, zone=zone, today=today)
        total = await self._desk.trips.count(text, MOST, zone=zone, today=today)
        balances = await self._read_balances(trips)
        if text != self._text:
            return  # a newer search is running
        self._balances = balances if fresh else self._balances | balances
        if fresh:
            self._answered = text
        self.rows.set_rows(start, trips, total, fresh=fresh, edition=edition)
        if fresh:
            self._highlighted()  # the same trip may have other refunds now
        if fresh:
            self._meanings = meanings(text, trips[:MOST_LOOKED_AT], zone, today)
        self._hint(total)
        self.refund_app.refresh_keys()

    async def _read_balances(self, trips: Sequence[Trip]) -> dict[str, TripBalance]:
        """The balances of the trips; none if the ledger cannot be read. The trips are shown anyway."""
        try:
            async with asyncio.timeout(LEDGER_WITHIN):
                return await self._desk.trips.balances(trips)
        except (RefundTuiError, TimeoutError):
            self.refund_app.read_again()
            return {}

    def _hint(self, total: int) -> None:
        known = bool(total or self._text)
        self.query_one("#trip-words", TextCell).show(trips_words(total, MOST, self._meanings) if known else "")
        hint = self.query_one("#trip-hint", Plain)
        hint.show(literal(*(() if total else self._none_found())))
        hint.set_class(not total, "-shown")
        self.rows.display = bool(total)
        self.query_one("#trip-heading").display = bool(total)
        self.call_after_refresh(self._fit_heading)  # a list that was hidden has no width before

    def _none_found(self) -> tuple[Part, ...]:
        """What the clerk can do if no trip is shown."""
        if not self._text:
            return NO_TRIPS
        return no_trip(self._text, check_trip_id(self._text))

    def _cells(self, trip: Trip) -> tuple[Cell, ...]:
        if trip.damage:
            return DAMAGED, "import it again", trip.trip_id, "", "unreadable", "?", ""
        when = moment(trip.dated, self._desk.settings.zone, self._desk.now().at) if trip.dated else "not known"
        card = f"{(trip.card.brand or '')[:4]:4} {trip.card.tail or ''}"
        charged = str(trip.captured) if trip.captured else "not known"
        balance = self._balances.get(folded_trip(trip.store_id, trip.trip_id))
        left, back = left_and_back(balance) if balance else ("?", "not read")
        return when, trip.receipt or "", trip.trip_id, card, charged, left, back

    @on(Input.Changed, "#search")
    def _typed(self) -> None:
        self._asked_about = ""
        self.refund_app.leave_announcement()  # it was about the shopper before
        self.rows.action_top()
        self.reload()

    def on_resize(self) -> None:
        """Lay out the heading and the marked trip again when they have their new width."""
        self.call_after_refresh(self._fit_heading)
        self.call_after_refresh(self._highlighted)

    def _fit_heading(self) -> None:
        if self.rows.display:
            self.query_one("#trip-heading", Plain).show(self.rows.heading())

    @on(RowList.Needed)
    def _needed(self, message: RowList.Needed) -> None:
        self.in_background(self._search(message.start, fresh=False, edition=message.edition))

    @on(RowList.Highlighted)
    def _highlighted(self) -> None:
        self.in_background(self._tell(), "trip")

    async def _tell(self) -> None:
        trip = self.rows.current
        waiting = asyncio.get_running_loop().call_later(LEDGER_WITHIN, self._show_facts, *_unread_facts(trip))
        try:
            facts = (Content(""), Content("")) if trip is None else await self._facts_of(trip)
        finally:
            waiting.cancel()
        self._show_facts(*facts)
        self.query_one("#trip-below").set_class(trip is not None, "-shown")

    def _show_facts(self, beside: Content, below: Content) -> None:
        self.query_one("#trip-facts", Plain).show(beside)
        self.query_one("#trip-below", Plain).show(below)

    async def _facts_of(self, trip: Trip) -> tuple[Content, Content]:
        """The facts of a trip, beside the list and below it, or why they cannot be read. Never another trip's."""
        name: tuple[Part, ...] = ((visible(trip.trip_id, 200), "bold"), "\n\n")
        try:
            balance = await self._desk.trips.balance(trip.store_id, trip.trip_id)
        except RefundTuiError as error:
            self.refund_app.read_again()
            why = f"{visible(str(error), 300)}."
            return literal(*name, why), literal(why)
        beside = [*name, *trip_facts(self._desk, trip.store_id, trip, balance)]
        width, height = self.query_one("#trip-facts").content_size
        room = height - 1 - literal(*beside).get_height({}, max(1, width))
        if articles := trip_articles(trip, balance, width, room):
            beside += ["\n\n", *articles]
        return literal(*beside), literal(*trip_in_two_lines(self._desk, trip, balance))

    def action_clear(self) -> None:
        """Empty the search."""
        self.query_one("#search", Input).value = ""

    async def action_open(self) -> None:
        """Open a refund on the marked trip, or on the typed id if no trip matches."""
        text, marked = self._text, self.rows.current
        trip = marked if marked is not None and self._answered == text else await self._found(text)
        if trip is not None:
            await self.refund_app.open_refund(trip.store_id, trip.trip_id)
        elif LAST_FOUR.fullmatch(text) and self._asked_about != text:
            self._asked_about = text
            self.refund_app.announce(last_four_or_id(text))
        elif text and check_trip_id(text) is None:
            await self.refund_app.open_refund(self._desk.settings.store_id or "", text)

    async def _found(self, text: str) -> Trip | None:
        """The trip that `text` finds at the cursor's place, if its row is not loaded yet."""
        zone, today, place = self._desk.settings.zone, self._today(), self.rows.cursor
        trips = await self._desk.trips.find(text, place, 1, zone=zone, today=today)
        return trips[0] if trips else None

    @on(Input.Submitted, "#search")
    async def _submitted(self) -> None:
        await self.refund_app.run_action("open", self)

    def _today(self) -> date:
        return self._desk.now().at.astimezone(self._desk.settings.zone).date()


def _unread_facts(trip: Trip | None) -> tuple[Content, Content]:
    """What is shown of a trip while the ledger does not answer: never another trip's facts."""
    name = (visible(trip.trip_id, 200) if trip else "", "bold")
    return literal(name, NOT_READ), literal(name, NOT_READ)


def _name(trip: Trip) -> object:
    return trip.store_id, trip.trip_id
