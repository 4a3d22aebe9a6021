"""The articles of a refund: what is recorded, what is left of a cart, and marks as text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from refund_tui.core.articles import RefundedArticle, format_marks, parse_marks, quantities_left, refunded
from refund_tui.core.money import Money
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.receipt import receipt
from refund_tui.core.refunds import Intent, Life, Refund, State
from refund_tui.core.rules import TripBalance
from refund_tui.core.trips import Article

JAM = Article("art-1", "Jam", Decimal(2), "UNIT", Money(300, "EUR"), "line-1")
MORE_JAM = Article("art-1", "Jam", Decimal(1), "UNIT", Money(300, "EUR"), "line-2")
CHEESE = Article("art-2", "Comté", Decimal("0.414"), "kg", Money(2000, "EUR"))
CART = (JAM, MORE_JAM, CHEESE)
ONE_JAM = RefundedArticle("art-1", "Jam", Decimal(1), "UNIT", Money(300, "EUR"), "line-1")
ALL_CHEESE = RefundedArticle("art-2", "Comté", Decimal("0.414"), "kg", Money(828, "EUR"))
AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
INTENT = Intent("STORE-001", "trip-1", Money(1128, "EUR"), ReasonCode.OTHER, articles=(ONE_JAM, ALL_CHEESE))
REFUND = Refund("key", "endpoint", INTENT, "ana", b"{}", AT, AT)


def test_the_marked_parts_are_recorded_in_the_order_of_the_cart() -> None:
    assert refunded(CART, {2: Decimal("0.414"), 0: Decimal(1)}) == (ONE_JAM, ALL_CHEESE)


def test_a_part_is_told_by_its_quantity_and_name() -> None:
    nameless = RefundedArticle("art-9", None, Decimal("2.0"))
    assert [part.words for part in (ONE_JAM, ALL_CHEESE, nameless)] == ["1 × Jam", "0.414 kg Comté", "2 × art-9"]


@pytest.mark.parametrize(
    ("part", "left"),
    [
        (ONE_JAM, ["1", "1", "0.414"]),
        (replace(ONE_JAM, quantity=Decimal(3)), ["0", "1", "0.414"]),
        (replace(ONE_JAM, quantity=Decimal(3), line_item_id=None), ["0", "0", "0.414"]),
        (ALL_CHEESE, ["2", "1", "0.000"]),
        (replace(ONE_JAM, id="art-9", line_item_id=None), ["2", "1", "0.414"]),
    ],
)
def test_what_was_given_back_is_taken_off_its_own_line_else_off_the_article(
    part: RefundedArticle, left: list[str]
) -> None:
    assert quantities_left(CART, [part]) == [Decimal(one) for one in left]


def test_marks_come_back_from_their_text() -> None:
    marked = {2: Decimal("0.414"), 0: Decimal(1)}
    assert format_marks(marked) == "0=1 2=0.414"
    assert parse_marks("0=1 2=0.414", [Decimal(2), Decimal(1), Decimal("0.414")]) == marked


@pytest.mark.parametrize("words", ["0=3", "0=0", "7=1", "x=1", "0=", "0=-1", "0"])
def test_a_mark_that_the_cart_of_today_does_not_allow_is_dropped(words: str) -> None:
    assert parse_marks(words, [Decimal(2)]) == {}


def test_only_refunds_that_count_gave_something_back() -> None:
    rejected = replace(REFUND, life=Life(State.REJECTED))
    assert TripBalance(None, (REFUND, rejected)).given_back == (ONE_JAM, ALL_CHEESE)


def test_the_receipt_lists_the_articles() -> None:
    printed = receipt(replace(REFUND, life=Life(State.ACCEPTED)), AT, ZoneInfo("UTC"), copy=False)
    assert [line.split() for line in printed.splitlines() if "Jam" in line or "Comté" in line] == [
        ["1", "×", "Jam", "3.00"],
        ["0.414", "kg", "Comté", "8.28"],
    ]


def test_what_no_person_did_names_who_asked() -> None:
    assert REFUND.automatic == "ana (automatic)"
