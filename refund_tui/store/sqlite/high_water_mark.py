"""Owns what is known of how far a ledger has come: in this process, beside the ledger, and outside its folder.

A ledger that lacks an event that was seen is an older copy, or another ledger: nothing is written to it, so that
nothing is sent from it, until a person has accepted it.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

from refund_tui.errors import StoreChanged, StoreError, StoreUnusable
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.mark_file import HighWaterMark, MarkFile

ACCEPTED = "older_copy_accepted"
"""The kind of the event by which a person took a ledger as it is; its number is above all that were seen before."""

LEDGERS = "ledgers"
"""In the data of that event: the ids of the ledgers that were seen here before, with blanks between them."""

_ID = re.compile(r"[0-9a-f]{32}")
_COLUMNS = ("key", "at", "who", "kind", "before", "after", "why", "data")
_EVENT = f"SELECT seq, {', '.join(f'CAST({column} AS BLOB) AS {column}' for column in _COLUMNS)} FROM event"
"""As bytes: a text that was damaged is another event, not an error."""


class HighWaterMarks:
    """All that is known of one ledger. Used by the threads of one process.

    `outside` are files beyond the data folder: each with whether the ledger may not be used without it.
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
        """Where the files are."""
        return [file.path for file in self.files]

    def known(self) -> list[HighWaterMark]:
        """Each mark that is held somewhere, the newest first. Raises StoreUnusable for one that cannot be read."""
        held = {self._seen, *(file.read() for file in self.files)}
        return sorted((mark for mark in held if mark), key=lambda mark: mark.seq, reverse=True)

    def refuse_lost(self) -> None:
        """See that a ledger which held something is still there, with something in it. Raises StoreError."""
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
        """See that a ledger holds every event that was seen. Raises StoreError."""
        for mark in self.known():  # the marks first: what is written after this look is in the ledger before
            if not _holds(database, mark):
                raise _older(database, mark)

    def adopt(self, database: Database) -> None:
        """See that each file is there and can be raised, and that the ledger is no older copy. Raises StoreError."""
        self.check(database)
        newest = newest_of(database)
        for file in self.files:
            file.prepare(newest, self._ledger)
        self.rise(newest)

    def rise(self, mark: HighWaterMark, *, sync: bool = False) -> None:
        """Remember that the ledger has come as far as `mark`; `sync` has the files on disk when this returns."""
        with self._lock:
            if self._seen is None or self._seen.seq < mark.seq:
                self._seen = mark
        for file in self.files:
            file.rise(mark, self._ledger, sync=sync)

    def replace(self, mark: HighWaterMark) -> None:
        """Hold `mark` everywhere, even where a newer one was held: a person has said so. Raises OSError."""
        with self._lock:
            self._seen = mark
        for file in self.files:
            file.replace(mark, self._ledger)

    def before(self, database: Database) -> None:
        """Within each transaction, before anything is written. Raises StoreError."""
        self.check(database)

    def wrote(self, database: Database) -> None:
        """Within each transaction, once all is written."""
        self._wrote = newest_of(database)

    def committed(self) -> None:
        """After each transaction."""
        if self._wrote is not None and self._wrote != self._seen:
            self.rise(self._wrote)


def newest_of(database: Database) -> HighWaterMark:
    """How far a ledger has come. Raises StoreError."""
    [identity] = database.rows("SELECT id FROM identity")
    row = database.row(f"{_EVENT} ORDER BY seq DESC LIMIT 1")
    if not isinstance(identity["id"], str) or not _ID.fullmatch(identity["id"]):
        raise StoreUnusable(
            f"the identity of the ledger {database.path} is damaged; nothing was written: keep it as it is, and put a "
            "good copy in its place"
        )
    return HighWaterMark(row["seq"] if row else 0, _fingerprint(row) if row else "", identity["id"])


def _holds(database: Database, mark: HighWaterMark) -> bool:
    """Whether the very event is there, or a person took the ledger without it."""
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
    """The ledgers that a person accepted, none where the event cannot be read."""
    try:
        return str(json.loads(data)[LEDGERS]).split()
    except (ValueError, TypeError, KeyError):
        return []


def _fingerprint(row: sqlite3.Row) -> str:
    values: Sequence[bytes | None] = [row[column] for column in _COLUMNS]
    told = json.dumps([None if value is None else value.hex() for value in values])
    return hashlib.sha256(told.encode()).hexdigest()[:32]


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
    "or compare with the processor's records, then accept what is there: "
    'refund-tui ledger accept-older --because "WHY"'
)


def _has_bytes(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False
    except OSError:
        return True  # it is there, and whoever opens it says what is wrong
