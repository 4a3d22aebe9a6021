"""Owns what an answer means for one attempt: the status decides first, then the text. Every status has an outcome.

Never considers earlier attempts and never decides what happens next: `core.lifecycle` does.
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
from refund_tui.payments.answers import ErrorAnswer, HttpAnswer, Unreadable, read_error, read_refund
from refund_tui.payments.retry_after import parse_http_date, retry_after

_UNKNOWN_TRIP = "unknownshoppingtrip"


def classify(reply: HttpAnswer, now: datetime) -> Outcome:
    """The outcome of the attempt that got the answer `reply`. `now` is UTC by this host's clock.

    A body that is cut or cannot be read changes only the meaning of a 200.
    """
    error = read_error(reply.content or b"")
    match reply.status:
        case 200:
            return _ok(reply, now)
        case 400:
            return _refused(reply, error, now)
        case 401 | 403:
            return _denied(reply, error, now)
        case 404 | 405 | 407 | 413 | 415:
            words = advice.on_configuration(reply.status, error.text or "")
            return NeedsRepair(_answer(reply, now, words), Repair.CONFIGURATION)
        case 429:
            words = "the service takes no more requests for now (429)"
            return RateLimited(_answer(reply, now, words), _wait(reply, error, now))
        case 503:
            words = f"the service is unavailable (503{_quoted(error)})"
            return Uncertain(_answer(reply, now, words), Doubt.UNAVAILABLE, _wait(reply, error, now))
        case status if 300 <= status < 400:
            words = advice.on_redirect(status, next(iter(reply.all("location")), ""))
            return NeedsRepair(_answer(reply, now, words), Repair.REDIRECT)
        case status if 500 <= status < 600:
            words = f"the service failed ({status}{_quoted(error)})"
            return Uncertain(_answer(reply, now, words), Doubt.SERVER_ERROR, _wait(reply, error, now))
        case status:
            words = f"the service gave an answer that is not documented ({status}{_quoted(error)})"
            return Uncertain(_answer(reply, now, words), Doubt.ODD_STATUS)


def _ok(reply: HttpAnswer, now: datetime) -> Outcome:
    """The outcome of a 200. An empty body and any JSON mean accepted, except an error without a reconciliation id.

    If the body is a proxy's page, is cut, or cannot be decoded, the outcome is not known.
    """
    try:
        content = complete_body(reply)
        found = read_refund(content).reconciliation_id
    except Unreadable as unreadable:
        words = f"the service answered 200, but the answer {unreadable}"
        return Uncertain(_answer(reply, now, words), Doubt.UNREADABLE)
    error = read_error(content)
    if error.has_error and not found:
        words = f"the service answered 200, but with an error in it{_quoted(error)}"
        return Uncertain(_answer(reply, now, words), Doubt.UNREADABLE, _wait(reply, error, now))
    identified = "with a reconciliation id" if found else "without a reconciliation id"
    return Accepted(_answer(reply, now, f"the service accepted it, {identified}"), found)


def complete_body(reply: HttpAnswer) -> bytes:
    """The decoded body of an answer that was received completely. Raises Unreadable."""
    if reply.flaw is not None:
        raise Unreadable(reply.flaw)
    if reply.content is None:
        raise Unreadable("has an encoding that cannot be read")
    return reply.content


def _refused(reply: HttpAnswer, error: ErrorAnswer, now: datetime) -> Outcome:
    """A 400 is final only with the service's `errorMsg`. Any other 400 comes from something in front of the service."""
    if error.service_text is None:
        words, repair = advice.on_proxy_refusal(error.text or "", reply.raw)
        return NeedsRepair(_answer(reply, now, words), repair)
    if unknown_trip(reply):
        words = "the service knows no such trip in this store: check the store and the trip id"
    else:
        words = f"the service refused it (400): {visible(error.service_text)}"
    return Rejected(_answer(reply, now, words), error.service_text)


def _denied(reply: HttpAnswer, error: ErrorAnswer, now: datetime) -> Outcome:
    """A 401 or 403 is about the credentials, unless it is a web page, which the service and its gateway never send."""
    if error.text is None and reply.is_web_page:
        return NeedsRepair(_answer(reply, now, advice.on_web_page(reply.status)), Repair.CONFIGURATION)
    words = advice.on_credentials(reply.status, error.text or "", _skew(reply, now))
    return NeedsRepair(_answer(reply, now, words), Repair.CREDENTIALS)


def unknown_trip(reply: HttpAnswer) -> bool:
    """Whether the service says that it knows no such trip in that store (contract page: refund, 400)."""
    text = read_error(reply.content or b"").service_text or ""
    return reply.status == 400 and _UNKNOWN_TRIP in text.lower()


def _quoted(error: ErrorAnswer) -> str:
    return f", {visible(error.text, 160)}" if error.text else ""


def server_date(reply: HttpAnswer, now: datetime) -> datetime | None:
    """The service's time (UTC) from its Date header, None if there is none that can be read."""
    return next(filter(None, (parse_http_date(text, now) for text in reply.all("date"))), None)


def _skew(reply: HttpAnswer, now: datetime) -> float | None:
    date = server_date(reply, now)
    return None if date is None else (now - date).total_seconds()


def _wait(reply: HttpAnswer, error: ErrorAnswer, now: datetime) -> float | None:
    return retry_after(reply.all("retry-after"), error.retry_after, server_date(reply, now) or now)


def _answer(reply: HttpAnswer, now: datetime, detail: str) -> Answer:
    return Answer(reply.status, detail, reply.raw, server_date(reply, now))
