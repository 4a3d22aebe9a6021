"""Owns what is known here of a shopping trip, which ids name the same trip, and how two records of one are merged.

A field that is not known is None, never guessed. Ids that differ only by case, or by the dashes of a UUID, are one
trip: the service's pattern for ids allows both, and nothing says whether the service treats them as one. So a trip
cannot be refunded twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from refund_tui.core.money import Money


@dataclass(frozen=True, slots=True)
class Card:
    """What may be kept of a card: its brand and last four digits. For a phone wallet they are the device's."""

    brand: str | None = None
    tail: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One line of the cart; `quantity` is exact (a weight when `unit` is one), `unit_price` is per unit."""

    id: str
    name: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    unit_price: Money | None = None
    line_item_id: str | None = None


@dataclass(frozen=True, slots=True)
class Trip:
    """A shopping trip as the retailer's own records tell it, in UTC; all its refunds together are at most `captured`.

    `currency` is the charge's, as the service gave it with the card. `damage` says why its record cannot be read: then
    nothing but its ids is known.
    """

    store_id: str
    trip_id: str
    began: datetime | None = None
    ended: datetime | None = None
    captured: Money | None = None
    card: Card = field(default_factory=Card)
    receipt: str | None = None
    articles: tuple[Article, ...] = ()
    currency: str | None = None
    damage: str = ""

    @property
    def dated(self) -> datetime | None:
        """The instant that dates the trip: its start, or its end where no start is known."""
        return self.began or self.ended


_BARE = re.compile(r"[0-9a-f]{32}")
_AROUND = " \t\r\n\"'`“”„‟‘’‚‛«»‹›<>{}[](),;"
"""Characters around an id that was copied from a letter, a table or a program; no id contains them."""


def typed_id(text: str) -> str:
    """An id as the clerk meant it: without the spaces, quotes and brackets around it."""
    return text.strip(_AROUND)


def folded(trip_id: str) -> str:
    """What all spellings of a trip id have in common: small letters, and no dashes in 32 hexadecimal digits."""
    small = trip_id.lower()
    bare = small.replace("-", "")
    return bare if _BARE.fullmatch(bare) else small


def folded_trip(store_id: str, trip_id: str) -> str:
    """What all spellings of a trip in a store have in common; the ledger's column `folded_trip` tells the same."""
    return f"{store_id.lower()} {folded(trip_id)}"


def spellings(trip_id: str) -> tuple[str, ...]:
    """The id in small letters, and where it is a UUID, without dashes and with them in their usual places."""
    bare = folded(trip_id)
    if not _BARE.fullmatch(bare):
        return (bare,)
    return bare, "-".join((bare[:8], bare[8:12], bare[12:16], bare[16:20], bare[20:]))


def merged(old: Trip, new: Trip) -> Trip:
    """`old` with the values of `new`. A cart in `new` replaces the old one, but known facts about its articles stay.

    So a Create Purchases body and a retailer's record of the same trip may come in any order.
    """
    return replace(
        new,
        began=new.began or old.began,
        ended=new.ended or old.ended,
        captured=new.captured or old.captured,
        card=_card(old.card, new.card),
        receipt=new.receipt or old.receipt,
        articles=_articles(old.articles, new.articles) if new.articles else old.articles,
        currency=new.currency or old.currency,
    )


def _card(old: Card, new: Card) -> Card:
    """Never combines the brand of one card with the last four digits of another."""
    if old.tail and new.tail and old.tail != new.tail:
        return new
    return Card(new.brand or old.brand, new.tail or old.tail)


def _articles(old: tuple[Article, ...], new: tuple[Article, ...]) -> tuple[Article, ...]:
    lines = {article.line_item_id: article for article in old if article.line_item_id}
    by_id = {article.id: article for article in reversed(old)}
    return tuple(_article(lines.get(article.line_item_id or "") or by_id.get(article.id), article) for article in new)


def _article(old: Article | None, new: Article) -> Article:
    if old is None or old.id != new.id:
        return new
    known_quantity = new if new.quantity is not None else old
    return Article(
        id=new.id,
        name=new.name or old.name,
        quantity=known_quantity.quantity,
        unit=known_quantity.unit,
        unit_price=new.unit_price or old.unit_price,
        line_item_id=new.line_item_id or old.line_item_id,
    )
