"""Owns one SQLite connection: how its file is created and opened, and how transactions begin and end.

Never calls `open()` on a database file that SQLite may have open: closing that descriptor would drop SQLite's locks.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from refund_tui.errors import StoreError, StoreFull, StoreUnusable

T = TypeVar("T")

BUSY_MS = 50
"""The milliseconds that SQLite itself waits for a lock.

In a longer wait SQLite tries only every 100 ms, and 50 tries in a row can fail next to a busy writer.
"""

OLDEST = (3, 37, 0)
"""The first version of SQLite with STRICT tables."""

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class Patience:
    """The number of tries, of BUSY_MS each, while another program holds the file. Several threads share one object."""

    USUAL, HURRIED = 100, 10
    """Five seconds in normal work, half a second while the program ends."""

    def __init__(self, tries: int = USUAL) -> None:
        self._tries = tries

    def hurry(self) -> None:
        """Give up sooner from now on, also in calls that already wait."""
        self._tries = self.HURRIED

    def run(self, call: Callable[[], T]) -> T:
        """The result of `call`. Raises sqlite3.OperationalError if the file is held for too long."""
        tried = 0
        while True:
            tried += 1
            try:
                return call()
            except sqlite3.OperationalError as error:
                if tried >= self._tries or not name_of(error).startswith("SQLITE_BUSY"):
                    raise


def name_of(error: BaseException) -> str:
    """SQLite's extended name of an error, empty if Python itself raised it."""
    return getattr(error, "sqlite_errorname", None) or ""


def make(path: Path, *, shared: bool) -> None:
    """Check that the file at `path` can be written, or create it with mode 0600 (shared: 0660) under any umask.

    Raises StoreError, also if SQLite would open the file read-only without an error.
    """
    try:
        _make_folder(path.parent, shared=shared)
        _make_file(path, shared=shared)
    except OSError as error:
        raise _not_made(path, error) from error
    if not os.access(path, os.R_OK | os.W_OK):
        raise StoreUnusable(f"{path} cannot be written by this account; nothing was written: correct its permissions")


def _make_folder(folder: Path, *, shared: bool) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True)
        folder.chmod(0o2770 if shared else 0o700)
        sync_folder(folder.parent)


def _make_file(path: Path, *, shared: bool) -> None:
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return
    try:
        os.fchmod(descriptor, 0o660 if shared else 0o600)
    finally:
        os.close(descriptor)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Sync a folder, so that a new file in it survives a power cut. Errors are ignored: not all folders allow it."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _not_made(path: Path, error: OSError) -> StoreError:
    raised = StoreFull if error.errno in NO_ROOM else StoreUnusable
    return raised(f"{path} cannot be made ({error.strerror}); nothing was written: have its folder set right")


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A connection that begins no transaction itself; `mode` is `rw` or `ro`. Raises StoreUnusable, sqlite3.Error."""
    if sqlite3.sqlite_version_info < OLDEST:
        needed = ".".join(map(str, OLDEST))
        raise StoreUnusable(f"this Python has SQLite {sqlite3.sqlite_version}: {needed} or newer is needed")
    if path.is_dir():
        raise StoreUnusable(f"{path} is a folder, not a file; nothing was written: choose another place")
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    if mode == "rw":
        connection.text_factory = decode_leniently
    return connection


def decode_leniently(raw: bytes) -> str:
    """The text of a cell. Bytes that are not UTF-8 become surrogates, which no text of this program contains."""
    return raw.decode("utf-8", "surrogateescape")


class CommitFailed(Exception):
    """COMMIT failed and SQLite ended the transaction. Whether it is in the file must be read back."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


@contextmanager
def transaction(connection: sqlite3.Connection, patience: Patience) -> Iterator[None]:
    """A transaction that has the write lock from its start; durable at its end, rolled back after an exception.

    `patience` waits for the locks. Raises sqlite3.Error and MemoryError if nothing was written, CommitFailed if that is
    not known.
    """
    patience.run(lambda: connection.execute("BEGIN IMMEDIATE"))
    try:
        yield
    except BaseException:
        _roll_back(connection)
        raise
    try:
        patience.run(lambda: connection.execute("COMMIT"))
    except (sqlite3.Error, MemoryError) as error:
        if not connection.in_transaction:
            raise CommitFailed(error) from error
        _roll_back(connection)  # the transaction is still open, so nothing was written: another program has the lock
        raise


def _roll_back(connection: sqlite3.Connection) -> None:
    """Roll back, unless SQLite has already done it."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def roll_back_dead_writer(path: Path) -> None:
    """Roll back the unfinished transaction of a process that died. Raises sqlite3.Error."""
    connection = connect(path, "rw")
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    finally:
        connection.close()


def identity(path: Path) -> tuple[int, int] | None:
    """The device and inode of the file at `path`, None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
