"""Owns the times in an answer's headers: HTTP-dates, and how long the service asks us to wait.

The wait comes from `Retry-After` headers and from the `retryAfter` in the body (contract page: retry-after). It may
have decimals and the unit of seconds, and is rounded up. Values that cannot be read are ignored. The longest of several
waits counts. HTTP-dates (RFC 9110, 5.6.7) are read in the current form and in both obsolete forms, always in GMT.
`email.utils` is not used: it accepts digits of any script.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
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


LONGEST = 2.0**31
"""The longest wait, in seconds. A longer one is cut to it, as RFC 9111 says for delta-seconds that overflow."""

_SECONDS = re.compile(r"([0-9]+)(\.[0-9]*)?[ \t]*(?:s|secs?|seconds?)?", re.IGNORECASE)


def retry_after(headers: Iterable[str], in_body: object, reference: datetime) -> float | None:
    """The wait in whole seconds, at least 0; None if no value can be read.

    `headers` holds all values of Retry-After. `in_body` is the `retryAfter` of a JSON body and can have any type
    (contract page: refund, 503). HTTP-dates are compared with `reference` (UTC): the service's own Date if it sent one,
    so that a wrong clock of this host does not change the wait.
    """
    waits = [seconds for text in headers for seconds in _texts(text, reference)]
    waits += _values(in_body, reference)
    return min(max(waits), LONGEST) if waits else None


def _values(value: object, reference: datetime) -> Iterator[float]:
    match value:
        case str():
            yield from _texts(value, reference)
        case bool():
            return
        case int() if value >= 0:
            yield float(min(value, LONGEST))
        case float() if math.isfinite(value) and value >= 0:
            yield float(math.ceil(min(value, LONGEST)))


def _texts(text: str, reference: datetime) -> Iterator[float]:
    """The waits in one header value. A proxy may have joined several values with commas."""
    if date := parse_http_date(text, reference):
        yield max(0.0, (date - reference).total_seconds())
        return
    for piece in text.split(","):
        if found := _SECONDS.fullmatch(piece.strip(" \t")):
            whole, decimals = found[1].lstrip("0"), found[2] or ""
            yield _seconds(whole) + (1.0 if decimals.strip(".0") else 0.0)


def _seconds(digits: str) -> float:
    return LONGEST if len(digits) > 10 else float(digits or "0")
