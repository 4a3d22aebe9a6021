"""Owns what can be asked of the files' health without changing them: SQLite's version, a trial of the folder."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

from refund_tui.core.filters import Filter
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.history import History
from refund_tui.store.sqlite.ledger import Ledger
from refund_tui.store.sqlite.schema import LEDGER


def sqlite_version() -> str:
    """The version of the SQLite that this Python brings."""
    return sqlite3.sqlite_version


def try_folder(data_dir: Path) -> None:
    """Make a ledger in a folder of its own in `data_dir`, read back how it is kept, and remove it. Raises StoreError,
    OSError."""
    with tempfile.TemporaryDirectory(prefix=".doctor-", dir=data_dir) as folder:
        Ledger.open(Path(folder) / "trial.sqlite3").close()


SAFE = {"journal_mode": "truncate", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1, "trusted_schema": 0}
"""What makes a commit durable and the ledger's rules hold, as SQLite names it."""


def how_kept(path: Path) -> list[tuple[str, object, object]]:
    """Each setting of a ledger made at `path`: its name, what SQLite says it is, what it must be. Raises StoreError."""
    database = Database.open(path, LEDGER)
    try:
        return [(name, database.pragma(name), wanted) for name, wanted in SAFE.items()]
    finally:
        database.close()


def try_reading(ledger: Path) -> int:
    """How many refunds an existing ledger holds, read as the history reads it. Raises StoreError."""
    history = History.open(ledger)
    try:
        return history.count(Filter())
    finally:
        history.close()
