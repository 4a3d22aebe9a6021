"""Owns the reads of screens and commands. Each read runs in the thread of its file, never on the event loop.

Caches nothing: each result comes from the files at that moment. Every method raises StoreError.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, tzinfo

from refund_tui.core.damage import Damaged
from refund_tui.core.evidence import Head
from refund_tui.core.filters import Filter, Order
from refund_tui.core.money import Money
from refund_tui.core.refunds import Attempt, Draft, Event, Refund
from refund_tui.core.rules import TripBalance, known_as
from refund_tui.core.times import Instant
from refund_tui.core.trips import Trip
from refund_tui.desk.body_check import with_altered_records
from refund_tui.desk.files import Files
from refund_tui.desk.trip_words import searched
from refund_tui.store.export import RefundRows, page


class HistoryReads:
    """The refunds of the desk's ledger."""

    def __init__(self, files: Files) -> None:
        self._files = files

    async def get(self, key: str) -> Refund | Damaged | None:
        """One refund by its idempotency key."""
        return await self._files.look(lambda history: history.get(key))

    async def of_trip(self, store_id: str, trip_id: str) -> tuple[Refund | Damaged, ...]:
        """The refunds of a trip, newest first. Any spelling of its id is accepted."""
        return await self._files.look(lambda history: history.of_trip(store_id, trip_id))

    async def head(self) -> Head:
        """The newest event."""
        return await self._files.look(lambda history: history.head())

    async def attempts(self, key: str) -> tuple[Attempt | Damaged, ...]:
        """The attempts of a refund, oldest first."""
        return await self._files.look(lambda history: history.attempts(key))

    async def events(self, key: str) -> tuple[Event | Damaged, ...]:
        """The events of a refund, oldest first."""
        return await self._files.look(lambda history: history.events(key))

    async def rows(self, wanted: Filter, start: int, limit: int, order: Order = Order.NEWEST) -> list[Refund | Damaged]:
        """`limit` refunds in this order, from position `start` on."""
        return await self._files.look(lambda history: history.rows(wanted, start, limit, order))

    async def count(self, wanted: Filter, cap: int = 10_001) -> int:
        """The number of refunds. A filtered count stops at `cap`."""
        return await self._files.look(lambda history: history.count(wanted, cap))

    async def sums(self, wanted: Filter, cap: int) -> dict[str, Money]:
        """The sum of the refunds in each currency; empty if there are more than `cap` refunds."""
        return await self._files.look(lambda history: history.sums(wanted, cap))

    async def clerks(self) -> tuple[str, ...]:
        """The names of the clerks who asked for refunds."""
        return await self._files.look(lambda history: history.clerks())

    async def page(self, wanted: Filter, below: int | None, now: Instant) -> tuple[list[RefundRows], int | None]:
        """A page of refunds at `now`, for exports, and the `below` of the next page; None at the end."""
        return await self._files.look(lambda history: page(history, wanted, below, now))

    async def elsewhere(self, endpoint: str) -> dict[str, int]:
        """The number of open refunds at each other endpoint."""
        return await self._files.look(lambda history: history.elsewhere(endpoint))

    async def asked_since(self, clerk: str, currency: str, began: datetime) -> int:
        """The sum of what a clerk asked for since a time (UTC) and that counts, in minor units."""
        return await self._files.look(lambda history: history.asked_since(clerk, currency, began))

    async def draft(self, clerk: str, store_id: str, trip_id: str) -> Draft | None:
        """The draft of a clerk for a trip."""
        return await self._files.look(lambda history: history.draft(clerk, store_id, trip_id))

    async def last_draft(self, clerk: str) -> Draft | None:
        """The clerk's newest draft."""
        return await self._files.look(lambda history: history.last_draft(clerk))


class TripReads:
    """The trips, and the refunds of each."""

    def __init__(self, files: Files) -> None:
        self._files = files

    async def get(self, store_id: str, trip_id: str) -> Trip | None:
        """One trip, by any spelling of its id."""
        return await self._files.search(lambda trips: trips.get(store_id, trip_id))

    async def balance(self, store_id: str, trip_id: str) -> TripBalance:
        """The balance of a trip: its refunds, and the captured amount if it is known."""
        trip = await self.get(store_id, trip_id)
        refunds = await self._files.look(lambda history: history.of_trip(store_id, trip_id))
        ceiling = await self._files.look(lambda history: history.ceiling(store_id, trip_id))
        captured, currency = (trip.captured, trip.currency) if trip else (None, None)
        balance = TripBalance.of(captured, refunds, ceiling, currency)
        return await self._files.look(lambda history: with_altered_records(balance, history))

    async def balances(self, trips: Sequence[Trip]) -> dict[str, TripBalance]:
        """The balance of each trip of a list, by its folded id. Records are not compared with their events."""
        found = await self._files.look(lambda history: history.balances(trips))
        return {name: with_altered_records(balance) for name, balance in found.items()}

    async def known_as(self, store_id: str, trip_id: str) -> tuple[str, str]:
        """The store and trip id in the spelling to use: see `core.rules`."""
        trip = await self.get(store_id, trip_id)
        refunds = await self._files.look(lambda history: history.of_trip(store_id, trip_id))
        return known_as(store_id, trip_id, (one for one in refunds if isinstance(one, Refund)), trip)

    async def find(
        self, text: str, start: int, limit: int, *, zone: tzinfo = UTC, today: date | None = None
    ) -> list[Trip]:
        """The trips that `text` finds, newest first, from position `start` on, at most `limit`. Blank finds all."""
        return await self._files.search(lambda trips: trips.find(text, start, limit, zone=zone, today=today))

    async def count(self, text: str, cap: int, *, zone: tzinfo = UTC, today: date | None = None) -> int:
        """The number of trips that `text` finds, counted up to `cap`."""
        return await self._files.search(lambda trips: trips.count(text, cap, zone=zone, today=today))

    async def searched(self, wanted: Filter) -> Filter:
        """`wanted` with the trips that each of its words finds."""
        if not wanted.trip_words or (self._files.no_trips and not wanted.of_trip):
            return wanted
        return await self._files.search(lambda trips: searched(wanted, trips))

    async def put(self, trips: Iterable[Trip]) -> tuple[int, int, int]:
        """Store these trips. How many were new, changed, and unchanged."""
        return await self._files.search(lambda known: known.put(trips))
