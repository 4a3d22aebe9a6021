"""Owns how a ledger of version 0.1.0 gets its chain of hashes, in the transaction of the migration.

Copies each event with a hash, and records the present state of each refund. Earlier alterations cannot be found later;
an event says so. Never changes the content of an event.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from refund_tui.core.fields import check_key
from refund_tui.store.sqlite.connection import decode_leniently
from refund_tui.store.sqlite.evidence import Place, first_hash, link, record_of

CHAINED = "chained"
"""The kind of the events that record what a ledger of version 0.1.0 held."""

_WHO = "refund-tui"
_WHY = "recorded as it was when this ledger got its chain of hashes: what was altered before is not known"
_TOLD = "seq, key, at, who, kind, before, after, why, data, '', NULL"
_OLD = f"SELECT {_TOLD} FROM event ORDER BY seq"
_COPY = f"INSERT INTO event_of_all SELECT {_TOLD}, ? FROM event WHERE seq = ?"
_NEW = "INSERT INTO event_of_all VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def chain_existing(connection: sqlite3.Connection) -> None:
    """Fill the new table of events from the old one, then record each refund and gate. Does nothing in a new ledger."""
    connection.text_factory = decode_leniently
    try:
        seq, previous = _copy(connection)
        _record(connection, seq, previous)
    finally:
        connection.text_factory = str


def _copy(connection: sqlite3.Connection) -> tuple[int, bytes]:
    """Copy all events; the number and the hash of the newest."""
    seq, previous = 0, first_hash(connection.execute("SELECT id FROM identity").fetchone()[0])
    for event in connection.execute(_OLD).fetchall():
        seq, previous = event[0], link(previous, tuple(event))
        connection.execute(_COPY, (previous.decode(), seq))
    return seq, previous


def _record(connection: sqlite3.Connection, seq: int, previous: bytes) -> None:
    """Append an event for each refund, and one for the whole ledger unless it is new."""
    now = connection.execute("SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')").fetchone()[0]
    refunds = list(_refunds(connection))
    ledger = [(None, None, _gates(connection))] if refunds or seq else []
    for key, state, places in (*refunds, *ledger):
        seq += 1
        record = record_of(connection, places, whole=True)
        event = (seq, key, now, _WHO, CHAINED, state, state, _WHY, "{}", "", record)
        previous = link(previous, event)
        connection.execute(_NEW, (*event, previous.decode()))


def _refunds(connection: sqlite3.Connection) -> Iterator[tuple[str, str, list[Place]]]:
    """Each refund with its state and the places of its row and its attempts. Refunds with a damaged key are skipped."""
    for key, state in connection.execute("SELECT key, state FROM refund ORDER BY id").fetchall():
        if check_key(key) is None:
            yield key, state, _places(connection, key)


def _gates(connection: sqlite3.Connection) -> list[Place]:
    return [("gate", (row[0],)) for row in connection.execute("SELECT endpoint FROM gate").fetchall()]


def _places(connection: sqlite3.Connection, key: str) -> list[Place]:
    numbers = connection.execute("SELECT number FROM attempt WHERE key = ? ORDER BY number", (key,)).fetchall()
    return [("refund", (key,)), *(("attempt", (key, row[0])) for row in numbers)]
