"""Owns the comparison of imported trips with the captured amounts in the ledger.

Changes nothing and never stops an import: if the ledger cannot be read, it says so once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from refund_tui.core.money import Money
from refund_tui.core.rules import RAISE
from refund_tui.core.trip_spelling import folded_trip
from refund_tui.core.trips import Trip
from refund_tui.desk.ports import HistoryPort, Storage
from refund_tui.errors import StoreError

MOST_NAMED = 20
"""Trips that are named at most; of the others only the number is printed."""


class CapturedComparison:
    """The trips for which a file has a higher captured amount than the ledger, or another currency."""

    def __init__(self, storage: Storage, say: Callable[[str], None]) -> None:
        self._say = say
        self._found: dict[str, tuple[Trip, Money]] = {}
        self._history: HistoryPort | None = None
        if storage.exists():
            self._try(lambda: self._open(storage))

    def close(self) -> None:
        """Close the ledger."""
        if self._history is not None:
            self._history.close()
            self._history = None

    def compare(self, trips: Iterable[Trip]) -> None:
        """Compare some trips of the file with the ledger."""
        trip_of = {folded_trip(trip.store_id, trip.trip_id): trip for trip in trips if trip.captured}
        self._try(lambda: self._compare(trip_of))

    def report(self) -> None:
        """Print the differences, and which amount counts."""
        if self._found:
            one = len(self._found) == 1
            self._say(
                f"{len(self._found):,} {'trip has' if one else 'trips have'} another captured amount than the ledger. "
                f"The ledger's amount counts; a person who knows better changes it with {RAISE}"
            )
        for trip, counted in list(self._found.values())[:MOST_NAMED]:
            self._say(f"{trip.trip_id} of {trip.store_id}: {counted} in the ledger, {trip.captured} in the file")
        if len(self._found) > MOST_NAMED:
            self._say(f"and {len(self._found) - MOST_NAMED:,} more")

    def _open(self, storage: Storage) -> None:
        self._history = storage.open_history()

    def _compare(self, trip_of: dict[str, Trip]) -> None:
        counted = self._history.captured(trip_of) if self._history else {}
        for name, amount in counted.items():
            now = trip_of[name].captured
            if now is not None and (now.currency != amount.currency or now.minor > amount.minor):
                self._found[name] = (trip_of[name], amount)

    def _try(self, read: Callable[[], None]) -> None:
        try:
            read()
        except StoreError as error:
            self._say(f"the captured amounts are not compared with the ledger's: {error}")
            self.close()
