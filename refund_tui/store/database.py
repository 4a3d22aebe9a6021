"""Owns how a file of ours is opened: its modes, its pragmas, its version, and what SQLite's errors mean for a person.

Never calls `open()` on a database file: closing such a descriptor would drop SQLite's locks.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from refund_tui.errors import StoreBusy, StoreChanged, StoreError, StoreFull, StoreUnusable

BUSY_MS = 5_000
"""How long another program may hold the file before we say so."""

_WANTED = {
    "journal_mode": "truncate", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1, "trusted_schema": 0,
    "busy_timeout": BUSY_MS,
}  # fmt: skip
_READING = {"foreign_keys": 1, "trusted_schema": 0, "busy_timeout": BUSY_MS, "query_only": 1}


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is: `name` for sentences, `mark` its application_id, `steps` its migrations, oldest first."""

    name: str
    mark: int
    steps: tuple[str, ...]


class Database:
    """One connection to one file of ours. Used by one thread at a time."""

    def __init__(self, path: Path, connection: sqlite3.Connection, kind: Kind) -> None:
        self.path, self.kind = path, kind
        self._connection = connection
        self._identity = _identity(path)

    @classmethod
    def open(cls, path: Path, kind: Kind, *, shared: bool = False) -> Self:
        """Open for writing: made with its mode (0600, shared 0660), checked, migrated. Raises StoreError."""
        _make(path, shared=shared)
        with told(kind.name):
            database = cls(path, _connect(path, "rw"), kind)
            try:
                database._prepare(_WANTED)
                migrate(database)
            except BaseException:
                database.close()
                raise
        return database

    @classmethod
    def read(cls, path: Path, kind: Kind) -> Self:
        """Open for reading only; needs no write access. Raises StoreError."""
        if not path.exists():
            raise StoreUnusable(f"there is no {kind.name} at {path} yet")
        with told(kind.name):
            database = cls(path, _connect(path, "ro"), kind)
            try:
                database._prepare(_READING)
                _refuse_strangers(database)
            except BaseException:
                database.close()
                raise
        return database

    def _prepare(self, wanted: Mapping[str, object]) -> None:
        for name, value in wanted.items():
            self._connection.execute(f"PRAGMA {name} = {value}")
        for name, value in wanted.items():
            if (found := self.pragma(name)) != value:
                raise StoreUnusable(f"the {self.kind.name} cannot be used safely: SQLite kept {name} at {found}")

    def pragma(self, name: str) -> object:
        """What SQLite says a pragma is now."""
        row = self._connection.execute(f"PRAGMA {name}").fetchone()
        return row[0] if row else None

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """All rows of a short query. Raises StoreError."""
        with told(self.kind.name):
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: object) -> sqlite3.Row | None:
        """The first row of a query, or None. Raises StoreError."""
        found = self.rows(sql, *values)
        return found[0] if found else None

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that has the write lock from its start; durable when it ends. Raises StoreError."""
        if _identity(self.path) != self._identity:
            raise StoreChanged(
                f"the {self.kind.name} at {self.path} was replaced by another file while it was open: "
                "nothing was written; start the program again"
            )
        with told(self.kind.name):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def copy_to(self, target: Path) -> None:
        """A copy by SQLite's backup, readable by the owner alone."""
        _make(target, shared=False)
        other = _connect(target, "rw")
        try:
            self._connection.backup(other)
        finally:
            other.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


@contextmanager
def told(name: str) -> Iterator[None]:
    """Turn SQLite's errors into ours, each with its sentence."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(error, name) from error


def _translated(error: sqlite3.Error, name: str) -> StoreError:
    code = getattr(error, "sqlite_errorname", "") or ""
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusy(f"the {name} is held by another program; nothing was written: try again")
    if code.startswith("SQLITE_FULL"):
        return StoreFull(f"no room on the disk for the {name}; nothing was written: free some room and try again")
    if code == "SQLITE_READONLY_DBMOVED":
        return StoreChanged(f"the {name} was moved or replaced while it was open; start the program again")
    return StoreUnusable(f"the {name} cannot be used ({code or type(error).__name__}: {error}); nothing was written")


def _make(path: Path, *, shared: bool) -> None:
    try:
        path.parent.mkdir(mode=0o770 if shared else 0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return
    except OSError as error:
        raise StoreUnusable(f"cannot make {path}: {error.strerror}; nothing was written") from error
    try:
        os.fchmod(descriptor, 0o660 if shared else 0o600)
    finally:
        os.close(descriptor)


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    return connection


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def migrate(database: Database) -> None:
    """Bring the file to this program's version, each step in one transaction with its record. Raises StoreError."""
    version = _refuse_strangers(database)
    if 0 < version < len(database.kind.steps):
        database.copy_to(database.path.with_suffix(f".before-{version + 1}{database.path.suffix}"))
    while version < len(database.kind.steps):
        with database.writing() as transaction:
            version = _refuse_strangers(database)
            if version == len(database.kind.steps):
                return
            for statement in _statements(database.kind.steps[version]):
                transaction.execute(statement)
            version += 1
            transaction.execute("INSERT INTO migration (version) VALUES (?)", (version,))
            transaction.execute(f"PRAGMA application_id = {database.kind.mark}")
            transaction.execute(f"PRAGMA user_version = {version}")


def _statements(script: str) -> Iterator[str]:
    held = ""
    for line in script.splitlines():
        held += line + "\n"
        if sqlite3.complete_statement(held):
            yield held
            held = ""


def _refuse_strangers(database: Database) -> int:
    mark, version = database.pragma("application_id"), int(str(database.pragma("user_version")))
    if mark not in (0, database.kind.mark) or (mark == 0 and version > 0):
        raise StoreUnusable(f"{database.path} is not a {database.kind.name} of this program; nothing was written")
    if version > len(database.kind.steps):
        raise StoreUnusable(
            f"the {database.kind.name} at {database.path} was written by a newer program (version {version}, this one "
            f"knows {len(database.kind.steps)}): nothing was written; install the newer program"
        )
    return version
