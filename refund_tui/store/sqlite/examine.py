"""Owns what can be found out about damage to a file of ours: its tables and triggers, and SQLite's own check.

Changes nothing. SQLite's quick check is made of files that it is soon done with, since a reader keeps writers from
committing; the full one, which takes long, is made of a copy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from refund_tui.core.ledger_health import Findings
from refund_tui.errors import StoreDamaged
from refund_tui.store.sqlite.connection import connect
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.errors import told
from refund_tui.store.sqlite.migrations import Schema, copy_to
from refund_tui.store.sqlite.schema_check import differences

QUICK_BYTES = 64_000_000
"""The largest file that is looked through behind a start: about half a second."""

MOST = 5
"""Findings of SQLite that are told."""

_OF_ROWS = ("NULL value in ", "non-", "CHECK constraint failed in ", "TEXT value in ", "NUMERIC value in ")
"""How SQLite begins what concerns the values of single rows: the structure that holds them is whole."""


def quick_look(path: Path, kind: Schema) -> Findings:
    """The shape of a file, and SQLite's quick check where the file is not too large for it.

    Raises StoreError where it cannot be looked at now, which is no damage.
    """
    return _examined(path, kind, "quick_check" if _size(path) <= QUICK_BYTES else None)


def full_look(path: Path, kind: Schema, scratch: Path) -> Findings:
    """The shape of a file, and SQLite's full check, of a copy that is made in the folder `scratch`.

    Raises StoreError where it cannot be looked at now, OSError.
    """
    copy = scratch / path.name
    try:
        with told(f"the {kind.name} at {path}"):
            copy_to(path, copy)
    except StoreDamaged as error:
        return Findings((str(error),))
    return _examined(copy, kind, "integrity_check")


def damaged_words(path: Path, whole: Iterable[str]) -> str:
    """What to tell of a ledger that is damaged as a whole."""
    return (
        f"the ledger at {path} is damaged ({'; '.join(whole)}). Nothing is sent and nothing is written to it: keep it "
        "as it is, and put a good copy in its place; refund-tui doctor looks through all of it"
    )


def damaged_rows_words(path: Path, rows: Iterable[str]) -> str:
    """What to tell of a ledger of which only single rows are damaged."""
    return f"rows of the ledger at {path} are damaged ({'; '.join(rows)}); the others go on: run refund-tui doctor"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # whoever opens it says what is wrong


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
    """A connection of its own, which clears up what a dead writer left where this account may."""
    Database.read(path, kind).close()
    with told(f"the {kind.name} at {path}"), closing(connect(path, "ro")) as connection:
        yield connection
