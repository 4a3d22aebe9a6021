"""Owns the kinds of ledger that the tests in this folder run against, each by its name. A new kind is one entry more.

The tests know a ledger by its ports. What no port can do, and a test needs, is told here for each kind.
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
    """One kind of storage, in a folder of a test."""

    @property
    def storage(self) -> Storage:
        """The storage itself."""
        ...

    def name(self, *endpoints: str) -> None:
        """Have the ledger belong to `endpoints`, without an event."""
        ...

    def insert(self, refunds: Iterable[Refund]) -> None:
        """Write refunds as they are, in whatever state, without an event."""
        ...


class Sqlite:
    """The embedded ledger."""

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
    """A ledger of one kind in a folder of a test: opened as often as a test wants, as by several processes."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind, self.folder = kind, folder
        self.around = IMPLEMENTATIONS[kind](folder)

    @contextmanager
    def ledger(self) -> Iterator[LedgerPort]:
        """An open ledger that belongs to the account and to another one."""
        with closing(self.around.storage.open_ledger()) as ledger:
            self.around.name(ENDPOINT, ANOTHER)
            yield ledger

    @contextmanager
    def history(self) -> Iterator[HistoryPort]:
        """An open history."""
        with closing(self.around.storage.open_history()) as history:
            yield history
