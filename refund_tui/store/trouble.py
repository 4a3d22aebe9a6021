"""Owns what SQLite's errors mean for a person: what happened, what became of the write, and the remedy."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from refund_tui.errors import StoreBusy, StoreChanged, StoreError, StoreFull, StoreUnusable

NOTHING = "nothing was written"
"""What became of the write, unless the caller can say more of the refund and the money."""


@contextmanager
def told(file: str, meaning: str = NOTHING) -> Iterator[None]:
    """Turn SQLite's errors into ours; `file` names it as a sentence begins, `meaning` says what did not happen."""
    try:
        yield
    except sqlite3.Error as error:
        raise translated(error, file, meaning) from error


def translated(error: sqlite3.Error, file: str, meaning: str) -> StoreError:
    """Our error for one of SQLite's."""
    code = name_of(error)
    if code == "SQLITE_READONLY_DBMOVED":
        return replaced(file, meaning)
    kind = _KINDS.get(code) or _KINDS.get("_".join(code.split("_")[:2]))
    if kind is None:
        return StoreUnusable(f"{file} cannot be used ({code or type(error).__name__}: {error}); {meaning}")
    raised, sentence = kind
    return raised(sentence.format(file=file, meaning=meaning, error=error, code=code))


def replaced(file: str, meaning: str = NOTHING) -> StoreChanged:
    """The file at our path is no longer the one that was opened."""
    return StoreChanged(f"{file} was moved or replaced while it was open; {meaning}: start the program again")


def name_of(error: sqlite3.Error) -> str:
    """SQLite's extended name of an error, empty where Python raised it by itself."""
    return getattr(error, "sqlite_errorname", None) or ""


_BUSY = (StoreBusy, "{file} is held by another program; {meaning}: try again in a moment")
_DAMAGED = (
    StoreUnusable,
    "{file} is damaged or of another kind ({code}); {meaning}: keep it as it is, and put a good copy in its place",
)
_KINDS: dict[str, tuple[type[StoreError], str]] = {
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_FULL": (StoreFull, "no room on the disk for {file}; {meaning}: free some room and try again"),
    "SQLITE_READONLY": (
        StoreUnusable, "{file} can only be read by this account; {meaning}: have its access set right",
    ),
    "SQLITE_READONLY_ROLLBACK": (
        StoreUnusable,
        "a program died while it wrote {file}, and this account may not clear that up; {meaning}: "
        "open it once with an account that may write",
    ),
    "SQLITE_CANTOPEN": (
        StoreUnusable,
        "{file} or the journal beside it cannot be opened; {meaning}: have the access to its folder set right",
    ),
    "SQLITE_PERM": (StoreUnusable, "{file} may not be used by this account; {meaning}: have its access set right"),
    "SQLITE_IOERR": (StoreUnusable, "the disk of {file} failed, or a quota is used up ({code}); {meaning}"),
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": _DAMAGED,
    "SQLITE_CONSTRAINT": (StoreUnusable, "{file} refused what would break its rules ({error}); {meaning}"),
    "SQLITE_INTERRUPT": (
        StoreError, "that would read too much of {file} at once and hold up refunds: ask for less, by more exact words",
    ),
}  # fmt: skip
