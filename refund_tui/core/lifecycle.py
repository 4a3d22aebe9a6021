"""Owns every change of a refund's state: pure functions from the present life and what happened to the next life.

Only this module decides whether money may have moved. It never reads a clock, a file or the network, and it never
forgets that an earlier attempt may have been executed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from refund_tui.core import waits
from refund_tui.core.evidence import Contradiction
from refund_tui.core.outcomes import (
    Accepted,
    NeedsRepair,
    Outcome,
    RateLimited,
    Rejected,
    Uncertain,
    Unreachable,
)
from refund_tui.core.refunds import APPROVED, DECLINED, SETTLED, Action, Life, State
from refund_tui.core.times import Instant, Wait, span
from refund_tui.core.waits import Policy

WAIT_ENDED = "wait_ended"
"""The kind of the event that records that a person ended a wait."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The next life and the event to write. `gate` is a wait for the whole account (contract page: refund, 429)."""

    life: Life
    kind: str
    why: str
    gate: Wait | None = None


class NotPossible(ValueError):
    """A person asked for an action that the refund's state does not allow. The text says why."""


def possible(life: Life, *, under_way: bool = False) -> frozenset[Action]:
    """The actions that are allowed now. A refund can be cancelled only if it cannot have been executed.

    A refund cannot be settled while an attempt is `under_way`: that attempt may still move money.
    """
    match life.state:
        case State.AWAITING_APPROVAL:
            return frozenset(
                {Action.APPROVE} | ({Action.STOP} if life.maybe_executed else {Action.DECLINE, Action.CANCEL})
            )
        case State.QUEUED | State.WAITING:
            ways = {Action.STOP if life.maybe_executed else Action.CANCEL}
            return frozenset(ways if life.wait is None else {*ways, Action.TRY_NOW})
        case State.SENDING:
            return frozenset({Action.STOP})
        case State.BLOCKED:
            return frozenset({Action.GO_ON, Action.STOP if life.maybe_executed else Action.CANCEL})
        case State.UNKNOWN:
            return frozenset({Action.ASK_AGAIN} if under_way else {Action.ASK_AGAIN, Action.SETTLE})
        case _:
            return frozenset()


def before_sending(life: Life, window_closes: datetime | None, now: Instant, policy: Policy) -> Decision | None:
    """The decision that stops the next automatic attempt, or None. A person's permission (`asked`) overrides it."""
    if life.asked:
        return None
    if life.maybe_executed and waits.horizon_left(life, now, policy) <= 0:
        why = (
            f"{span(policy.horizon)} have passed since it was first sent: asking again may pay twice, so it is no "
            "longer asked automatically"
        )
        return Decision(_given_up(life, why), "key_horizon_passed", why)
    if not life.maybe_executed and window_closes is not None and now.at >= window_closes:
        why = "the refund window closed before the service took it; no money moved: cancel it, or go on to ask anyway"
        return Decision(replace(life, state=State.BLOCKED, wait=None, why=why), "window_closed", why)
    return None


def record_differs(life: Life, found: Contradiction, made: Instant) -> Decision:
    """Block a refund whose record is not what the clerk asked for, or not what its events say.

    Nothing is sent until a person acts. `go_on` compares again, after a good copy of the ledger was put in place. If
    more than the intent differs, the refund counts as possibly paid since it was `made`.
    """
    life = mark_maybe_executed(life, made) if found.of_life else life
    moved, way = "no earlier attempt can have moved money", "cancel"
    if life.maybe_executed:
        moved, way = "an earlier attempt may have moved money, and the amount is not known", "stop"
    why = (
        f"the record was altered: {found.what}. Nothing was sent now; {moved}. Put a good copy of the ledger in its "
        f"place, or {way} this refund"
    )
    return Decision(replace(life, state=State.BLOCKED, wait=None, alarm=True, why=why), "record_differs", why)


def attempt_damaged(life: Life, what: str) -> Decision:
    """Make a refund UNKNOWN because the record of its open attempt cannot be read. `what` describes the damage."""
    why = f"{what}: whether its request left is not known, so nothing is sent again by itself"
    return Decision(replace(_given_up(life, why), maybe_executed=True), "attempt_damaged", why)


OLDER_COPY = "older_copy"
"""The kind of the event by which a refund of an older copy of the ledger became doubtful."""


def older_copy(life: Life, what: str) -> Decision:
    """Make an open refund of an older copy of the ledger UNKNOWN. `what` says why its record may be too old.

    It may have been sent, or it was cancelled and another refund was paid instead. When is not known, so asking again
    is not safe at any time. A refund that is closed in the copy stays closed, with an alarm. What was known before
    stays in the text.
    """
    why = f"{what}: find out whether the shopper was paid" + (f"; before that: {life.why}" if life.why else "")
    if life.state.terminal:
        return Decision(replace(life, alarm=True, why=why), OLDER_COPY, why)
    return Decision(replace(_given_up(life, why), maybe_executed=True, first_sent=None), OLDER_COPY, why)


