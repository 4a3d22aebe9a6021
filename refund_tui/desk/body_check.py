"""Owns the check of a refund's record: the bytes for the service must say the same as what was asked for."""

from __future__ import annotations

from dataclasses import replace

from refund_tui.core.refunds import Refund
from refund_tui.core.rules import TripBalance
from refund_tui.desk.ports import HistoryPort
from refund_tui.payments.body import differences

NOT_RECORDED = "it is not what the clerk confirmed, although the stored request agrees with it"


def difference(refund: Refund, *, recorded: bool) -> str | None:
    """How the request on disk differs from what was asked for, or that the event does (not `recorded`), or None."""
    return differences(refund.body, refund.key, refund.intent) or (None if recorded else NOT_RECORDED)


def altered(refund: Refund, *, recorded: bool = True) -> str | None:
    """What is wrong with a refund whose record was altered, without a full stop, or None.

    `recorded` says whether it agrees with the event that was written when it was asked for.
    """
    what = difference(refund, recorded=recorded)
    if what is None:
        return None
    return (
        f"the record of the refund {refund.key} was altered: {what}. Which amount it moves is not known. Put a good "
        "copy of the ledger in its place, or ask for help"
    )


def checked(balance: TripBalance, history: HistoryPort) -> TripBalance:
    """The balance with a sentence for each of its refunds whose record was altered: what is left is not known then.

    Raises StoreError.
    """
    sentences = (altered(refund, recorded=history.as_recorded(refund)) for refund in balance.refunds)
    found = tuple(filter(None, sentences))
    return replace(balance, damaged=(*balance.damaged, *found))
