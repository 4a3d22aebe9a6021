"""Owns how a backup takes the place of the ledger, so that nothing is paid twice.

What the replaced ledger knows better becomes a doubt (`take_over`). If it is not known which refunds are missing, the
restored ledger sends nothing until a person accepts it. The replaced ledger is kept. Everything is prepared in another
file first: after a crash at any step there is the old ledger, the restored one, or one that sends nothing.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from refund_tui.core.backups import Contents, Restored
from refund_tui.core.evidence import BodyOf, Head, Witness
from refund_tui.core.times import Instant
from refund_tui.errors import StoreBusy, StoreChanged, StoreDamaged, StoreError, StoreFull, StoreUnusable
from refund_tui.store.sqlite.accept_older import known_marks, note_acceptance
from refund_tui.store.sqlite.backup import LEDGER_FILE, TRIPS_FILE, copy_out, newer_beside
from refund_tui.store.sqlite.connection import Patience, connect, name_of, sync_folder
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.events import note
from refund_tui.store.sqlite.high_water_mark import HighWaterMarks, newest_of
from refund_tui.store.sqlite.ledger_identity import HostGuard, move
from refund_tui.store.sqlite.mark_file import HighWaterMark
from refund_tui.store.sqlite.schema import LEDGER
from refund_tui.store.sqlite.scratch import scratch_folder
from refund_tui.store.sqlite.take_over import Decider, Taken, take_over
from refund_tui.store.sqlite.verify import verify

UNFINISHED = ".restore-"
"""How the name of the folder begins in which a restore prepares its files, inside the data folder."""

BACKUP_RESTORED = "backup_restored"
"""The kind of the event that records a restore."""


def restore(
    backup: Path, ledger: Path, trips: Path, marks: HighWaterMarks, by: Decider, body_of: BodyOf, *, shared: bool
) -> Restored:
    """Replace the ledger by the backup. Raises StoreError; then the ledger is unchanged."""
    try:
        with scratch_folder(ledger.parent, UNFINISHED) as scratch:
            contents = copy_out(backup, scratch, shared=shared)
            _refuse_altered(scratch / LEDGER_FILE, contents, body_of)
            with _locked(ledger) as replaced:
                missing = _not_known(ledger, replaced, marks, contents, body_of)
                if missing and (newer := newer_beside(backup, contents)):
                    missing += f"; {newer} is a newer backup: restore that one"
                done = _put(scratch / LEDGER_FILE, ledger, replaced, marks, by, contents, missing)
            if (scratch / TRIPS_FILE).exists() and not trips.exists():
                (scratch / TRIPS_FILE).replace(trips)
                sync_folder(trips.parent)
            return done
    except StoreFull as error:
        raise StoreFull(
            f"there is no room in {ledger.parent} for the restored ledger; nothing was changed: free some room"
        ) from error
    except OSError as error:
        raise StoreUnusable(
            f"the backup was not restored ({error.strerror}: {error.filename}). Correct that, then restore it again; "
            "until then nothing is sent"
        ) from error


def _refuse_altered(copy: Path, contents: Contents, body_of: BodyOf) -> None:
    """Check the copy of a backup's ledger against its events and the head in the list. Raises StoreError."""
    checked = verify(copy, body_of, lambda _done, _total: None)
    if checked.problems or checked.head != Head(contents.head_seq, contents.head_hash):
        what = checked.problems[0] if checked.problems else "its list names another head"
        raise StoreDamaged(f"the backup has changed since it was made ({what}); nothing was changed")


def _put(
    prepared: Path,
    ledger: Path,
    replaced: sqlite3.Connection | None,
    marks: HighWaterMarks,
    by: Decider,
    contents: Contents,
    missing: str,
) -> Restored:
    """Prepare the copy, then put it in the place of the ledger. `missing` says why refunds may be missing, if so."""
    with closing(Database.open(prepared, LEDGER)) as database:
        taken, missing = _prepare(database, replaced, marks, by, contents, missing)
        newest = newest_of(database)
    kept = _keep(ledger, by.now)
    # Before the change: until then the ledger that is there counts as an older copy, and sends nothing.
    marks.replace(_beyond(newest, known_marks(marks)) if missing else newest, like=prepared)
    prepared.replace(ledger)
    sync_folder(ledger.parent)
    return Restored(contents, missing, kept, taken.doubts, taken.unknown, taken.unreadable, taken.others)