def sending(life: Life) -> Life:
    """The life while an attempt is under way. A person's permission is used up."""
    return replace(life, state=State.SENDING, wait=None, asked=False)


def decide(life: Life, outcome: Outcome, sent: Instant, now: Instant, policy: Policy, random: float) -> Decision:
    """What follows at `now` from the outcome of the attempt that began at `sent`. `random` in [0, 1) is the jitter."""
    if life.state is not State.SENDING:
        return decide_late(life, outcome, sent, now, policy, random)
    match outcome:
        case Accepted():
            return _accepted(life, outcome)
        case Rejected():
            return _rejected(life, outcome)
        case RateLimited():
            return _rate_limited(life, outcome, now, policy, random)
        case NeedsRepair():
            return _needs_repair(life, outcome)
        case Unreachable():
            return _unreachable(life, outcome, now, policy, random)
        case _:
            return _uncertain(life, outcome, sent, now, policy, random)


def decide_late(life: Life, outcome: Outcome, sent: Instant, now: Instant, policy: Policy, random: float) -> Decision:
    """What follows from an answer that came after the refund was stopped or settled, or after its attempt was ended.

    An acceptance is never lost. Any other answer can only set `maybe_executed` or make the account wait, because a
    newer attempt may be under way.
    """
    if isinstance(outcome, Accepted):
        return _accepted(life, outcome)
    return _late(life, outcome, sent, now, policy, random)


def _accepted(life: Life, outcome: Accepted) -> Decision:
    identified = f"reconciliation id {outcome.reconciliation_id}" if outcome.reconciliation_id else "without an id"
    if life.state is State.ACCEPTED:
        return _accepted_again(life, outcome)
    if life.state.terminal:
        why = f"the service accepted it ({identified}) after it was closed as {life.state}: check the books"
        found = outcome.reconciliation_id or life.reconciliation_id
        return Decision(replace(life, alarm=True, reconciliation_id=found, why=why), "late_acceptance", why)
    why = f"the service accepted it, {identified}"
    done = Life(State.ACCEPTED, reconciliation_id=outcome.reconciliation_id, first_sent=life.first_sent, why=why)
    return Decision(done, "accepted", why)


def _accepted_again(life: Life, outcome: Accepted) -> Decision:
    """A second acceptance with the same reconciliation id is harmless. With another one, it may be paid twice."""
    known, given = life.reconciliation_id, outcome.reconciliation_id
    if known and given and known != given:
        why = f"the service accepted it as {known} and as {given}: it may have been paid twice, check the books"
        return Decision(replace(life, alarm=True, why=why), "accepted_twice", why)
    return Decision(replace(life, reconciliation_id=known or given), "accepted_again", "the service accepted it again")


def _late(life: Life, outcome: Outcome, sent: Instant, now: Instant, policy: Policy, random: float) -> Decision:
    """What follows from a late answer that is not an acceptance."""
    gate = None
    if isinstance(outcome, RateLimited):
        gate = waits.next_wait(life, outcome.retry_after, now, policy, random)
    if not isinstance(outcome, Uncertain) or life.state in (State.ACCEPTED, State.SETTLED_PAID):
        return Decision(life, "late_answer", outcome.answer.detail, gate)
    if life.state.terminal:
        why = (
            f"an attempt ended in doubt after it was closed as {life.state}: check the books ({outcome.answer.detail})"
        )
        return Decision(replace(life, alarm=True, why=why), "late_doubt", why)
    doubted = replace(life, maybe_executed=True, first_sent=_first_sent(life, sent))
    return Decision(doubted, "late_answer", outcome.answer.detail)


def _rejected(life: Life, outcome: Rejected) -> Decision:
    if life.maybe_executed:
        why = f"{outcome.answer.detail}; that says nothing about the earlier attempt, which may have been executed"
        return Decision(_given_up(life, why), "unknown", why)
    why = outcome.answer.detail
    return Decision(Life(State.REJECTED, why=why), "rejected", why)


def _rate_limited(life: Life, outcome: RateLimited, now: Instant, policy: Policy, random: float) -> Decision:
    wait = waits.next_wait(life, outcome.retry_after, now, policy, random)
    return replace(_try_again(life, outcome, wait, now, policy), gate=wait)


def _needs_repair(life: Life, outcome: NeedsRepair) -> Decision:
    why = outcome.answer.detail
    return Decision(replace(life, state=State.BLOCKED, wait=None, why=why), "blocked", why)


def _unreachable(life: Life, outcome: Unreachable, now: Instant, policy: Policy, random: float) -> Decision:
    return _try_again(life, outcome, waits.next_wait(life, None, now, policy, random), now, policy)


def _uncertain(life: Life, outcome: Uncertain, sent: Instant, now: Instant, policy: Policy, random: float) -> Decision:
    doubted = replace(
        life, maybe_executed=True, first_sent=_first_sent(life, sent), doubts=life.doubts + 1,
        tries=life.tries if life.maybe_executed else 0,
    )  # fmt: skip
    return _try_again(doubted, outcome, waits.next_wait(doubted, outcome.retry_after, now, policy, random), now, policy)


