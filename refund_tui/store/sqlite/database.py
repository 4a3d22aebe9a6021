"""Owns an open database file: pragmas, short reads, transactions, and the check that it was not replaced."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol, Self, TypeVar

from refund_tui.errors import StoreDamaged, StoreUnusable
from refund_tui.store.sqlite.commit_readback import CommitState, commit_state, newest_event
from refund_tui.store.sqlite.connection import (
    BUSY_MS,
    CommitFailed,
    Patience,
    connect,
    decode_leniently,
    identity,
    make,
    name_of,
    roll_back_dead_writer,
    transaction,
)
from refund_tui.store.sqlite.errors import OPENING, READING, WRITING, Meaning, replaced, translating
from refund_tui.store.sqlite.migrations import Schema, differences, migrate, refuse_older, version_of

T = TypeVar("T")

Event = tuple[object, ...] | None
"""The row of an event, None if there is none."""

SHOWN = 3
"""The most differences in the schema that are named. The number of the others is given."""

_REWRITING = Meaning(
    "the texts are removed from the records, but free parts of the file may still hold them: run it again",
    "it is not known whether the file was written again: run it again",
    again=True,
)

_WRITING: dict[str, object] = {
    "journal_mode": "truncate", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1, "trusted_schema": 0,
    "busy_timeout": BUSY_MS,
}  # fmt: skip
_READING: dict[str, object] = {
    "foreign_keys": 1, "trusted_schema": 0, "busy_timeout": BUSY_MS, "query_only": 1,
}  # fmt: skip


class Guard(Protocol):
    """An object that is called in each transaction of a file, and may refuse it."""

    def before(self, database: Database) -> None:
        """Called in the transaction before anything is written. Raises StoreError to refuse it."""

    def wrote(self, database: Database) -> None:
        """Called in the transaction after everything is written."""

    def committed(self) -> None:
        """Called after the transaction is durable."""


class Database:
    """One connection to one file. Used by one thread at a time. `guards` are called in each transaction.

    `patience` says how long it waits for other programs.
    """

    def __init__(self, path: Path, kind: Schema, mode: str, patience: Patience | None = None) -> None:
        self.path, self.kind = path, kind
        self.guards: tuple[Guard, ...] = ()
        self._file = f"the {kind.name} at {path}"
        self._shape: int | None = None
        self._read_limit = _ReadLimit()
        self._patience = patience or Patience()
        with self._translated(OPENING):
            self._connection = connect(path, mode)
        self._identity = identity(path)

    @classmethod
    def open(cls, path: Path, kind: Schema, *, shared: bool = False, patience: Patience | None = None) -> Self:
        """Open for writing: create with its mode (0600, shared 0660) if missing, check, migrate. Raises StoreError."""
        make(path, shared=shared)
        database = cls(path, kind, "rw", patience)
        with database._closed_on_failure():
            # First, so that the journal mode of a foreign file is never changed.
            database._patience.run(lambda: version_of(database._connection, path, kind))
            database._patience.run(lambda: database._set(database._connection, _WRITING))
            database._patience.run(lambda: migrate(database._connection, path, kind, database._patience))
            database._patience.run(lambda: database._check_shape(OPENING))
        return database

    @classmethod
    def read(cls, path: Path, kind: Schema, patience: Patience | None = None) -> Self:
        """Open for reading only, without write access. Raises StoreError."""
        if identity(path) is None:
            raise StoreUnusable(f"there is no {kind.name} at {path} yet, or this account may not see it")
        database = cls(path, kind, "ro", patience)
        with database._closed_on_failure():
            database._set(database._connection, _READING)
            database._cleared(lambda: refuse_older(database._connection, path, kind))
            database._read_limit.tie(database._connection)
        return database

    def _translated(self, meaning: Meaning) -> AbstractContextManager[None]:
        return translating(self._file, meaning, damaged=self.kind.damaged)

    def check_schema(self) -> None:
        """Check tables, indexes and triggers if the schema changed. Raises StoreError."""
        self._still_the_same(READING)
        with self._translated(READING):
            self._cleared(lambda: self._check_shape(READING))

    def _check_shape(self, meaning: Meaning) -> None:
        """Check tables, indexes and triggers if the schema changed. Raises StoreUnusable."""
        shape = self._connection.execute("PRAGMA schema_version").fetchone()[0]
        if shape == self._shape:
            return
        if wrong := differences(self._connection, self.kind):
            more = f", and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
            what = f"{self._file} is damaged: {', '.join(wrong[:SHOWN])}{more}"
            raise StoreDamaged(f"{what}; {meaning.not_done}: {self.kind.damaged}")
        self._shape = shape

    @contextmanager
    def _closed_on_failure(self) -> Iterator[None]:
        try:
            with self._translated(OPENING):
                yield
        except BaseException:
            self.close()
            raise

    def _set(self, connection: sqlite3.Connection, wanted: Mapping[str, object]) -> None:
        """Set pragmas and read them back, since they can fail silently. Raises StoreUnusable."""
        for name, value in wanted.items():
            connection.execute(f"PRAGMA {name} = {value}")
        for name, value in wanted.items():
            row = connection.execute(f"PRAGMA {name}").fetchone()
            if row is None or row[0] != value:
                found = "nothing" if row is None else row[0]
                raise StoreUnusable(f"{self._file} cannot be used safely: SQLite kept {name} at {found}, not {value}")

    def pragma(self, name: str) -> object:
        """The current value of a pragma. Raises StoreError."""
        row = self.row(f"PRAGMA {name}")
        return row[0] if row else None

    def row(self, sql: str, *values: object) -> sqlite3.Row | None:
        """The first row of a query, or None. Raises StoreError."""
        found = self.rows(sql, *values)
        return found[0] if found else None

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """All rows of a short query. A reader's query is stopped if it would block the writers. Raises StoreError."""
        self._still_the_same(READING)
        with self._translated(READING):
            return self._cleared(lambda: self._fetch(sql, values))

    def _fetch(self, sql: str, values: tuple[object, ...]) -> list[sqlite3.Row]:
        self._read_limit.begin()
        try:
            return self._connection.execute(sql, values).fetchall()
        except UnicodeEncodeError:  # a value was read from text that is not UTF-8
            return self._fetch(*_as_bytes(sql, values))
        except sqlite3.OperationalError as error:
            if name_of(error):  # an error without an SQLite name comes from Python: text that is not UTF-8
                raise
        return self._fetch_leniently(sql, values)

    def _fetch_leniently(self, sql: str, values: tuple[object, ...]) -> list[sqlite3.Row]:
        """The rows of a query whose text may not be UTF-8. It is slow, so it is not used for other queries."""
        self._connection.text_factory = decode_leniently
        try:
            return self._connection.execute(sql, values).fetchall()
        finally:
            self._connection.text_factory = str

    def _cleared(self, call: Callable[[], T]) -> T:
        """The result of `call`.

        A reader first rolls back the unfinished transaction of a dead writer, if this account may.
        """
        try:
            return self._patience.run(call)
        except sqlite3.OperationalError as error:
            if name_of(error) != "SQLITE_READONLY_ROLLBACK":
                raise
        self._patience.run(lambda: roll_back_dead_writer(self.path))
        return self._patience.run(call)

    @contextmanager
    def writing(self, meaning: Meaning = WRITING) -> Iterator[sqlite3.Connection]:
        """One transaction that has the write lock from its start and is durable at its end.

        `meaning` is the text for a person after a failure. Raises StoreError: nothing was written, except after
        StoreUncertain.
        """
        self._still_the_same(meaning)
        wrote: Event = None
        with self._translated(meaning):
            try:
                with transaction(self._connection, self._patience):
                    self._still_the_same(meaning)  # it may have been replaced while this waited for the lock
                    version_of(self._connection, self.path, self.kind)  # a newer program may have migrated it
                    self._check_shape(meaning)
                    for guard in self.guards:
                        guard.before(self)
                    before = self._newest_event()
                    yield self._connection
                    after = self._newest_event()
                    wrote = after if after != before else None
                    for guard in self.guards:
                        guard.wrote(self)
            except CommitFailed as failed:
                self._read_back(wrote, failed)
        for guard in self.guards:
            guard.committed()

    def rewrite(self) -> None:
        """Write the whole file again, so that no free part of it holds old values. Other programs wait meanwhile.

        Raises StoreError.
        """
        self._still_the_same(_REWRITING)
        with self._translated(_REWRITING):
            self._patience.run(lambda: self._connection.execute("VACUUM"))

    def _newest_event(self) -> Event:
        return newest_event(self._connection) if self.kind.events else None

    def _read_back(self, wrote: Event, failed: CommitFailed) -> None:
        """Return if the transaction of a failed COMMIT is durably on disk. Raises CommitFailed, sqlite3.Error."""
        found = (
            commit_state(self._fresh, wrote, self._patience)
            if identity(self.path) == self._identity
            else CommitState.UNKNOWN
        )
        if found is CommitState.ABSENT:
            raise failed.cause
        if found is CommitState.UNKNOWN:
            raise failed

    def _fresh(self) -> sqlite3.Connection:
        """Another connection to the same file with the same pragmas. Raises StoreError, sqlite3.Error."""
        connection = connect(self.path, "rw")
        try:
            self._set(connection, _WRITING)
        except BaseException:
            connection.close()
            raise
        return connection

    def _still_the_same(self, meaning: Meaning) -> None:
        if identity(self.path) != self._identity:
            raise replaced(self._file, meaning)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _as_bytes(sql: str, values: tuple[object, ...]) -> tuple[str, tuple[object, ...]]:
    """The query with its texts given as bytes, because Python gives SQLite no text that is not UTF-8.

    A question mark in the query is always a placeholder.
    """
    first, *others = sql.split("?")
    marks = ("CAST(? AS TEXT)" if isinstance(value, str) else "?" for value in values)
    told = (value.encode(errors="surrogateescape") if isinstance(value, str) else value for value in values)
    return first + "".join(mark + text for mark, text in zip(marks, others, strict=True)), tuple(told)


class _ReadLimit:
    """Ends a read that takes too long: in this journal mode a reader blocks the commits of writers."""

    STEPS = 10_000
    LONGEST = 2_000
    """Calls of the progress handler, each after STEPS steps of SQLite's virtual machine: about a second."""

    def __init__(self) -> None:
        self._spent = 0

    def tie(self, connection: sqlite3.Connection) -> None:
        """Watch a connection."""
        connection.set_progress_handler(self._step, self.STEPS)

    def begin(self) -> None:
        """Start counting for a new read."""
        self._spent = 0

    def _step(self) -> int:
        self._spent += 1
        return int(self._spent > self.LONGEST)
