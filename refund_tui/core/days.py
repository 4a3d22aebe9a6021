"""Owns how a person writes a day or a month: in the trip search, in the history's filter line and in commands alike.

Reads no clock: today and the store's time zone are handed in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from refund_tui.core.times import midnight

BACK = {"today": 0, "yesterday": 1}
"""The words for a day, each with how many days it is before today."""

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?")
_DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})(?:\.([0-9]{4}|[0-9]{2})?)?")

_LEAP = 8
"""Years between two 29ths of February at the most."""


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days: `first` and those after it, up to and not including `end`."""

    first: date
    end: date

    def instants(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """When they begin and when they are over (UTC), in the store's `zone`. Raises OverflowError."""
        return midnight(self.first, zone), midnight(self.end, zone)


def read_days(text: str, today: date | None) -> Days | None:
    """The day or the month that `text` names, None where it names none.

    `2026-11-23`, `2026-11` (the whole month), `23.11.2026`, `23.11.26`, and with `today`: `today`, `yesterday`, and
    `23.11.` or `23.11`, the last such day that has been.
    """
    try:
        if (iso := _ISO.fullmatch(text)) and not iso[3]:
            first = date(int(iso[1]), int(iso[2]), 1)
            return Days(first, (first + timedelta(days=31)).replace(day=1))
        day = date.fromisoformat(text) if iso else _one_day(text, today)
        return Days(day, day + timedelta(days=1)) if day else None
    except (ValueError, OverflowError):
        return None


def days_as_written(today: date) -> str:
    """How a day or a month can be written, for a person who wrote it in another way."""
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
    """The last day of that name that has been."""
    for year in range(today.year, max(0, today.year - _LEAP - 1), -1):
        try:
            found = date(year, month, day)
        except ValueError:  # the 29th of February of another year
            continue
        if found <= today:
            return found
    return None
