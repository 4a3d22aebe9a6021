"""Owns what can be known here of a shopping trip. A field that is not known is None, never guessed."""

from __future__ import annotations

from dataclasses import dataclass, field
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

    `currency` is the charge's, as the service told it with the card. `damage` says why its record cannot be read: then
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
