"""Owns what can be asked of the files' health without changing them: SQLite's version, a trial of the folder."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

from refund_tui.store.history import Filter, History
from refund_tui.store.ledger import Ledger


def sqlite_version() -> str:
    """The version of the SQLite that this Python brings."""
    return sqlite3.sqlite_version


def try_folder(data_dir: Path) -> None:
    """Make a ledger in a folder of its own in `data_dir`, read back how it is kept, and remove it. Raises StoreError,
    OSError."""
    with tempfile.TemporaryDirectory(prefix=".doctor-", dir=data_dir) as folder:
        Ledger.open(Path(folder) / "trial.sqlite3").close()


def try_reading(ledger: Path) -> int:
    """How many refunds an existing ledger holds, read as the history reads it. Raises StoreError."""
    history = History.open(ledger)
    try:
        return history.count(Filter())
    finally:
        history.close()
