"""Owns the interface of a storage (where the ledger and the trips are kept), and the choice of its implementation.

`ports` declares the ledger, the history and the trips that it opens. Every method of a storage may raise StoreError.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from refund_tui.core.backups import Backup, Restored
from refund_tui.core.damage import Damage, Findings, MarkSeen
from refund_tui.core.evidence import BodyOf, Progress, Verification, Witness
from refund_tui.core.ledger_identity import Host
from refund_tui.core.redaction import Redacted, RedactionCounts, RedactionOrder
from refund_tui.core.times import Instant
from refund_tui.desk.ports import HistoryPort, LedgerPort, TripsPort
from refund_tui.host.paths import marks_outside
from refund_tui.store.sqlite.maintenance import SqliteMaintenance
from refund_tui.store.sqlite.storage import SqliteStorage

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings


class Storage(Protocol):
    """Where one ledger and its trips are kept. The caller must close what it opens."""

    @property
    def place(self) -> str:
        """The place of the ledger, for messages."""
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
        """The trips for reading only, None if there are none."""
        ...

    def hurry(self) -> None:
        """Wait only a short time for other programs from now on, also in calls that already wait: this program ends."""
        ...

    def examine(self) -> Damage:
        """The result of a quick check, which is slower than a read. Raises StoreError if it cannot be checked now."""
        ...

    def walk(self, pause: Callable[[float], bool]) -> Damage:
        """The result of a check of the whole ledger. It may take minutes and never makes another program wait.

        `pause` is called often: it waits for the given seconds and returns whether to end. Raises StoreError if the
        check cannot continue.
        """
        ...


class Maintenance(Protocol):
    """What an operator does with a storage: check it, and take decisions that no program may take."""

    def engine(self) -> tuple[str, str]:
        """The name and the version of the database engine."""
        ...

    def marks(self) -> list[MarkSeen]:
        """Every high-water mark of the ledger that is kept in a file."""
        ...

    def examine_ledger(self) -> Findings | None:
        """Check the whole ledger. None if there is no room for a copy of it."""
        ...

    def examine_trips(self) -> Findings | None:
        """Check the whole trips file. None if there is no room for a copy of it."""
        ...

    def try_temporary_ledger(self) -> None:
        """Check that a ledger can be kept here: create a temporary one and remove it. Raises OSError."""
        ...

    def pragmas(self) -> list[tuple[str, object, object]]:
        """Each setting that makes writes durable: its name, its value here, and the value that it must have."""
        ...

    def files(self) -> list[Path]:
        """Every file of the storage, whether it exists or not."""
        ...

    def verify(self, body_of: BodyOf, progress: Progress, witnesses: Sequence[Witness] = ()) -> Verification:
        """Check all the evidence in the ledger, also against heads that were written down elsewhere.

        `body_of` builds a request again; `progress` is told how many rows are done, and of how many. It may take a
        minute, in several processes, and never makes another program wait long.
        """
        ...

    def accept_older(self, why: str, who: str, now: Instant) -> int:
        """Accept a ledger that lacks events. The number of its open refunds, which are UNKNOWN now.

        Raises UsageError if no event is missing.
        """
        ...

    def back_up(self, target: Path, now: Instant, body_of: BodyOf) -> Backup:
        """Make a verified backup in a new folder in `target`, while other programs work."""
        ...

    def prune_backups(self, target: Path, made: Backup, keep: int) -> list[Path]:
        """Delete the oldest backups of the ledger in `target`, so that `keep` remain with the one just made.

        Those that were deleted.
        """
        ...

    def restore(self, backup: Path, why: str, who: str, now: Instant, body_of: BodyOf) -> Restored:
        """Put a backup in the place of the ledger. What the backup does not know becomes a doubt."""
        ...

    def redactable(self, order: RedactionOrder, now: Instant) -> RedactionCounts:
        """How many records `redact` would concern now. Changes nothing."""
        ...

    def redact(self, order: RedactionOrder, now: Instant) -> Redacted:
        """Remove the personal data of old closed refunds, old drafts and old trips. Others can work meanwhile."""
        ...

    def move_here(self, why: str, who: str, now: Instant) -> Host:
        """Let only this host write from now on. This host. Raises UsageError if it is already the host that writes."""
        ...


def storage_of(settings: Settings, host: Host | None = None) -> Storage:
    """The storage of these settings; no file is opened yet. `host` replaces this host, for tests."""
    return _sqlite(settings, host)


def maintenance_of(settings: Settings) -> Maintenance:
    """The maintenance of the storage of these settings."""
    return SqliteMaintenance(_sqlite(settings))


def _sqlite(settings: Settings, host: Host | None = None) -> SqliteStorage:
    return SqliteStorage(
        settings.data_dir,
        shared=settings.shared,
        any_file_system=settings.allow_network_filesystem,
        outside=marks_outside(settings),
        head_log=settings.head_log,
        host=host,
    )
