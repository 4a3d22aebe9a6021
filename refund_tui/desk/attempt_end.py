"""Owns how an attempt ends: its outcome is applied to the refund as it is by then, and both are written together.

An attempt may have been ended by another process that took its sender for gone. Its answer then counts as a late one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from refund_tui.core import lease, lifecycle
from refund_tui.core.damage import Damaged
from refund_tui.core.outcomes import Outcome
from refund_tui.core.refunds import Attempt, Holder, Refund
from refund_tui.core.times import Clock, Instant
from refund_tui.core.waits import Policy
from refund_tui.desk.compare_and_swap import compare_and_swap
from refund_tui.desk.ports import LedgerPort
from refund_tui.errors import RecordUnusable, StoreUnusable


@dataclass(frozen=True, slots=True)
class Terms:
    """The name, the lease and the policy with which refunds are sent; `random` in [0, 1) spreads the waits.

    `alive` says whether the holder of another lease still runs, None where that cannot be known here.
    """

    endpoint: str
    who: str
    holder: Holder
    alive: Callable[[Holder], bool | None]
    clock: Clock
    policy: Policy
    random: Callable[[], float]


@dataclass(frozen=True, slots=True)
class InFlight:
    """An attempt that is recorded and under way; `outcome` and `arrived` once it was answered."""

    refund: Refund
    attempt: Attempt
    outcome: Outcome | None = None
    arrived: Instant | None = None


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An attempt that has no answer on record. `alive`: its sender runs; None where that cannot be known here.

    From `latest` (UTC) on it is older than any request can be. `over`: a person need not wait for it, since its sender
    is gone or the attempt is that old. A sender that still runs by then sends nothing any more.
    """

    attempt: Attempt
    alive: bool | None
    latest: datetime
    over: bool


def under_way(attempt: Attempt, terms: Terms, now: Instant) -> UnderWay:
    """What is known here of an open attempt. An attempt of this process is never over before its answer is here."""
    started, policy = attempt.started, terms.policy
    latest = lease.latest_end(started.at, policy)
    if attempt.holder == terms.holder:
        return UnderWay(attempt, True, latest, over=False)
    alive = terms.alive(attempt.holder)
    return UnderWay(attempt, alive, latest, over=lease.person_may_act(started, alive, now, policy))


def finish(ledger: LedgerPort, terms: Terms, in_flight: InFlight, outcome: Outcome, now: Instant) -> tuple[Refund, str]:
    """Write what came of an attempt; returns the refund after it and the kind of the event. Raises StoreError.

    Raises RecordUnusable where the refund's own record cannot take it: the answer is then recorded beside it.
    """
    attempt, key = in_flight.attempt, in_flight.refund.key

    def write(refund: Refund) -> tuple[Refund, str] | None:
        if ledger.finished(attempt, outcome, now):
            return refund, outcome.word
        # Another process that ends the attempt between these reads changes the refund too: nothing is written then.
        current = ledger.open_attempt(key)
        decide = lifecycle.decide if current and _is(current, attempt) else lifecycle.decide_late
        decision = decide(refund.life, outcome, attempt.started, now, terms.policy, terms.random())
        changed = ledger.finish(refund, attempt, outcome, decision, refund.automatic, now)
        return (changed, decision.kind) if changed else None

    try:
        return compare_and_swap(ledger, key, write)
    except RecordUnusable as error:
        _keep_apart(ledger, in_flight, outcome, now)
        raise RecordUnusable(f"{error}. The answer ({outcome.word}) is kept as an event of the ledger") from error


def _keep_apart(ledger: LedgerPort, in_flight: InFlight, outcome: Outcome, now: Instant) -> None:
    """Keep the answer as an event of the ledger. Raises StoreError, never RecordUnusable: that says it is kept."""
    try:
        ledger.record_outcome_apart(in_flight.attempt, outcome, in_flight.refund.automatic, now)
    except RecordUnusable as error:
        raise StoreUnusable(str(error)) from error


def _is(current: Attempt | Damaged, attempt: Attempt) -> bool:
    return current.row == str(attempt.number) if isinstance(current, Damaged) else current.number == attempt.number


def take_over(
    ledger: LedgerPort, terms: Terms, refund: Refund, attempt: Attempt, alive: bool | None, now: Instant
) -> tuple[Refund, str]:
    """End an attempt whose sender will not end it: its request may have been executed. Raises StoreError."""
    died = lease.process_died
    outcome = died() if alive is False else died("nothing more was heard of the program that sent it")
    return finish(ledger, terms, InFlight(refund, attempt), outcome, now)
