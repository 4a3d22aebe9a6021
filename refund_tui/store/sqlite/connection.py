"""Owns one SQLite connection to a file of ours: how the file is made, opened and written in whole transactions.

Never calls `open()` on a database file that SQLite may have open: closing that descriptor would drop SQLite's locks.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from refund_tui.errors import StoreError, StoreFull, StoreUnusable

OLDEST = (3, 37, 0)
"""The first SQLite that knows STRICT tables."""

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def make(path: Path, *, shared: bool) -> None:
    """See that there is a file at `path` to write: made empty, 0600 (shared 0660) whatever the umask.

    Raises StoreError, also where SQLite would open it for reading alone without a word.
    """
    try:
        _make_folder(path.parent, shared=shared)
        _make_file(path, shared=shared)
    except OSError as error:
        raise _not_made(path, error) from error
    if not os.access(path, os.R_OK | os.W_OK):
        raise StoreUnusable(f"{path} cannot be written by this account; nothing was written: have its access set right")


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
    """Let a new name survive a power cut; where a folder cannot be synced there is nothing to be done."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _not_made(path: Path, error: OSError) -> StoreError:
    raised = StoreFull if error.errno in _NO_ROOM else StoreUnusable
    return raised(f"{path} cannot be made ({error.strerror}); nothing was written: have its folder set right")


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A connection without transactions of its own; `mode` is `rw` or `ro`. Raises StoreUnusable, sqlite3.Error."""
    if sqlite3.sqlite_version_info < OLDEST:
        needed = ".".join(map(str, OLDEST))
        raise StoreUnusable(f"this Python brings SQLite {sqlite3.sqlite_version}: {needed} or newer is needed")
    if path.is_dir():
        raise StoreUnusable(f"{path} is a folder, not a file; nothing was written: choose another place")
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    if mode == "rw":
        connection.text_factory = leniently
    return connection


def leniently(raw: bytes) -> str:
    """Text as it stands in a file, whether it is UTF-8 or not: what is not becomes marks that no text of ours holds."""
    return raw.decode("utf-8", "surrogateescape")


class CommitFailed(Exception):
    """COMMIT failed, and SQLite has ended the transaction: whether it is in the file has to be read back."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """The write lock from the start; durable at the end, rolled back when anything is raised.

    Raises sqlite3.Error and MemoryError when nothing was written, CommitFailed when that is not known.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        _roll_back(connection)
        raise
    try:
        connection.execute("COMMIT")
    except (sqlite3.Error, MemoryError) as error:
        if not connection.in_transaction:
            raise CommitFailed(error) from error
        _roll_back(connection)  # a transaction that is still open was not written: another program holds the file
        raise


def _roll_back(connection: sqlite3.Connection) -> None:
    """Take back what was begun, unless SQLite has done so itself."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def clear_up(path: Path) -> None:
    """Roll back what a program that died left half written, as any writer's look does. Raises sqlite3.Error."""
    connection = connect(path, "rw")
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    finally:
        connection.close()


def identity(path: Path) -> tuple[int, int] | None:
    """Which file is at `path` now; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
