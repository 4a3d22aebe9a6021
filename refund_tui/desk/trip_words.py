"""Owns the search for the trips of a filter's words, so that refunds are found by facts that only the trips file has.

Imports nothing that runs in the background: `refund-tui history` uses it without a desk.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from refund_tui.core.filters import MOST_TRIPS, Filter

if TYPE_CHECKING:
    from refund_tui.desk.ports import TripsPort


def searched(wanted: Filter, trips: TripsPort) -> Filter:
    """`wanted` with the trips that each of its words finds in `trips`. Raises StoreError."""
    return replace(wanted, trips={word: trips.of_word(word, MOST_TRIPS) for word in wanted.trip_words})
