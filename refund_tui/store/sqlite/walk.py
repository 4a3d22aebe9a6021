"""Owns the check of all rows and indexes of a ledger of any size, in short reads that delay no commit.

Changes nothing. In this journal mode a commit waits for a read, so each read is short and a pause follows it. It finds
pages that SQLite cannot read, rows with wrong values, and rows that an index lacks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TypeVar

from refund_tui.core.damage import Damaged
from refund_tui.errors import StoreBusy, StoreDamaged
from refund_tui.store.sqlite.connection import Patience
from refund_tui.store.sqlite.damage import READERS, damaged_open
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.migrations import Schema
from refund_tui.store.sqlite.pages import next_start

SHOWN = 3
"""The most damaged rows that are named."""

T = TypeVar("T")

READ = 0.02
"""The approximate length of one read in seconds. A commit waits for at most one read."""

REST = 4.0
"""The pause after a read, as a multiple of the time that the read took."""

LOCKED = 1.0
"""Seconds until the next try if another program has the lock."""

FEWEST, ROWS = 10, 500
"""The fewest and the most rows of one read."""

Pause = Callable[[float], bool]
"""A function that waits for the given seconds and returns whether the walk must end."""


@dataclass(frozen=True, slots=True)
class _Index:
    """One index. `of_keys`: it only leads from a key to its row, so a missing entry hides no other row."""

    name: str
    of_keys: bool
    where: str
    terms: str


@dataclass(slots=True)
class WalkFindings:
    """What a walk found: damage of the whole file, and rows that cannot be read.

    `refunds` holds the damaged refunds, by row, that are not counted as open.
    """

    whole: list[str] = field(default_factory=list)
    refunds: dict[str, Damaged] = field(default_factory=dict)
    others: list[Damaged] = field(default_factory=list)

    def lacks(self, table: str, index: _Index, rows: Iterable[str]) -> None:
        """Note rows that an index lacks."""
        if index.of_keys:
            self.refunds |= {row: Damaged(table, row, "the index does not find it by its key") for row in rows}
        else:
            self.whole += [f"row {row} missing from index {index.name}" for row in rows]

    @property
    def rows(self) -> tuple[str, ...]:
        """The damaged rows, the first few of them by name."""
        found = [*self.refunds.values(), *self.others]
        more = [f"{len(found) - SHOWN} more"] if len(found) > SHOWN else []
        return (*(f"{row.table} {row.row}: {row.why}" for row in found[:SHOWN]), *more)


class _Ended(Exception):
    """The walk must end now."""


def walk(path: Path, kind: Schema, pause: Pause) -> WalkFindings:
    """Read every row by the table and by each index. Ends early if `pause` returns True. Raises StoreError."""
    found = WalkFindings()
    with suppress(_Ended):
        _Walk(path, kind, pause, found).all_tables()
    return found


class _Walk:
    def __init__(self, path: Path, kind: Schema, pause: Pause, found: WalkFindings) -> None:
        self._path, self._kind, self._pause, self._found = path, kind, pause, found

    def all_tables(self) -> None:
        """Check every table, then leave out the refunds that are counted as open."""
        try:
            with closing(self._opened()) as database:
                for row in self._patient(lambda: database.rows(_NAMES)):
                    self._table(database, row["name"])
                for refund in self._patient(lambda: damaged_open(database)):
                    self._found.refunds.pop(refund.row, None)
        except StoreDamaged as error:
            self._found.whole.append(str(error))

    def _opened(self) -> Database:
        """The file, open for reading. No pause follows: if the walk ended in it, the file would stay open."""
        while True:
            try:
                return Database.read(self._path, self._kind, Patience(tries=1))
            except StoreBusy:
                self._rest(LOCKED)

    def _table(self, database: Database, table: str) -> None:
        place = self._patient(lambda: _place(database, table))
        if not place:
            return  # a table that another program added
        indexes = self._patient(lambda: list(_indexes(database, table, place)))
        last: Sequence[object] = ()
        size = FEWEST
        while rows := self._patient(partial(_page, database, table, place, last, size)):
            began = monotonic()
            _understand(table, rows, self._found)
            size = _fitting(size, self._took + monotonic() - began)
            for index in indexes:
                lacking = self._patient(partial(_lacking, database, table, place, index, rows))
                self._found.lacks(table, index, [str(row[0]) for row in lacking])
            last = next_start(database, rows, place, last)

    def _patient(self, read: Callable[[], T]) -> T:
        """The result of one short read, with a pause after it. It is repeated while another program has the lock."""
        while True:
            began = monotonic()
            try:
                result = read()
            except StoreBusy:
                self._rest(LOCKED)
                continue
            self._took = monotonic() - began
            self._rest(REST * self._took)
            return result

    def _rest(self, seconds: float) -> None:
        if self._pause(seconds):
            raise _Ended


_NAMES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"


def _fitting(size: int, took: float) -> int:
    """The number of rows for the next read, if reading `size` rows took `took` seconds."""
    return max(FEWEST, min(ROWS, 2 * size, int(size * READ / max(took, 1e-6))))


def _page(database: Database, table: str, place: Sequence[str], last: Sequence[object], size: int) -> list[sqlite3.Row]:
    names = ", ".join(place)
    above = f"WHERE ({names}) > ({', '.join('?' * len(last))})" if last else ""
    return database.rows(f"SELECT * FROM {table} {above} ORDER BY {names} LIMIT {size}", *last)


def _understand(table: str, rows: Sequence[sqlite3.Row], found: WalkFindings) -> None:
    if (read := READERS.get(table)) is None:
        return
    for row in rows:
        damage = read(row)
        if isinstance(damage, Damaged) and table == "refund":
            found.refunds[damage.row] = damage
        elif isinstance(damage, Damaged):
            found.others.append(damage)


def _place(database: Database, table: str) -> list[str]:
    """The columns of a table's primary key."""
    columns = [row for row in database.rows(f"PRAGMA table_info({table})") if row["pk"]]
    return [row["name"] for row in sorted(columns, key=lambda row: int(row["pk"]))]


