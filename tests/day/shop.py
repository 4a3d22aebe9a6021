"""The shop of a clerk's day: its trips in several currencies, its Payment service, which can be away, and its books."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from refund_tui.host.paths import trips_path
from refund_tui.sandbox import SandboxThread, parse_script, sample_trips
from refund_tui.sandbox.catalogue import ServiceTrip
from refund_tui.store.imports.records import trip_of
from refund_tui.store.sqlite.trips import Trips
from tests.day.truth import DECIMALS, Truth
from tests.support.clock import NOON
from tests.support.desks import STORE

Item = tuple[str, str, str, str]
"""Name, quantity, unit, price of one unit."""

_DATES, _TEA = ("Medjool dates, by weight", "0.350", "kg", "4.500"), ("Karak tea", "2", "unit", "0.900")
_BOX, _ONIGIRI = ("Bento box", "4", "unit", "1280"), ("Salmon onigiri", "9", "unit", "180")
_CHEESE, _TOMATOES = ("Gruyère, by weight", "0.128", "kg", "31.50"), ("Vine tomatoes, by weight", "0.734", "kg", "3.99")
_MILK, _SOAP = ("Oat milk 1 l", "3", "unit", "1.95"), ("Olive soap", "2", "unit", "4.20")

_TRIPS: tuple[tuple[str, str, str, str, tuple[Item, ...]], ...] = (
    ("R-2001", "7101", "3.375", "BHD", (_DATES, _TEA)),
    ("R-2002", "7102", "27.45", "USD", (_SOAP, _MILK)),
    ("R-2003", "7103", "12.00", "GBP", (_SOAP,)),
    ("R-2004", "7104", "64.20", "CHF", (_SOAP, _MILK, _CHEESE)),
    ("R-2005", "7105", "12.81", "EUR", (_CHEESE, _TOMATOES, _MILK)),
    ("R-2006", "7106", "6740", "JPY", (_BOX, _ONIGIRI)),
    ("R-2007", "7107", "42.10", "EUR", (_SOAP, _MILK)),
    ("R-2008", "7108", "30.00", "EUR", (_SOAP,)),
    ("R-2009", "7109", "8.40", "EUR", (_SOAP,)),
    ("R-2010", "7110", "5.85", "EUR", (_MILK,)),
    ("R-2011", "7111", "30.00", "EUR", (_SOAP, _MILK)),
)  # fmt: skip
"""Receipt, last four digits of the card, what was captured, currency, articles."""


def trip_id(receipt: str) -> str:
    """The id of a trip of the shop's own."""
    return f"aa{receipt[2:]}ff-5d10-4c8e-9b3f-00000000{receipt[2:]}"


def records(now: datetime) -> list[dict[str, Any]]:
    """The shop's own trips as they are imported."""
    return [_record(now - timedelta(minutes=7 * place), *told) for place, told in enumerate(_TRIPS, 1)]


def _record(began: datetime, receipt: str, tail: str, captured: str, code: str, items: tuple[Item, ...]) -> Any:
    articles = [
        {"id": f"{receipt}-{n}", "name": name, "quantity": {"value": value, "unit": unit}, "unitPrice": price}
        for n, (name, value, unit, price) in enumerate(items)
    ]
    return {
        "storeId": STORE, "shoppingTripId": trip_id(receipt), "startTime": began.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "captured": {"amount": captured, "code": code}, "card": {"brand": "VISA", "tail": tail}, "receipt": receipt,
        "items": articles,
    }  # fmt: skip


def import_trips(folder: Path, now: datetime = NOON, *, samples: bool = False) -> None:
    """Import the shop's trips into this data folder, and the sample trips if they are missing."""
    trips = Trips.open(trips_path(folder))
    known = [sample.record for sample in sample_trips(now)] if samples else []
    trips.put([trip_of(record) for record in (*known, *records(now))])
    trips.close()


class Shop:
    """The Payment service that the terminals reach. Its books outlast an outage."""

    def __init__(self, folder: Path, now: datetime = NOON) -> None:
        """Its journal is in `folder`; its trips are of the day of `now`."""
        self._now, self._journal = now, folder / "journal.jsonl"
        self._service = self._open(0)

    def _open(self, port: int) -> SandboxThread:
        known = [sample.service_trip for sample in sample_trips(self._now)]
        known += [
            ServiceTrip(STORE, told["shoppingTripId"], **told["card"], currency=told["captured"]["code"],
                        captured=Decimal(told["captured"]["amount"]))
            for told in records(self._now)
        ]  # fmt: skip
        return SandboxThread(trips=known, journal=self._journal, port=port).start()

    @property
    def url(self) -> str:
        """Its base URL, the same after an outage."""
        return self._service.url

    def answers(self, *steps: dict[str, object]) -> None:
        """What it says to the next refunds; without steps it says what it would."""
        self._service.play(parse_script({"refund": list(steps)}))

    def goes_away(self) -> None:
        """Close the service, so that nobody listens."""
        self._service.stop()

    def comes_back(self) -> None:
        """It listens at the same port, with the same books."""
        self._service = self._open(self._service.port)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._service.stop()

    def disagreements(self, truth: Truth) -> list[str]:
        """A sentence for each difference between the books and the ledger."""
        books = self._service.books
        done = {one.request_id: one for one in books.executions}
        found = [
            f"{key} was paid {n} times" for key, n in Counter(e.request_id for e in books.executions).items() if n > 1
        ]
        found += [f"{trip} was overpaid" for _, trip, _ in books.overpaid]
        for row in truth.refunds:
            one = done.pop(row.key, None)
            if one is None and row.state in ("ACCEPTED", "SETTLED_PAID"):
                found.append(f"{row.key} is {row.state} and was never paid")
            if one is not None and row.state in ("REJECTED", "CANCELLED", "SETTLED_UNPAID"):
                found.append(f"{row.key} is {row.state} and was paid")
            if one is not None and (one.trip_id, one.currency) != (row.trip, row.currency):
                found.append(f"{row.key} was paid for another trip, or in another currency")
            if one is not None and one.amount * 10 ** DECIMALS.get(row.currency, 2) != row.minor:
                found.append(f"{row.key} was paid as {one.amount}, not as {row.amount}")
            if one is not None and row.state == "ACCEPTED" and row.reconciliation_id != one.reconciliation_id:
                found.append(f"{row.key} has another reconciliation id than the books")
        return found + [f"{key} was paid and is not in the ledger" for key in done]
