"""Owns the high-water marks of a ledger: in this process, beside the ledger, and outside its folder.

A ledger without an event that a mark names is an older copy, or another ledger. Nothing is written to it, and so
nothing is sent from it, until a person has accepted it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

from refund_tui.errors import StoreChanged, StoreError
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.ledger_identity import identity_of
from refund_tui.store.sqlite.mark_file import HighWaterMark, MarkFile

ACCEPTED = "older_copy_accepted"
"""The kind of the event by which a person accepted a ledger. Its number is above all known numbers."""

LEDGERS = "ledgers"
"""A name in that event's data: the ids of the ledgers that were known here before, separated by spaces."""

_COLUMNS = ("key", "at", "who", "kind", "before", "after", "why", "data", "actor", "record", "hash")
_EVENT = f"SELECT seq, {', '.join(f'CAST({column} AS BLOB) AS {column}' for column in _COLUMNS)} FROM event"
"""Columns are read as bytes, so that a damaged text makes a different event, not an error."""


class HighWaterMarks:
    """The marks of one ledger. Used by the threads of one process.

    `outside` are files outside the data folder, each with whether the ledger must not be used without it.
    """

    def __init__(self, ledger: Path, outside: Iterable[tuple[Path, bool]] = ()) -> None:
        self._ledger = ledger
        self.files = (
            MarkFile(ledger.with_suffix(".mark"), must=True),
            *(MarkFile(path, must=must) for path, must in outside),
        )
        self._lock = threading.Lock()
        self._seen: HighWaterMark | None = None
        self._wrote: HighWaterMark | None = None

    @property
    def paths(self) -> list[Path]:
        """The paths of the files."""
        return [file.path for file in self.files]

    def known(self) -> list[HighWaterMark]:
        """Every mark that exists, the newest first. Raises StoreUnusable for one that cannot be read."""
        held = {self._seen, *(file.read() for file in self.files)}
        return sorted((mark for mark in held if mark), key=lambda mark: mark.seq, reverse=True)

    def refuse_lost(self) -> None:
        """Raise StoreError if a ledger that had events is missing or empty."""
        if _has_bytes(self._ledger):
            return
        newest = next(iter(self.known()), None)
        if newest is not None and newest.seq > 0:
            raise StoreChanged(
                f"the ledger {self._ledger} is missing or empty, but {newest.seq} changes were recorded in it. "
                "Nothing is sent, and no new ledger is made in its place. Put the ledger back, from a copy if need "
                f"be; {_OR_ACCEPT}"
            )

    def check(self, database: Database) -> None:
        """Check that the ledger has every event that a mark names. Raises StoreError."""
        for mark in self.known():  # the marks first: an event is always in the ledger before it is in a mark
            if not _holds(database, mark):
                raise _older(database, mark)

    def refuse_unmarked(self, database: Database) -> None:
        """Raise StoreError if a ledger with events has no mark at all: it was copied here, and may be an older copy."""
        newest = newest_of(database)
        if newest.seq and not self.known():
            raise StoreChanged(
                f"the ledger {self._ledger} was copied without its high-water mark, so it may be an older copy, and "
                f"refunds may have been paid or cancelled since. Nothing is sent. Put {self.files[0].path} there too, "
                f"from the newest ledger; {_OR_ACCEPT}"
            )

    def adopt(self, database: Database) -> None:
        """Check that each file can be written, and that the ledger is not an older copy. Raises StoreError."""
        self.refuse_unmarked(database)
        self.check(database)
        newest = newest_of(database)
        for file in self.files:
            file.prepare(newest, self._ledger)
        self.rise(newest)

    def rise(self, mark: HighWaterMark, *, sync: bool = False) -> None:
        """Raise the marks to `mark`; with `sync` the files are on disk when this returns."""
        with self._lock:
            if self._seen is None or self._seen.seq < mark.seq:
                self._seen = mark
        for file in self.files:
            file.rise(mark, self._ledger, sync=sync)

    def replace(self, mark: HighWaterMark, like: Path | None = None) -> None:
        """Set all marks to `mark`, also below a newer one, because a person decided so. Raises OSError."""
        with self._lock:
            self._seen = mark
        for file in self.files:
            file.replace(mark, like or self._ledger)

    def before(self, database: Database) -> None:
        """Called in each transaction before anything is written. Raises StoreError."""
        self.check(database)

    def wrote(self, database: Database) -> None:
        """Called in each transaction after everything is written."""
        self._wrote = newest_of(database)

    def committed(self) -> None:
        """Called after each transaction."""
        if self._wrote is not None and self._wrote != self._seen:
            self.rise(self._wrote)


def newest_of(database: Database) -> HighWaterMark:
    """The mark of the ledger's newest event. Raises StoreError."""
    row = database.row(f"{_EVENT} ORDER BY seq DESC LIMIT 1")
    return HighWaterMark(row["seq"] if row else 0, _fingerprint(row) if row else "", identity_of(database).id)


def _holds(database: Database, mark: HighWaterMark) -> bool:
    """Whether the ledger has this event, or a person accepted the ledger without it."""
    if mark.seq == 0:
        return True
    if not mark.fingerprint:
        return newest_of(database).seq >= mark.seq
    row = database.row(f"{_EVENT} WHERE seq = ?", mark.seq)
    return (row is not None and _fingerprint(row) == mark.fingerprint) or _accepted(database, mark)


def _accepted(database: Database, mark: HighWaterMark) -> bool:
    rows = database.rows("SELECT data FROM event WHERE seq > ? AND kind = ?", mark.seq, ACCEPTED)
    return any(mark.ledger in _ledgers(row["data"]) for row in rows)


def _ledgers(data: str) -> list[str]:
    """The ids of the ledgers that a person replaced, empty if the event cannot be read."""
    try:
        return str(json.loads(data)[LEDGERS]).split()
    except (ValueError, TypeError, KeyError):
        return []


def _fingerprint(row: sqlite3.Row) -> str:
    values: Sequence[bytes | None] = [row[column] for column in _COLUMNS]
    text = json.dumps([None if value is None else value.hex() for value in values])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _older(database: Database, mark: HighWaterMark) -> StoreError:
    newest = newest_of(database)
    if newest.seq < mark.seq:
        what = f"an older copy of the ledger was put back: at least {mark.seq - newest.seq} changes made since are"
    else:
        what = f"another ledger, or an older copy, was put in the place of the ledger: change {mark.seq} and others are"
    return StoreChanged(
        f"{what} missing from it, and refunds among them may have been paid. Nothing is sent. "
        f"Put the newer ledger back; {_OR_ACCEPT}"
    )


_OR_ACCEPT = (
    "or compare with the processor's records, then accept the ledger as it is: "
    'refund-tui ledger accept-older --because "WHY"'
)


def _has_bytes(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False
    except OSError:
        return True  # it exists; the code that opens it reports the fault
