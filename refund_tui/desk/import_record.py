"""Owns the events of an import of trips: who imported which file, and which captured amounts it raises.

The events are on disk before the trips are stored, so that an import that was killed can be seen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from refund_tui.core.money import Money
from refund_tui.core.text import visible
from refund_tui.core.times import Clock
from refund_tui.core.trips import Trip
from refund_tui.desk.ports import LedgerPort

BEGUN, RAISED, IMPORTED = "import_begun", "captured_raised", "trips_imported"
"""The kinds of the events: before the first trip is stored, before amounts are raised, at the end of the file."""

LONGEST = 500
"""The most characters of a file's name."""

Rise = tuple[Trip, Money | None]
"""A trip with a new captured amount, and the amount that was known before, or None."""


def rises(
    trips: Sequence[Trip], known: Mapping[tuple[str, str], Money | None], by_ledger: Sequence[Rise]
) -> list[Rise]:
    """The captured amounts that `trips` raise. Another currency counts as a rise.

    `known` holds the known amounts by store and trip id. A new trip raises an amount only if the ledger has a lower
    one.
    """
    lower = {(trip.store_id, trip.trip_id): amount for trip, amount in by_ledger}
    before = lower | dict(known)
    names = [(trip, (trip.store_id, trip.trip_id)) for trip in trips]
    return [(trip, before[name]) for trip, name in names if name in before and _higher(trip.captured, before[name])]


def _higher(amount: Money | None, before: Money | None) -> bool:
    if amount is None or before is None:
        return amount is not None
    return amount.currency != before.currency or amount.minor > before.minor


class ImportRecord:
    """The events of the import of one file by one clerk. Every method raises StoreError.

    If nothing of a file is stored, nothing is recorded.
    """

    def __init__(self, ledger: LedgerPort, clerk: str, clock: Clock, file: str) -> None:
        self._ledger, self._clerk, self._clock = ledger, clerk, clock
        self._file = {"file": visible(file, LONGEST)}
        self._begun, self._raised = False, 0

    def before(self, raised: Sequence[Rise]) -> None:
        """Record that trips will be stored, and the captured amounts that they raise."""
        if not self._begun:
            self._note(BEGUN, "trips are imported", {})
            self._begun = True
        if raised:
            self._raised += len(raised)
            self._note(RAISED, "an import says that more was captured", {"raised": _told(raised)})

    def end(self, counts: Mapping[str, int], sha256: str, how: str) -> None:
        """Record the counts of trips, the hash of the input, and how the reading ended."""
        if self._begun:
            numbers = {name: str(number) for name, number in counts.items()}
            self._note(IMPORTED, how, numbers | {"sha256": sha256, "raised": str(self._raised)})

    def _note(self, kind: str, why: str, data: Mapping[str, str]) -> None:
        self._ledger.note(kind, why, self._clerk, self._clock.now(), {**self._file, **data})


def _told(raised: Sequence[Rise]) -> str:
    """The amounts as JSON: for each trip its store, its id, the amount before (null if none was known) and after."""
    rows = [(trip.store_id, trip.trip_id, before and str(before), str(trip.captured)) for trip, before in raised]
    return json.dumps(rows, ensure_ascii=False)
