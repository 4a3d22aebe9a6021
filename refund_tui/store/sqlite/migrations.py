"""Owns the version of a database file and the check of its tables. Migrates forward only, after a copy.

Each step and its record are one transaction. The tables, indexes and triggers must be those that the steps create; no
other triggers are allowed. Never changes a file that is not this program's, or that a newer version wrote.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from refund_tui.errors import StoreBusy, StoreDamaged, StoreUnusable
from refund_tui.store.sqlite.connection import Patience, connect, make, transaction
from refund_tui.store.sqlite.errors import KEEP

Part = str | Callable[[sqlite3.Connection], None]
"""A part of a step: SQL statements, or a function for what SQL cannot compute."""


@dataclass(frozen=True, slots=True)
class Schema:
    """A kind of file: `name` is for messages, `mark` is its application_id, `steps` are its migrations, oldest first.

    `events`: it has a table `event`, which shows what was written. `damaged`: what to do if the file is damaged.
    """

    name: str
    mark: int
    steps: tuple[tuple[Part, ...], ...]
    events: bool = False
    damaged: str = KEEP


def version_of(connection: sqlite3.Connection, path: Path, kind: Schema) -> int:
    """The number of steps that the file has. Raises StoreUnusable for a foreign, a damaged or a newer file."""
    mark, version = _number(connection, "PRAGMA application_id"), _number(connection, "PRAGMA user_version")
    empty = mark == version == 0 and _number(connection, "SELECT count(*) FROM sqlite_schema") == 0
    if not empty and mark != kind.mark:
        raise StoreUnusable(f"{path} is not a {kind.name} of this program; nothing was written: choose another place")
    if version < 0:
        raise StoreDamaged(
            f"the {kind.name} at {path} is damaged (its version is {version}); nothing was written: {kind.damaged}"
        )
    if version > len(kind.steps):
        raise StoreUnusable(
            f"the {kind.name} at {path} was written by a newer program (version {version}, this one knows "
            f"{len(kind.steps)}); nothing was written: install the newer program"
        )
    return version


def refuse_older(connection: sqlite3.Connection, path: Path, kind: Schema) -> None:
    """Check that a file can be read without a migration. Raises StoreUnusable."""
    version = version_of(connection, path, kind)
    if version == 0:
        raise StoreUnusable(f"the {kind.name} at {path} is still empty: open the terminal once")
    if version < len(kind.steps):
        raise StoreUnusable(
            f"the {kind.name} at {path} was written by an older program (version {version}, this one reads "
            f"{len(kind.steps)}): open it once with an account that may write, then it is brought up to date"
        )


def migrate(connection: sqlite3.Connection, path: Path, kind: Schema, patience: Patience) -> None:
    """Migrate the file to this program's version, after a copy unless the file is new.

    Raises StoreError, sqlite3.Error.
    """
    new = version_of(connection, path, kind) == 0
    while version_of(connection, path, kind) < len(kind.steps):
        with transaction(connection, patience):
            version = version_of(connection, path, kind)
            if version < len(kind.steps):  # else another program was faster
                _step(connection, path, kind, version, copy=not new)


def _step(connection: sqlite3.Connection, path: Path, kind: Schema, version: int, *, copy: bool) -> None:
    if copy:
        copy_to(path, path.with_suffix(f".before-{version + 1}{path.suffix}"))
    run_step(connection, kind.steps[version])
    connection.execute("INSERT INTO migration (version) VALUES (?)", (version + 1,))
    connection.execute(f"PRAGMA application_id = {kind.mark}")
    connection.execute(f"PRAGMA user_version = {version + 1}")


STEP, REST = 500, 0.02
"""The pages in one step of a copy in short reads, and the seconds until the next try while another program commits."""

BEGUN_ANEW = 50
"""How often a copy in short reads may start again because another program wrote. Then it is given up."""


def copy_to(path: Path, target: Path, *, in_short_reads: bool = False) -> None:
    """Copy the file with SQLite's backup, readable only by the owner. An unfinished copy is replaced.

    It reads with a second connection; the one that migrates already has the write lock. `in_short_reads`: no commit of
    another program waits for it. Raises StoreBusy if others write too often for that, sqlite3.Error.
    """
    for leftover in (target.with_name(target.name + "-journal"), target):
        leftover.unlink(missing_ok=True)
    make(target, shared=False)
    with closing(connect(path, "ro")) as source, closing(connect(target, "rw")) as copy:
        if in_short_reads:
            source.backup(copy, pages=STEP, progress=_Restarts(path).step, sleep=REST)
        else:
            source.backup(copy)


class _Restarts:
    """Ends a copy that starts again too often: SQLite starts again whenever another program wrote."""

    def __init__(self, path: Path) -> None:
        self._path, self._left, self._times = path, 0, 0

    def step(self, _status: int, remaining: int, _total: int) -> None:
        """Called after each step; `remaining` pages are left."""
        if remaining >= self._left > 0:
            self._times += 1
        if self._times > BEGUN_ANEW:
            raise StoreBusy(f"{self._path} is written too often to be copied now: try again when less is refunded")
        self._left = remaining


def run_step(connection: sqlite3.Connection, step: tuple[Part, ...]) -> None:
    """Run the parts of a step, inside the transaction of the caller. Raises sqlite3.Error."""
    for part in step:
        if callable(part):
            part(connection)
            continue
        for statement in _statements(part):
            connection.execute(statement)


def _statements(script: str) -> Iterator[str]:
    """The statements of a part of a step."""
    held = ""
    for line in script.splitlines():
        held += line + "\n"
        if sqlite3.complete_statement(held):
            yield held
            held = ""


def _number(connection: sqlite3.Connection, sql: str) -> int:
    return int(connection.execute(sql).fetchone()[0])


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
            run_step(connection, step)
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
