"""Owns the check of a file's tables, indexes and triggers: they must be those that the migrations create.

No other triggers are allowed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import cache

from refund_tui.store.sqlite.migrations import Schema, statements

_SCHEMA = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"


def differences(connection: sqlite3.Connection, kind: Schema) -> list[str]:
    """What is missing, altered or added, each as a text. Raises sqlite3.Error."""
    found, made = _shape(connection), _made(kind)
    return [*_missing(found, made), *(f"the {kind} {name} is not this program's" for kind, name in _added(found, made))]


def _missing(found: Mapping[tuple[str, str], str], made: Mapping[tuple[str, str], str]) -> Iterator[str]:
    for (what, name), sql in made.items():
        if (what, name) not in found:
            yield f"the {what} {name} is missing"
        elif found[what, name] != sql:
            yield f"the {what} {name} is altered"


def _added(found: Mapping[tuple[str, str], str], made: Mapping[tuple[str, str], str]) -> Iterator[tuple[str, str]]:
    """Additional triggers are refused, since they can change data. An additional table or index does no harm."""
    return ((what, name) for what, name in found if what == "trigger" and (what, name) not in made)


@cache
def _made(kind: Schema) -> Mapping[tuple[str, str], str]:
    """The schema that the steps of a kind create."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for step in kind.steps:
            for statement in statements(step):
                connection.execute(statement)
        return _shape(connection)


def _shape(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """The SQL of each object by kind and name, normalized: versions of SQLite differ in quotes and spaces.

    The internal tables of a virtual table are left out, since SQLite creates them.
    """
    rows = [tuple(row) for row in connection.execute(_SCHEMA)]
    virtual = tuple(f"{name}_" for _, name, sql in rows if sql.upper().startswith("CREATE VIRTUAL"))
    return {
        (what, name): " ".join(sql.replace('"', "").split()) for what, name, sql in rows if not name.startswith(virtual)
    }
