"""Owns the demo's sample trips: what the retailer would import, and how the service treats each of them.

Deterministic: the same `now` gives the same trips, and the ids never change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from refund_tui.sandbox.catalogue import ServiceTrip
from refund_tui.sandbox.steps import read_steps

STORE = "STORE-001"

_BREAD = ("SKU-BREAD", "Sourdough bread", "1", "unit", "3.40")
_WATER = ("SKU-WATER", "Sparkling water 0.75 l", "2", "unit", "1.15")
_SALAD = ("SKU-SALAD", "Caesar salad", "1", "unit", "6.90")
_COFFEE = ("SKU-COFFEE", "Cold brew coffee", "1", "unit", "3.25")
_WRAP = ("SKU-WRAP", "Chicken wrap", "1", "unit", "5.80")
_YOGURT = ("SKU-YOGURT", "Skyr with blueberries", "3", "unit", "1.60")
_CHEESE = ("SKU-CHEESE", "Comté, by weight", "0.342", "kg", "28.90")
_GRAPES = ("SKU-GRAPES", "Grapes, by weight", "0.815", "kg", "4.80")
_WINE = ("SKU-WINE", "Riesling 2023", "1", "unit", "11.50")
_ONIGIRI = ("SKU-ONIGIRI", "Salmon onigiri", "3", "unit", "180")
_SKYR = ("SKU-SKYR", "Skyr drink", "2", "unit", "2.35")
_JUICE = ("SKU-JUICE", "Orange juice", "1", "unit", "3.30")
_TEA = ("SKU-TEA", "Green tea 500 ml", "2", "unit", "160")

_Article = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class SampleTrip:
    """`record` is one JSON object in the terminal's import format; `recipe` has the fault steps of each new refund.

    `description` says in one sentence what the trip shows; `exists` is False if the service does not know the trip.
    """

    record: dict[str, Any]
    description: str
    recipe: list[dict[str, Any]] = field(default_factory=list)
    exists: bool = True

    @property
    def service_trip(self) -> ServiceTrip:
        """The same trip as the service knows it."""
        captured = self.record.get("captured")
        return ServiceTrip(
            store_id=self.record["storeId"],
            trip_id=self.record["shoppingTripId"],
            brand=self.record["card"]["brand"],
            tail=self.record["card"]["tail"],
            currency=captured["code"] if captured else "EUR",
            captured=Decimal(captured["amount"]) if captured else None,
            recipe=read_steps(self.recipe, self.record["receipt"]),
            exists=self.exists,
        )


def sample_trips(now: datetime) -> list[SampleTrip]:
    """The demo's trips. `now` must have the store's time zone: the days of the refund window are counted in it."""
    return [*_ordinary(now), *_faulty(now), *_special(now)]


def _ordinary(now: datetime) -> list[SampleTrip]:
    return [
        SampleTrip(
            _record(now, "3f8a51c2", "R-1001", 22, ("VISA", "4242"), "18.40", [_BREAD, _WATER, _SALAD, _WRAP]),
            "An ordinary trip: refund one article of it.",
        ),
        SampleTrip(
            _record(now, "b7d20e94", "R-1002", 95, ("MASTERCARD", "5100"), "13.79", [_CHEESE, _GRAPES]),
            "An ordinary trip with articles sold by weight.",
        ),
        SampleTrip(
            _record(now, "64c9f0a8", "R-1003", 1_620, ("AMEX", "1005"), "20.00", [_WINE, _SALAD, _WATER, _YOGURT]),
            "Less was captured (20.00) than the articles add up to (25.50): what was captured is the ceiling.",
        ),
    ]


def _faulty(now: datetime) -> list[SampleTrip]:
    return [
        SampleTrip(
            _record(now, "0e51d7ba", "R-1004 LIMIT", 31, ("VISA", "1881"), "9.05", [_WRAP, _COFFEE]),
            "The service says 429 once, Retry-After 12 s: the countdown runs, then the refund is accepted.",
            [{"status": 429, "retryAfter": "12"}],
        ),
        SampleTrip(
            _record(now, "92ab34f6", "R-1005 DOWN", 47, ("MASTERCARD", "4444"), "6.90", [_SALAD]),
            "The service says 503 once, retryAfter 8 s: the refund waits that long, then it is accepted.",
            [{"status": 503, "retryAfter": "8"}],
        ),
        SampleTrip(
            _record(now, "d1e6087c", "R-1006 REJECT", 58, ("VISA", "0077"), "8.20", [_BREAD, _YOGURT]),
            "The service does not know this trip (400 UnknownShoppingTrip): the refund is rejected, no money moved.",
            exists=False,
        ),
        SampleTrip(
            _record(now, "5c0f9d13", "R-1007 LOST", 64, ("VISA", "9010"), "14.75", [_WINE, _COFFEE]),
            "The money moves and the answer is lost: the same id is sent again, and nothing is paid twice.",
            [{"drop": "after"}],
        ),
        SampleTrip(
            _record(now, "e83b62d5", "R-1008 ERROR", 120, ("MASTERCARD", "2323"), "5.80", [_WRAP]),
            "The service says 500 twice: the refund waits, the second time longer, then it is accepted.",
            [{"status": 500, "repeat": 2}],
        ),
        SampleTrip(
            _record(now, "28f47ea1", "R-1009 SLOW", 150, ("VISA", "6011"), "7.95", [_COFFEE, _SKYR]),
            "The answer takes 3 s: the terminal stays usable meanwhile.",
            [{"delay": 3}],
        ),
        SampleTrip(
            _record(now, "a90c15e7", "R-1010 BLOCK", 200, ("AMEX", "3005"), "6.55", [_COFFEE, _JUICE]),
            "The service says 403 once: the refund is BLOCKED with advice, and goes on when you say it is repaired.",
            [{"status": 403}],
        ),
    ]


def _special(now: datetime) -> list[SampleTrip]:
    yen = _record(now, "7b2d83f0", "R-1011 YEN", 1_500, ("JCB", "0505"), "860", [_ONIGIRI, _TEA], code="JPY")
    unknown = _record(now, "c46e1f59", "R-1012 NO SUM", 2_900, ("VISA", "7788"), None, [])
    noon = now.replace(hour=12, minute=0, second=0)
    week_ago, earlier = noon - timedelta(days=7), noon - timedelta(days=12)
    last_day = _record(week_ago, "1da7b908", "R-1013 ENDING", 0, ("VISA", "3300"), "11.50", [_WINE])
    closed = _record(earlier, "f50e7c36", "R-1014 CLOSED", 0, ("MASTERCARD", "8210"), "6.80", [_BREAD, _BREAD])
    return [
        SampleTrip(yen, "A currency without decimals."),
        SampleTrip(unknown, "What was captured is not known: there is no ceiling, and the screen says so."),
        SampleTrip(last_day, "The last day on which it can be refunded."),
        SampleTrip(closed, "Its refund window has closed."),
    ]


def _record(
    now: datetime,
    head: str,
    receipt: str,
    minutes_ago: int,
    card: tuple[str, str],
    captured: str | None,
    articles: Sequence[_Article],
    code: str = "EUR",
) -> dict[str, Any]:
    number = receipt[2:6]
    began = now.astimezone(UTC).replace(microsecond=0) - timedelta(minutes=minutes_ago)
    record: dict[str, Any] = {
        "storeId": STORE,
        "shoppingTripId": f"{head}-5d10-4c8e-9b3f-00000000{number}",
        "startTime": _stamp(began),
        "endTime": _stamp(began + timedelta(minutes=6, seconds=13)),
        "card": {"brand": card[0], "tail": card[1]},
        "receipt": receipt,
        "items": [_item(article, f"{number}-{line}") for line, article in enumerate(articles, 1)],
    }
    return record | ({"captured": {"amount": captured, "code": code}} if captured is not None else {})


def _item(article: _Article, line_item_id: str) -> dict[str, Any]:
    identifier, name, value, unit, price = article
    return {
        "id": identifier,
        "name": name,
        "quantity": {"value": value, "unit": unit},
        "unitPrice": price,
        "lineItemId": line_item_id,
    }


def _stamp(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
