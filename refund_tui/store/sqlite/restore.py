"""Owns how a backup takes the place of the ledger, so that nothing is paid twice.

A refund that only the replaced ledger has becomes UNKNOWN and counts against its trip until a person settles it. If it
is not known which refunds are missing, the restored ledger sends nothing until a person accepts it. The replaced ledger
is kept. Everything is prepared in another file first: after a crash at any step there is the old ledger, the restored
one, or one that sends nothing.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from refund_tui.core.backups import Restored
from refund_tui.core.evidence import BodyOf, Head
from refund_tui.core.ledger_identity import Host
from refund_tui.core.lifecycle import mark_maybe_executed
from refund_tui.core.refunds import Life, Refund, State
from refund_tui.core.times import Instant
from refund_tui.errors import StoreBusy, StoreChanged, StoreDamaged, StoreError, StoreUnusable
from refund_tui.store.sqlite.accept_older import accept_in, known_marks
from refund_tui.store.sqlite.backup import LEDGER_FILE, TRIPS_FILE, contents_of
from refund_tui.store.sqlite.connection import Patience, connect, decode_leniently, name_of, sync_folder
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.events import note
from refund_tui.store.sqlite.high_water_mark import HighWaterMarks, newest_of
from refund_tui.store.sqlite.ledger_identity import HostGuard, move
from refund_tui.store.sqlite.mark_file import HighWaterMark
from refund_tui.store.sqlite.rows import INTENT, LIFE, intent_values, life_values, refund_of
from refund_tui.store.sqlite.schema import LEDGER
from refund_tui.store.sqlite.verify import verify

RESTORED = "restored_doubt"
"""The kind of the first event of a refund that only the replaced ledger had."""

_NOT_IN_BACKUP = (
    "the restored backup lacks it; in the replaced ledger it was {}: find out whether the "
    "shopper was paid, then settle it"
)


@dataclass(frozen=True, slots=True)
class Decider:
    """Who restores, on which host, why and when."""

    host: Host
    who: str
    why: str
    now: Instant


def restore(
    backup: Path, ledger: Path, trips: Path, marks: HighWaterMarks, by: Decider, body_of: BodyOf, *, shared: bool
) -> Restored:
    """Replace the ledger by the backup. Raises StoreError; then the ledger is unchanged."""
    contents = contents_of(backup)
    checked = verify(backup / LEDGER_FILE, body_of, lambda _done, _total: None)
    if checked.problems or checked.head != Head(contents.head_seq, contents.head_hash):
        what = checked.problems[0] if checked.problems else "its list names another head"
        raise StoreDamaged(f"the backup has changed since it was made ({what}); nothing was changed")
    prepared = ledger.with_name(f".restore-{os.getpid()}.sqlite3")
    try:
        complete = _complete(ledger, marks)
        with _locked(ledger) as replaced:
            _copy(backup / LEDGER_FILE, prepared, shared=shared)
            with closing(Database.open(prepared, LEDGER)) as database:
                accepted, *numbers = _prepare(database, replaced, marks, by, complete=complete)
                newest = newest_of(database)
            kept = _keep(ledger, by.now)
            # Before the change: until then the ledger that is there counts as an older copy, and sends nothing.
            if accepted:
                marks.replace(newest, like=prepared)
            else:
                marks.replace(_beyond(newest, known_marks(marks)), like=prepared)
            prepared.replace(ledger)
            sync_folder(ledger.parent)
        if TRIPS_FILE in contents.files and not trips.exists():
            _copy(backup / TRIPS_FILE, trips, shared=shared)
    except OSError as error:
        raise StoreUnusable(
            f"the backup was not restored ({error.strerror}: {error.filename}). Correct that, then restore it again; "
            "until then nothing is sent"
        ) from error
    finally:
        for left in (prepared, prepared.with_name(prepared.name + "-journal")):
            left.unlink(missing_ok=True)
    return Restored(contents, accepted, kept, *numbers)


@contextmanager
def _locked(ledger: Path) -> Iterator[sqlite3.Connection | None]:
    """The replaced ledger, locked so that no other program can write it; None if it cannot be used."""
    connection = _readable(ledger)
    try:
        yield connection
    finally:
        if connection is not None:
            connection.close()


def _readable(ledger: Path) -> sqlite3.Connection | None:
    if not ledger.exists() or ledger.stat().st_size == 0:
        return None
    connection = connect(ledger, "rw")
    try:
        connection.text_factory = decode_leniently
        Patience().run(lambda: connection.execute("BEGIN EXCLUSIVE"))
        if connection.execute("PRAGMA user_version").fetchone()[0] == len(LEDGER.steps):
            return connection
    except sqlite3.DatabaseError as error:
        connection.close()
        if name_of(error).startswith("SQLITE_BUSY"):
            raise StoreBusy("another program writes the ledger: end it, then restore; nothing was changed") from error
        return None
    connection.close()
    return None


def _copy(source: Path, target: Path, *, shared: bool) -> None:
    """Copy a file that no program has open, first under another name, so that it is complete or missing."""
    fresh = target.with_name(target.name + ".fresh")
    shutil.copyfile(source, fresh)
    fresh.chmod(0o660 if shared else 0o600)
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    fresh.replace(target)


def _complete(ledger: Path, marks: HighWaterMarks) -> bool:
    """Whether the replaced ledger has every event that a mark names, and so every refund."""
    try:
        with closing(Database.read(ledger, LEDGER)) as database:
            marks.check(database)
    except StoreError:
        return False
    return True


def _beyond(newest: HighWaterMark, known: Sequence[HighWaterMark]) -> HighWaterMark:
    """A mark that is newer than the restored ledger, also if this host had no mark."""
    return max([replace(newest, seq=newest.seq + 1, fingerprint=""), *known], key=lambda mark: mark.seq)


def _prepare(
    database: Database, replaced: sqlite3.Connection | None, marks: HighWaterMarks, by: Decider, *, complete: bool
) -> tuple[bool, int, int, int]:
    """Prepare the copy: accept it if possible, and mark the doubtful refunds. The values of `Restored`."""
    _claim(database, by)
    with database.writing() as transaction:
        unknown, unreadable = _take_over(transaction, replaced, by)
        accepted = complete and not unreadable
        known = known_marks(marks) if accepted else []
        doubts = accept_in(transaction, known, newest_of(database), by.why, by.who, by.now) if accepted else 0
    return accepted, doubts, unknown, unreadable


def _claim(database: Database, by: Decider) -> None:
    """Become the host that writes, also if the backup is of another host."""
    try:
        HostGuard(by.host).claim(database)
    except StoreChanged:
        move(database, by.host, by.why, by.who, by.now)


def _take_over(transaction: sqlite3.Connection, replaced: sqlite3.Connection | None, by: Decider) -> tuple[int, int]:
    """Record each refund that only the replaced ledger has as possibly paid. How many, and how many cannot be read."""
    unknown = unreadable = 0
    try:
        for row in replaced.execute("SELECT * FROM refund ORDER BY id") if replaced else ():
            found = refund_of(row)
            if isinstance(found, Refund) and _has(transaction, found.key):
                continue
            if isinstance(found, Refund) and _doubt(transaction, found, by):
                unknown += 1
            else:
                unreadable += 1
    except sqlite3.DatabaseError:
        unreadable += 1  # the rest of a damaged file
    return unknown, unreadable


def _has(transaction: sqlite3.Connection, key: str) -> bool:
    return transaction.execute("SELECT 1 FROM refund WHERE key = ?", (key,)).fetchone() is not None


def _doubt(transaction: sqlite3.Connection, found: Refund, by: Decider) -> bool:
    """Record a refund as UNKNOWN; False if the tables refuse it."""
    sent = Instant(found.created_at, "", 0.0)  # without a boot id only the wall clock counts
    why = _NOT_IN_BACKUP.format(found.state)
    identified = found.life.reconciliation_id
    life = mark_maybe_executed(Life(State.UNKNOWN, reconciliation_id=identified, alarm=True, why=why), sent)
    columns = (*INTENT, *LIFE)
    try:
        transaction.execute(
            f"INSERT INTO refund ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
            (*intent_values(found), *life_values(life)),
        )
    except sqlite3.IntegrityError:
        return False
    note(transaction, found.key, by.who, by.now, RESTORED, None, State.UNKNOWN, why, None)
    return True


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
