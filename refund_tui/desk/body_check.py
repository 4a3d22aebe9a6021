"""Owns the check of a refund's record: the stored body for the service must agree with the intent. Changes nothing."""

from __future__ import annotations

from dataclasses import replace

from refund_tui.core.evidence import Contradiction
from refund_tui.core.refunds import Refund
from refund_tui.core.rules import TripBalance
from refund_tui.desk.ports import HistoryPort
from refund_tui.payments.body import differences


def difference(refund: Refund, contradiction: Contradiction | None = None) -> Contradiction | None:
    """How the stored body differs from the intent, else how the record differs from its events, or None."""
    bytes_differ = differences(refund.body, refund.key, refund.intent)
    if bytes_differ is None:
        return contradiction
    return Contradiction(bytes_differ, of_life=contradiction is not None and contradiction.of_life)


def alteration_of(refund: Refund, contradiction: Contradiction | None = None) -> str | None:
    """The message for a refund whose record was altered, without a full stop, or None.

    `contradiction` is how the record differs from its events.
    """
    found = difference(refund, contradiction)
    if found is None:
        return None
    return (
        f"the record of the refund {refund.key} was altered: {found.what}. Which amount it moves is not known. Put a "
        "good copy of the ledger in its place, or ask for help"
    )


def with_altered_records(balance: TripBalance, history: HistoryPort | None = None) -> TripBalance:
    """`balance` with a message in `damaged` for each refund whose record was altered. Raises StoreError.

    Without `history` only the stored bodies are compared, which reads nothing: for lists.
    """
    contradiction_of = history.contradiction if history else lambda _refund: None
    sentences = (alteration_of(refund, contradiction_of(refund)) for refund in balance.refunds)
    found = tuple(filter(None, sentences))
    return replace(balance, damaged=(*balance.damaged, *found))
