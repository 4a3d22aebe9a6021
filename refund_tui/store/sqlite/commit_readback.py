"""Owns what became of a COMMIT that failed: it is read back on a connection of its own, never guessed.

SQLite can fail after the transaction is in the file: at the last sync, when the journal is already gone. It is then
there for every reader, but a power cut may still take it back, so that it is written once more before it counts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from enum import Enum, auto

from refund_tui.errors import StoreError
from refund_tui.store.sqlite.connection import CommitFailed, transaction


class Fate(Enum):
    """What became of a transaction: on disk for good, not there, or nobody can tell."""

    KEPT = auto()
    ABSENT = auto()
    UNKNOWN = auto()


def newest_event(connection: sqlite3.Connection) -> tuple[object, ...] | None:
    """The ledger's newest event: what a transaction wrote is told by the event that it wrote with it."""
    row = connection.execute("SELECT * FROM event ORDER BY seq DESC LIMIT 1").fetchone()
    return None if row is None else tuple(row)


def fate(open_fresh: Callable[[], sqlite3.Connection], event: tuple[object, ...] | None) -> Fate:
    """What became of the transaction that wrote `event`; UNKNOWN where it wrote none, or the file cannot be used."""
    if event is None:
        return Fate.UNKNOWN
    try:
        with closing(open_fresh()) as connection:
            row = connection.execute("SELECT * FROM event WHERE seq = ?", event[:1]).fetchone()
            if row is None or tuple(row) != event:
                return Fate.ABSENT
            with transaction(connection):
                write_anew(connection)
    except (sqlite3.Error, StoreError, CommitFailed, MemoryError):
        return Fate.UNKNOWN
    return Fate.KEPT


def write_anew(connection: sqlite3.Connection) -> None:
    """Have the transaction that is open write and sync file and journal, by a change that changes nothing."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.execute(f"PRAGMA user_version = {version}")
