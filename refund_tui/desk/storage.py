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
        """Whether this account may say to which services the ledger belongs. Raises OSError where there is none."""
        ...

    def refuse_lost(self) -> None:
        """See that a ledger which held something is still there, with something in it."""
        ...

    def open_ledger(self) -> LedgerPort:
        """The ledger to write, made where there is none."""
        ...

    def open_history(self) -> HistoryPort:
        """The ledger to read; StoreUnusable where there is none."""
        ...

    def open_trips(self) -> TripsPort:
        """The trips, made where there are none."""
        ...

    def hurry(self) -> None:
        """From now on, also in calls that wait already, wait only shortly for other programs: this one ends."""
        ...

    def examine(self) -> Damage:
        """Look for damage, quickly; slower than a read. Raises StoreError where that cannot be told now."""
        ...

    def walk(self, pause: Callable[[float], bool]) -> Damage:
        """Look for damage in all of the ledger, which may take minutes, and hold nobody up.

        `pause` waits for so many seconds, often, and says whether to end. Raises StoreError where it cannot go on.
        """
        ...


class Maintenance(Protocol):
    """What an operator does with a storage: look at its health, and decide what no program may decide."""

    def engine(self) -> tuple[str, str]:
        """What keeps the ledger, and its version."""
        ...

    def marks(self) -> list[MarkSeen]:
        """What each record outside the ledger says of how far the ledger has come."""
        ...

    def examine_ledger(self) -> Findings | None:
        """Look through all of the ledger; None where there is no room for that."""
        ...

    def examine_trips(self) -> Findings | None:
        """Look through all of the trips; None where there is no room for that."""
        ...

    def try_out(self) -> None:
        """See that a ledger can be kept here, without touching the one that is. Raises OSError."""
        ...

    def how_kept(self) -> list[tuple[str, object, object]]:
        """Each setting that makes a write last: its name, what it is here, and what it must be."""
        ...

    def files(self) -> list[Path]:
        """Every file in which something is kept, whether it is there or not."""
        ...

    def accept_older(self, why: str, who: str, now: Instant) -> int:
        """Take the ledger as it is, although something that was seen is missing; how many open refunds carry a doubt.

        Raises UsageError where there is nothing to accept.
        """
        ...

    def move_here(self, why: str, who: str, now: Instant) -> Host:
        """Let this host write from now on, and no other; this host. Raises UsageError where it does already."""
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
