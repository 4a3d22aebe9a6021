"""Damages ledgers like a bad disk or another program: without constraints and triggers."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path


def damage(path: Path, sql: str, *values: object) -> int:
    """Run one statement on a ledger without its triggers, constraints and column types. The number of changed rows.

    Afterwards the schema is restored byte by byte, so that only the rows are altered.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = TRUNCATE")
        triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        tables = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").fetchall()
        connection.execute("BEGIN")
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        _write_schema(connection, [(name, _without_rules(told)) for name, told in tables])
        connection.execute("COMMIT")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        changed = connection.execute(sql, values).rowcount
        connection.execute("BEGIN")
        for _, told in triggers:
            connection.execute(told)
        _write_schema(connection, tables)
        connection.execute("COMMIT")
    return changed


def _without_rules(sql: str) -> str:
    loose = sql.replace("STRICT, WITHOUT ROWID", "WITHOUT ROWID").replace(") STRICT", ")")
    return re.sub(r"(TEXT|INTEGER|REAL|BLOB) NOT NULL", r"\1", loose)


def _write_schema(connection: sqlite3.Connection, tables: list[tuple[str, str]]) -> None:
    connection.execute("PRAGMA writable_schema = ON")
    for name, sql in tables:
        connection.execute("UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", (sql, name))
    connection.execute("PRAGMA writable_schema = OFF")
