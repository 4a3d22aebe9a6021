"""The line about a list of refunds: no amount on it is ever cut."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refund_tui.core.filters import Filter, Order
from refund_tui.core.trip_search import Kind, TermMeaning
from refund_tui.tui.wording.lists import Found, count_words

FOUND = Found(Filter(clerk="ana"), 19, ("1.570 BHD", "4.03 CHF", "92.55 EUR", "3990 JPY"))
TOLD = "2 of 19 refunds, newest first"


@pytest.mark.parametrize(
    ("room", "sums"),
    [
        (100, " · in all 1.570 BHD + 4.03 CHF + 92.55 EUR + 3990 JPY"),
        (80, " · in all 1.570 BHD + 4.03 CHF + 92.55 EUR + 1 more"),
        (70, " · in all 1.570 BHD + 4.03 CHF + 2 more"),
        (60, " · in all 1.570 BHD + 3 more"),
        (40, " · 4 sums"),
    ],
)
def test_sums_that_have_no_room_are_counted_and_none_is_cut(room: int, sums: str) -> None:
    assert count_words(FOUND, 2, Order.NEWEST, room) == TOLD + sums
    assert len(TOLD + sums) <= room


MEANT = replace(FOUND, meanings=((TermMeaning(Kind.LAST_FOUR, "2142"),),))


def test_what_was_typed_is_told_before_the_count_as_long_as_both_have_room() -> None:
    assert count_words(MEANT, 2, Order.NEWEST, 60) == f"last four 2142 · {TOLD} · 4 sums"
    assert count_words(MEANT, 2, Order.NEWEST, 40) == f"{TOLD} · 4 sums"


def test_what_was_typed_is_told_also_where_it_finds_nothing() -> None:
    assert count_words(replace(MEANT, number=0), 1, Order.NEWEST, 60) == "last four 2142 · 0 refunds"
    assert count_words(replace(FOUND, number=0), 1, Order.NEWEST, 60) == ""
