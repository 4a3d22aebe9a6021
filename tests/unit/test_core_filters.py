"""What filters find, the words they are written with, and what is counted of the open refunds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from refund_tui.core.filters import MOST_TRIPS, Filter, Part, Query, QueryError, TripWord, complete
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import State
from refund_tui.core.summary import Summary
from refund_tui.core.times import Instant, Wait

EACH = {State.QUEUED: 1, State.SENDING: 20, State.WAITING: 300, State.BLOCKED: 4_000, State.UNKNOWN: 50_000}


def test_what_goes_on_by_itself_is_what_is_queued_sent_or_waited_for() -> None:
    assert Summary(EACH, elsewhere=600_000, alarms=7_000_000).going_on == 321
    assert Summary({State.BLOCKED: 1, State.UNKNOWN: 1}).going_on == 0


def test_what_is_still_to_be_sent_is_what_is_queued_or_waits() -> None:
    assert Summary(EACH, elsewhere=600_000).to_send == 301


def test_a_state_that_no_open_refund_is_in_counts_nothing() -> None:
    assert (Summary(EACH)[State.BLOCKED], Summary()[State.BLOCKED]) == (4_000, 0)


def test_the_next_attempt_waits_for_the_shortest_own_wait_and_for_the_accounts() -> None:
    now = Instant(datetime(2026, 3, 2, 12, 0, tzinfo=UTC), "boot-1", 100.0)
    waits = (Wait(now, 60.0), Wait(now, 20.0))
    assert Summary(EACH, waits=waits).left_to_wait(now) == 20.0
    assert Summary(EACH, waits=waits, gate=Wait(now, 90.0)).left_to_wait(now) == 90.0
    assert Summary(EACH).left_to_wait(now) == 0.0


BERLIN = Query(ZoneInfo("Europe/Berlin"), date(2026, 3, 29), "EUR")


def at(day: int, hour: int) -> datetime:
    """An instant of March 2026, in UTC."""
    return datetime(2026, 3, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("", Filter()),
        ("  broken   jar ", Filter(text="broken jar")),
        ("state:unknown,WAITING", Filter(states=frozenset({State.UNKNOWN, State.WAITING}))),
        ("STATE:BLOCKED", Filter(states=frozenset({State.BLOCKED}))),
        ("clerk:ana jar", Filter(text="jar", clerk="ana")),
        ("reason:1", Filter(reason=ReasonCode.DAMAGED_ITEM)),
        ("reason:other", Filter(reason=ReasonCode.OTHER)),
        ("amount:5.00", Filter(least=500, most=500, currency="EUR")),
        ("amount:5-20", Filter(least=500, most=2000, currency="EUR")),
        ("amount:5-", Filter(least=500, currency="EUR")),
        ("amount:-20", Filter(most=2000, currency="EUR")),
        ("amount:>10", Filter(least=1001, currency="EUR")),
        ("amount:<10", Filter(most=999, currency="EUR")),
        ("amount:500JPY", Filter(least=500, most=500, currency="JPY")),
        ("amount:5-20usd", Filter(least=500, most=2000, currency="USD")),
        ("amount:>10.5CHF", Filter(least=1051, currency="CHF")),
        ("17:29 jar", Filter(text="17:29 jar")),
        ("97.83 EUR ana", Filter(text="97.83EUR ana")),
        ("EUR 97.83", Filter(text="EUR 97.83")),
        ("card:2142", Filter(of_trip=(TripWord("2142", Part.CARD),))),
        ("receipt:R-1 article:milk", Filter(of_trip=(TripWord("R-1", Part.RECEIPT), TripWord("milk", Part.ARTICLE)))),
    ],
)
def test_a_line_asks_for_what_it_says(line: str, wanted: Filter) -> None:
    assert BERLIN.read(line) == wanted


def test_an_unfinished_filter_word_does_not_filter_yet() -> None:
    for line in ("state:", "clerk:", "card:", "day:", "amount:", "amount:>"):
        assert BERLIN.read(line) == Filter()


def test_a_state_that_is_half_typed_already_narrows_and_a_day_too() -> None:
    assert BERLIN.read("state:unk,B").states == {State.UNKNOWN, State.BLOCKED}
    assert BERLIN.read("state:SETTLED").states == {State.SETTLED_PAID, State.SETTLED_UNPAID}
    assert BERLIN.read("day:tod") == BERLIN.read("day:today")


@pytest.mark.parametrize("line", ["state:FOO", "reason:9", "day:monday", "amount:1.2.3", "stat:UNKNOWN", "case:4711"])
def test_what_is_told_fits_on_the_line_under_the_filter(line: str) -> None:
    with pytest.raises(QueryError) as refused:
        BERLIN.read(line)
    assert len(str(refused.value)) <= 68


def test_every_state_that_is_not_final_is_open() -> None:
    names = {"AWAITING_APPROVAL", "QUEUED", "SENDING", "WAITING", "BLOCKED", "UNKNOWN"}
    assert BERLIN.read("open").states == frozenset(map(State, names))


def test_days_are_the_stores_even_when_they_have_23_hours() -> None:
    today = Filter(since=at(28, 23), until=at(29, 22))
    assert BERLIN.read("day:today") == today
    assert BERLIN.read("day:2026-03-29") == today
    assert BERLIN.read("day:yesterday") == Filter(since=at(27, 23), until=at(28, 23))
    assert BERLIN.read("since:2026-03-28 until:2026-03-29") == Filter(since=at(27, 23), until=at(29, 22))


def test_a_month_is_all_its_days_and_a_day_without_its_year_the_last_that_has_been() -> None:
    march = Filter(since=datetime(2026, 2, 28, 23, tzinfo=UTC), until=at(31, 22))
    assert BERLIN.read("day:2026-03") == BERLIN.read("since:2026-03 until:2026-03") == march
    assert BERLIN.read("day:28.03.") == BERLIN.read("day:28.3.26") == BERLIN.read("day:yesterday")
    assert BERLIN.read("day:30.3.") == BERLIN.read("day:2025-03-30")


def test_since_and_until_take_a_time_with_its_offset_too() -> None:
    wanted = Filter(since=at(1, 8), until=at(2, 9))
    assert BERLIN.read("since:2026-03-01T09:00+01:00 until:2026-03-02T09:00Z") == wanted


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("state:FOO", "FOO is no state: write one such as UNKNOWN"),
        ("state:WAITING,UNKX", "UNKX is no state"),
        ("reason:9", "9 is no reason: write a digit from 1 to 5"),
        ("day:monday", "monday is no day: write 2026-03-29, 29.03., 2026-03 or today"),
        ("day:2026-03-2", "is no day: write 2026-03-29"),
        ("day:31.02.", "is no day: write 2026-03-29"),
        ("since:2026-03-01T09:00", "a time is written with its offset: 2026-03-01T09:00+01:00"),
        ("amount:X5", "only digits"),
        ("until:9999-12-31", "is no day: write 2026-03-29"),
        ("since:0001-01-01", "is no day: write 2026-03-29"),
        ("amount:5.005", "3 decimals: EUR has 2"),
        ("amount:>x", "only digits"),
        ("amount:5JPX", "JPX is not a currency"),
        ("amount:5.5JPY", "JPY has no decimals"),
        ("stat:UNKNOWN", "filter word stat: write state:UNKNOWN"),
        ("clark:ana", "write clerk:ana"),
        ("case:4711", "there is no filter word case:"),
    ],
)
def test_what_cannot_be_used_is_told_with_how_to_write_it(line: str, told: str) -> None:
    with pytest.raises(QueryError) as refused:
        BERLIN.read(line)
    assert told in str(refused.value)


def test_a_word_without_a_colon_is_searched_as_text_even_if_it_resembles_a_filter() -> None:
    assert BERLIN.read("stat amounts") == Filter(text="stat amounts")


def test_without_a_configured_currency_an_amount_needs_its_own() -> None:
    nowhere = Query(UTC, date(2026, 3, 29), None)
    assert nowhere.read("amount:5EUR") == Filter(least=500, most=500, currency="EUR")
    assert nowhere.read("amount:>") == Filter()
    with pytest.raises(QueryError, match=r"^write its currency too: amount:5EUR$"):
        nowhere.read("amount:5")


def test_words_are_completed_as_they_are_typed() -> None:
    assert complete("clerk:ana st") == ["state:"]
    assert complete("o") == ["open"]
    assert complete("state:UNKNOWN,B") == ["state:UNKNOWN,BLOCKED"]
    assert [complete(f"{word}:y") for word in ("day", "since", "until")] == [
        ["day:yesterday"], ["since:yesterday"], ["until:yesterday"],
    ]  # fmt: skip
    assert complete("") == complete("state:UNKNOWN") == complete("open") == []
    assert complete("reason:") == [f"reason:{code.digit}" for code in ReasonCode]
    assert complete("reason:1") == complete("clerk:a") == []


def test_a_word_of_a_trip_is_told_as_it_was_written_with_the_part_that_it_names() -> None:
    assert [str(word) for word in (TripWord("jar"), TripWord("4242", Part.CARD))] == ["jar", "card:4242"]


def test_the_words_of_the_text_and_those_of_a_part_find_trips_and_one_that_finds_too_many_is_named() -> None:
    card = TripWord("4242", Part.CARD)
    wanted = Filter(text="broken jar", of_trip=(card,))
    assert wanted.trip_words == (card, TripWord("broken"), TripWord("jar"))
    many = tuple(str(number) for number in range(MOST_TRIPS))
    assert replace(wanted, trips={card: many, TripWord("jar"): many[1:]}).narrowed_to == ("card:4242",)
