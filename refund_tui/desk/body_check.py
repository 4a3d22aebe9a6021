"""Owns the check of a refund's record: the bytes for the service must say the same as what was asked for."""

from __future__ import annotations

from dataclasses import replace

from refund_tui.core.evidence import Contradiction
from refund_tui.core.refunds import Refund
from refund_tui.core.rules import TripBalance
from refund_tui.desk.ports import HistoryPort
from refund_tui.payments.body import differences


def difference(refund: Refund, contradiction: Contradiction | None = None) -> Contradiction | None:
    """How the request on disk differs from what was asked for; else how the record differs from its events, or None."""
    bytes_differ = differences(refund.body, refund.key, refund.intent)
    if bytes_differ is None:
        return contradiction
    return Contradiction(bytes_differ, of_life=contradiction is not None and contradiction.of_life)


def altered(refund: Refund, contradiction: Contradiction | None = None) -> str | None:
    """What is wrong with a refund whose record was altered, without a full stop, or None.

    `contradiction` is how it differs from what its events say.
    """
    found = difference(refund, contradiction)
    if found is None:
        return None
    return (
        f"the record of the refund {refund.key} was altered: {found.what}. Which amount it moves is not known. Put a "
        "good copy of the ledger in its place, or ask for help"
    )


def checked(balance: TripBalance, history: HistoryPort) -> TripBalance:
    """The balance with a sentence for each of its refunds whose record was altered: what is left is not known then.

    Raises StoreError.
    """
    sentences = (altered(refund, history.contradiction(refund)) for refund in balance.refunds)
    found = tuple(filter(None, sentences))
    return replace(balance, damaged=(*balance.damaged, *found))