def _indexes(database: Database, table: str, place: Sequence[str]) -> Iterator[_Index]:
    """Each index of a table, without the index of the table itself."""
    own = " AND ".join(f"b.{name} = a.{name}" for name in place)
    for index in database.rows(f"PRAGMA index_list({table})"):
        if index["origin"] == "pk":
            continue
        columns = [row for row in database.rows(f"PRAGMA index_xinfo({index['name']})") if row["key"] and row["name"]]
        terms = [f"b.{row['name']} IS a.{row['name']} COLLATE {row['coll']}" for row in columns]
        made = database.row("SELECT sql FROM sqlite_schema WHERE name = ?", index["name"])
        where = str(made["sql"]).partition(" WHERE ")[2] if made and index["partial"] else "1"
        yield _Index(index["name"], index["origin"] == "u", where or "1", " AND ".join((*terms, own)))


def _lacking(
    database: Database, table: str, place: Sequence[str], index: _Index, rows: Sequence[sqlite3.Row]
) -> list[sqlite3.Row]:
    """Those of these consecutive rows that the index lacks."""
    names, marks = ", ".join(f"a.{name}" for name in place), ", ".join("?" * len(place))
    sql = (
        f"SELECT {names} FROM {table} AS a NOT INDEXED WHERE ({names}) >= ({marks}) AND ({names}) <= ({marks}) "
        f"AND ({index.where}) AND NOT EXISTS (SELECT 1 FROM {table} AS b INDEXED BY {index.name} "
        f"WHERE ({index.where}) AND {index.terms})"
    )
    ends = [row[name] for row in (rows[0], rows[-1]) for name in place]
    return database.rows(sql, *ends)
