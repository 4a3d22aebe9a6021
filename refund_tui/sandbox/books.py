"""Owns the service's accounts: every request, every movement of money (an execution), and their sums.

No request is answered before it is recorded here and, if there is a journal, in the journal. Other threads may read the
accounts while the service runs. The report contains only ids and amounts that passed the contract's rules, so that no
client can send control characters to the terminal.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from refund_tui.sandbox.catalogue import Ceilings
from refund_tui.sandbox.contract import RefundRequest
from refund_tui.sandbox.records import Arrival, Execution, Journal, Verdict, arrival_to_json, execution_to_json

__all__ = ["Arrival", "Books", "Execution", "Verdict"]

Totals = dict[tuple[str, str, str], Decimal]
"""The sum that moved, by store, trip and currency."""


def utc_now() -> datetime:
    """The host's wall clock."""
    return datetime.now(UTC)


class Books:
    """The service's own record. `key_memory` is the seconds after which a refund id is forgotten; None means never."""

    def __init__(
        self,
        *,
        ceilings: Ceilings | None = None,
        journal: Path | None = None,
        key_memory: float | None = None,
        wall: Callable[[], datetime] = utc_now,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open the accounts and read those of an earlier sandbox from `journal`. Raises JournalError."""
        self._ceilings = ceilings or {}
        self._key_memory = key_memory
        self._wall, self._ticks = wall, ticks
        self._changed = threading.Condition(threading.RLock())
        self._executions: list[Execution] = []
        self._arrivals: list[Arrival] = []
        self._latest: dict[str, Execution] = {}
        self._times: Counter[str] = Counter()
        self._journal = Journal(journal) if journal is not None else None
        for record in self._journal.earlier if self._journal is not None else ():
            self._add(record)

    @property
    def executions(self) -> tuple[Execution, ...]:
        """Every movement of money, oldest first."""
        with self._changed:
            return tuple(self._executions)

    @property
    def arrivals(self) -> tuple[Arrival, ...]:
        """Every request received in full, oldest first."""
        with self._changed:
            return tuple(self._arrivals)

    @property
    def conflicts(self) -> tuple[Arrival, ...]:
        """The requests with the id of an executed refund but another body. None of them moved money."""
        return tuple(arrival for arrival in self.arrivals if arrival.verdict is Verdict.CONFLICT)

    @property
    def totals(self) -> Totals:
        """The sum that moved, by store, trip and currency."""
        totals: Totals = {}
        for done in self.executions:
            key = (done.store_id, done.trip_id, done.currency)
            totals[key] = totals.get(key, Decimal(0)) + done.amount
        return totals

    @property
    def overpaid(self) -> Totals:
        """The totals that are above the captured amount of their trip, or in another currency."""
        found: Totals = {}
        for (store_id, trip_id, currency), total in self.totals.items():
            ceiling = self._ceilings.get((store_id, trip_id))
            if ceiling is not None and (currency != ceiling[1] or total > ceiling[0]):
                found[store_id, trip_id, currency] = total
        return found

    def times_executed(self, request_id: str) -> int:
        """How often money moved for a refund id. More than once only if the id was forgotten after `key_memory`."""
        with self._changed:
            return self._times[request_id]

    def requests_for(self, request_id: str) -> tuple[Arrival, ...]:
        """The requests with this refund id, oldest first."""
        return tuple(arrival for arrival in self.arrivals if arrival.request_id == request_id)

    def wait_until(self, condition: Callable[[Books], bool], timeout: float = 10.0) -> bool:
        """Wait until `condition` is true of these accounts, at most `timeout` seconds; whether it became true."""
        with self._changed:
            return self._changed.wait_for(lambda: condition(self), timeout)

    def refund(self, request: RefundRequest, body: bytes, moves: bool) -> tuple[Verdict, str]:
        """Record a valid refund; its verdict and reconciliation id. Its money moves if `moves`, unless it moved before.

        The same id with the same bytes is the same refund. The same id with other bytes is a conflict.
        """
        with self._changed:
            earlier = self._remembered(request.request_id)
            if earlier is not None:
                same = earlier.digest == _digest(body)
                return (Verdict.REPEATED if same else Verdict.CONFLICT), earlier.reconciliation_id
            done = self._execution(request, body)
            if not moves:
                return Verdict.HELD, done.reconciliation_id
            self._write(done)
            self._add(done)
            return Verdict.EXECUTED, done.reconciliation_id

    def arrive(
        self,
        *,
        operation: str,
        headers: tuple[tuple[str, str], ...],
        body: bytes,
        verdict: Verdict,
        answer: str,
        why: str = "",
        fault: str = "",
        request_id: str | None = None,
        trip_id: str | None = None,
    ) -> None:
        """Record a request, and the answer that will be sent."""
        with self._changed:
            arrival = Arrival(
                number=len(self._arrivals) + 1,
                at=self._wall(),
                ticks=self._ticks(),
                operation=operation,
                request_id=request_id,
                trip_id=trip_id,
                verdict=verdict,
                answer=answer,
                why=why,
                fault=fault,
                headers=headers,
                body=body,
            )
            self._write(arrival)
            self._add(arrival)
            self._changed.notify_all()

    def report(self) -> str:
        """What moved, as a plain table."""
        return as_text(self)

    def as_dict(self) -> dict[str, object]:
        """The same for JSON; amounts are strings."""
        return as_dict(self)

    def close(self) -> None:
        """Close the journal. The accounts can still be read."""
        if self._journal is not None:
            self._journal.close()

    def _remembered(self, request_id: str) -> Execution | None:
        earlier = self._latest.get(request_id)
        if earlier is None or self._key_memory is None:
            return earlier
        return earlier if (self._wall() - earlier.at).total_seconds() <= self._key_memory else None

    def _execution(self, request: RefundRequest, body: bytes) -> Execution:
        count = self.times_executed(request.request_id) + 1
        return Execution(
            request_id=request.request_id,
            at=self._wall(),
            store_id=request.store_id,
            trip_id=request.trip_id,
            amount=request.amount,
            currency=request.currency,
            reason=request.reason,
            reconciliation_id="S" + _digest(f"{request.request_id} {count}".encode())[:23].upper(),
            digest=_digest(body),
        )

    def _write(self, record: Execution | Arrival) -> None:
        if self._journal is not None:
            self._journal.write(record)

    def _add(self, record: Execution | Arrival) -> None:
        if isinstance(record, Arrival):
            self._arrivals.append(record)
        else:
            self._executions.append(record)
            self._latest[record.request_id] = record
            self._times[record.request_id] += 1


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


_HEADINGS = ("refund id", "trip", "amount", "executed", "requests")


def as_text(books: Books) -> str:
    """One line for each refund whose money moved, then totals by currency, conflicts and overpaid trips."""
    executed = Counter(done.request_id for done in books.executions)
    requests = Counter(arrival.request_id for arrival in books.arrivals)
    first = {done.request_id: done for done in reversed(books.executions)}
    rows = [
        (key, first[key].trip_id, f"{first[key].amount:f} {first[key].currency}", f"{count}x", str(requests[key]))
        for key, count in executed.items()
    ]
    lines = _table([_HEADINGS, *rows]) if rows else ["no money moved"]
    lines += ["", *_summary(books)]
    return "\n".join(lines) + "\n"


def as_dict(books: Books) -> dict[str, object]:
    """`executions` and `requests`, oldest first; `totals`, `overpaid` per trip and currency; number of `conflicts`."""
    return {
        "executions": [execution_to_json(done) for done in books.executions],
        "requests": [arrival_to_json(arrival) for arrival in books.arrivals],
        "totals": _totals(books.totals),
        "overpaid": _totals(books.overpaid),
        "conflicts": len(books.conflicts),
    }


def _totals(totals: Totals) -> list[dict[str, str]]:
    return [
        {"storeId": store_id, "shoppingTripId": trip_id, "amount": f"{amount:f}", "code": currency}
        for (store_id, trip_id, currency), amount in totals.items()
    ]


def _summary(books: Books) -> list[str]:
    sums = {currency: f"{_sum(books.totals, currency)} {currency}" for _, _, currency in books.totals}
    lines = [
        "moved in all: " + (", ".join(sums[currency] for currency in sorted(sums)) or "nothing"),
        f"requests: {len(books.arrivals)}",
        f"conflicts (a known id with another body, refused): {len(books.conflicts)}",
        f"overpaid trips: {len(books.overpaid) or 'none'}",
    ]
    return lines + [f"  {trip_id} {amount:f} {currency}" for (_, trip_id, currency), amount in books.overpaid.items()]


def _sum(totals: Totals, currency: str) -> str:
    return f"{sum(amount for (_, _, code), amount in totals.items() if code == currency):f}"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
