"""Owns what the ledger knows of approvals: which new refund needs one, who asked, and whether one is there.

Works inside a transaction or a short read of the caller. Decides nothing: `core.approval` has the rules.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime

from refund_tui.core.approval import Limits, Person
from refund_tui.core.refunds import Event, Life, Refund, State
from refund_tui.core.times import Instant, stamp
from refund_tui.store.sqlite.approval_evidence import ApprovalEvidence
from refund_tui.store.sqlite.evidence import EVENT
from refund_tui.store.sqlite.personal import Rows
from refund_tui.store.sqlite.rows import event_of, states_sql

_COUNTING = states_sql({state for state in State if state.counts})
_SINCE = (
    f"SELECT coalesce(sum(minor), 0) FROM refund WHERE created_at >= ? AND +clerk = ? AND +currency = ?"
    f" AND +state IN {_COUNTING}"
)
"""Searched by time: there are few refunds of one day."""


def asked_since(rows: Rows, clerk: str, currency: str, began: datetime) -> int:
    """The sum of what a clerk asked for since a time (UTC) and that counts, in minor units."""
    return int(rows(_SINCE, stamp(began), clerk, currency)[0][0])


def life_of_new(transaction: sqlite3.Connection, refund: Refund, limits: Limits, now: Instant) -> tuple[Life, str]:
    """The first life of a refund, and the reason for its event: above the limits it awaits an approval."""

    def rows(sql: str, *values: object) -> list[sqlite3.Row]:
        return transaction.execute(sql, values).fetchall()

    amount = refund.intent.amount
    before = asked_since(rows, refund.clerk, amount.currency, limits.day_began(now.at)) if limits.day else 0
    why = limits.exceeded(amount, before)
    if why is None:
        return refund.life, "asked for by a clerk"
    return replace(refund.life, state=State.AWAITING_APPROVAL, why=why), f"asked for by a clerk; {why}"


def asker(rows: Rows, key: str) -> Person | None:
    """Who asked for a refund; None if its first event cannot be read."""
    found = rows("SELECT * FROM event WHERE key = ? ORDER BY seq LIMIT 1", key)
    event = event_of(found[0]) if found else None
    return Person(event.who, event.actor) if isinstance(event, Event) else None


def awaits_approval(rows: Rows, key: str) -> bool:
    """Whether a refund needed an approval and nobody has given it, by its events, whatever its state is now."""
    evidence = ApprovalEvidence()
    for event in rows(f"{EVENT} WHERE key = ? ORDER BY seq", key):
        evidence.add(event)
    return evidence.awaits
