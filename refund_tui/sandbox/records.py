"""Owns the records in the accounts, and the journal: a file of JSON lines that keeps them.

The journal keeps the accounts when the sandbox ends or is killed. A line is given to the operating system before its
request is answered, so it survives `kill -9` of the sandbox, but not a power cut. One sandbox at a time may write to a
journal. A request's credentials stay in memory and are never written to a file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from refund_tui.sandbox.errors import JournalError

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


class Journal:
    """An open journal. `earlier` are the records that were in it when it was opened."""

    def __init__(self, path: Path) -> None:
        """Open or create the file. Raises JournalError if it cannot be read, written or understood."""
        self._path = path
        try:
            self._file = path.open("a+b")
        except OSError as error:
            raise JournalError(f"cannot open the journal {path}: {error.strerror}") from error
        try:
            self.earlier = self._read()
        except BaseException:
            self._file.close()
            raise

    def write(self, record: Execution | Arrival) -> None:
        """Append one record and flush it. Raises JournalError."""
        value = execution_to_json(record) if isinstance(record, Execution) else arrival_to_json(record)
        try:
            self._file.write(json.dumps(value).encode() + b"\n")
            self._file.flush()
        except OSError as error:
            raise JournalError(f"cannot write the journal {self._path}: {error.strerror}") from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read(self) -> tuple[Execution | Arrival, ...]:
        self._file.seek(0)
        lines = self._file.read().split(b"\n")
        if unfinished := lines.pop():  # its writer was killed before it answered, so nothing moved
            self._file.truncate(self._file.tell() - len(unfinished))
        return tuple(self._record(line, number) for number, line in enumerate(lines, 1))

    def _record(self, line: bytes, number: int) -> Execution | Arrival:
        try:
            value: dict[str, Any] = json.loads(line)
            return execution_from_json(value) if value["kind"] == "execution" else arrival_from_json(value)
        except (ValueError, KeyError, TypeError, ArithmeticError, AttributeError) as error:
            raise JournalError(f"{self._path} is not a sandbox's journal: line {number} cannot be read") from error
