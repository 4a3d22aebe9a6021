"""Owns what SQLite's errors mean for a person: what happened, whether anything was written, and what to do."""

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
from refund_tui.store.sqlite.connection import CommitFailed, name_of


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a failure means for a person: the text `not_done` if nothing was written, `unknown` if that is not known.

    `again`: a person asked for the action and must repeat it. Otherwise the program repeats it. `reads`: it is a read.
    """

    not_done: str
    unknown: str = "it is not known whether that was written"
    again: bool = False
    reads: bool = False


WRITING = Meaning("nothing was written")
"""The default for a caller that knows nothing about the refund and the money."""

KEEP = "keep it as it is, and put a good copy in its place"
"""What to do with a damaged file, if its schema does not say otherwise."""

READING = Meaning("it cannot be read now", reads=True)

OPENING = Meaning(
    "nothing was written", "it is not known whether it was made ready: start the program again", again=True
)


@contextmanager
def translating(file: str, meaning: Meaning = WRITING, *, damaged: str = KEEP) -> Iterator[None]:
    """Translate errors of SQLite, and MemoryError, to StoreError. `file` names the file at the beginning of a sentence.

    `damaged` says what to do if the file is damaged.
    """
    try:
        yield
    except (sqlite3.Error, MemoryError, UnicodeDecodeError) as error:
        raise translated(error, file, meaning, damaged=damaged) from error
    except CommitFailed as failed:
        what = _failure_of(failed.cause).what.format(file=file, error=failed.cause, code=name_of(failed.cause))
        raise StoreUncertain(f"{what}; {meaning.unknown}") from failed


def translated(error: Exception, file: str, meaning: Meaning = WRITING, *, damaged: str = KEEP) -> StoreError:
    """The StoreError for an error of SQLite after which nothing was written, or for a MemoryError."""
    code = name_of(error)
    if code == "SQLITE_READONLY_DBMOVED":
        return replaced(file, meaning)
    failure = _failure_of(error)
    what = failure.what.format(file=file, error=error, code=code or type(error).__name__)
    todo = damaged if failure is _DAMAGED else failure.remedy
    remedy = f": {todo}" if todo else ""
    again = f"{' and' if remedy else ':'} {failure.again}" if failure.again and meaning.again else ""
    raised = failure.raised(f"{what}; {meaning.not_done}{remedy}{again}")
    raised.unread = meaning.reads
    return raised


def replaced(file: str, meaning: Meaning = WRITING) -> StoreChanged:
    """The error if the file at the path is no longer the one that was opened."""
    raised = StoreChanged(
        f"{file} was moved or replaced while it was open; {meaning.not_done}: start the program again"
    )
    raised.unread = meaning.reads
    return raised


class _Failure(NamedTuple):
    """One kind of failure: what happened, what to do, and how a person repeats the action."""

    raised: type[StoreError]
    what: str
    remedy: str = ""
    again: str = ""


def _failure_of(error: BaseException) -> _Failure:
    if isinstance(error, MemoryError):
        return _NO_MEMORY
    if isinstance(error, UnicodeDecodeError):  # SQLite's message quotes a damaged name
        return _DAMAGED
    code = name_of(error)
    if code == "SQLITE_ERROR" and str(error).startswith("no such "):  # a table or a column is missing
        return _DAMAGED
    return _FAILURES.get(code) or _FAILURES.get("_".join(code.split("_")[:2])) or _OTHER


_OTHER = _Failure(StoreUnusable, "{file} cannot be used ({code}: {error})")
_NO_MEMORY = _Failure(StoreUnusable, "there is not enough memory for {file}", "end other programs", "try again")
_BUSY = _Failure(StoreBusy, "{file} is held by another program", again="try again in a moment")
_DAMAGED = _Failure(StoreDamaged, "{file} is damaged or of another kind ({code}: {error})")
_FAILURES = {
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_FULL": _Failure(StoreFull, "no room on the disk for {file}", "free some room", "try again"),
    "SQLITE_READONLY": _Failure(StoreUnusable, "{file} can only be read by this account", "correct its permissions"),
    "SQLITE_READONLY_ROLLBACK": _Failure(
        StoreUnusable,
        "a program died while it wrote {file}, and this account may not repair that",
        "open it once with an account that may write",
    ),
    "SQLITE_CANTOPEN": _Failure(
        StoreUnusable,
        "{file} or the journal beside it cannot be opened",
        "correct the permissions of its folder",
    ),
    "SQLITE_PERM": _Failure(StoreUnusable, "{file} may not be used by this account", "correct its permissions"),
    "SQLITE_IOERR": _Failure(StoreUnusable, "the disk of {file} failed, or a quota is used up ({code})"),
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": _DAMAGED,
    "SQLITE_CONSTRAINT": _Failure(RecordUnusable, "{file} refused a change that breaks its rules ({error})"),
    "SQLITE_INTERRUPT": _Failure(
        StoreError,
        "that would read too much of {file} at once and delay refunds",
        "search for less, with more exact words",
    ),
}
