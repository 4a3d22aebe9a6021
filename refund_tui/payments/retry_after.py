"""Owns how long the service asks us to wait: its `Retry-After` headers and the `retryAfter` in its body.

What cannot be read asks for nothing; where several can be read, the longest counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from refund_tui.payments.http_date import parse_http_date

LONGEST = 2.0**31
"""Seconds that stand for any longer wait, as RFC 9111 has it for delta-seconds that overflow."""

_SECONDS = re.compile(r"[0-9]+")


def retry_after(headers: Iterable[str], in_body: object, reference: datetime) -> float | None:
    """The wait in seconds, at least 0, or None where nobody asked for one that can be read.

    `headers` are all values of Retry-After; `in_body` whatever a JSON body has as `retryAfter` (Payment service,
    refund, 503). HTTP-dates are measured against `reference` (UTC): the service's own Date where it sent one, so that
    a wrong clock of this host neither stretches nor cuts the wait.
    """
    asked = [seconds for text in headers for seconds in _texts(text, reference)]
    asked += _values(in_body, reference)
    return min(max(asked), LONGEST) if asked else None


def _values(value: object, reference: datetime) -> Iterator[float]:
    match value:
        case str():
            yield from _texts(value, reference)
        case bool():
            return
        case int() if value >= 0:
            yield float(min(value, LONGEST))
        case float() if math.isfinite(value) and value >= 0:
            yield value


def _texts(text: str, reference: datetime) -> Iterator[float]:
    """What one header value asks for; a proxy may have joined several into one, with commas."""
    if date := parse_http_date(text, reference):
        yield max(0.0, (date - reference).total_seconds())
        return
    for piece in text.split(","):
        if _SECONDS.fullmatch(digits := piece.strip(" \t")):
            yield _seconds(digits.lstrip("0"))


def _seconds(digits: str) -> float:
    return LONGEST if len(digits) > 10 else float(digits or "0")
