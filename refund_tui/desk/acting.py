"""Owns what a person does to a refund that exists: cancel, stop, ask again, go on, settle. Sends nothing itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from refund_tui.core import lifecycle
from refund_tui.core.lifecycle import Decision, NotPossible, Policy
from refund_tui.core.receipt import PRINTED
from refund_tui.core.refunds import Action, Refund
from refund_tui.core.times import Mark
from refund_tui.desk.swap import swap
from refund_tui.store.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a person closes an UNKNOWN: whether the shopper was paid, by which reference, who said so, and when."""

    paid: bool
    reference: str
    said_by: str
    when: str

    def __post_init__(self) -> None:
        if not (self.reference.strip() and self.said_by.strip()):
            raise NotPossible("settling needs evidence: a reference and who said so")

    def as_data(self) -> dict[str, str]:
        """How the event keeps it."""
        return {name: str(value).lower() if name == "paid" else value for name, value in asdict(self).items()}


def note_receipt(ledger: Ledger, key: str, who: str, now: Mark) -> tuple[Refund, bool]:
    """Remember that a receipt is printed; the refund, and whether one was printed before. Raises StoreError."""
    copy = ledger.has_event(key, PRINTED)
    why = "a copy of the receipt" if copy else "the receipt"
    refund = swap(ledger, key, lambda refund: ledger.change(refund, Decision(refund.life, PRINTED, why), who, now))
    return refund, copy


def act(
    ledger: Ledger, key: str, action: Action, evidence: Evidence | None, who: str, now: Mark, policy: Policy
) -> Refund:
    """Do `action` to the refund as it is now. Raises NotPossible, StoreError."""
    data = evidence.as_data() if evidence else None

    def write(refund: Refund) -> Refund | None:
        return ledger.change(refund, _decision(ledger, refund, action, evidence, now, policy), who, now, data)

    return swap(ledger, key, write)


def _decision(
    ledger: Ledger, refund: Refund, action: Action, evidence: Evidence | None, now: Mark, policy: Policy
) -> Decision:
    match action:
        case Action.CANCEL:
            return lifecycle.cancel(refund.life)
        case Action.ASK_AGAIN:
            return lifecycle.ask_again(refund.life, now, policy)
        case Action.GO_ON:
            return lifecycle.go_on(refund.life)
        case Action.STOP:
            open_attempts = (a.started for r, a in ledger.under_way(refund.endpoint) if r.key == refund.key)
            return lifecycle.stop(refund.life, next(open_attempts, None))
        case Action.SETTLE:
            if evidence is None:
                raise NotPossible("settling needs evidence: a reference and who said so")
            return lifecycle.settle(refund.life, evidence.paid)
