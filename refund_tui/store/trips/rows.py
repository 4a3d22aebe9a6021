"""Owns how a trip is told in one row of the trips file, and read from it."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from decimal import Decimal

from refund_tui.core.cards import check_brand
from refund_tui.core.money import Money
from refund_tui.core.times import stamp, unstamp
from refund_tui.core.trips import Article, Card, Trip

COLUMNS = (
    "store_id", "trip_id", "began", "ended", "minor", "currency", "brand", "tail", "receipt", "articles",
    "card_currency",
)  # fmt: skip


def values_of(trip: Trip) -> tuple[str | int | None, ...]:
    """What the COLUMNS hold for a trip."""
    captured = trip.captured
    return (
        trip.store_id,
        trip.trip_id,
        stamp(trip.began) if trip.began else None,
        stamp(trip.ended) if trip.ended else None,
        captured.minor if captured else None,
        captured.currency if captured else None,
        trip.card.brand,
        trip.card.tail,
        trip.receipt,
        json.dumps([_told(article) for article in trip.articles], ensure_ascii=False, separators=(",", ":")),
        trip.currency,
    )


def trip_of(row: sqlite3.Row) -> Trip:
    """The trip that a row tells of."""
    return Trip(
        row["store_id"],
        row["trip_id"],
        began=_instant(row["began"]),
        ended=_instant(row["ended"]),
        captured=_money(row["minor"], row["currency"]),
        card=Card(_brand(row["brand"]), row["tail"]),
        receipt=row["receipt"],
        articles=tuple(_article(*told) for told in json.loads(row["articles"])),
        currency=row["card_currency"],
    )


def _told(article: Article) -> list[str | int | None]:
    quantity, price = article.quantity, article.unit_price
    return [
        article.id,
        article.name,
        None if quantity is None else str(quantity),
        article.unit,
        price.minor if price else None,
        price.currency if price else None,
        article.line_item_id,
    ]


def _article(
    id: str, name: str | None, quantity: str | None, unit: str | None, minor: int | None, currency: str | None,
    line_item_id: str | None,
) -> Article:  # fmt: skip
    exact = None if quantity is None else Decimal(quantity)
    return Article(id, name, exact, unit, _money(minor, currency), line_item_id)


def _brand(text: str | None) -> str | None:
    """Version 0.1.0 kept whatever it was told as a brand, which may have been a card number: it is not shown."""
    return text if text is not None and check_brand(text) is None else None


def _money(minor: int | None, currency: str | None) -> Money | None:
    return None if minor is None or currency is None else Money(minor, currency)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else unstamp(text)
