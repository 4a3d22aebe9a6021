"""Owns how waits of an earlier boot are converted to the ticks of this boot. Leaves unreadable rows unchanged."""

from __future__ import annotations

import sqlite3

from refund_tui.core.refunds import Refund
from refund_tui.core.times import Instant, Wait
from refund_tui.store.sqlite.rows import refund_of, wait_of, wait_values

_SET = "wait_at = ?, wait_boot = ?, wait_ticks = ?, wait_seconds = ?, not_before = ?"


def anchor(transaction: sqlite3.Connection, now: Instant) -> None:
    """Convert the waits of refunds and gates to the ticks of this boot, so that no clock jump makes them longer."""
    old = "SELECT * FROM refund WHERE state = 'WAITING' AND wait_boot <> ?"
    for refund in map(refund_of, transaction.execute(old, (now.boot,)).fetchall()):
        if isinstance(refund, Refund) and refund.life.wait:
            _rewrite(transaction, "refund", "key", refund.key, refund.life.wait.anchored(now))
    for row in transaction.execute("SELECT * FROM gate WHERE wait_boot <> ?", (now.boot,)).fetchall():
        if wait := wait_of(row):
            _rewrite(transaction, "gate", "endpoint", row["endpoint"], wait.anchored(now))


def _rewrite(transaction: sqlite3.Connection, table: str, name: str, value: str, wait: Wait) -> None:
    transaction.execute(f"UPDATE {table} SET {_SET} WHERE {name} = ?", (*wait_values(wait), value))
