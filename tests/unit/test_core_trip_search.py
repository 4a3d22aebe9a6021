"""What a search text for trips means: its terms, times and amounts, and by which part of a trip each finds it."""

from __future__ import annotations

from datetime import UTC, date
from zoneinfo import ZoneInfo

import pytest

from refund_tui.core.money import Money
from refund_tui.core.trip_search import Kind, TermMeaning, meanings, period_of, terms_of
from refund_tui.core.trips import Card
from tests.support.records import trip

BERLIN, TODAY = ZoneInfo("Europe/Berlin"), date(2026, 11, 25)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("23 Nov", ["23.11."]),
        ("23 nov 17:29 visa", ["23.11.t17:29", "visa"]),
        ("97,83 eur", ["97,83eur"]),
        ("99 Nov 17:29", ["99.11.", "17:29"]),
        ("Müsli", ["musli"]),
        (" ", []),
    ],
)
def test_a_text_is_split_into_terms_as_lists_show_them(text: str, terms: list[str]) -> None:
    assert terms_of(text) == terms


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("23.11.", "23 Nov"),
        ("23.11.2025", "23 Nov 2025"),
        ("2026-11", "Nov 2026"),
        ("2026-11-2", "Nov 2026"),
        ("17:29", "25 Nov 17:29"),
        ("23.11.t17:29:05", "23 Nov 17:29:05"),
        ("99.11.t17:29", None),
        ("9999-12-31", None),
        ("0001-01-01", None),
        ("bread", None),
    ],
)
def test_a_time_is_told_as_lists_show_it(term: str, words: str | None) -> None:
    found = period_of(term, TODAY, BERLIN)
    assert (found.words if found else None) == words
    assert found is None or (found.begin.tzinfo is UTC and found.begin < found.end)


TRIPS = (
    trip("trip-1", card=Card("VISA", "1234"), receipt="R-2001"),
    trip("trip-2", card=Card("VISA", "4321"), receipt="1234"),
    trip("trip-3", card=Card("AMEX", "1234"), receipt="R-2002", captured=Money(1234, "EUR")),
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1234", [["last four 1234", "receipt 1234"]]),
        ("r-2", [["receipt R-2…"]]),
        ("12.34", [["amount 12.34 EUR"]]),
        ("12,3", [["amount 12.34 EUR"]]),
        ("trip-", [["trip id trip-…"]]),
        ("today", []),
        ("23.11. visa", [["23 Nov"], ["card VISA"]]),
        ("bananas", [["article Bananas"]]),
        ("riegel", [["article Müsli Riegel"]]),
    ],
)
def test_a_search_term_names_the_part_of_a_trip_that_it_matches(text: str, said: list[list[str]]) -> None:
    found = [t for t in TRIPS if meanings(text, [t], BERLIN, TODAY)]
    assert [[str(one) for one in term] for term in meanings(text, found or TRIPS, BERLIN, TODAY)] == said


@pytest.mark.parametrize(
    ("text", "could_mean"),
    [
        ("0009", TermMeaning(Kind.LAST_FOUR, "0009")),
        ("5 EUR", TermMeaning(Kind.AMOUNT, "5.00 EUR")),
        ("0 EUR", None),
        ("24.11.", TermMeaning(Kind.TIME, "24 Nov")),
        ("R-1", None),
    ],
)
def test_what_found_nothing_is_told_as_what_it_could_mean(text: str, could_mean: TermMeaning | None) -> None:
    assert meanings(text, [], BERLIN, TODAY) == (((could_mean,),) if could_mean else ())
