"""Owns how a person writes a day or a month. The trip search, the history's filter line and all commands use it.

Reads no clock: the caller passes today's date and the store's time zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from refund_tui.core.times import midnight

BACK = {"today": 0, "yesterday": 1}
"""The words for a day, and how many days before today each one is."""

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?")
_DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})(?:\.([0-9]{4}|[0-9]{2})?)?")

_AGE = re.compile("([0-9]{1,5})d")

_LEAP = 8
"""The longest time between two 29ths of February, in years."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days from `first` up to, but not including, `end`."""

    first: date
    end: date

    def instants(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """The start of `first` and the start of `end` in the store's `zone`, as UTC. Raises OverflowError."""
        return midnight(self.first, zone), midnight(self.end, zone)


def read_days(text: str, today: date | None) -> Days | None:
    """The day or the month that `text` names, None if it names none.

    Forms: `2026-11-23`, `2026-11` (the whole month), `23.11.2026`, `23.11.26`. If `today` is given, also `today`,
    `yesterday`, and `23.11.` or `23.11`: the latest such day that is not in the future.
    """
    try:
        if (iso := _ISO.fullmatch(text)) and not iso[3]:
            first = date(int(iso[1]), int(iso[2]), 1)
            return Days(first, (first + timedelta(days=31)).replace(day=1))
        day = date.fromisoformat(text) if iso else _one_day(text, today)
        return Days(day, day + timedelta(days=1)) if day else None
    except (ValueError, OverflowError):
        return None


def read_limit(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """The time (UTC) before which something is old: `400d` before now, or the start of a day or month in `zone`.

    None if `text` names none.
    """
    try:
        if found := _AGE.fullmatch(text):
            return now - timedelta(days=int(found[1]))
        days = read_days(text, now.astimezone(zone).date())
        return days.instants(zone)[0] if days else None
    except OverflowError:
        return None


def days_as_written(today: date) -> str:
    """Examples of how to write a day or a month, for an error message."""
    return f"{today.isoformat()}, {today:%d.%m.}, {today:%Y-%m} or today"


def _one_day(text: str, today: date | None) -> date | None:
    if today and text.lower() in BACK:
        return today - timedelta(days=BACK[text.lower()])
    found = _DOTTED.fullmatch(text)
    if not found:
        return None
    day, month, year = int(found[1]), int(found[2]), found[3]
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    return _last(day, month, today) if today else None


def _last(day: int, month: int, today: date) -> date | None:
    """The latest such day that is not in the future."""
    for year in range(today.year, max(0, today.year - _LEAP - 1), -1):
        try:
            found = date(year, month, day)
        except ValueError:  # 29 February exists only in leap years
            continue
        if found <= today:
            return found
    return None
