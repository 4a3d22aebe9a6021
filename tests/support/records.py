"""Trips for tests, and the records of an import file."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from refund_tui.core.money import Money
from refund_tui.core.times import stamp
from refund_tui.core.trips import Article, Card, Trip


def trip(trip_id: str = "trip-1", **changes: Any) -> Trip:
    """A trip with all facts, except for `changes`."""
    known: dict[str, Any] = {
        "began": datetime(2026, 11, 23, 16, 0, tzinfo=UTC),
        "ended": datetime(2026, 11, 23, 16, 9, 39, tzinfo=UTC),
        "captured": Money(5000, "EUR"),
        "card": Card("VISA", "1234"),
        "receipt": "R-1001",
        "articles": (
            Article("SKU-1", "Müsli Riegel", Decimal("2"), "unit", Money(250, "EUR"), "line-1"),
            Article("SKU-2", "Bananas", Decimal("0.345"), "kg", Money(199, "EUR"), "line-2"),
        ),
    }
    return Trip("STORE-001", trip_id, **{**known, **changes})


def record_of(told: Trip) -> dict[str, object]:
    """The record of this trip in the documented format. Unknown facts are left out or null."""
    return {
        "storeId": told.store_id,
        "shoppingTripId": told.trip_id,
        "startTime": stamp(told.began) if told.began else None,
        "endTime": stamp(told.ended) if told.ended else None,
        "captured": _amount(told.captured),
        "card": {"brand": told.card.brand, "tail": told.card.tail},
        "receipt": told.receipt,
        "items": [_item(article) for article in told.articles],
    }


def _amount(money: Money | None) -> dict[str, str] | None:
    return {"amount": money.digits, "code": money.currency} if money else None


def _item(article: Article) -> dict[str, object]:
    quantity = None if article.quantity is None else str(article.quantity)
    return {
        "id": article.id,
        "name": article.name,
        "quantity": {"value": quantity, "unit": article.unit},
        "unitPrice": _amount(article.unit_price),
        "lineItemId": article.line_item_id,
    }
