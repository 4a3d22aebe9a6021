"""Owns the plan of the sender: which refund is claimed next, and which attempt of a dead process is ended.

Runs in the ledger's thread. Never sends: `sender` sends what was claimed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from refund_tui.core import lease, lifecycle, waits
from refund_tui.core.damage import Damaged
from refund_tui.core.lifecycle import Decision
from refund_tui.core.outcomes import Answer, Unreachable
from refund_tui.core.refunds import ATTEMPT_STARTED, Attempt, Refund, State
from refund_tui.core.times import Instant
from refund_tui.core.waits import Policy
from refund_tui.desk.attempt_end import InFlight, Terms, finish, take_over
from refund_tui.desk.body_check import difference
from refund_tui.desk.news import Changed, News, Trouble
from refund_tui.desk.ports import LedgerPort
from refund_tui.errors import RecordUnusable, StoreUncertain

LOOK_AGAIN = 2.0
"""Seconds between two checks of an attempt of another process."""

_NEVER_SENT = Unreachable(Answer(detail="nothing was sent: the disk failed while the attempt was recorded"))


@dataclass(slots=True)
class SendPlan:
    """The result of one plan: news (already on disk), and an attempt to send or the seconds to rest."""

    news: list[News] = field(default_factory=list)
    in_flight: InFlight | None = None
    rest: float | None = None

    def rest_at_most(self, seconds: float) -> None:
        """Plan again within `seconds`."""
        self.rest = seconds if self.rest is None else min(self.rest, seconds)


class Planner:
    """Plans with the ledger and the lease of one process."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._never_sent: set[str] = set()
        """Refunds for which this process, on a failing disk, may have recorded an attempt that it did not send."""
        self._said: dict[str, str] = {}
        self.stuck: dict[str, str] = {}
        """A sentence for each refund that the last plan skipped because its record cannot be changed, by key."""

    def plan(self, ledger: LedgerPort) -> SendPlan:
        """Read the ledger, in its thread: end attempts of dead processes, decide, and claim at most one attempt."""
        now, plan = self._terms.clock.now(), SendPlan()
        self.stuck = {}
        self._take_over(ledger, now, plan)
        gate = ledger.gate(self._terms.endpoint)
        for refund in ledger.sendable(self._terms.endpoint):
            left = waits.left_to_wait(refund.life, gate, now)
            if left > 0:
                plan.rest_at_most(left)
            elif self._claim(ledger, refund, now, plan):
                break
        return plan

    def _take_over(self, ledger: LedgerPort, now: Instant, plan: SendPlan) -> None:
        for refund, attempt in ledger.under_way(self._terms.endpoint):
            with self._set_apart(refund, plan):
                self._look_after(ledger, refund, attempt, now, plan)

    def _look_after(
        self, ledger: LedgerPort, refund: Refund, attempt: Attempt | Damaged, now: Instant, plan: SendPlan
    ) -> None:
        """Handle one open attempt: wait for it, take it over, or mark a refund whose attempt cannot be read."""
        terms = self._terms
        if isinstance(attempt, Damaged):
            if refund.state is not State.UNKNOWN and refund.open:
                self._decide(ledger, refund, lifecycle.attempt_damaged(refund.life, attempt.sentence), now, plan)
            return
        alive = attempt.holder != terms.holder and terms.alive(attempt.holder)
        if attempt.holder == terms.holder and attempt.key in self._never_sent:
            plan.news.append(Changed(*finish(ledger, terms, InFlight(refund, attempt), _NEVER_SENT, now)))
        elif lease.may_take_over(attempt.started, alive, now, terms.policy):
            plan.news.append(Changed(*take_over(ledger, terms, refund, attempt, alive, now)))
        else:
            plan.rest_at_most(LOOK_AGAIN)

    def _claim(self, ledger: LedgerPort, refund: Refund, now: Instant, plan: SendPlan) -> bool:
        """Record an attempt of `refund` if it may be sent. Whether this process must send it."""
        forbidden = _forbidden(ledger, refund, now, self._terms.policy)
        with self._set_apart(refund, plan):
            if forbidden is not None:
                self._decide(ledger, refund, forbidden, now, plan)
                return False
            attempt = self._begin(ledger, refund, now)
            if attempt is None:
                plan.rest_at_most(LOOK_AGAIN)
                return False
            current = ledger.get(refund.key) or refund
            plan.in_flight = InFlight(
                replace(current, body=refund.body), attempt
            )  # send exactly the bytes that were compared
            plan.news.append(Changed(current, ATTEMPT_STARTED))
        return plan.in_flight is not None

    def _decide(self, ledger: LedgerPort, refund: Refund, decision: Decision, now: Instant, plan: SendPlan) -> None:
        changed = ledger.change(refund, decision, refund.automatic, now)
        plan.news.extend([Changed(changed, decision.kind)] if changed else [])

    @contextlib.contextmanager
    def _set_apart(self, refund: Refund, plan: SendPlan) -> Iterator[None]:
        """Skip a refund whose record cannot be used, and continue with the others. It is announced once."""
        try:
            yield
        except RecordUnusable as error:
            self.stuck[refund.key] = str(error)
            if self._said.get(refund.key) != str(error):
                plan.news.append(Trouble(str(error)))
            self._said[refund.key] = str(error)

    def _begin(self, ledger: LedgerPort, refund: Refund, now: Instant) -> Attempt | None:
        try:
            attempt = ledger.begin(refund, self._terms.holder, now)
        except StoreUncertain:
            self._never_sent.add(refund.key)
            raise
        if attempt is not None:
            self._never_sent.discard(refund.key)
        return attempt


def _forbidden(ledger: LedgerPort, refund: Refund, now: Instant, policy: Policy) -> Decision | None:
    """The decision that forbids an attempt now: altered record, key horizon or refund window. None if none does."""
    found = difference(refund, ledger.contradiction(refund))
    if found is not None:
        return lifecycle.record_differs(refund.life, found, Instant(refund.created_at, "", 0.0))
    return lifecycle.before_sending(refund.life, refund.intent.window_closes, now, policy)
