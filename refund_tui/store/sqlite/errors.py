"""Owns what SQLite's errors mean for a person: what happened, what became of the write, and the remedy."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from refund_tui.errors import (
    RecordUnusable,
    StoreBusy,
    StoreChanged,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreUncertain,
    StoreUnusable,
)
from refund_tui.store.sqlite.connection import CommitFailed


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a failure means to a person: `not_done` where nothing came of it, `unknown` where nobody can tell.

    `again`: a person asked for it and is to try again; otherwise the program does so by itself, or they know.
    """

    not_done: str
    unknown: str = "it is not known whether that was written"
    again: bool = False


WRITING = Meaning("nothing was written")
"""Unless the caller can say more of the refund and the money."""

KEEP = "keep it as it is, and put a good copy in its place"
"""What to do with a damaged file, unless its kind says otherwise."""

READING = Meaning("it cannot be read now")

OPENING = Meaning(
    "nothing was written", "it is not known whether it was made ready: start the program again", again=True
)


@contextmanager
def told(file: str, meaning: Meaning = WRITING, *, damaged: str = KEEP) -> Iterator[None]:
    """Turn SQLite's errors, and those of a lack of memory, into ours; `file` names it as a sentence begins.

    `damaged` is what to do where the file is damaged.
    """
    try:
        yield
    except (sqlite3.Error, MemoryError, UnicodeDecodeError) as error:
        raise translated(error, file, meaning, damaged=damaged) from error
    except CommitFailed as failed:
        what = _kind_of(failed.cause).what.format(file=file, error=failed.cause, code=name_of(failed.cause))
        raise StoreUncertain(f"{what}; {meaning.unknown}") from failed


def translated(error: Exception, file: str, meaning: Meaning = WRITING, *, damaged: str = KEEP) -> StoreError:
    """Our error for one of SQLite's that left nothing behind, or for a lack of memory."""
    code = name_of(error)
    if code == "SQLITE_READONLY_DBMOVED":
        return replaced(file, meaning)
    kind = _kind_of(error)
    what = kind.what.format(file=file, error=error, code=code or type(error).__name__)
    todo = damaged if kind is _DAMAGED else kind.remedy
    remedy = f": {todo}" if todo else ""
    again = f"{' and' if remedy else ':'} {kind.again}" if kind.again and meaning.again else ""
    return kind.raised(f"{what}; {meaning.not_done}{remedy}{again}")


def replaced(file: str, meaning: Meaning = WRITING) -> StoreChanged:
    """The file at our path is no longer the one that was opened."""
    return StoreChanged(f"{file} was moved or replaced while it was open; {meaning.not_done}: start the program again")


def name_of(error: BaseException) -> str:
    """SQLite's extended name of an error, empty where Python raised it by itself."""
    return getattr(error, "sqlite_errorname", None) or ""


class _Kind(NamedTuple):
    """One kind of failure: what happened, the remedy, and what a person adds to it where they are to try again."""

    raised: type[StoreError]
    what: str
    remedy: str = ""
    again: str = ""


def _kind_of(error: BaseException) -> _Kind:
    if isinstance(error, MemoryError):
        return _NO_MEMORY
    if isinstance(error, UnicodeDecodeError):  # SQLite's own message quotes a name that is no text any more
        return _DAMAGED
    code = name_of(error)
    if code == "SQLITE_ERROR" and str(error).startswith("no such "):  # a table or a column of ours is gone
        return _DAMAGED
    return _KINDS.get(code) or _KINDS.get("_".join(code.split("_")[:2])) or _OTHER


_OTHER = _Kind(StoreUnusable, "{file} cannot be used ({code}: {error})")
_NO_MEMORY = _Kind(StoreUnusable, "there is not enough memory for {file}", "end other programs", "try again")
_BUSY = _Kind(StoreBusy, "{file} is held by another program", again="try again in a moment")
_DAMAGED = _Kind(StoreDamaged, "{file} is damaged or of another kind ({code}: {error})")
_KINDS = {
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_FULL": _Kind(StoreFull, "no room on the disk for {file}", "free some room", "try again"),
    "SQLITE_READONLY": _Kind(StoreUnusable, "{file} can only be read by this account", "have its access set right"),
    "SQLITE_READONLY_ROLLBACK": _Kind(
        StoreUnusable,
        "a program died while it wrote {file}, and this account may not clear that up",
        "open it once with an account that may write",
    ),
    "SQLITE_CANTOPEN": _Kind(
        StoreUnusable,
        "{file} or the journal beside it cannot be opened",
        "have the access to its folder set right",
    ),
    "SQLITE_PERM": _Kind(StoreUnusable, "{file} may not be used by this account", "have its access set right"),
    "SQLITE_IOERR": _Kind(StoreUnusable, "the disk of {file} failed, or a quota is used up ({code})"),
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": _DAMAGED,
    "SQLITE_CONSTRAINT": _Kind(RecordUnusable, "{file} refused what would break its rules ({error})"),
    "SQLITE_INTERRUPT": _Kind(
        StoreError,
        "that would read too much of {file} at once and hold up refunds",
        "ask for less, by more exact words",
    ),
}
