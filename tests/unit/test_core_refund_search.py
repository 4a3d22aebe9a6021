"""What the words of a filter are taken for in the refunds that they find."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from refund_tui.core.articles import RefundedArticle
from refund_tui.core.money import Money
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refund_search import meanings
from refund_tui.core.refunds import Intent, Life, Refund, State
from refund_tui.core.trips import Card

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
INTENT = Intent(
    "STORE-001", "3f8a51c2-0000", Money(440, "EUR"), ReasonCode.DAMAGED_ITEM, "bag torn, said Zoë",
    articles=(RefundedArticle("a-1", "Müsli 500 g", Decimal(1)),), card=Card("VISA", "4242"), receipt="R-1001 FRESH",
)  # fmt: skip
REFUND = Refund(
    "550e8400-e29b", "endpoint", INTENT, "ana", b"{}", AT, AT, Life(State.ACCEPTED, reconciliation_id="REC77A")
)  # fmt: skip
BARE = replace(
    REFUND, intent=Intent("STORE-001", "nobody", Money(440, "EUR"), ReasonCode.DAMAGED_ITEM), life=Life(State.QUEUED)
)


def said(text: str, *refunds: Refund) -> list[str]:
    return [" or ".join(map(str, word)) for word in meanings(text, refunds)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("4242", ["last four 4242"]),
        ("r-10", ["receipt R-1001 FRESH"]),
        ("3F8A", ["trip id 3f8a51c2-0000"]),
        ("550E", ["request id 550e8400-e29b"]),
        ("rec77", ["reconciliation id REC77A"]),
        ("4,40", ["amount 4.40 EUR"]),
        ("4.40EUR", ["amount 4.40 EUR"]),
        ("visa", ["card VISA"]),
        ("musli", ["article Müsli 500 g"]),
        ("torn", ["note torn"]),
        ("zoe visa", ["note zoe", "card VISA"]),
        ("", []),
    ],
)
def test_each_word_is_taken_for_the_part_by_which_it_finds(typed: str, meant: list[str]) -> None:
    assert said(typed, REFUND) == meant


def test_a_word_of_several_values_is_told_by_its_beginning() -> None:
    other = replace(REFUND, intent=replace(INTENT, receipt="R-1002"))
    assert said("r-100", REFUND, other) == ["receipt R-100…"]


def test_a_word_that_finds_by_a_part_that_is_not_recorded_here_is_left_out() -> None:
    assert said("musli", BARE) == []


def test_a_word_that_finds_nothing_is_what_it_could_be() -> None:
    assert said("0009 nothing") == ["last four 0009"]