@contextmanager
def _locked(ledger: Path) -> Iterator[sqlite3.Connection | None]:
    """The replaced ledger, locked so that no other program can write it; None if it cannot be used."""
    connection = _opened(ledger)
    if connection is None:
        yield None
        return
    with closing(connection):
        yield connection if _lock(connection) else None


def _opened(ledger: Path) -> sqlite3.Connection | None:
    """A connection to the replaced ledger, None if there is none or if SQLite cannot open it. Raises StoreUnusable."""
    if not ledger.exists() or ledger.stat().st_size == 0:
        return None
    if not os.access(ledger, os.R_OK | os.W_OK):
        raise StoreUnusable(
            f"this account may not read and write {ledger}, so it cannot be seen whether another program writes it; "
            "nothing was changed: restore with the account that owns it, or move it away first"
        )
    try:
        return connect(ledger, "rw")
    except sqlite3.DatabaseError:
        return None


def _lock(connection: sqlite3.Connection) -> bool:
    """Lock out other writers, but not readers. Whether this program can read the tables. Raises StoreBusy."""
    try:
        Patience().run(lambda: connection.execute("BEGIN IMMEDIATE"))
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if name_of(error).startswith("SQLITE_BUSY"):
            raise StoreBusy("another program writes the ledger: end it, then restore; nothing was changed") from error
        return False
    return version == len(LEDGER.steps)


def _not_known(
    ledger: Path, replaced: sqlite3.Connection | None, marks: HighWaterMarks, contents: Contents, body_of: BodyOf
) -> str:
    """Why the replaced ledger may lack refunds that were made after the backup; empty if it has all of them."""
    if replaced is None:
        return "the replaced ledger is lost, or cannot be read"
    if not known_marks(marks):
        return "no high-water mark shows whether the replaced ledger is the newest"
    head = [Witness(contents.head_seq, contents.head_hash, "the backup")] if contents.head_seq else []
    try:
        with closing(Database.read(ledger, LEDGER)) as database:
            marks.check(database)
        checked = verify(ledger, body_of, lambda _done, _total: None, head)
    except StoreChanged:
        return "the replaced ledger is an older copy itself"
    except StoreError:
        return "the replaced ledger, or a high-water mark of it, cannot be read"
    what = "the replaced ledger was altered, or does not continue this backup"
    return f"{what}: {checked.problems[0]}" if checked.problems else ""


def _beyond(newest: HighWaterMark, known: Sequence[HighWaterMark]) -> HighWaterMark:
    """A mark that is newer than the restored ledger, also if this host had no mark."""
    return max([replace(newest, seq=newest.seq + 1, fingerprint=""), *known], key=lambda mark: mark.seq)


def _prepare(
    database: Database,
    replaced: sqlite3.Connection | None,
    marks: HighWaterMarks,
    by: Decider,
    contents: Contents,
    missing: str,
) -> tuple[Taken, str]:
    """Take over from the replaced ledger, and accept the copy if nothing is missing. What was taken and is missing."""
    _claim(database, by)
    with database.writing() as transaction:
        taken = take_over(transaction, replaced, by, trusted=not missing) if replaced else Taken()
        missing = missing or (f"{taken.unreadable} records in it cannot be read" if taken.unreadable else "")
        data = {"made_at": contents.made_at, "head": str(contents.head_seq), "missing": missing}
        note(transaction, None, by.who, by.now, BACKUP_RESTORED, None, None, by.why, data)
        if not missing:
            note_acceptance(transaction, known_marks(marks), newest_of(database), by.why, by.who, by.now)
    return taken, missing


def _claim(database: Database, by: Decider) -> None:
    """Become the host that writes, also if the backup is of another host."""
    try:
        HostGuard(by.host).claim(database)
    except StoreChanged:
        move(database, by.host, by.why, by.who, by.now)


def _keep(ledger: Path, now: Instant) -> Path | None:
    """Give the replaced ledger a second name, together with the journal of a dead writer."""
    if not ledger.exists():
        return None
    kept = ledger.with_name(f"{ledger.stem}.before-restore-{now.at:%Y%m%dT%H%M%S%f}{ledger.suffix}")
    kept.hardlink_to(ledger)
    journal = ledger.with_name(ledger.name + "-journal")
    if journal.exists() and journal.stat().st_size:
        journal.rename(kept.with_name(kept.name + "-journal"))
    return kept
