"""Owns how an attempt ends: its outcome is applied to the present state of the refund, and both are written together.

If another process has ended the attempt because its sender seemed gone, the answer counts as a late answer.
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
    """How this process sends: its name for events, its lease, its policy. `random` returns jitter in [0, 1).

    `alive` returns whether the holder of another lease still runs; None if this process cannot know.
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
    """An attempt that is recorded and under way. `outcome` and `arrived` are set when its answer is here."""

    refund: Refund
    attempt: Attempt
    outcome: Outcome | None = None
    arrived: Instant | None = None


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An attempt without a recorded answer. `alive`: its sender runs; None if this process cannot know.

    At `latest` (UTC) its lease expires. `over`: a person does not have to wait for it, because its sender is gone or
    its lease has expired. After that, a sender that still runs sends nothing for it.
    """

    attempt: Attempt
    alive: bool | None
    latest: datetime
    over: bool


def under_way(attempt: Attempt, terms: Terms, now: Instant) -> UnderWay:
    """The state of an open attempt. An attempt of this process is never `over` before its answer is here."""
    started, policy = attempt.started, terms.policy
    latest = lease.latest_end(started.at, policy)
    if attempt.holder == terms.holder:
        return UnderWay(attempt, True, latest, over=False)
    alive = terms.alive(attempt.holder)
    return UnderWay(attempt, alive, latest, over=lease.person_may_act(started, alive, now, policy))


def finish(ledger: LedgerPort, terms: Terms, in_flight: InFlight, outcome: Outcome, now: Instant) -> tuple[Refund, str]:
    """Write the outcome of an attempt. The changed refund and the kind of the event. Raises StoreError.

    Raises RecordUnusable if the record of the refund cannot be changed: then an event of the ledger keeps the answer.
    """
    attempt, key = in_flight.attempt, in_flight.refund.key

    def write(refund: Refund) -> tuple[Refund, str] | None:
        if ledger.finished(attempt, outcome, now):
            return refund, outcome.word
        # If another process ends the attempt between these reads, it changes the refund too, and nothing is written.
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
    """Keep the answer as an event of the ledger. Raises StoreError, but never RecordUnusable: that means "kept"."""
    try:
        ledger.record_outcome_apart(in_flight.attempt, outcome, in_flight.refund.automatic, now)
    except RecordUnusable as error:
        raise StoreUnusable(str(error)) from error


def _is(current: Attempt | Damaged, attempt: Attempt) -> bool:
    return current.row == str(attempt.number) if isinstance(current, Damaged) else current.number == attempt.number


def take_over(
    ledger: LedgerPort, terms: Terms, refund: Refund, attempt: Attempt, alive: bool | None, now: Instant
) -> tuple[Refund, str]:
    """End an attempt whose sender is gone or too late: its request may have been executed. Raises StoreError."""
    died = lease.process_died
    outcome = died() if alive is False else died("nothing more was heard of the program that sent it")
    return finish(ledger, terms, InFlight(refund, attempt), outcome, now)
