"""Owns the implementations of a ledger that the tests in this folder run against. A new one is one more entry.

The tests use a ledger only through its ports. Operations that tests need and no port has are here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

from refund_tui.core.refunds import Refund
from refund_tui.desk.ports import HistoryPort, LedgerPort
from refund_tui.desk.storage import Storage
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.rows import INTENT, LIFE, intent_values, life_values
from refund_tui.store.sqlite.schema import LEDGER
from refund_tui.store.sqlite.storage import SqliteStorage
from tests.support.ledgers import ANOTHER, ENDPOINT, named


class Implementation(Protocol):
    """One implementation of a storage, in a folder of a test."""

    @property
    def storage(self) -> Storage:
        """The storage."""
        ...

    def name(self, *endpoints: str) -> None:
        """Let the ledger send to `endpoints`, without an event."""
        ...

    def insert(self, refunds: Iterable[Refund]) -> None:
        """Write refunds in any state, without an event."""
        ...


class Sqlite:
    """The ledger in SQLite."""

    def __init__(self, folder: Path) -> None:
        self.storage = SqliteStorage(folder)

    def name(self, *endpoints: str) -> None:
        """Write the table of endpoints."""
        named(self.storage.ledger, *endpoints)

    def insert(self, refunds: Iterable[Refund]) -> None:
        """Write the rows."""
        columns = (*INTENT, *LIFE)
        sql = f"INSERT INTO refund ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        with closing(Database.open(self.storage.ledger, LEDGER)) as database, database.writing() as transaction:
            transaction.executemany(sql, ((*intent_values(one), *life_values(one.life)) for one in refunds))


IMPLEMENTATIONS: dict[str, Callable[[Path], Implementation]] = {"sqlite": Sqlite}


class Kept:
    """A ledger in a folder of a test. It can be opened several times, as by several processes."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind, self.folder = kind, folder
        self.around = IMPLEMENTATIONS[kind](folder)

    @contextmanager
    def ledger(self) -> Iterator[LedgerPort]:
        """An open ledger that may send to the endpoint of the tests and to another one."""
        with closing(self.around.storage.open_ledger()) as ledger:
            self.around.name(ENDPOINT, ANOTHER)
            yield ledger

    @contextmanager
    def history(self) -> Iterator[HistoryPort]:
        """An open history."""
        with closing(self.around.storage.open_history()) as history:
            yield history
