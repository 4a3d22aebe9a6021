"""Which ids name one trip, how a pasted id is cleaned, and how two records of one trip are merged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from refund_tui.core.money import Money
from refund_tui.core.trips import Article, Card, Trip, folded, folded_trip, merged, spellings, typed_id

DASHED = "01234567-89ab-cdef-0123-456789abcdef"
BARE = DASHED.replace("-", "")


@pytest.mark.parametrize("other", [BARE, BARE.upper(), DASHED.upper(), f"-{BARE}-", "0123-4567" + BARE[8:]])
def test_case_and_the_dashes_of_a_uuid_do_not_tell_trips_apart(other: str) -> None:
    assert folded(other) == folded(DASHED) == BARE
    assert spellings(other) == (BARE, DASHED)


@pytest.mark.parametrize(
    ("one", "other"), [("trip-1", "trip1"), (BARE, BARE[:-1]), ("g" + BARE[1:], DASHED), ("", "-")]
)
def test_all_else_does(one: str, other: str) -> None:
    assert folded(one) != folded(other)
    assert spellings(one)[0] == folded(one)


@pytest.mark.parametrize("text", [" trip-1 ", '"trip-1"', "“trip-1”", "{trip-1}", "\t'trip-1',\n", "«trip-1»"])
def test_what_stands_around_a_pasted_id_is_not_a_part_of_it(text: str) -> None:
    assert typed_id(text) == "trip-1"


def test_a_store_id_is_folded_as_a_trip_id_is_and_neither_runs_into_the_other() -> None:
    assert folded_trip("STORE-1", DASHED) == folded_trip("store-1", BARE.upper())
    assert folded_trip("STORE-1", "Trip-1") == "store-1 trip-1"
    assert folded_trip("a", "bc") != folded_trip("ab", "c")


NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
JAM = Article("art-1", "jam", Decimal(2), "UNIT", Money(300, "EUR"), "line-1")
BARE_TRIP = Trip("STORE-001", "trip-1")
FULL = Trip(
    "STORE-001",
    "trip-1",
    NOON,
    NOON + timedelta(hours=1),
    Money(600, "EUR"),
    Card("visa", "4242"),
    "M-7",
    (JAM,),
    "EUR",
)


def test_a_record_that_knows_less_takes_nothing_away_and_one_that_knows_more_adds() -> None:
    assert merged(FULL, BARE_TRIP) == merged(BARE_TRIP, FULL) == FULL


def test_the_newer_record_wins_where_both_know() -> None:
    bread = Article("art-2", "bread", Decimal(1), "UNIT", Money(250, "CHF"), "line-9")
    later = NOON + timedelta(days=1)
    newer = Trip("STORE-001", "TRIP-1", later, later, Money(250, "CHF"), Card("amex", "1005"), "M-8", (bread,), "CHF")
    assert merged(FULL, newer) == newer


@pytest.mark.parametrize(
    ("old", "new", "whole"),
    [
        (Card("visa", "4242"), Card(None, "4242"), Card("visa", "4242")),
        (Card("visa", "4242"), Card("amex", None), Card("amex", "4242")),
        (Card("visa", None), Card(None, "4242"), Card("visa", "4242")),
        (Card("visa", "4242"), Card(None, "1005"), Card(None, "1005")),
        (Card("visa", "4242"), Card(None, None), Card("visa", "4242")),
    ],
)
def test_the_brand_of_one_card_never_stands_before_the_digits_of_another(old: Card, new: Card, whole: Card) -> None:
    assert merged(replace(FULL, card=old), replace(FULL, card=new)).card == whole


@pytest.mark.parametrize(
    ("new", "whole"),
    [
        (Article("art-1"), JAM),
        (Article("art-1", line_item_id="line-1"), JAM),
        (Article("art-1", line_item_id="line-2"), replace(JAM, line_item_id="line-2")),
        (Article("art-1", "marmalade"), replace(JAM, name="marmalade")),
        (Article("art-1", quantity=Decimal("0.5")), replace(JAM, quantity=Decimal("0.5"), unit=None)),
        (Article("art-1", unit="KG"), JAM),
        (Article("art-1", unit_price=Money(250, "EUR")), replace(JAM, unit_price=Money(250, "EUR"))),
        (Article("art-2", line_item_id="line-1"), Article("art-2", line_item_id="line-1")),
        (Article("art-2"), Article("art-2")),
    ],
)
def test_a_new_cart_keeps_what_was_known_of_the_same_article(new: Article, whole: Article) -> None:
    assert merged(FULL, replace(FULL, articles=(new,))).articles == (whole,)


def test_of_two_lines_of_one_article_each_keeps_its_own_and_a_line_that_is_not_known_takes_the_first() -> None:
    second = replace(JAM, name="jam, large", line_item_id="line-2")
    old = replace(FULL, articles=(JAM, second))
    cart = tuple(Article("art-1", line_item_id=line) for line in ("line-2", "line-1", None))
    names = [article.name for article in merged(old, replace(FULL, articles=cart)).articles]
    assert names == ["jam, large", "jam", "jam"]
