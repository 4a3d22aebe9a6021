"""Owns the reading of HTTP-dates (RFC 9110, 5.6.7): the current form and both obsolete ones, always in GMT.

Stricter than `email.utils`, which accepts digits of any script. Does not depend on the host's locale.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = f"(?P<month>{'|'.join(_MONTHS)})"
_TIME = "(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_LONG_DAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"

_FORMS = tuple(
    re.compile(form)
    for form in (
        f"{_DAY}, (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_TIME} GMT",
        f"{_LONG_DAY}, (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_TIME} GMT",
        f"{_DAY} {_MONTH} (?P<day>[0-9 ][0-9]) {_TIME} (?P<year>[0-9]{{4}})",
    )
)


def parse_http_date(text: str, now: datetime) -> datetime | None:
    """The time (UTC) that `text` names, or None. `now` decides the century of a year with two digits."""
    for form in _FORMS:
        if match := form.fullmatch(text.strip()):
            return _instant(match.groupdict(), now)
    return None


def _instant(part: dict[str, str], now: datetime) -> datetime | None:
    year, month = int(part["year"]), _MONTHS.index(part["month"]) + 1
    if len(part["year"]) == 2:
        year = _full_year(year, now.year)
    second = min(int(part["second"]), 59)  # the grammar allows a leap second, datetime does not
    try:
        return datetime(year, month, int(part["day"]), int(part["hour"]), int(part["minute"]), second, tzinfo=UTC)
    except ValueError:
        return None


def _full_year(two_digits: int, present: int) -> int:
    """A year more than 50 years in the future is taken as the latest past year with the same digits (RFC 9110)."""
    year = present - present % 100 + two_digits
    return year - 100 if year > present + 50 else year
