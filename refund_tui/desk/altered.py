"""Owns whether a refund's record can be trusted: what was asked for and the bytes for the service must say the same."""

from __future__ import annotations

from dataclasses import replace

from refund_tui.core.refunds import Refund
from refund_tui.core.rules import Standing
from refund_tui.payments.body import differences


def altered(refund: Refund) -> str | None:
    """What is wrong with a refund whose bytes say something else than its record, without a full stop, or None."""
    what = differences(refund.body, refund.key, refund.intent)
    if what is None:
        return None
    return (
        f"the record of the refund {refund.key} was altered: {what}. What it moves or moved is not known. Put a good "
        "copy of the ledger in its place, or ask for help"
    )


def checked(standing: Standing) -> Standing:
    """The standing with those of its refunds named whose records were altered: what is left is not known then."""
    found = tuple(told for refund in standing.refunds if (told := altered(refund)))
    return replace(standing, damaged=(*standing.damaged, *found))
