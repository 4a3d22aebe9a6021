"""Owns the SQLite files of one data folder: their paths, and how each is opened with its guards.

Never opens a ledger for writing on a network file system, unless the operator allows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from refund_tui.core.damage import Damage, Findings
from refund_tui.core.ledger_identity import Host
from refund_tui.host.machine import this_host
from refund_tui.host.mounts import refuse_network
from refund_tui.host.paths import ledger_path, owned, trips_path
from refund_tui.store.sqlite.connection import Patience
from refund_tui.store.sqlite.damage import MOST, damaged_rows_words, damaged_words, quick_look
from refund_tui.store.sqlite.head_log import HeadLog
from refund_tui.store.sqlite.high_water_mark import HighWaterMarks
from refund_tui.store.sqlite.history import History
from refund_tui.store.sqlite.ledger import Ledger
from refund_tui.store.sqlite.ledger_identity import HostGuard
from refund_tui.store.sqlite.schema import LEDGER
from refund_tui.store.sqlite.trips import Trips
from refund_tui.store.sqlite.walk import walk


class SqliteStorage:
    """The ledger and the trips file of one data folder.

    `outside` lists high-water marks outside the folder; the bool says that the ledger must not be used without the
    mark. `host` is the host that writes, by default this one. Every method raises StoreError.
    """

    def __init__(
        self,
        folder: Path,
        *,
        shared: bool = False,
        any_file_system: bool = False,
        outside: Iterable[tuple[Path, bool]] = (),
        host: Host | None = None,
        head_log: str | None = None,
    ) -> None:
        self.folder, self.shared = folder, shared
        self.ledger, self.trips = ledger_path(folder), trips_path(folder)
        self.marks = HighWaterMarks(self.ledger, outside)
        self._head_log = head_log
        self._any_file_system, self._host, self._patience = any_file_system, host, Patience()

    @property
    def place(self) -> str:
        """The ledger's path."""
        return str(self.ledger)

    @property
    def host(self) -> Host:
        """The host that writes."""
        return self._host or this_host()

    def exists(self) -> bool:
        """Whether the ledger's file exists."""
        return self.ledger.exists()

    def owned(self) -> bool:
        """Whether this account owns the ledger's file. Raises OSError if there is none."""
        return owned(self.ledger)

    def refuse_lost(self) -> None:
        """Raise StoreError if a ledger that had events is missing or empty."""
        self.marks.refuse_lost()

    def check_file_system(self) -> None:
        """Check that the folder is not on a network file system, unless the operator allows it."""
        if not self._any_file_system:
            refuse_network(self.folder)

    def open_ledger(self) -> Ledger:
        """The ledger for writing; it is created if missing."""
        self.check_file_system()
        guards, patience = HostGuard(self.host), self._patience
        log = HeadLog(self._head_log) if self._head_log else None
        return Ledger.open(
            self.ledger, shared=self.shared, marks=self.marks, host=guards, head_log=log, patience=patience
        )

    def open_history(self) -> History:
        """The ledger for reading. Raises StoreUnusable if there is none."""
        return History.open(self.ledger, self.marks, HostGuard(self.host), self._patience)

    def open_trips(self) -> Trips:
        """The trips file; it is created if missing."""
        return Trips.open(self.trips, shared=self.shared, patience=self._patience)

    def read_trips(self) -> Trips | None:
        """The trips file for reading only, None if there is none."""
        return Trips.read(self.trips, self._patience) if self.trips.exists() else None

    def hurry(self) -> None:
        """Wait only a short time for other programs from now on, because this program ends."""
        self._patience.hurry()

    def examine(self) -> Damage:
        """The findings of SQLite's quick check, if the file is not too large for it.

        Raises StoreError if it cannot be checked now, which does not mean damage.
        """
        return self._told(quick_look(self.ledger, LEDGER))

    def walk(self, pause: Callable[[float], bool]) -> Damage:
        """The findings after every row and index was checked, in short reads that delay no commit.

        After each read, `pause` waits for the given seconds and returns whether to end. Raises StoreError if the check
        cannot continue.
        """
        found = walk(self.ledger, LEDGER, pause)
        return replace(self._told(Findings(tuple(found.whole[:MOST]), found.rows)), ended=len(found.refunds))

    def _told(self, found: Findings) -> Damage:
        return Damage(
            damaged_words(self.ledger, found.whole) if found.whole else "",
            damaged_rows_words(self.ledger, found.rows) if found.rows else "",
        )
