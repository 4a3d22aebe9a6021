"""Owns the service's answers: those of the contract, and the faulty ones that a step asks for.

Builds values only. `server` decides which bytes are sent, and how fast.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime

from refund_tui.sandbox.steps import Step

_JSON = "application/json"
_DATE_AHEAD = "http-date+"

_DENIED = (
    "User: arn:aws:sts::000000000000:assumed-role/sandbox/clerk is not authorized to perform: execute-api:Invoke "
    "on resource: arn:aws:execute-api:us-east-1:000000000000:sandbox/v1/POST/refund"
)
_BODIES: dict[int, dict[str, str]] = {
    400: {"errorMsg": "BadRequestException"},
    401: {"message": "Unauthorized"},
    403: {"message": _DENIED},
    429: {"message": "Too Many Requests"},
    500: {"errorMsg": "ServiceException"},
    502: {"message": "Internal server error"},
    503: {"errorMsg": "ServiceUnavailableException"},
    504: {"message": "Endpoint request timed out"},
}
"""The body for a step with a status and no body: the contract's (400, 403, 500, 503), else an API gateway's."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer without the headers that every answer has (Date, Content-Length)."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def say(status: int, value: object, *headers: tuple[str, str]) -> Reply:
    """`value` as a JSON answer."""
    return Reply(status, json.dumps(value).encode(), (("Content-Type", _JSON), *headers))


def accepted(reconciliation_id: str) -> Reply:
    """The answer to an accepted refund (contract page: refund, 200)."""
    return say(200, {"reconciliationId": reconciliation_id})


def bad_request() -> Reply:
    """The answer to a missing or malformed value (contract page: refund, 400)."""
    return say(400, _BODIES[400])


def unknown_trip() -> Reply:
    """The answer to a trip that this store does not have (contract page: refund, 400)."""
    return say(400, {"errorMsg": "UnknownShoppingTrip"})


def apply_step(normal: Reply, step: Step, now: datetime) -> Reply:
    """The answer after the faults of `step`; `now` is the service's own clock, for Retry-After as an HTTP-date."""
    reply = normal
    if step.status is not None and not (200 <= step.status < 300 and normal.status == 200):
        reply = _plain(step.status, step)
    elif step.status is not None:
        reply = Reply(step.status, normal.body, normal.headers)
    if step.body is not None:
        reply = Reply(reply.status, step.body[0], (("Content-Type", step.body[1]),))
    elif step.shape is not None and normal.status == 200:
        reply = Reply(reply.status, _shape(step.shape, normal.body), normal.headers)
    elif step.garbage is not None:
        reply = _garbage(step.garbage, reply)
    return Reply(reply.status, reply.body, _headers(reply, step, now))


def http_date(instant: datetime) -> str:
    """A time in UTC as HTTP writes it (RFC 9110, IMF-fixdate), in whole seconds."""
    return format_datetime(instant, usegmt=True)


def _plain(status: int, step: Step) -> Reply:
    if status in (204, 304):
        return Reply(status)
    body = _BODIES.get(status, {"message": f"the sandbox's script says {status}"})
    in_body = {"retryAfter": step.retry_after[0]} if status == 503 and step.retry_after else {}
    return say(status, body | in_body)


def _headers(reply: Reply, step: Step, now: datetime) -> tuple[tuple[str, str], ...]:
    """The reply's headers, overridden by the step's own."""
    added = list(step.headers)
    if step.redirect is not None:
        added.append(("Location", step.redirect))
    if step.status != 503:
        added += [("Retry-After", _retry_after(value, now)) for value in step.retry_after]
    overridden = {name.lower() for name, _ in added}
    return tuple(pair for pair in reply.headers if pair[0].lower() not in overridden) + tuple(added)


def _retry_after(value: str, now: datetime) -> str:
    ahead = value.removeprefix(_DATE_AHEAD)
    if ahead == value or not ahead.isdecimal() or len(ahead) > 9:
        return value
    return http_date(now + timedelta(seconds=int(ahead)))


def _shape(shape: str, normal: bytes) -> bytes:
    bodies = {
        "empty": b"",
        "null": b"null",
        "array": b"[]",
        "no-id": b"{}",
        "long-id": json.dumps({"reconciliationId": "L" * 80}).encode(),
        "odd-id": b'{"reconciliationId": "550e8400-e29b-41d4-a716-446655440000"}',
        "not-json": normal.rstrip(b"}") + b",",
        "error": json.dumps(_BODIES[500]).encode(),
        "gateway-error": json.dumps(_BODIES[502]).encode(),
        "form-feed": b"\f",
    }
    return bodies[shape]


def _garbage(kind: str, reply: Reply) -> Reply:
    match kind:
        case "gzip":
            return Reply(reply.status, b"\x1f\x8b\x08\x00 not gzip", (*reply.headers, ("Content-Encoding", "gzip")))
        case "html":
            page = b"<html><head><title>Proxy</title></head><body><h1>Please log in</h1></body></html>"
            return Reply(reply.status, page, (("Content-Type", "text/html"),))
        case "certificate":
            page = b"<html><head><title>400 No required SSL certificate was sent</title></head></html>"
            return Reply(reply.status, page, (("Content-Type", "text/html"),))
        case _:
            return Reply(reply.status, b"upstream connect error", (("Content-Type", "text/plain"),))
