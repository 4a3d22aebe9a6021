"""Owns what a person does to a refund that exists: cancel, stop, ask again, go on, settle. Sends nothing itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from refund_tui.core import lifecycle
from refund_tui.core.lifecycle import Decision, NotPossible
from refund_tui.core.refunds import Action, Refund
from refund_tui.core.times import Mark
from refund_tui.errors import StoreBusy
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


def act(ledger: Ledger, key: str, action: Action, evidence: Evidence | None, who: str, now: Mark) -> Refund:
    """Do `action` to the refund as it is now. Raises NotPossible, StoreError."""
    for _ in range(8):
        refund = ledger.get(key)
        if refund is None:
            raise NotPossible("there is no such refund in this ledger")
        decision = _decision(ledger, refund, action, evidence)
        changed = ledger.change(refund, decision, who, now, evidence.as_data() if evidence else None)
        if changed is not None:
            return changed
    raise StoreBusy("another program keeps changing this refund; nothing was done: look again and repeat it")


def _decision(ledger: Ledger, refund: Refund, action: Action, evidence: Evidence | None) -> Decision:
    match action:
        case Action.CANCEL:
            return lifecycle.cancel(refund.life)
        case Action.ASK_AGAIN:
            return lifecycle.ask_again(refund.life)
        case Action.GO_ON:
            return lifecycle.go_on(refund.life)
        case Action.STOP:
            open_attempts = (a.started for r, a in ledger.under_way(refund.endpoint) if r.key == refund.key)
            return lifecycle.stop(refund.life, next(open_attempts, None))
        case Action.SETTLE:
            if evidence is None:
                raise NotPossible("settling needs evidence: a reference and who said so")
            return lifecycle.settle(refund.life, evidence.paid)
