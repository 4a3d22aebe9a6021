"""Owns how an event is written: once, in the transaction of the change that it describes."""

from __future__ import annotations

import json
import sqlite3

from refund_tui.core.refunds import State
from refund_tui.core.times import Instant, stamp


def note(
    transaction: sqlite3.Connection,
    key: str | None,
    who: str,
    now: Instant,
    kind: str,
    before: State | None,
    after: State | None,
    why: str,
    data: dict[str, str] | None,
    seq: int | None = None,
) -> None:
    """Write one event. `key` None: about the whole ledger, without states. `seq` None: with the next number."""
    told = json.dumps(data or {}, ensure_ascii=False, sort_keys=True)
    transaction.execute(
        "INSERT INTO event (seq, key, at, who, kind, before, after, why, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (seq, key, stamp(now.at), who, kind, before and str(before), after and str(after), why, told),
    )
