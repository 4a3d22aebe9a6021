"""Owns the check after a failed COMMIT: it reads with a second connection what is in the file, and never guesses.

SQLite can fail after the transaction is in the file, at the last sync, when the journal is already deleted. Then every
reader sees the transaction, but a power cut may still undo it. So it is synced again before it counts as written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from enum import Enum, auto

from refund_tui.errors import StoreError
from refund_tui.store.sqlite.connection import CommitFailed, Patience, transaction


class CommitState(Enum):
    """Whether a transaction is durably on disk, is not there, or cannot be known."""

    KEPT = auto()
    ABSENT = auto()
    UNKNOWN = auto()


def newest_event(connection: sqlite3.Connection) -> tuple[object, ...] | None:
    """The ledger's newest event. It identifies the transaction that wrote it."""
    row = connection.execute("SELECT * FROM event ORDER BY seq DESC LIMIT 1").fetchone()
    return None if row is None else tuple(row)


def commit_state(
    open_fresh: Callable[[], sqlite3.Connection], event: tuple[object, ...] | None, patience: Patience
) -> CommitState:
    """Whether the transaction that wrote `event` is on disk. UNKNOWN also if it wrote no event."""
    if event is None:
        return CommitState.UNKNOWN
    try:
        with closing(open_fresh()) as connection:
            row = connection.execute("SELECT * FROM event WHERE seq = ?", event[:1]).fetchone()
            if row is None or tuple(row) != event:
                return CommitState.ABSENT
            with transaction(connection, patience):
                rewrite_and_sync(connection)
    except (sqlite3.Error, StoreError, CommitFailed, MemoryError):
        return CommitState.UNKNOWN
    return CommitState.KEPT


def rewrite_and_sync(connection: sqlite3.Connection) -> None:
    """Make the open transaction write and sync the file, by an update that changes no value."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.execute(f"PRAGMA user_version = {version}")
