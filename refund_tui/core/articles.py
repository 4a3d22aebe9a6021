"""Owns the prices of a cart's articles, so that those that are marked add up to an amount. Never uses a float."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from refund_tui.core.money import MOST_DIGITS, Money
from refund_tui.core.trips import Article

ONE = Decimal(1)
_PIECES = ("unit", "units", "each", "piece", "pieces", "pc", "pcs")


def counted(article: Article) -> bool:
    """Whether an article is counted in whole pieces, so that a part of them can be given back; a weight cannot."""
    quantity = _all_of(article)
    return (article.unit or "unit").lower() in _PIECES and quantity == quantity.to_integral_value()


def _all_of(article: Article) -> Decimal:
    return ONE if article.quantity is None else article.quantity


def worth(article: Article, quantity: Decimal | None = None) -> Money | None:
    """The price of `quantity` of an article (by default all of it), rounded half up to the minor unit.

    None where the price is not known, or where it comes to more than any refund.
    """
    if article.unit_price is None:
        return None
    exact = article.unit_price.minor * (_all_of(article) if quantity is None else quantity)
    if exact.adjusted() >= MOST_DIGITS:
        return None
    return Money(int(exact.quantize(ONE, ROUND_HALF_UP)), article.unit_price.currency)


def added_up(articles: Sequence[Article], marked: Mapping[int, Decimal]) -> Money | None:
    """What the marked quantities come to, by place in the cart; None when nothing is marked or a price is not known."""
    parts = [worth(articles[place], quantity) for place, quantity in marked.items()]
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts) or len({part.currency for part in known}) > 1:
        return None
    return Money(sum(part.minor for part in known), known[0].currency)
