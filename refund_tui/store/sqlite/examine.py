"""Owns the search for damage in a database file: its tables and triggers, and SQLite's own checks.

Changes nothing. SQLite's quick check runs only on small files, since a reader blocks commits. The full check takes
long, so it runs on a copy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from refund_tui.core.damage import Findings
from refund_tui.errors import StoreDamaged
from refund_tui.store.sqlite.connection import connect
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.errors import translating
from refund_tui.store.sqlite.migrations import Schema, copy_to
from refund_tui.store.sqlite.schema_check import differences

QUICK_BYTES = 64_000_000
"""Bytes of the largest file that is checked after a start; that takes about half a second."""

MOST = 5
"""Findings of SQLite that are reported at most."""

_OF_ROWS = ("NULL value in ", "non-", "CHECK constraint failed in ", "TEXT value in ", "NUMERIC value in ")
"""Beginnings of SQLite's findings about single rows; the structure of the file is undamaged then."""


def quick_look(path: Path, kind: Schema) -> Findings:
    """Check the schema of a file, and run SQLite's quick check if the file is not too large.

    Raises StoreError if it cannot be checked now, which does not mean damage.
    """
    return _examined(path, kind, "quick_check" if _size(path) <= QUICK_BYTES else None)


def full_look(path: Path, kind: Schema, scratch: Path) -> Findings:
    """Check the schema of a file, and run SQLite's full check, on a copy in the folder `scratch`.

    Raises StoreError if it cannot be checked now, OSError.
    """
    copy = scratch / path.name
    try:
        with translating(f"the {kind.name} at {path}"):
            copy_to(path, copy)
    except StoreDamaged as error:
        return Findings((str(error),))
    return _examined(copy, kind, "integrity_check")


def damaged_words(path: Path, whole: Iterable[str]) -> str:
    """The message for a ledger whose structure is damaged."""
    return (
        f"the ledger at {path} is damaged ({'; '.join(whole)}). Nothing is sent and nothing is written to it: keep it "
        "as it is, and put a good copy in its place; refund-tui doctor looks through all of it"
    )


def damaged_rows_words(path: Path, rows: Iterable[str]) -> str:
    """The message for a ledger in which only single rows are damaged."""
    return f"rows of the ledger at {path} are damaged ({'; '.join(rows)}); the others go on: run refund-tui doctor"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # whoever opens it reports what is wrong


def _examined(path: Path, kind: Schema, check: str | None) -> Findings:
    try:
        with _reading(path, kind) as connection:
            whole = differences(connection, kind)
            found = [str(row[0]) for row in connection.execute(f"PRAGMA {check}({MOST})")] if check else []
    except StoreDamaged as error:
        return Findings((str(error),))
    lines = [line for row in found for line in row.splitlines() if line != "ok"]
    of_rows = tuple(line for line in lines if line.startswith(_OF_ROWS))
    return Findings((*whole, *(line for line in lines if line not in of_rows)), of_rows)


@contextmanager
def _reading(path: Path, kind: Schema) -> Iterator[sqlite3.Connection]:
    """A new connection, which rolls back what a dead writer left if this account may."""
    Database.read(path, kind).close()
    with translating(f"the {kind.name} at {path}"), closing(connect(path, "ro")) as connection:
        yield connection
