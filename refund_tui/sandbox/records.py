"""Owns the two kinds of entries in the books, and how each is written as one JSON object.

A request's credentials stay in memory: they are never written to a file.
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
    """What a request came to, for the money."""

    EXECUTED = "executed"
    """A valid refund: the money moved now."""
    REPEATED = "repeated"
    """The id of an executed refund, with the same bytes: nothing moved again."""
    HELD = "held"
    """A valid refund whose money a fault kept from moving."""
    CONFLICT = "conflict"
    """The id of an executed refund, with other bytes: refused."""
    REFUSED = "refused"
    """A malformed request, or a trip the service does not know."""
    LOOKED_UP = "looked up"
    """A valid transactional-data request."""
    NOT_SERVED = "not served"
    """No operation of the service: another path, method or content type, or a body too large."""


@dataclass(frozen=True, slots=True)
class Execution:
    """Money that moved; `amount` is exact, `digest` the SHA-256 of the request's bytes, `at` in UTC."""

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
    """A request received in full, at `at` (UTC) and `ticks` (seconds, monotonic, comparable within one boot).

    `answer` is what was about to be sent: a status, or what a fault did instead. `why` is the reason of a refusal,
    `fault` the step that was played. `request_id` and `trip_id` are as they came, valid or not.
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
        """Whether this very request moved the money."""
        return self.verdict is Verdict.EXECUTED


def execution_to_json(done: Execution) -> dict[str, Any]:
    """The execution as a JSON object; the amount is a string, digit by digit."""
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
    """What `execution_to_json` wrote; KeyError, TypeError, ValueError or ArithmeticError for anything else."""
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
    """The request as a JSON object; the body's bytes stand one for one as the characters of latin-1."""
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
    """What `arrival_to_json` wrote; KeyError, TypeError or ValueError for anything else."""
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
