"""Owns what a storage is, and which one the settings name: where the ledger and the trips are kept, and in which form.

`ports` says what is needed of the ledger, the history and the trips in it. Every method of a storage raises StoreError.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from refund_tui.core.damage import Damage, Findings, MarkSeen
from refund_tui.core.ledger_identity import Host
from refund_tui.core.times import Instant
from refund_tui.desk.ports import HistoryPort, LedgerPort, TripsPort
from refund_tui.host.paths import marks_outside
from refund_tui.store.sqlite.maintenance import SqliteMaintenance
from refund_tui.store.sqlite.storage import SqliteStorage

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings


class Storage(Protocol):
    """Where one ledger and its trips are kept. Opens them; whoever opens one closes it."""

    @property
    def place(self) -> str:
        """Where the ledger is, for sentences."""
        ...

    def exists(self) -> bool:
        """Whether there is a ledger yet."""
        ...

    def owned(self) -> bool:
        """Whether this account owns the ledger, and may name its services. Raises OSError if there is none."""
        ...

    def refuse_lost(self) -> None:
        """Raise StoreError if a ledger that had events is missing or empty."""
        ...

    def open_ledger(self) -> LedgerPort:
        """The ledger for writing; it is created if missing."""
        ...

    def open_history(self) -> HistoryPort:
        """The ledger for reading. Raises StoreUnusable if there is none."""
        ...

    def open_trips(self) -> TripsPort:
        """The trips; their file is created if missing."""
        ...

    def read_trips(self) -> TripsPort | None:
        """The trips for reading only, None where there are none."""
        ...

    def hurry(self) -> None:
        """Wait only shortly for other programs from now on, also in calls that wait already, because this one ends."""
        ...

    def examine(self) -> Damage:
        """The result of a quick check, which is slower than a read. Raises StoreError if it cannot be checked now."""
        ...

    def walk(self, pause: Callable[[float], bool]) -> Damage:
        """The result of a check of the whole ledger. It may take minutes and never makes another program wait.

        `pause` is called often: it waits for so many seconds and says whether to end. Raises StoreError if it cannot go
        on.
        """
        ...


class Maintenance(Protocol):
    """What an operator does with a storage: check it, and make decisions that no program may make."""

    def engine(self) -> tuple[str, str]:
        """The name and the version of the database engine."""
        ...

    def marks(self) -> list[MarkSeen]:
        """Every high-water mark of the ledger that is kept in a file."""
        ...

    def examine_ledger(self) -> Findings | None:
        """Check all of the ledger; None if there is no room for a copy of it."""
        ...

    def examine_trips(self) -> Findings | None:
        """Check all of the trips; None if there is no room for a copy of them."""
        ...

    def try_temporary_ledger(self) -> None:
        """Check that a ledger can be kept here, with one that is made and removed. Raises OSError."""
        ...

    def pragmas(self) -> list[tuple[str, object, object]]:
        """Each setting that makes a write last: its name, what it is here, and what it must be."""
        ...

    def files(self) -> list[Path]:
        """Every file of the storage, whether it exists or not."""
        ...

    def accept_older(self, why: str, who: str, now: Instant) -> int:
        """Accept a ledger that lacks events; how many of its open refunds count as possibly paid since then.

        Raises UsageError if nothing is missing.
        """
        ...

    def move_here(self, why: str, who: str, now: Instant) -> Host:
        """Let only this host write from now on; this host. Raises UsageError if that is so already."""
        ...


def storage_of(settings: Settings, host: Host | None = None) -> Storage:
    """The storage that the settings name; nothing is opened yet. `host` is this host, if not to be found out."""
    return _sqlite(settings, host)


def maintenance_of(settings: Settings) -> Maintenance:
    """What an operator can do with that storage."""
    return SqliteMaintenance(_sqlite(settings))


def _sqlite(settings: Settings, host: Host | None = None) -> SqliteStorage:
    return SqliteStorage(
        settings.data_dir,
        shared=settings.shared,
        any_file_system=settings.allow_network_filesystem,
        outside=marks_outside(settings),
        host=host,
    )
