"""Owns what an answer means for one attempt: by status first, then by its words. Every status is decided here.

Says nothing about earlier attempts, and nothing about what happens next: that is the lifecycle's.
"""

from __future__ import annotations

from datetime import datetime

from refund_tui.core.outcomes import (
    Accepted,
    Answer,
    Doubt,
    NeedsRepair,
    Outcome,
    RateLimited,
    Rejected,
    Repair,
    Uncertain,
)
from refund_tui.core.text import visible
from refund_tui.payments import advice
from refund_tui.payments.answers import ErrorAnswer, Unreadable, read_error, read_refund
from refund_tui.payments.http_answer import HttpAnswer
from refund_tui.payments.http_date import parse_http_date
from refund_tui.payments.retry_after import retry_after

_UNKNOWN_TRIP = "unknownshoppingtrip"


def classify(reply: HttpAnswer, now: datetime) -> Outcome:
    """What `reply`, read at `now` (UTC, this host's clock), means. A broken body changes only what a 200 means."""
    said = read_error(reply.content or b"")
    match reply.status:
        case 200:
            return _ok(reply, now)
        case 400:
            return _refused(reply, said, now)
        case 401 | 403:
            words = advice.on_credentials(reply.status, said.text or "", _skew(reply, now))
            return NeedsRepair(_answer(reply, now, words), Repair.CREDENTIALS)
        case 404 | 405 | 413 | 415:
            words = advice.on_configuration(reply.status, said.text or "")
            return NeedsRepair(_answer(reply, now, words), Repair.CONFIGURATION)
        case 429:
            words = "the service takes no more requests for now (429)"
            return RateLimited(_answer(reply, now, words), _wait(reply, said, now))
        case 503:
            words = f"the service is unavailable (503{_said(said)})"
            return Uncertain(_answer(reply, now, words), Doubt.UNAVAILABLE, _wait(reply, said, now))
        case status if 300 <= status < 400:
            words = advice.on_redirect(status, next(iter(reply.all("location")), ""))
            return NeedsRepair(_answer(reply, now, words), Repair.REDIRECT)
        case status if 500 <= status < 600:
            words = f"the service failed ({status}{_said(said)})"
            return Uncertain(_answer(reply, now, words), Doubt.SERVER_ERROR, _wait(reply, said, now))
        case status:
            words = f"the service gave an answer that nobody documents ({status}{_said(said)})"
            return Uncertain(_answer(reply, now, words), Doubt.ODD_STATUS)


def _ok(reply: HttpAnswer, now: datetime) -> Outcome:
    """Any JSON and an empty body are a yes, but for the shape of an error without a reconciliation id.

    A page from a proxy, a cut or a garbled body is not the service's yes.
    """
    try:
        content = whole(reply)
        found = read_refund(content).reconciliation_id
    except Unreadable as error:
        words = f"the service answered 200, but the answer {error}"
        return Uncertain(_answer(reply, now, words), Doubt.UNREADABLE)
    said = read_error(content)
    if said.shaped and not found:
        words = f"the service answered 200, but with an error in it{_said(said)}"
        return Uncertain(_answer(reply, now, words), Doubt.UNREADABLE, _wait(reply, said, now))
    identified = "with a reconciliation id" if found else "without a reconciliation id"
    return Accepted(_answer(reply, now, f"the service accepted it, {identified}"), found)


def whole(reply: HttpAnswer) -> bytes:
    """The content of an answer that came whole. Raises Unreadable."""
    if reply.flaw is not None:
        raise Unreadable(reply.flaw)
    if reply.content is None:
        raise Unreadable("has an encoding that cannot be read")
    return reply.content


def _refused(reply: HttpAnswer, said: ErrorAnswer, now: datetime) -> Outcome:
    """A 400 is a final no in the service's own words alone; else something before it refused, and would go on to."""
    if said.own is None:
        words, repair = advice.on_foreign_refusal(said.text or "", reply.raw)
        return NeedsRepair(_answer(reply, now, words), repair)
    if unknown_trip(reply):
        words = "the service knows no such trip in this store: check the store and the trip id"
    else:
        words = f"the service refused it (400): {visible(said.own)}"
    return Rejected(_answer(reply, now, words), said.own)


def unknown_trip(reply: HttpAnswer) -> bool:
    """Whether the service says that it knows no such trip in that store (Payment service, refund, 400)."""
    said = read_error(reply.content or b"").own or ""
    return reply.status == 400 and _UNKNOWN_TRIP in said.lower()


def _said(said: ErrorAnswer) -> str:
    return f", {visible(said.text, 160)}" if said.text else ""


def server_date(reply: HttpAnswer, now: datetime) -> datetime | None:
    """The service's own clock (UTC), where its Date header can be read."""
    return next(filter(None, (parse_http_date(text, now) for text in reply.all("date"))), None)


def _skew(reply: HttpAnswer, now: datetime) -> float | None:
    date = server_date(reply, now)
    return None if date is None else (now - date).total_seconds()


def _wait(reply: HttpAnswer, said: ErrorAnswer, now: datetime) -> float | None:
    return retry_after(reply.all("retry-after"), said.retry_after, server_date(reply, now) or now)


def _answer(reply: HttpAnswer, now: datetime, detail: str) -> Answer:
    return Answer(reply.status, detail, reply.raw, server_date(reply, now))
