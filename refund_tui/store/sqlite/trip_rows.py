"""Owns how a trip is written in a row of the trips file and read from it."""

from __future__ import annotations

import json
import sqlite3
from decimal import Decimal

from refund_tui.core.cards import check_brand
from refund_tui.core.money import Money, check_currency
from refund_tui.core.times import stamp
from refund_tui.core.trips import Article, Card, Trip
from refund_tui.store.sqlite.row_values import Cells, UnreadableRow
from refund_tui.store.sqlite.rows import MOST

COLUMNS = (
    "store_id", "trip_id", "began", "ended", "minor", "currency", "brand", "tail", "receipt", "articles",
    "card_currency",
)  # fmt: skip


def values_of(trip: Trip) -> tuple[str | int | None, ...]:
    """The values of COLUMNS for a trip."""
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
    """The trip in a row. One that cannot be read has only its ids, and `damage` says why."""
    try:
        return _trip(Cells(row))
    except UnreadableRow as error:
        return Trip(str(row["store_id"]), str(row["trip_id"]), damage=str(error))


def _trip(cells: Cells) -> Trip:
    return Trip(
        cells.text("store_id"),
        cells.text("trip_id"),
        began=cells.instant_or_none("began"),
        ended=cells.instant_or_none("ended"),
        captured=_captured(cells),
        card=Card(_brand(cells.text_or_none("brand")), cells.text_or_none("tail")),
        receipt=cells.text_or_none("receipt"),
        articles=_articles(cells),
        currency=cells.text_or_none("card_currency"),
    )


def _captured(cells: Cells) -> Money | None:
    if cells.empty("minor") and cells.empty("currency"):
        return None
    return Money(cells.whole("minor", 0, MOST), cells.text("currency", check_currency))


def _articles(cells: Cells) -> tuple[Article, ...]:
    try:
        return tuple(_article(*told) for told in json.loads(cells.text("articles")))
    except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise cells.refuse("articles") from error


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
    """The brand of the card. Version 0.1.0 kept any text as a brand; if it may be a card number, it is not shown."""
    return text if text is not None and check_brand(text) is None else None


def _money(minor: int | None, currency: str | None) -> Money | None:
    if minor is None or currency is None:
        return None
    if not isinstance(minor, int) or check_currency(currency):
        raise ValueError("a price that is none")
    return Money(minor, currency)
