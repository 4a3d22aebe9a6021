"""Owns which host writes a ledger: the first one that opened it, until a person moves it to another.

Two hosts must never write one file: on a network file system their locks may not reach each other.
"""

from __future__ import annotations

from refund_tui.core.ledger_identity import MOVE, Host, host_of
from refund_tui.core.times import Instant
from refund_tui.errors import StoreChanged, StoreDamaged, UsageError
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.events import note

MOVED = "moved_here"
"""The kind of the event by which a person moved the ledger to another host."""


class HostGuard:
    """A guard that lets only one host write the ledger."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def claim(self, database: Database) -> None:
        """Become the host that writes, if none does yet. Raises StoreError if another host does."""
        told = writer_of(database)
        if told == self._host:
            return
        with database.writing() as transaction:
            told = writer_of(database)
            if told is not None and not told.is_same(self._host):
                raise _refused(told, self._host)
            transaction.execute("UPDATE identity SET host = ?", (self._host.told,))

    def before(self, database: Database) -> None:
        """Called in each transaction before anything is written. Raises StoreError."""
        told = writer_of(database)
        if told is not None and not self._host.is_at_work(told):
            raise _refused(told, self._host)

    def wrote(self, database: Database) -> None:
        """Nothing to do."""

    def committed(self) -> None:
        """Nothing to do."""


def writer_of(database: Database) -> Host | None:
    """The host that writes the ledger, None if none has yet. Raises StoreError."""
    [row] = database.rows("SELECT host FROM identity")
    try:
        return None if row["host"] is None else host_of(row["host"])
    except ValueError as error:
        raise StoreDamaged(f"the ledger at {database.path} does not say which host writes it: {MOVE}") from error


def move(database: Database, host: Host, why: str, who: str, now: Instant) -> None:
    """Let only `host` write from now on, as a person decided. Raises UsageError, StoreError."""
    with database.writing() as transaction:
        row = transaction.execute("SELECT host FROM identity").fetchone()
        if row["host"] == host.told:
            raise UsageError("this host writes the ledger already: nothing was changed")
        transaction.execute("UPDATE identity SET host = ?", (host.told,))
        note(transaction, None, who, now, MOVED, None, None, why, {"before": row["host"] or "", "host": host.told})


def _refused(told: Host, mine: Host) -> StoreChanged:
    alike = ", which has the same machine id as this one" if told.machine and told.machine == mine.machine else ""
    return StoreChanged(
        f"this ledger is written by another host, {told.name}{alike}; this one is {mine.name}. Two hosts must not "
        f"write one ledger, since their locks may not reach each other. Nothing is sent. Work on {told.name}; {MOVE}"
    )
