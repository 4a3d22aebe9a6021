"""Owns the data of a shopping trip, which ids name the same trip, and how two records of a trip are merged.

A field that is not known is None; it is never guessed. Ids that differ only in case, or in the dashes of a UUID, are
treated as one trip, so that it cannot be refunded twice. The contract does not say whether the service does the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from refund_tui.core.money import Money


@dataclass(frozen=True, slots=True)
class Card:
    """What may be kept of a card: its brand and last four digits. For a phone wallet they are those of the device."""

    brand: str | None = None
    tail: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One line of the cart. `quantity` is exact; it is a weight if `unit` is a unit of weight.

    `unit_price` is per unit.
    """

    id: str
    name: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    unit_price: Money | None = None
    line_item_id: str | None = None


@dataclass(frozen=True, slots=True)
class Trip:
    """A shopping trip from the retailer's records. Times are in UTC. Its refunds together are at most `captured`.

    `currency` is that of the charge, as the service gave it with the card. `damage` says why the record cannot be read;
    then only the ids are known.
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
        """The instant that dates the trip: its start, or its end if the start is not known."""
        return self.began or self.ended


_BARE = re.compile(r"[0-9a-f]{32}")
_AROUND = " \t\r\n\"'`“”„‟‘’‚‛«»‹›<>{}[](),;"
"""Characters that may surround a copied id. No id contains them."""


def typed_id(text: str) -> str:
    """An id without the spaces, quotes and brackets around it."""
    return text.strip(_AROUND)


def folded(trip_id: str) -> str:
    """A trip id in the form that all its spellings share: small letters, and a UUID without dashes."""
    small = trip_id.lower()
    bare = small.replace("-", "")
    return bare if _BARE.fullmatch(bare) else small


def folded_trip(store_id: str, trip_id: str) -> str:
    """Store and trip id in the form that all spellings share. The ledger's column `folded_trip` has the same value."""
    return f"{store_id.lower()} {folded(trip_id)}"


def spellings(trip_id: str) -> tuple[str, ...]:
    """The id in small letters. A UUID also without dashes, and with dashes in the usual places."""
    bare = folded(trip_id)
    if not _BARE.fullmatch(bare):
        return (bare,)
    return bare, "-".join((bare[:8], bare[8:12], bare[12:16], bare[16:20], bare[20:]))


def merged(old: Trip, new: Trip) -> Trip:
    """`old` with the values of `new`. A cart in `new` replaces the old one, but known facts about its articles stay.

    So a Create Purchases body and a retailer's record of the same trip can be imported in any order.
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
    """The card of the merged trip. It never combines the brand of one card with the last four digits of another."""
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
