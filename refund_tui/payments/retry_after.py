"""Owns how long the service asks us to wait: its `Retry-After` headers and the `retryAfter` in its body.

Values that cannot be read are ignored. Of several values the longest wait counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from refund_tui.payments.http_date import parse_http_date

LONGEST = 2.0**31
"""Seconds. A longer wait is cut to this, as RFC 9111 says for delta-seconds that overflow."""

_SECONDS = re.compile(r"[0-9]+")


def retry_after(headers: Iterable[str], in_body: object, reference: datetime) -> float | None:
    """The wait in seconds, at least 0; None if no value can be read.

    `headers` are all values of Retry-After; `in_body` is the `retryAfter` of a JSON body, of any type (Payment service,
    refund, 503). HTTP-dates are compared with `reference` (UTC): the service's own Date if it sent one, so that a wrong
    clock of this host makes the wait neither longer nor shorter.
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
            yield value


def _texts(text: str, reference: datetime) -> Iterator[float]:
    """The waits that one header value asks for. A proxy may have joined several values with commas."""
    if date := parse_http_date(text, reference):
        yield max(0.0, (date - reference).total_seconds())
        return
    for piece in text.split(","):
        if _SECONDS.fullmatch(digits := piece.strip(" \t")):
            yield _seconds(digits.lstrip("0"))


def _seconds(digits: str) -> float:
    return LONGEST if len(digits) > 10 else float(digits or "0")
