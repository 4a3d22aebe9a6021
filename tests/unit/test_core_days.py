"""How a day is written: one grammar for the search, the filter line and commands."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from refund_tui.core.days import Days, days_as_written, read_days, read_limit

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("text", "first", "end"),
    [
        ("2026-02-28", date(2026, 2, 28), date(2026, 3, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("2024-02", date(2024, 2, 1), date(2024, 3, 1)),
        ("23.11.2025", date(2025, 11, 23), date(2025, 11, 24)),
        ("1.3.26", date(2026, 3, 1), date(2026, 3, 2)),
        ("1.3", date(2026, 3, 1), date(2026, 3, 2)),
        ("2.3.", date(2025, 3, 2), date(2025, 3, 3)),
        ("29.02.", date(2024, 2, 29), date(2024, 3, 1)),
        ("today", date(2026, 3, 1), date(2026, 3, 2)),
        ("Yesterday", date(2026, 2, 28), date(2026, 3, 1)),
    ],
)
def test_a_day_or_a_month_is_read(text: str, first: date, end: date) -> None:
    assert read_days(text, TODAY) == Days(first, end)


@pytest.mark.parametrize(
    "text",
    ["", "tod", "2026", "2026-3-1", "2026-13", "2026-02-30", "20260228", "31.2.", "30.2.2026", "9999-12-31", "9999-12",
     "२०२६-०२-२८", "0000-01", "99.99."],
)  # fmt: skip
def test_what_is_no_day_is_none(text: str) -> None:
    assert read_days(text, TODAY) is None


def test_without_today_only_a_whole_date_is_a_day() -> None:
    assert [read_days(text, None) for text in ("today", "23.11.", "23.11")] == [None] * 3
    assert read_days("23.11.2025", None) == Days(date(2025, 11, 23), date(2025, 11, 24))


def test_the_last_29th_of_february_can_be_eight_years_ago() -> None:
    day = read_days("29.2.", date(2104, 2, 28))
    assert day is not None
    assert day.first == date(2096, 2, 29)


def test_the_first_years_of_the_calendar_have_no_29th_of_february_before_them() -> None:
    assert read_days("29.2.", date(3, 3, 1)) is None


def test_a_day_begins_and_ends_by_the_stores_clock() -> None:
    day = Days(date(2026, 3, 29), date(2026, 3, 30))
    summer_begins = (datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC))
    assert day.instants(ZoneInfo("Europe/Berlin")) == summer_begins


def test_how_a_day_is_written_shows_forms_that_are_read() -> None:
    forms = days_as_written(TODAY).replace(" or ", ", ").split(", ")
    assert forms == ["2026-03-01", "01.03.", "2026-03", "today"]
    assert all(read_days(form, TODAY) for form in forms)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("400d", datetime(2025, 1, 25, 12, 0, tzinfo=UTC)),
        ("2025-01", datetime(2024, 12, 31, 23, 0, tzinfo=UTC)),
        ("2025-06-15", datetime(2025, 6, 14, 22, 0, tzinfo=UTC)),
        ("999999d", None),
        ("0001-01-01", None),
        ("13m", None),
        ("-4d", None),
        ("", None),
    ],
)
def test_an_age_is_a_number_of_days_or_a_day_of_the_store(text: str, limit: datetime | None) -> None:
    now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    assert read_limit(text, now, ZoneInfo("Europe/Berlin")) == limit
