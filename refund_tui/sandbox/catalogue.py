"""Owns which shopping trips the service knows, and what it says about them.

The captured amount is used only to report overpaid trips: the contract documents no ceiling, so none is enforced.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from refund_tui.sandbox.steps import Step

Ceilings = dict[tuple[str, str], tuple[Decimal, str]]
"""The captured amount and its currency, by store and trip."""


@dataclass(frozen=True, slots=True)
class ServiceTrip:
    """A trip. Each new refund of it goes through the steps of `recipe`. `exists=False` hides it from the service."""

    store_id: str
    trip_id: str
    brand: str | None = None
    tail: str | None = None
    currency: str | None = None
    captured: Decimal | None = None
    recipe: tuple[Step, ...] = ()
    exists: bool = True


class Catalogue:
    """The trips that the service knows. With `any_trip` it knows every trip but those with `exists=False`."""

    def __init__(self, trips: Iterable[ServiceTrip] = (), any_trip: bool = False) -> None:
        self._trips = {(trip.store_id, trip.trip_id): trip for trip in trips}
        self._any_trip = any_trip

    def find(self, store_id: str, trip_id: str) -> ServiceTrip | None:
        """The trip, None if the service does not know it (contract page: unknownshoppingtrip)."""
        trip = self._trips.get((store_id, trip_id))
        if trip is None and self._any_trip:
            return ServiceTrip(store_id, trip_id, brand="VISA", tail=_tail(trip_id))
        return trip if trip is not None and trip.exists else None

    def recipe(self, store_id: str, trip_id: str) -> tuple[Step, ...]:
        """The steps that each new refund of the trip goes through."""
        trip = self._trips.get((store_id, trip_id))
        return trip.recipe if trip is not None else ()

    def ceilings(self) -> Ceilings:
        """The captured amounts of the trips for which they are known."""
        return {
            key: (trip.captured, trip.currency)
            for key, trip in self._trips.items()
            if trip.captured is not None and trip.currency is not None
        }


def transactional_data(trip: ServiceTrip) -> dict[str, object]:
    """What the service says about a trip: whose card paid, but no amount, no time and no article."""
    known = {"brand": trip.brand, "tail": trip.tail, "currency": trip.currency}
    return {name: value for name, value in known.items() if value is not None} | {
        "posEntryMode": "EMV_9F39_07",
        "terminalId": "SANDBOX1",
        "expirationDate": {"expirationYear": "2030", "expirationMonth": "12"},
        "authorizationResponseCode": "00",
        "reconciliationId": "P" + _digest(trip.trip_id)[:23].upper(),
    }


def _tail(trip_id: str) -> str:
    return f"{int(_digest(trip_id), 16) % 10000:04d}"


def _digest(trip_id: str) -> str:
    return hashlib.sha256(trip_id.encode()).hexdigest()
