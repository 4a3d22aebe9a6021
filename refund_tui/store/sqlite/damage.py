"""Owns the search for damage in a file: its tables and triggers, SQLite's own checks, and rows that cannot be read.

Changes nothing. SQLite's quick check runs only on small files, because a reader blocks commits. `walk.py` checks files
of any size. The full check takes long, so it runs on a copy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path

from refund_tui.core.damage import Damaged, Findings
from refund_tui.core.refunds import State
from refund_tui.errors import StoreDamaged
from refund_tui.store.sqlite.connection import connect
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.errors import translating
from refund_tui.store.sqlite.migrations import Schema, copy_to, differences
from refund_tui.store.sqlite.pages import next_start
from refund_tui.store.sqlite.rows import attempt_of, damaged, draft_of, event_of, refund_of, wait_of

QUICK_BYTES = 8_000_000
"""The size, in bytes, of the largest file for SQLite's quick check. That takes less than a tenth of a second."""

LOCKED_MS = 5_000
"""A short wait for another program that holds the file."""

MOST = 5
"""The most findings of SQLite that are reported."""

_OF_ROWS = ("NULL value in ", "non-", "CHECK constraint failed in ", "TEXT value in ", "NUMERIC value in ")
"""How SQLite's findings about single rows begin. Then the structure of the file is undamaged."""


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
            copy_to(path, copy, in_short_reads=True)
    except StoreDamaged as error:
        return Findings((str(error),))
    return whole_look(copy, kind)


def whole_look(path: Path, kind: Schema) -> Findings:
    """Check the schema of a file that no other program uses, and run SQLite's full check on it. Raises StoreError."""
    return _examined(path, kind, "integrity_check")


def damaged_words(path: Path, whole: Iterable[str]) -> str:
    """The message for a ledger whose structure is damaged."""
    return (
        f"the ledger at {path} is damaged ({'; '.join(whole)}). Nothing is sent and nothing is written to it: keep it "
        "as it is, and put a good copy in its place; refund-tui doctor checks all of it"
    )


def damaged_rows_words(path: Path, rows: Iterable[str]) -> str:
    """The message for a ledger in which only single rows are damaged."""
    return f"rows of the ledger at {path} are damaged ({'; '.join(rows)}); the others continue: run refund-tui doctor"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # the code that opens the file reports the fault


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
        connection.execute(f"PRAGMA busy_timeout = {LOCKED_MS}")
        yield connection


MOST_OPEN = 1_000
"""How many of the newest open refunds are checked on each read."""

PAGE = 500
"""The rows of one read when the whole ledger is checked."""


def damaged_open(database: Database) -> tuple[Damaged, ...]:
    """Refunds that may be open but cannot be read or found by their key, newest first. Raises StoreError."""
    found = map(_found_by_key, database.rows(_ANY_OPEN, MOST_OPEN))
    return tuple(refund for refund in found if isinstance(refund, Damaged))


def damaged_rows(database: Database) -> Iterator[Damaged]:
    """Every row that cannot be read, by table. Raises StoreError."""
    for table, place, read in _TABLES:
        for row in _all_rows(database, table, place):
            found = read(row)
            if isinstance(found, Damaged):
                yield found


def _all_rows(database: Database, table: str, place: tuple[str, ...]) -> Iterator[sqlite3.Row]:
    """The rows of a table in the order of its key, read in pages."""
    names, marks = ", ".join(place), ", ".join("?" * len(place))
    sql = f"SELECT * FROM {table} WHERE {{}} ORDER BY {names} LIMIT {PAGE}"
    rows = database.rows(sql.format("1"))
    last: tuple[object, ...] = ()
    while rows:
        yield from rows
        last = next_start(database, rows, place, last)
        rows = database.rows(sql.format(f"({names}) > ({marks})"), *last)


def _found_by_key(row: sqlite3.Row) -> object:
    """A refund, found by its key in the index, with its row number there."""
    if row["by_key"] != row["id"]:
        return damaged("refund", row["id"], row, "the index does not find it by its key")
    return refund_of(row)


def _gate_of(row: sqlite3.Row) -> object:
    return wait_of(row) or damaged("gate", row["endpoint"], row, "its wait is not valid")


def _draft_of(row: sqlite3.Row) -> object:
    return draft_of(row) or damaged("draft", row["trip_id"], row, "it contains bytes that are not text")


_Read = Callable[[sqlite3.Row], object]
_TABLES: tuple[tuple[str, tuple[str, ...], _Read], ...] = (
    ("refund", ("id",), refund_of),
    ("attempt", ("key", "number"), attempt_of),
    ("event", ("seq",), event_of),
    ("gate", ("endpoint",), _gate_of),
    ("draft", ("clerk", "store_id", "trip_id"), _draft_of),
)
READERS = {table: read for table, _, read in _TABLES}
"""How a row of each table is read."""

_ENDED = sorted(str(state) for state in State if state.terminal)
_RANGES = (
    f"state < '{_ENDED[0]}'",
    *(f"state > '{low}' AND state < '{high}'" for low, high in pairwise(_ENDED)),
    f"state > '{_ENDED[-1]}'",
)
"""All values except the final states, as ranges, so that the index is used and damaged values are found too."""
_ANY_OPEN = (
    "SELECT *, (SELECT id FROM refund WHERE key = r.key) AS by_key FROM refund r WHERE id IN ("
    + " UNION ALL ".join(f"SELECT id FROM refund WHERE {bounds}" for bounds in _RANGES)
    + ") ORDER BY id DESC LIMIT ?"
)
