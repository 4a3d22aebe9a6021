"""Owns the waits on disk: the wait of the whole account (its gate), and the conversion of waits of an earlier boot.

Each function works inside a transaction that the caller began. Leaves rows that cannot be read unchanged.
"""

from __future__ import annotations

import sqlite3

from refund_tui.core import lifecycle
from refund_tui.core.approval import Approver
from refund_tui.core.outcomes import RateLimited
from refund_tui.core.refunds import Refund
from refund_tui.core.second_person import GATE_OPENED, Awaited
from refund_tui.core.times import Instant, Wait, stamp
from refund_tui.store.sqlite.changes import note_decision, read_refund, write_life
from refund_tui.store.sqlite.events import note
from refund_tui.store.sqlite.evidence import Place
from refund_tui.store.sqlite.rows import GATE, refund_of, wait_of, wait_values
from refund_tui.store.sqlite.second_person import ask

_RATE_LIMITED = (
    "SELECT * FROM refund WHERE state = 'WAITING' AND endpoint = ? AND not_before IS NOT NULL"
    f" AND '{RateLimited.word}' ="
    " (SELECT outcome FROM attempt WHERE attempt.key = refund.key ORDER BY number DESC LIMIT 1)"
)
"""The refunds of an endpoint that wait because their last answer was a 429."""
ANCHORED = "wait_anchored"
"""The kind of the event by which a wait goes on after the host was started again."""
_BOOTED = "the host was restarted: the wait continues by its new clock"
_SET = "wait_at = ?, wait_boot = ?, wait_ticks = ?, wait_seconds = ?, not_before = ?"


def gate_of(transaction: sqlite3.Connection, endpoint: str) -> Wait | None:
    """The wait of the whole account (contract page: refund, 429)."""
    row = transaction.execute(GATE, (endpoint,)).fetchone()
    return wait_of(row) if row else None


def close_gate(transaction: sqlite3.Connection, endpoint: str, gate: Wait | None, now: Instant) -> None:
    """Close the account's gate, unless it is already closed for longer."""
    present = gate_of(transaction, endpoint)
    if gate is None or (present is not None and present.remaining(now) >= gate.remaining(now)):
        return
    transaction.execute("INSERT OR REPLACE INTO gate VALUES (?, ?, ?, ?, ?, ?)", (endpoint, *wait_values(gate)))


def open_gate(
    transaction: sqlite3.Connection, endpoint: str, why: str, who: str, now: Instant, by: Approver | None
) -> tuple[Refund, ...] | Awaited | None:
    """End the account's wait, and the wait of each refund whose last answer was a 429. The changed refunds.

    None if the account does not wait; then nothing was written. With `by` two people must ask to end this wait: Awaited
    for the first one, whose request is recorded.
    """
    gate = gate_of(transaction, endpoint)
    if gate is None or gate.over(now):
        return None
    data = {"endpoint": endpoint, "until": stamp(gate.not_before)}
    first = ask(transaction, GATE_OPENED, data, why, by, now) if by else {}
    if isinstance(first, Awaited):
        return first
    transaction.execute("DELETE FROM gate WHERE endpoint = ?", (endpoint,))
    rows: list[Place] = [("gate", (endpoint,))]
    note(transaction, None, who, now, GATE_OPENED, None, None, why, data | first, rows=rows)
    held = [refund_of(row) for row in transaction.execute(_RATE_LIMITED, (endpoint,))]
    sound = [refund for refund in held if isinstance(refund, Refund)]
    return tuple(_end_wait(transaction, refund, who, now) for refund in sound)


def _end_wait(transaction: sqlite3.Connection, refund: Refund, who: str, now: Instant) -> Refund:
    decision = lifecycle.try_now(refund.life)
    write_life(transaction, refund, decision.life, now)
    note_decision(transaction, refund, decision, who, now, None)
    return read_refund(transaction, refund.key)


def anchor(transaction: sqlite3.Connection, now: Instant) -> None:
    """Convert the waits of refunds and gates to the ticks of this boot, so that no clock jump makes them longer."""
    old = "SELECT * FROM refund WHERE state = 'WAITING' AND wait_boot <> ?"
    for refund in map(refund_of, transaction.execute(old, (now.boot,)).fetchall()):
        if isinstance(refund, Refund) and refund.life.wait:
            _rewrite(transaction, "refund", "key", refund.key, refund.life.wait.anchored(now))
            note(transaction, refund.key, refund.automatic, now, ANCHORED, refund.state, refund.state, _BOOTED, None)
    for row in transaction.execute("SELECT * FROM gate WHERE wait_boot <> ?", (now.boot,)).fetchall():
        if wait := wait_of(row):
            _rewrite(transaction, "gate", "endpoint", row["endpoint"], wait.anchored(now))
            rows: list[Place] = [("gate", (row["endpoint"],))]
            note(transaction, None, "(automatic)", now, ANCHORED, None, None, _BOOTED, None, rows=rows)


def _rewrite(transaction: sqlite3.Connection, table: str, name: str, value: str, wait: Wait) -> None:
    transaction.execute(f"UPDATE {table} SET {_SET} WHERE {name} = ?", (*wait_values(wait), value))
