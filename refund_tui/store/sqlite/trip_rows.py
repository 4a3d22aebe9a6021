"""Owns the tables of the trips file, how a trip is written in a row and read from it, and the order of the rows.

A trip's row id contains its date: seconds since 1970, times ROOM, plus a number. Trips without a date come before all
others. So "newest first" is the order of the rows and of the word index, a day is a range of row ids, and no query
has to sort. If the date of a trip becomes known, its row id changes.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from decimal import Decimal

from refund_tui.core.cards import check_brand
from refund_tui.core.money import Money, check_currency
from refund_tui.core.times import stamp
from refund_tui.core.trips import Article, Card, Trip
from refund_tui.store.sqlite.migrations import Schema
from refund_tui.store.sqlite.row_values import Cells, UnreadableRow
from refund_tui.store.sqlite.rows import MOST

ROOM = 2**24
"""The number of row ids for one second."""

UNDATED = -(2**62)
"""The first row id of trips without a date."""

DATED = -(2**61)
"""The first row id of trips with a date."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_FIRST = r"""
CREATE TABLE migration (
  version INTEGER PRIMARY KEY,
  at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;

CREATE TABLE trip (
  id INTEGER PRIMARY KEY,
  store_id TEXT NOT NULL,
  trip_id TEXT NOT NULL,
  began TEXT,
  ended TEXT,
  minor INTEGER,
  currency TEXT,
  brand TEXT,
  tail TEXT CHECK (length(tail) <= 4),
  card_currency TEXT,
  receipt TEXT,
  articles TEXT NOT NULL,
  UNIQUE (trip_id, store_id)
) STRICT;
CREATE INDEX trip_name ON trip (trip_id COLLATE NOCASE);
CREATE INDEX trip_receipt ON trip (receipt COLLATE NOCASE);

CREATE VIRTUAL TABLE word USING fts5 (
  words, detail = none, columnsize = 0, prefix = '1 2 3 4 5 6 7 8',
  tokenize = "ascii tokenchars '!#$%&()*+,-./:;<=>?@[\]^_`{|}~''""'"
);
"""

TRIPS = Schema(
    "trips file",
    0x52465450,
    ((_FIRST,),),
    damaged="no refund is lost by that: move it away, then import the trips again (refund-tui trips import FILE)",
)


def first_row(instant: datetime | None) -> int:
    """The smallest row id of a trip at this time."""
    return UNDATED if instant is None else int((instant - _EPOCH).total_seconds() // 1) * ROOM


def last_row(instant: datetime | None) -> int:
    """The largest row id of a trip at this time."""
    return (DATED if instant is None else first_row(instant) + ROOM) - 1


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
        json.dumps([_article_values(article) for article in trip.articles], ensure_ascii=False, separators=(",", ":")),
        trip.currency,
    )


def trip_of(row: sqlite3.Row) -> Trip:
    """The trip in a row. If the row cannot be read, the trip has only its ids, and `damage` says why."""
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
        return tuple(_article(*values) for values in json.loads(cells.text("articles")))
    except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise cells.refuse("articles") from error


def _article_values(article: Article) -> list[str | int | None]:
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
        raise ValueError("not a price")
    return Money(minor, currency)
