"""Owns how an attempt ends: what came of it is decided on the refund as it is by then, and written with it.

Never lets an attempt that another has ended, since its sender was taken for gone, decide more than a late answer can.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from refund_tui.core import lifecycle
from refund_tui.core.damaged_rows import Damaged
from refund_tui.core.lifecycle import Policy
from refund_tui.core.outcomes import Outcome
from refund_tui.core.refunds import Attempt, Holder, Refund
from refund_tui.core.times import Clock, Instant
from refund_tui.desk.compare_and_swap import compare_and_swap
from refund_tui.desk.ports import LedgerPort
from refund_tui.errors import RecordUnusable, StoreUnusable


@dataclass(frozen=True, slots=True)
class Terms:
    """Under whose name, lease and rules refunds are sent; `random` in [0, 1) spreads the waits.

    `alive` tells of another's lease whether it is still held, None where that cannot be known here.
    """

    endpoint: str
    who: str
    holder: Holder
    alive: Callable[[Holder], bool | None]
    clock: Clock
    policy: Policy
    random: Callable[[], float]

    @property
    def by_desk(self) -> str:
        """How events name what no person did."""
        return f"{self.who} (automatic)"


@dataclass(frozen=True, slots=True)
class InFlight:
    """An attempt that is recorded and under way; `outcome` and `arrived` once it was answered."""

    refund: Refund
    attempt: Attempt
    outcome: Outcome | None = None
    arrived: Instant | None = None


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An attempt that has no answer on record: `alive` tells of its sender, None where that cannot be known here.

    At `latest` (UTC) no request can be so old. `over`: a person need not wait for it, since its sender is gone, or it
    has outlived every request. That goes for a sender too which lives and stands still, for it sends nothing by then.
    """

    attempt: Attempt
    alive: bool | None
    latest: datetime
    over: bool


def under_way(attempt: Attempt, terms: Terms, now: Instant) -> UnderWay:
    """What is known here of an open attempt; this process's own lives, and is never over before it is answered."""
    started, policy = attempt.started, terms.policy
    latest = started.at + timedelta(seconds=policy.longest_attempt)
    if attempt.holder == terms.holder:
        return UnderWay(attempt, True, latest, over=False)
    alive = terms.alive(attempt.holder)
    return UnderWay(attempt, alive, latest, over=alive is False or lifecycle.outlived(started, now, policy))


def finish(ledger: LedgerPort, terms: Terms, in_flight: InFlight, outcome: Outcome, now: Instant) -> tuple[Refund, str]:
    """Write what came of an attempt; the refund after it, and its event's kind. Raises StoreError.

    Raises RecordUnusable where the refund's own record cannot take it: the answer is then recorded beside it.
    """
    attempt, key = in_flight.attempt, in_flight.refund.key

    def write(refund: Refund) -> tuple[Refund, str] | None:
        if ledger.finished(attempt, outcome, now):
            return refund, outcome.word
        # Whoever ends the attempt between these two reads changes the refund too: then nothing is written here.
        current = ledger.open_attempt(key)
        decide = lifecycle.decide if current and _is(current, attempt) else lifecycle.decide_late
        decision = decide(refund.life, outcome, attempt.started, now, terms.policy, terms.random())
        changed = ledger.finish(refund, attempt, outcome, decision, terms.by_desk, now)
        return (changed, decision.kind) if changed else None

    try:
        return compare_and_swap(ledger, key, write)
    except RecordUnusable as error:
        _keep_apart(ledger, terms, attempt, outcome, now)
        raise RecordUnusable(f"{error}. The answer ({outcome.word}) is kept as an event of the ledger") from error


def _keep_apart(ledger: LedgerPort, terms: Terms, attempt: Attempt, outcome: Outcome, now: Instant) -> None:
    """Keep the answer beside its refund. Raises StoreError, never a RecordUnusable: that says that it is kept."""
    try:
        ledger.finish_apart(attempt, outcome, terms.by_desk, now)
    except RecordUnusable as error:
        raise StoreUnusable(str(error)) from error


def _is(current: Attempt | Damaged, attempt: Attempt) -> bool:
    return current.row == str(attempt.number) if isinstance(current, Damaged) else current.number == attempt.number


def take_over(
    ledger: LedgerPort, terms: Terms, refund: Refund, attempt: Attempt, alive: bool | None, now: Instant
) -> tuple[Refund, str]:
    """End an attempt that nothing more will be heard of: its request may have been executed. Raises StoreError."""
    died = lifecycle.process_died
    outcome = died() if alive is False else died("nothing more was heard of the program that sent it")
    return finish(ledger, terms, InFlight(refund, attempt), outcome, now)
