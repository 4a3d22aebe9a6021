"""Owns what an operator does with the SQLite files: check them, test the folder, decide about the ledger.

A check never changes a file: it uses a copy, or a temporary ledger.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from time import sleep

from refund_tui.core.backups import Backup, Restored
from refund_tui.core.damage import Findings, MarkSeen
from refund_tui.core.evidence import BodyOf, Progress, Verification, Witness
from refund_tui.core.ledger_identity import Host
from refund_tui.core.redaction import Redacted, RedactionCounts, RedactionOrder
from refund_tui.core.times import Instant
from refund_tui.errors import StoreError
from refund_tui.host.paths import make_data_dir
from refund_tui.store.sqlite.accept_older import accept_older
from refund_tui.store.sqlite.backup import back_up, prune
from refund_tui.store.sqlite.damage import full_look
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.ledger import Ledger
from refund_tui.store.sqlite.ledger_identity import HostGuard, move
from refund_tui.store.sqlite.mark_file import MarkFile
from refund_tui.store.sqlite.migrations import Schema
from refund_tui.store.sqlite.restore import restore
from refund_tui.store.sqlite.schema import LEDGER
from refund_tui.store.sqlite.storage import SqliteStorage
from refund_tui.store.sqlite.take_over import Decider
from refund_tui.store.sqlite.trip_rows import TRIPS
from refund_tui.store.sqlite.verify import verify

SAFE = {"journal_mode": "truncate", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1, "trusted_schema": 0}
"""The pragmas that make commits durable and enforce the ledger's rules."""


class SqliteMaintenance:
    """The maintenance of one storage. Every method raises StoreError."""

    def __init__(self, storage: SqliteStorage) -> None:
        self._storage = storage

    def engine(self) -> tuple[str, str]:
        """The name and the version of the database engine."""
        return "SQLite", sqlite3.sqlite_version

    def marks(self) -> list[MarkSeen]:
        """Every high-water mark of the ledger that is kept in a file."""
        return [_seen(file) for file in self._storage.marks.files]

    def examine_ledger(self) -> Findings | None:
        """SQLite's full check of a copy of the ledger; None if there is no room for a copy. Raises OSError."""
        return _full_look_at(self._storage.ledger, LEDGER)

    def examine_trips(self) -> Findings | None:
        """SQLite's full check of a copy of the trips file; None if there is no room for a copy. Raises OSError."""
        return _full_look_at(self._storage.trips, TRIPS)

    def try_temporary_ledger(self) -> None:
        """Create a temporary ledger inside the data folder and remove it. Raises OSError."""
        with tempfile.TemporaryDirectory(prefix=".doctor-", dir=self._storage.folder) as folder:
            Ledger.open(Path(folder) / "trial.sqlite3").close()

    def pragmas(self) -> list[tuple[str, object, object]]:
        """Each pragma of a temporary ledger: its name, its value, the value that it must have. Raises OSError."""
        with tempfile.TemporaryDirectory(prefix=".doctor-", dir=self._storage.folder) as folder:  # noqa: SIM117
            with closing(Database.open(Path(folder) / "trial.sqlite3", LEDGER)) as database:
                return [(name, database.pragma(name), wanted) for name, wanted in SAFE.items()]

    def files(self) -> list[Path]:
        """The files of the ledger, its marks and the trips, including journals that a dead writer may have left."""
        kept = (self._storage.ledger, *self._storage.marks.paths, self._storage.trips)
        return [found for path in kept for found in (path, path.with_name(path.name + "-journal"))]

    def verify(self, body_of: BodyOf, progress: Progress, witnesses: Sequence[Witness] = ()) -> Verification:
        """Check all the evidence in the ledger, also against heads that were written down elsewhere."""
        return verify(self._storage.ledger, body_of, progress, witnesses)

    def accept_older(self, why: str, who: str, now: Instant) -> int:
        """Accept the ledger as it is. The number of its open refunds, which are UNKNOWN now. Raises UsageError."""
        storage = self._storage
        storage.check_file_system()
        make_data_dir(storage.folder, shared=storage.shared)
        host = HostGuard(storage.host)
        return accept_older(storage.ledger, storage.marks, host, why, who, now, shared=storage.shared)

    def back_up(self, target: Path, now: Instant, body_of: BodyOf) -> Backup:
        """Make a backup in a new folder in `target`."""
        storage = self._storage
        return back_up(storage.ledger, storage.trips, storage.marks, target, now, body_of)

    def prune_backups(self, target: Path, made: Backup, keep: int) -> list[Path]:
        """Delete the oldest backups of the ledger in `target`, so that `keep` remain with the one just made."""
        return list(prune(target, made, keep))

    def restore(self, backup: Path, why: str, who: str, now: Instant, body_of: BodyOf) -> Restored:
        """Put a backup in the place of the ledger."""
        storage = self._storage
        storage.check_file_system()
        make_data_dir(storage.folder, shared=storage.shared)
        by = Decider(storage.host, who, why, now)
        return restore(backup, storage.ledger, storage.trips, storage.marks, by, body_of, shared=storage.shared)

    def redactable(self, order: RedactionOrder, now: Instant) -> RedactionCounts:
        """How many records a redaction would concern. Changes nothing."""
        with closing(self._storage.open_ledger()) as ledger:
            return ledger.redactor(self._storage.trips, order, now, sleep).counts()

    def redact(self, order: RedactionOrder, now: Instant) -> Redacted:
        """Remove personal data, in short transactions with pauses."""
        storage = self._storage
        with closing(storage.open_ledger()) as ledger:
            done = ledger.redactor(storage.trips, order, now, sleep).redact()
        names = [f"{file.stem}.before-*{file.suffix}" for file in (storage.ledger, storage.trips)]
        return Redacted(done, tuple(sorted(path for name in names for path in storage.folder.glob(name))))

    def move_here(self, why: str, who: str, now: Instant) -> Host:
        """Let only this host write from now on. This host. Raises UsageError if it is already the host that writes.

        Also an older copy is moved: only its own host can accept it.
        """
        storage = self._storage
        storage.check_file_system()
        storage.marks.refuse_lost()
        with closing(Database.open(storage.ledger, LEDGER, shared=storage.shared)) as database:
            move(database, storage.host, why, who, now)
        return storage.host


def _seen(file: MarkFile) -> MarkSeen:
    try:
        mark = file.read()
    except StoreError as error:
        return MarkSeen(str(file.path), problem=str(error))
    return MarkSeen(str(file.path), mark.seq if mark else None)


def _full_look_at(path: Path, kind: Schema) -> Findings | None:
    if shutil.disk_usage(path.parent).free < 2 * path.stat().st_size:
        return None
    beside = path.parent if os.access(path.parent, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix=".doctor-", dir=beside) as scratch:
        return full_look(path, kind, Path(scratch))
