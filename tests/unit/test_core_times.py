"""Instants and waits under wrong clocks, and the refund window in the store's time zone."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refund_tui.core.times import (
    Instant,
    Wait,
    countdown,
    last_day,
    local,
    skew_words,
    span,
    stamp,
    unstamp,
    window_closes,
)
from refund_tui.core.waits import left_of

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
START = Instant(NOON, "boot-1", 100.0)


def later(wall: float, ticks: float, boot: str = "boot-1") -> Instant:
    return Instant(NOON + timedelta(seconds=wall), boot, 100.0 + ticks)


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        (later(60, 60), 60.0),
        (later(3600, 60), 60.0),
        (later(-3600, 60), 60.0),
        (later(60, -5), 60.0),
        (later(60, 0, "boot-2"), 60.0),
        (later(60, -99, "boot-2"), 60.0),
        (later(-3600, 60, "boot-2"), 0.0),
    ],
)
def test_ticks_tell_the_time_within_a_boot_and_the_wall_over_one(now: Instant, seconds: float) -> None:
    assert now.since(START) == seconds


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        (later(60, 60), 60.0),
        (later(3600, 60), 3600.0),
        (later(-3600, 60), 60.0),
        (later(60, -5), 60.0),
        (later(-3600, -5), 0.0),
        (later(60, 9_000, "boot-2"), 60.0),
        (later(-3600, 60, "boot-2"), 0.0),
    ],
)
def test_an_age_that_must_not_be_underestimated_uses_the_clock_that_says_later(now: Instant, seconds: float) -> None:
    assert now.longest_since(START) == seconds


@pytest.mark.parametrize(
    ("now", "contradicts"),
    [
        (later(-1, 5), False),
        (later(-1, 5, "boot-2"), True),
        (later(0, 5, "boot-2"), False),
        (later(1, 5, "boot-2"), False),
    ],
)
def test_a_wall_clock_set_back_over_a_reboot_is_noticed(now: Instant, contradicts: bool) -> None:
    assert now.contradicts(START) is contradicts


def test_a_wait_counts_down_and_is_over() -> None:
    wait = Wait(START, 90.0)
    assert wait.remaining(later(30, 30)) == 60.0
    assert not wait.over(later(89.5, 89.5))
    assert wait.over(later(90, 90))
    assert wait.remaining(later(1000, 1000)) == 0.0
    assert wait.not_before == NOON + timedelta(seconds=90)


def test_a_wait_with_a_start_in_the_future_ends_by_the_wall_clock_and_is_anchored_again() -> None:
    """One flipped bit in the ledger must not turn a minute into hours."""
    wait = Wait(Instant(NOON, "boot-1", START.ticks + 9_000.0), 60.0)
    assert wait.remaining(later(45, 45)) == 15.0
    assert wait.over(later(61, 61))
    assert wait.anchored(later(45, 45)) == Wait(later(45, 45), 15.0)


def test_an_anchored_wait_goes_on_in_the_new_boot_whatever_the_wall_does_next() -> None:
    wait = Wait(START, 90.0)
    assert wait.anchored(later(30, 30)) is wait
    risen = Instant(NOON + timedelta(seconds=30), "boot-2", 5.0)
    anchored = wait.anchored(risen)
    assert anchored == Wait(risen, 60.0)
    assert anchored.remaining(Instant(NOON - timedelta(days=9), "boot-2", 45.0)) == 20.0


def test_a_wait_whose_start_is_damaged_to_lie_in_the_future_ends_by_the_wall_clock() -> None:
    wait = Wait(replace(START, ticks=START.ticks + 1e9), 90.0)
    assert wait.remaining(later(30, 30)) == 60.0
    assert wait.over(later(90, 90))
    assert wait.remaining(Instant(NOON - timedelta(days=9), START.boot, START.ticks)) == 90.0


INSTANTS = st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
MARKS = st.builds(
    Instant,
    INSTANTS,
    st.sampled_from(["boot-1", "boot-2", "boot-3"]),
    st.floats(0, 1e9),
)


@given(start=MARKS, seconds=st.floats(0, 1e6), now=MARKS, then=MARKS)
def test_what_remains_never_exceeds_the_wait(start: Instant, seconds: float, now: Instant, then: Instant) -> None:
    wait = Wait(start, seconds)
    assert 0 <= wait.remaining(now) <= seconds
    anchored = wait.anchored(now)
    assert anchored.remaining(now) == pytest.approx(wait.remaining(now))
    assert 0 <= anchored.remaining(then) <= seconds


@given(start=MARKS, seconds=st.floats(0, 1e6), steps=st.lists(st.floats(0, 1e4), max_size=5), jump=st.floats(-1e8, 1e8))
def test_within_a_boot_a_countdown_only_falls_however_the_wall_jumps(
    start: Instant, seconds: float, steps: list[float], jump: float
) -> None:
    wait, ticks, last = Wait(start, seconds), start.ticks, seconds
    for step in steps:
        ticks += step
        left = wait.remaining(Instant(NOON + timedelta(seconds=jump), start.boot, ticks))
        assert left <= last
        last = left


@pytest.mark.parametrize(
    ("zone", "began", "closes"),
    [
        ("UTC", "2026-03-02T12:00:00Z", "2026-03-10T00:00:00.000Z"),
        ("UTC", "2026-03-02T00:00:00Z", "2026-03-10T00:00:00.000Z"),
        ("UTC", "2026-03-02T23:59:59Z", "2026-03-10T00:00:00.000Z"),
        # the date is the store's: late in the evening in UTC it is tomorrow in Tokyo and still today in New York
        ("Asia/Tokyo", "2026-03-02T20:00:00Z", "2026-03-10T15:00:00.000Z"),
        ("America/New_York", "2026-03-03T03:00:00Z", "2026-03-10T04:00:00.000Z"),
        # the clocks go forward within the window (29 March 2026), and on its last night
        ("Europe/Berlin", "2026-03-25T12:00:00Z", "2026-04-01T22:00:00.000Z"),
        ("Europe/Berlin", "2026-03-21T12:00:00Z", "2026-03-28T23:00:00.000Z"),
        ("Europe/Berlin", "2026-03-22T12:00:00Z", "2026-03-29T22:00:00.000Z"),
        # the clocks go back on the last night (25 October 2026): the day has 25 hours, all of them count
        ("Europe/Berlin", "2026-10-18T12:00:00Z", "2026-10-25T23:00:00.000Z"),
        # midnight does not exist (Cairo, 24 April 2026) or comes twice (Havana, 1 November 2026): the first instant
        ("Africa/Cairo", "2026-04-16T12:00:00Z", "2026-04-23T22:00:00.000Z"),
        ("America/Havana", "2026-10-24T12:00:00Z", "2026-11-01T04:00:00.000Z"),
    ],
)
def test_the_window_closes_at_the_midnight_after_its_last_day(zone: str, began: str, closes: str) -> None:
    assert stamp(window_closes(unstamp(began), 7, ZoneInfo(zone))) == closes


def test_the_last_day_is_a_date_of_the_store() -> None:
    began = unstamp("2026-03-02T20:00:00Z")
    assert last_day(began, 7, ZoneInfo("Asia/Tokyo")) == date(2026, 3, 10)
    assert last_day(began, 30, UTC) == date(2026, 4, 1)


@pytest.mark.parametrize("began", ["9999-12-31T23:59:59Z", "9999-12-24T12:00:00Z"])
def test_a_trip_at_the_end_of_the_calendar_closes_with_it(began: str) -> None:
    assert last_day(unstamp(began), 7, ZoneInfo("Asia/Tokyo")) == date.max
    assert window_closes(unstamp(began), 7, ZoneInfo("Asia/Tokyo")) == datetime.max.replace(tzinfo=UTC)


@given(
    began=INSTANTS,
    days=st.integers(0, 60),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/Havana", "Africa/Cairo", "Asia/Tokyo", "Pacific/Apia"]),
)
def test_the_whole_last_day_is_open_and_the_next_is_not(began: datetime, days: int, zone: str) -> None:
    closes = window_closes(began, days, ZoneInfo(zone))
    last = last_day(began, days, ZoneInfo(zone))
    assert (closes - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date() <= last
    assert closes.astimezone(ZoneInfo(zone)).date() > last
    assert closes > began


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "00:00"),
        (-3, "00:00"),
        (0.1, "00:01"),
        (59.5, "01:00"),
        (60, "01:00"),
        (61.2, "01:02"),
        (600, "10:00"),
        (5999, "99:59"),
        (5999.5, "1:40:00"),
        (6000, "1:40:00"),
        (86_400, "24:00:00"),
        (90_061, "25:01:01"),
    ],
)
def test_a_countdown_is_rounded_up_so_that_zero_means_over(seconds: float, shown: str) -> None:
    assert countdown(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-1, "0 s"),
        (0.9, "0 s"),
        (42, "42 s"),
        (59, "59 s"),
        (60, "1 min"),
        (599, "9 min"),
        (3600, "1 h 0 min"),
        (76_440, "21 h 14 min"),
        (86_399, "23 h 59 min"),
        (86_400, "1 d 0 h"),
        (187_200, "2 d 4 h"),
    ],
)
def test_a_span_is_told_in_two_units(seconds: float, shown: str) -> None:
    assert span(seconds) == shown


@pytest.mark.parametrize(
    ("text", "stamped"),
    [
        ("2026-03-02T12:00:00Z", "2026-03-02T12:00:00.000Z"),
        ("2026-03-02T12:00:00.123456+01:00", "2026-03-02T11:00:00.123Z"),
        ("2026-03-02T23:30:00-03:30", "2026-03-03T03:00:00.000Z"),
    ],
)
def test_an_instant_is_written_in_utc(text: str, stamped: str) -> None:
    assert stamp(unstamp(text)) == stamped
    assert unstamp(text).tzinfo is UTC


def test_the_zone_of_this_host_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert stamp(NOON) == "2026-03-02T12:00:00.000Z"
        assert window_closes(NOON, 7, ZoneInfo("Europe/Berlin")).tzinfo is UTC
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_time_without_zone_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match="'2026-03-02T12:00:00' has no time zone: end it with Z or an offset such as"):
        unstamp("2026-03-02T12:00:00")


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+05:00"])
def test_what_is_no_instant_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        unstamp(text)
    assert "XX" not in str(caught.value)


def test_an_instant_beyond_the_calendar_is_told_so() -> None:
    with pytest.raises(ValueError, match=r"^'9999-12-31T23:59:59-05:00' is before the year 1 or after 9999 in UTC$"):
        unstamp("9999-12-31T23:59:59-05:00")


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_was_stamped_is_read_back_to_the_millisecond(instant: datetime) -> None:
    assert unstamp(stamp(instant)) == instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def test_if_there_are_several_waits_the_one_that_ends_last_counts() -> None:
    now = later(30, 30)
    assert left_of(now) == left_of(now, None) == left_of(now, Wait(START, 30.0)) == 0.0
    assert left_of(now, Wait(START, 40.0), None, Wait(START, 90.0)) == 60.0


def test_a_clock_that_differs_from_the_services_says_by_how_much_and_which_way() -> None:
    assert skew_words(1.0) == "this host's clock is 1 s ahead of the service's"
    assert skew_words(180.4) == "this host's clock is 3 min ahead of the service's"
    assert skew_words(-7_260.0) == "this host's clock is 2 h 1 min behind the service's"


def test_an_instant_is_told_in_the_stores_time_also_at_the_end_of_the_calendar() -> None:
    zone = ZoneInfo("Europe/Berlin")
    assert local(NOON, zone).hour == 13
    end = datetime.max.replace(tzinfo=UTC)
    assert local(end, zone) == end
