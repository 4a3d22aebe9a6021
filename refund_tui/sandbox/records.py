"""Owns the two kinds of records in the accounts, and how each is written as one JSON object.

A request's credentials stay in memory and are never written to a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

_CREDENTIALS = {"authorization", "x-amz-security-token", "cookie", "proxy-authorization"}
_MASKED = "(not written)"


class Verdict(StrEnum):
    """What a request did to the money."""

    EXECUTED = "executed"
    """A valid refund: the money moved now."""
    REPEATED = "repeated"
    """The id of an executed refund, with the same bytes: nothing moved again."""
    HELD = "held"
    """A valid refund whose money did not move because of a fault step."""
    CONFLICT = "conflict"
    """The id of an executed refund, with other bytes: refused."""
    REFUSED = "refused"
    """A malformed request, or a trip the service does not know."""
    LOOKED_UP = "looked up"
    """A valid transactional-data request."""
    NOT_SERVED = "not served"
    """Not a request for an operation of the service: another path, method or content type, or too large."""


@dataclass(frozen=True, slots=True)
class Execution:
    """Money that moved. `amount` is exact, `digest` is the SHA-256 of the request's bytes, `at` is in UTC."""

    request_id: str
    at: datetime
    store_id: str
    trip_id: str
    amount: Decimal
    currency: str
    reason: str
    reconciliation_id: str
    digest: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request that was received completely, at `at` (UTC) and `ticks` (seconds, monotonic within one boot).

    `answer` is what will be sent: a status, or what a fault does instead. `why` is the reason of a refusal, `fault` is
    the step that was applied. `request_id` and `trip_id` are those of the request, valid or not.
    """

    number: int
    at: datetime
    ticks: float
    operation: str
    request_id: str | None
    trip_id: str | None
    verdict: Verdict
    answer: str
    why: str
    fault: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def executed(self) -> bool:
        """Whether this request moved the money."""
        return self.verdict is Verdict.EXECUTED


def execution_to_json(done: Execution) -> dict[str, Any]:
    """The execution as a JSON object; the amount is a string with its exact digits."""
    return {
        "kind": "execution",
        "refundRequestId": done.request_id,
        "at": done.at.isoformat(),
        "storeId": done.store_id,
        "shoppingTripId": done.trip_id,
        "amount": str(done.amount),
        "code": done.currency,
        "refundReasonCode": done.reason,
        "reconciliationId": done.reconciliation_id,
        "digest": done.digest,
    }


def execution_from_json(value: dict[str, Any]) -> Execution:
    """Reads what `execution_to_json` wrote. Raises KeyError, TypeError, ValueError or ArithmeticError."""
    return Execution(
        request_id=value["refundRequestId"],
        at=datetime.fromisoformat(value["at"]),
        store_id=value["storeId"],
        trip_id=value["shoppingTripId"],
        amount=Decimal(value["amount"]),
        currency=value["code"],
        reason=value["refundReasonCode"],
        reconciliation_id=value["reconciliationId"],
        digest=value["digest"],
    )


def arrival_to_json(arrival: Arrival) -> dict[str, Any]:
    """The request as a JSON object. Each byte of the body is one latin-1 character."""
    return {
        "kind": "request",
        "number": arrival.number,
        "at": arrival.at.isoformat(),
        "ticks": arrival.ticks,
        "operation": arrival.operation,
        "refundRequestId": arrival.request_id,
        "shoppingTripId": arrival.trip_id,
        "verdict": str(arrival.verdict),
        "answer": arrival.answer,
        "why": arrival.why,
        "fault": arrival.fault,
        "headers": [[name, _MASKED if name.lower() in _CREDENTIALS else value] for name, value in arrival.headers],
        "body": arrival.body.decode("latin-1"),
    }


def arrival_from_json(value: dict[str, Any]) -> Arrival:
    """Reads what `arrival_to_json` wrote. Raises KeyError, TypeError or ValueError."""
    return Arrival(
        number=value["number"],
        at=datetime.fromisoformat(value["at"]),
        ticks=value["ticks"],
        operation=value["operation"],
        request_id=value["refundRequestId"],
        trip_id=value["shoppingTripId"],
        verdict=Verdict(value["verdict"]),
        answer=value["answer"],
        why=value["why"],
        fault=value["fault"],
        headers=tuple((name, text) for name, text in value["headers"]),
        body=value["body"].encode("latin-1"),
    )
