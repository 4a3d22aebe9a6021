"""Owns what a person does to an existing refund: cancel, stop, ask again, go on, settle. Never sends anything."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from refund_tui.core import lease, lifecycle
from refund_tui.core.approval import Approver
from refund_tui.core.damage import Damaged
from refund_tui.core.fields import check_note
from refund_tui.core.lifecycle import Decision, NotPossible, possible
from refund_tui.core.receipt import PRINTED
from refund_tui.core.refunds import Action, Attempt, Life, Refund
from refund_tui.core.second_person import Awaited
from refund_tui.core.times import Instant, span
from refund_tui.core.waits import Policy
from refund_tui.desk.approvals import refuse_unapproved
from refund_tui.desk.attempt_end import Terms, take_over, under_way
from refund_tui.desk.compare_and_swap import compare_and_swap
from refund_tui.desk.ports import LedgerPort

SENDING = frozenset({Action.ASK_AGAIN, Action.GO_ON, Action.TRY_NOW, Action.APPROVE})
"""The actions after which the desk sends a refund."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a person settles an UNKNOWN refund: whether the shopper was paid, the reference, who said so, and when."""

    paid: bool
    reference: str
    said_by: str
    when: str

    def __post_init__(self) -> None:
        if not (self.reference.strip() and self.said_by.strip()):
            raise NotPossible("settling needs evidence: a reference and who said so")

    def as_data(self) -> dict[str, str]:
        """The evidence as the event's data."""
        return {name: str(value).lower() if name == "paid" else value for name, value in asdict(self).items()}


def note_receipt(ledger: LedgerPort, key: str, who: str, now: Instant) -> tuple[Refund, bool]:
    """Record that a receipt is printed. The refund, and whether a receipt was printed before. Raises StoreError."""
    copy = ledger.has_event(key, PRINTED)
    why = "a copy of the receipt" if copy else "the receipt"

    def write(refund: Refund) -> Refund | None:
        return ledger.change(refund, Decision(refund.life, PRINTED, why), who, now)

    refund = compare_and_swap(ledger, key, write)
    return refund, copy


def act(ledger: LedgerPort, terms: Terms, key: str, action: Action, evidence: Evidence | None, now: Instant) -> Refund:
    """Apply `action` to the present state of the refund. Raises NotPossible, StoreError."""
    data = evidence.as_data() if evidence else None
    _end_what_is_over(ledger, terms, key, now)

    def write(refund: Refund) -> Refund | None:
        attempt = ledger.open_attempt(key)
        if action in SENDING:
            refuse_unapproved(ledger, key)
        if action in possible(refund.life) - possible(refund.life, under_way=True):
            _refuse_under_way(terms, refund, attempt, action, now)
        started = attempt.started if isinstance(attempt, Attempt) else None
        decision = _decision(refund.life, action, evidence, started, now, terms.policy)
        return ledger.change(refund, decision, terms.who, now, data)

    return compare_and_swap(ledger, key, write)


def open_gate(
    ledger: LedgerPort, terms: Terms, why: str, now: Instant, by: Approver | None
) -> tuple[Refund, ...] | Awaited:
    """End the wait of the whole account. The refunds whose own waits ended with it.

    `why` is the person's reason; the event keeps it. With `by` two people must ask for it: Awaited for the first one.
    Raises NotPossible, StoreError.
    """
    problem = check_note(why) if why.strip() else "say why the wait is ended, in a few words"
    if problem is not None:
        raise NotPossible(f"{problem}. Nothing was changed")
    ended = ledger.open_gate(terms.endpoint, why.strip(), terms.who, now, by)
    if ended is None:
        raise NotPossible("the account does not wait: there is nothing to end. Nothing was changed")
    return ended


def _end_what_is_over(ledger: LedgerPort, terms: Terms, key: str, now: Instant) -> None:
    """End an open attempt whose sender is gone or that is too old, so that the person does not have to wait for it."""
    attempt, refund = ledger.open_attempt(key), ledger.get(key)
    if not isinstance(attempt, Attempt) or refund is None:
        return
    pending = under_way(attempt, terms, now)
    if pending.over:
        take_over(ledger, terms, refund, attempt, pending.alive, now)


def _refuse_under_way(
    terms: Terms, refund: Refund, attempt: Attempt | Damaged | None, action: Action, now: Instant
) -> None:
    """Raise NotPossible while an attempt is under way.

    If the attempt cannot be read, the last change of the refund counts as its start.
    """
    if isinstance(attempt, Attempt):
        by = f"process {attempt.holder.pid} on {attempt.holder.host}"
        raise NotPossible(_still_under_way(action, attempt.started.at, by, under_way(attempt, terms, now).latest, now))
    if attempt is not None and not lease.expired(Instant(refund.updated_at, "", 0.0), now, terms.policy):
        latest = lease.latest_end(refund.updated_at, terms.policy)
        raise NotPossible(_still_under_way(action, refund.updated_at, "a process that is not known", latest, now))


def _still_under_way(action: Action, began: datetime, by: str, latest: datetime, now: Instant) -> str:
    """The message: which attempt a person must wait for before `action`, and the longest time."""
    ago, left = ((end - start).total_seconds() for start, end in ((began, now.at), (now.at, latest)))
    return (
        f"{action.replace('_', ' ')} is not possible yet: an attempt that began {span(ago)} ago, by {by}, has no "
        f"answer on record, and its money may still move. Nothing was changed. Do it once the answer is here, or in "
        f"{span(left + 59)} at the latest"  # rounded up to a minute
    )


def _decision(
    life: Life, action: Action, evidence: Evidence | None, started: Instant | None, now: Instant, policy: Policy
) -> Decision:
    match action:
        case Action.CANCEL:
            return lifecycle.cancel(life)
        case Action.ASK_AGAIN:
            return lifecycle.ask_again(life, now, policy)
        case Action.GO_ON:
            return lifecycle.go_on(life)
        case Action.TRY_NOW:
            return lifecycle.try_now(life)
        case Action.STOP:
            return lifecycle.stop(life, started)
        case Action.SETTLE:
            if evidence is None:
                raise NotPossible("settling needs evidence: a reference and who said so")
            return lifecycle.settle(life, evidence.paid)
        case Action.APPROVE | Action.DECLINE:
            raise NotPossible("an approval needs a second person and a word")
