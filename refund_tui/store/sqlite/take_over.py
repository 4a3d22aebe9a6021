"""Owns what a restored backup takes over from the ledger that it replaces, inside the transaction of the restore.

A refund that only the replaced ledger has, or that it has in another state, becomes doubtful; one that did not change
goes on. Stated amounts, services, waits and drafts are taken over only from a ledger that can be trusted. Never makes a
refund that is sent without a person.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace

from refund_tui.core.ledger_identity import Host
from refund_tui.core.refunds import Ceiling, Life, Refund, State
from refund_tui.core.times import Instant
from refund_tui.store.sqlite.accept_older import doubt
from refund_tui.store.sqlite.changes import insert_ceiling, insert_draft, insert_refund
from refund_tui.store.sqlite.events import note
from refund_tui.store.sqlite.ledger_identity import add_services
from refund_tui.store.sqlite.rows import DRAFT_ROW, ceiling_of, refund_of, wait_of
from refund_tui.store.sqlite.waits import close_gate, gate_of

RESTORED = "restored_doubt"
"""The kind of the first event of a refund that only the replaced ledger had."""

WAIT_KEPT = "wait_kept"
"""The kind of the event by which a restored ledger keeps the account's wait of the replaced one."""

_NOT_IN_BACKUP = (
    "the restored backup lacks it; in the replaced ledger it was {}: find out whether the shopper was paid, then "
    "settle it"
)
_OLDER = "the restored backup is older; in the replaced ledger it was {}"
_KEPT = "kept from the replaced ledger"


@dataclass(frozen=True, slots=True)
class Decider:
    """Who restores, on which host, why and when."""

    host: Host
    who: str
    why: str
    now: Instant


@dataclass(slots=True)
class Taken:
    """How many refunds are in doubt, are new here, or cannot be read; and how many other records were taken over."""

    doubts: int = 0
    unknown: int = 0
    unreadable: int = 0
    others: int = 0


def take_over(transaction: sqlite3.Connection, replaced: sqlite3.Connection, by: Decider, *, trusted: bool) -> Taken:
    """Take over what the replaced ledger knows. `trusted`: it is complete, unaltered, and continues the backup."""
    taken = Taken()
    if trusted:
        taken.others += add_services(transaction, replaced, by.who, by.now, _KEPT)
    for row in _read(replaced, "SELECT * FROM refund ORDER BY id", taken):
        _refund(transaction, row, by, taken)
    if trusted:
        _ceilings(transaction, replaced, by, taken)
        _gates(transaction, replaced, by, taken)
        _drafts(transaction, replaced, taken)
    return taken


def _read(replaced: sqlite3.Connection, sql: str, taken: Taken) -> Iterator[sqlite3.Row]:
    """The rows that can be read. The rest of a damaged file counts as one that cannot be."""
    try:
        yield from replaced.execute(sql)
    except sqlite3.DatabaseError:
        taken.unreadable += 1


def _refund(transaction: sqlite3.Connection, row: sqlite3.Row, by: Decider, taken: Taken) -> None:
    """Compare a refund of the replaced ledger with that of the backup."""
    mine = transaction.execute("SELECT * FROM refund WHERE key = ?", (row["key"],)).fetchone()
    if mine is not None and (mine["version"], mine["state"]) == (row["version"], row["state"]):
        return
    found, own = refund_of(row), refund_of(mine) if mine is not None else None
    if not isinstance(found, Refund):
        taken.unreadable += 1
    elif own is None:
        _add(transaction, found, by, taken)
    elif isinstance(own, Refund) and (own.open or own.state is not found.state):
        identified = own.life.reconciliation_id or found.life.reconciliation_id
        own = replace(own, life=replace(own.life, reconciliation_id=identified))
        doubt(transaction, own, _OLDER.format(_told(found)), by.who, by.now)
        taken.doubts += 1


def _told(found: Refund) -> str:
    return f"{found.state} ({found.life.why})" if found.life.why else str(found.state)


def _add(transaction: sqlite3.Connection, found: Refund, by: Decider, taken: Taken) -> None:
    """Record a refund that only the replaced ledger has as UNKNOWN."""
    why = _NOT_IN_BACKUP.format(_told(found))
    identified = found.life.reconciliation_id
    life = Life(State.UNKNOWN, maybe_executed=True, reconciliation_id=identified, alarm=True, why=why)
    if awaits := found.state is State.AWAITING_APPROVAL:  # its events must go on telling that nobody approved it
        life = replace(found.life, why=why)
    added = replace(found, life=life, version=0)
    try:
        insert_refund(transaction, added)
    except sqlite3.IntegrityError:  # the tables refuse it
        taken.unreadable += 1
        return
    note(transaction, found.key, by.who, by.now, RESTORED, None, life.state, why, None)
    if awaits:
        doubt(transaction, added, _OLDER.format(found.state), by.who, by.now)
    taken.unknown += 1


def _ceilings(transaction: sqlite3.Connection, replaced: sqlite3.Connection, by: Decider, taken: Taken) -> None:
    """Take over the captured amounts that persons stated since the backup."""
    newest = transaction.execute("SELECT coalesce(max(id), 0) FROM ceiling").fetchone()[0]
    for row in _read(replaced, f"SELECT * FROM ceiling WHERE id > {newest} ORDER BY id", taken):
        ceiling = ceiling_of(row)
        if isinstance(ceiling, Ceiling):
            insert_ceiling(transaction, ceiling, by.now)
            taken.others += 1


def _gates(transaction: sqlite3.Connection, replaced: sqlite3.Connection, by: Decider, taken: Taken) -> None:
    """Take over a wait of the whole account that ends later than that of the backup."""
    for row in _read(replaced, "SELECT * FROM gate", taken):
        endpoint, wait = row["endpoint"], wait_of(row)
        before = gate_of(transaction, endpoint)
        close_gate(transaction, endpoint, None if wait is None or wait.over(by.now) else wait, by.now)
        if gate_of(transaction, endpoint) != before:
            note(transaction, None, by.who, by.now, WAIT_KEPT, None, None, _KEPT, None, rows=[("gate", (endpoint,))])
            taken.others += 1


def _drafts(transaction: sqlite3.Connection, replaced: sqlite3.Connection, taken: Taken) -> None:
    """Replace what clerks had typed by what they have typed since; a draft that became a refund is gone."""
    transaction.execute("DELETE FROM draft")
    for row in _read(replaced, f"SELECT {', '.join(DRAFT_ROW)} FROM draft", taken):
        insert_draft(transaction, tuple(row))