def _try_again(
    life: Life, outcome: RateLimited | Unreachable | Uncertain, wait: Wait, now: Instant, policy: Policy
) -> Decision:
    """Wait and try again, however often, unless the service may have forgotten an earlier attempt by then."""
    why = outcome.answer.detail
    if life.maybe_executed and wait.seconds >= waits.horizon_left(life, now, policy):
        why = (
            f"{why}; attempts without a clear answer: {life.doubts}; by the time it may be asked again, asking may pay "
            "twice"
        )
        return Decision(_given_up(life, why), "unknown", why)
    return Decision(replace(life, state=State.WAITING, wait=wait, tries=life.tries + 1, why=why), outcome.word, why)


def _given_up(life: Life, why: str) -> Life:
    return replace(life, state=State.UNKNOWN, wait=None, asked=False, why=why)


def ask_again(life: Life, now: Instant, policy: Policy) -> Decision:
    """A person asks an UNKNOWN refund again, with the same id and the same bytes, even after the key horizon.

    After the horizon this is a permission for one attempt. Before it, no permission is needed and none is given: if the
    horizon passes before the attempt, nobody has warned the person that it may pay twice.
    """
    _require(life, Action.ASK_AGAIN)
    why = "asked again by a person, with the same id and the same bytes"
    return Decision(_anew(life, why, permitted=waits.horizon_left(life, now, policy) <= 0), "asked_again", why)


def go_on(life: Life) -> Decision:
    """A person has repaired what BLOCKED the refund. The same refund continues, even after its window closed.

    This is no permission to pay twice: after the key horizon, a refund that may have been executed becomes UNKNOWN.
    """
    _require(life, Action.GO_ON)
    why = "continued after the repair"
    return Decision(_anew(life, why, permitted=not life.maybe_executed), "went_on", why)


def try_now(life: Life) -> Decision:
    """A person ends the refund's own wait. The account's wait and the key horizon still apply."""
    _require(life, Action.TRY_NOW)
    why = "its wait was ended by a person: the next attempt goes with the same id and the same bytes"
    return Decision(replace(life, wait=None, why=why), WAIT_ENDED, why)


def _anew(life: Life, why: str, permitted: bool) -> Life:
    return replace(life, state=State.WAITING, wait=None, tries=0, doubts=0, asked=permitted, why=why)


def approve(life: Life, who: str, word: str) -> Decision:
    """Another person approves a refund. This is no permission to send it after its window or the key horizon."""
    _require(life, Action.APPROVE)
    why = f"approved by {who}: {word}"
    return Decision(replace(life, state=State.QUEUED, why=why), APPROVED, why)


def decline(life: Life, who: str, word: str) -> Decision:
    """Another person declines a refund, which was never sent. Its money is free again, and it may be asked for anew."""
    _require(life, Action.DECLINE)
    why = f"declined by {who}: {word}"
    return Decision(Life(State.CANCELLED, why=why), DECLINED, why)


def cancel(life: Life) -> Decision:
    """A person withdraws a refund that cannot have been executed."""
    _require(life, Action.CANCEL)
    why = "cancelled before it could be executed; no money moved"
    return Decision(Life(State.CANCELLED, why=why), "cancelled", why)


def stop(life: Life, sent: Instant | None) -> Decision:
    """A person stops further attempts. The refund may have been executed, so it becomes UNKNOWN.

    `sent` is the start of the attempt that is under way, if any: the key horizon may start there.
    """
    _require(life, Action.STOP)
    why = "stopped by a person; it may have been executed"
    stopped = replace(_given_up(life, why), maybe_executed=True, first_sent=_first_sent(life, sent))
    return Decision(stopped, "stopped", why)


def settle(life: Life, paid: bool) -> Decision:
    """A person closes an UNKNOWN refund. The caller records the evidence in the event's data."""
    _require(life, Action.SETTLE)
    state = State.SETTLED_PAID if paid else State.SETTLED_UNPAID
    why = "settled by a person: the shopper " + ("was paid" if paid else "was not paid")
    return Decision(Life(state, first_sent=life.first_sent, why=why), SETTLED, why)


def mark_maybe_executed(life: Life, since: Instant) -> Life:
    """The life of an open refund that may have been sent at `since` or later, although no record says so."""
    return replace(life, maybe_executed=True, first_sent=_first_sent(life, since))


def _first_sent(life: Life, sent: Instant | None) -> Instant | None:
    """The start of the first attempt that may have been executed, if the present one began at `sent`.

    None if an earlier one may have been, and it is not known when: then it stays unknown.
    """
    return life.first_sent if life.maybe_executed else sent


def _require(life: Life, action: Action) -> None:
    if action not in possible(life):
        reason = "it may have been executed" if life.maybe_executed else f"it is {life.state}"
        raise NotPossible(f"{action.replace('_', ' ')} is not possible now: {reason}")
