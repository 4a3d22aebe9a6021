"""A small schema in two versions, for the tests of opening and migrating files."""

from __future__ import annotations

from typing import Any

from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.migrations import Schema

FIRST = "CREATE TABLE migration (version INTEGER PRIMARY KEY);\nCREATE TABLE thing (name TEXT);\n"
SECOND = (
    "ALTER TABLE thing ADD COLUMN size INTEGER NOT NULL DEFAULT 1;\n"
    "CREATE TRIGGER thing_stays BEFORE DELETE ON thing\n  BEGIN SELECT RAISE(ABORT, 'it stays; for good'); END;\n"
)
ONE, TWO = Schema("book", 77, ((FIRST,),)), Schema("book", 77, ((FIRST,), (SECOND,)))


def things(database: Database) -> list[tuple[Any, ...]]:
    """The rows of the file."""
    return [tuple(row) for row in database.rows("SELECT * FROM thing ORDER BY name")]
