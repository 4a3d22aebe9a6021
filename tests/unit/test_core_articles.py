"""The price of marked articles is exact to the minor unit, and None if a price is not known."""

from __future__ import annotations

from decimal import Decimal

import pytest

from refund_tui.core.articles import counted, total_price, worth
from refund_tui.core.money import Money
from refund_tui.core.trips import Article

EUR = Money(199, "EUR")


def article(quantity: str | None = None, unit: str | None = None, price: Money | None = EUR) -> Article:
    return Article("SKU-1", quantity=None if quantity is None else Decimal(quantity), unit=unit, unit_price=price)


@pytest.mark.parametrize(
    ("quantity", "unit", "whole"),
    [
        (None, None, True),
        ("2", None, True),
        ("2.0", "unit", True),
        ("3", "PCS", True),
        ("0.345", "unit", False),
        ("2", "kg", False),
        ("1E+40", "each", True),
    ],
)
def test_pieces_are_counted_and_weights_are_not(quantity: str | None, unit: str | None, whole: bool) -> None:
    assert counted(article(quantity, unit)) is whole


@pytest.mark.parametrize("unit", ["unit", "units", "each", "piece", "pieces", "pc", "pcs"])
def test_every_word_for_pieces_is_known(unit: str) -> None:
    assert counted(article("2", unit))


@pytest.mark.parametrize(
    ("quantity", "part", "minor"),
    [
        (None, None, 199),
        ("2", None, 398),
        ("2", "1", 199),
        ("0.345", None, 69),
        ("0.5", None, 100),
        ("0.25", None, 50),
        ("0", None, 0),
        ("2", "0", 0),
    ],
)
def test_an_article_is_worth_its_price_times_its_quantity(quantity: str | None, part: str | None, minor: int) -> None:
    assert worth(article(quantity), None if part is None else Decimal(part)) == Money(minor, "EUR")


def test_half_a_minor_unit_is_rounded_up() -> None:
    assert worth(article("0.5", price=Money(5, "EUR"))) == Money(3, "EUR")


def test_an_article_without_a_price_or_with_an_absurd_price_has_no_known_worth() -> None:
    assert worth(article("2", price=None)) is None
    assert worth(article("1E+12", price=Money(1, "EUR"))) is None
    assert worth(article("1E+11", price=Money(1, "EUR"))) == Money(10**11, "EUR")
    assert worth(article("9" * 60)) is None


def test_what_is_marked_adds_up() -> None:
    cart = [article("2"), article("0.345", "kg"), article(price=None), article(price=Money(5, "USD"))]
    assert total_price(cart, {0: Decimal(1), 1: Decimal("0.345")}) == Money(199 + 69, "EUR")
    assert total_price(cart, {3: Decimal(2)}) == Money(10, "USD")
    assert total_price(cart, {}) is None
    assert total_price(cart, {0: Decimal(1), 2: Decimal(1)}) is None
    assert total_price(cart, {2: Decimal(1)}) is None
    assert total_price(cart, {0: Decimal(1), 3: Decimal(1)}) is None
