"""Owns the SQLite files of one data folder: where they are, and how each is opened with all that guards it.

Never opens a ledger to write on a file system that cannot be trusted, unless the operator vouches for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from refund_tui.core.hosts import Host
from refund_tui.core.ledger_health import Damage
from refund_tui.host.machine import this_host
from refund_tui.host.mounts import refuse_network
from refund_tui.host.paths import ledger_path, owned, trips_path
from refund_tui.store.sqlite.examine import damaged_rows_words, damaged_words, quick_look
from refund_tui.store.sqlite.high_water_mark import HighWaterMarks
from refund_tui.store.sqlite.history import History
from refund_tui.store.sqlite.ledger import Ledger
from refund_tui.store.sqlite.schema import LEDGER
from refund_tui.store.sqlite.trips import Trips
from refund_tui.store.sqlite.writing_host import HostGuard


class SqliteStorage:
    """The ledger and the trips file of one data folder.

    `outside` are high-water marks beyond the folder, each with whether the ledger may not be used without it; `host` is
    the one that writes, this one unless another is named. Every method raises StoreError.
    """

    def __init__(
        self,
        folder: Path,
        *,
        shared: bool = False,
        any_file_system: bool = False,
        outside: Iterable[tuple[Path, bool]] = (),
        host: Host | None = None,
    ) -> None:
        self.folder, self.shared = folder, shared
        self.ledger, self.trips = ledger_path(folder), trips_path(folder)
        self.marks = HighWaterMarks(self.ledger, outside)
        self._any_file_system, self._host = any_file_system, host

    @property
    def place(self) -> str:
        """The ledger's path."""
        return str(self.ledger)

    @property
    def host(self) -> Host:
        """The host that writes."""
        return self._host or this_host()

    def exists(self) -> bool:
        """Whether the ledger's file is there."""
        return self.ledger.exists()

    def owned(self) -> bool:
        """Whether this account owns the ledger's file. Raises OSError where it is not there."""
        return owned(self.ledger)

    def refuse_lost(self) -> None:
        """See that a ledger which held something is still there, with something in it."""
        self.marks.refuse_lost()

    def check_file_system(self) -> None:
        """See that the folder's file system can be trusted, unless the operator vouches for it."""
        if not self._any_file_system:
            refuse_network(self.folder)

    def open_ledger(self) -> Ledger:
        """The ledger to write, made where there is none."""
        self.check_file_system()
        return Ledger.open(self.ledger, shared=self.shared, marks=self.marks, host=HostGuard(self.host))

    def open_history(self) -> History:
        """The ledger to read; StoreUnusable where there is none."""
        return History.open(self.ledger, self.marks, HostGuard(self.host))

    def open_trips(self) -> Trips:
        """The trips file, made where there is none."""
        return Trips.open(self.trips, shared=self.shared)

    def examine(self) -> Damage:
        """What SQLite's quick check finds, where the file is not too large for it, in words.

        Raises StoreError where it cannot be looked at now, which is no damage.
        """
        found = quick_look(self.ledger, LEDGER)
        return Damage(
            damaged_words(self.ledger, found.whole) if found.whole else "",
            damaged_rows_words(self.ledger, found.rows) if found.rows else "",
        )
