"""Owns the articles of a refund: the price of the marked ones, and what was given back before. Never uses a float."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from refund_tui.core.money import MOST_DIGITS, Money
from refund_tui.core.trips import Article

ONE = Decimal(1)
_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
_PIECES = ("unit", "units", "each", "piece", "pieces", "pc", "pcs")


@dataclass(frozen=True, slots=True)
class RefundedArticle:
    """A quantity of one cart line that a clerk marked for a refund. `amount` is its price, None if not known."""

    id: str
    name: str | None
    quantity: Decimal
    unit: str | None = None
    amount: Money | None = None
    line_item_id: str | None = None

    @property
    def words(self) -> str:
        """The quantity and the name: `2 × Grapes`, `0.414 kg Comté`."""
        quantity = f"{self.quantity.normalize():f}"
        of = f" {self.unit} " if self.unit and self.unit.lower() not in _PIECES else " × "
        return f"{quantity}{of}{self.name or self.id}"


def counted(article: Article) -> bool:
    """Whether an article is counted in whole pieces. Only then can a part of its quantity be marked."""
    quantity = all_of(article)
    return (article.unit or "unit").lower() in _PIECES and quantity == quantity.to_integral_value()


def all_of(article: Article) -> Decimal:
    """The whole quantity of an article: one, where none is known."""
    return ONE if article.quantity is None else article.quantity


def worth(article: Article, quantity: Decimal | None = None) -> Money | None:
    """The price of `quantity` of an article (by default all of it), rounded half up to the minor unit.

    None if the price is not known, or is larger than any refund can be.
    """
    if article.unit_price is None:
        return None
    exact = article.unit_price.minor * (all_of(article) if quantity is None else quantity)
    if exact.adjusted() >= MOST_DIGITS:
        return None
    return Money(int(exact.quantize(ONE, ROUND_HALF_UP)), article.unit_price.currency)


def total_price(articles: Sequence[Article], marked: Mapping[int, Decimal]) -> Money | None:
    """The price of all marked quantities, by place in the cart. None if nothing is marked or a price is not known."""
    parts = [worth(articles[place], quantity) for place, quantity in marked.items()]
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts) or len({part.currency for part in known}) > 1:
        return None
    return Money(sum(part.minor for part in known), known[0].currency)


def refunded(articles: Sequence[Article], marked: Mapping[int, Decimal]) -> tuple[RefundedArticle, ...]:
    """The marked articles as a refund records them, in the order of the cart."""
    return tuple(
        RefundedArticle(of.id, of.name, marked[place], of.unit, worth(of, marked[place]), of.line_item_id)
        for place, of in enumerate(articles)
        if place in marked
    )


def quantities_left(articles: Sequence[Article], given: Iterable[RefundedArticle]) -> list[Decimal]:
    """The quantity of each article that can still be given back, never below 0.

    A refunded article belongs to the cart line with the same line item id, else to the lines with the same article id.
    """
    left = [all_of(article) for article in articles]
    for part in given:
        quantity = part.quantity
        for place in _places(articles, part):
            taken = min(left[place], quantity)
            left[place] -= taken
            quantity -= taken
    return left


def _places(articles: Sequence[Article], part: RefundedArticle) -> list[int]:
    lines = [place for place, of in enumerate(articles) if part.line_item_id and of.line_item_id == part.line_item_id]
    return lines or [place for place, of in enumerate(articles) if of.id == part.id]


def format_marks(marked: Mapping[int, Decimal]) -> str:
    """The marks as text, each as place in the cart and quantity: `0=1 3=0.414`."""
    return " ".join(f"{place}={quantity.normalize():f}" for place, quantity in sorted(marked.items()))


def parse_marks(words: str, left: Sequence[Decimal]) -> dict[int, Decimal]:
    """The marks in a text. Marks that `left` (see `quantities_left`) does not allow are dropped."""
    marked = dict[int, Decimal]()
    for word in words.split():
        place, _, quantity = word.partition("=")
        if not place.isdecimal() or not _NUMBER.fullmatch(quantity) or int(place) >= len(left):
            continue
        if 0 < Decimal(quantity) <= left[int(place)]:
            marked[int(place)] = Decimal(quantity)
    return marked
