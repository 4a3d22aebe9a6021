"""Owns how unreadable rows of the ledger are found: among the open refunds at each check, and in the whole file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from itertools import pairwise

from refund_tui.core.damage import Damaged
from refund_tui.core.refunds import State
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.rows import attempt_of, damaged, draft_of, event_of, refund_of, wait_of

MOST_OPEN = 1_000
"""How many of the newest open refunds are checked each time."""

PAGE = 500
"""Rows that are read at a time if the whole ledger is checked."""


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
    while rows:
        yield from rows
        rows = database.rows(sql.format(f"({names}) > ({marks})"), *(rows[-1][name] for name in place))


def _found_by_key(row: sqlite3.Row) -> object:
    """A refund, with the row number that the index has for its key."""
    if row["by_key"] != row["id"]:
        return damaged("refund", row["id"], row, "its key does not lead to it")
    return refund_of(row)


def _gate_of(row: sqlite3.Row) -> object:
    return wait_of(row) or damaged("gate", row["endpoint"], row, "its wait makes no sense")


def _draft_of(row: sqlite3.Row) -> object:
    return draft_of(row) or damaged("draft", row["trip_id"], row, "it holds what is no text")


_Read = Callable[[sqlite3.Row], object]
_TABLES: tuple[tuple[str, tuple[str, ...], _Read], ...] = (
    ("refund", ("id",), refund_of),
    ("attempt", ("key", "number"), attempt_of),
    ("event", ("seq",), event_of),
    ("gate", ("endpoint",), _gate_of),
    ("draft", ("clerk", "store_id", "trip_id"), _draft_of),
)
_ENDED = sorted(str(state) for state in State if state.terminal)
_RANGES = (
    f"state < '{_ENDED[0]}'",
    *(f"state > '{low}' AND state < '{high}'" for low, high in pairwise(_ENDED)),
    f"state > '{_ENDED[-1]}'",
)
"""Every state but the terminal ones, as ranges between them: so the index is used, and a damaged word is found too."""
_ANY_OPEN = (
    "SELECT *, (SELECT id FROM refund WHERE key = r.key) AS by_key FROM refund r WHERE id IN ("
    + " UNION ALL ".join(f"SELECT id FROM refund WHERE {bounds}" for bounds in _RANGES)
    + ") ORDER BY id DESC LIMIT ?"
)
