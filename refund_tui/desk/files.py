"""Owns the desk's open files, each in a lane of its own: the ledger to write, the history to read, the trips.

Never holds a transaction across an await: every call is whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from refund_tui.desk.file_thread import FileThread
from refund_tui.desk.opening import open_ledger
from refund_tui.errors import StoreDamaged, StoreError
from refund_tui.host.high_water_files import marks_of
from refund_tui.host.machine import this_host
from refund_tui.host.paths import ledger_path, trips_path
from refund_tui.store.sqlite.examine import damaged_rows_words, damaged_words, quick_look
from refund_tui.store.sqlite.history import History
from refund_tui.store.sqlite.ledger import Ledger
from refund_tui.store.sqlite.schema import LEDGER
from refund_tui.store.sqlite.trips import Trips
from refund_tui.store.sqlite.writing_host import HostGuard

if TYPE_CHECKING:
    from refund_tui.core.hosts import Host
    from refund_tui.settings.load import Settings

T = TypeVar("T")


class Files:
    """The ledger, the history and the trips of one data directory."""

    def __init__(self, settings: Settings, host: Host | None = None) -> None:
        self._settings = settings
        self._writer = HostGuard(host or this_host())
        self._path = ledger_path(settings.data_dir)
        self._marks = marks_of(settings)
        self._writing = FileThread[Ledger]("ledger")
        self._reading = FileThread[History]("history")
        self._searching = FileThread[Trips]("trips")
        self.no_trips = ""
        """Why the trips cannot be used; empty where they can."""
        self._damage = ""
        """What forbids writing to the ledger; empty where nothing does."""

    async def open(self) -> None:
        """Open all three; the ledger first, since it makes what the history reads.

        Raises StoreError, also where the ledger must not be written here. Trips that cannot be used are no reason:
        what is waiting goes on without them, and whoever asks for a trip hears it.
        """
        settings = self._settings
        await self._writing.open(lambda: open_ledger(settings, self._marks, self._writer))
        await self._reading.open(lambda: History.open(self._path))
        try:
            await self._searching.open(lambda: Trips.open(trips_path(settings.data_dir), shared=settings.shared))
        except StoreError as error:
            self.no_trips = str(error)

    async def write(self, call: Callable[[Ledger], T]) -> T:
        """Run `call` on the ledger, in its thread. Raises StoreError, also once the ledger was found to be damaged."""
        if self._damage:
            raise StoreDamaged(self._damage)
        return await self._writing.run(call)

    async def look(self, call: Callable[[History], T]) -> T:
        """Run `call` on the history, in its thread. Raises StoreError."""
        return await self._reading.run(call)

    async def search(self, call: Callable[[Trips], T]) -> T:
        """Run `call` on the trips, in their thread. Raises StoreError."""
        if self.no_trips:
            raise StoreDamaged(self.no_trips)
        return await self._searching.run(call)

    async def remember(self) -> None:
        """Have on disk how far the ledger has come. Raises StoreError, also where an older copy was put back."""
        if self._reading.opened:
            await self.look(lambda history: history.remember(self._marks))

    async def generation(self) -> tuple[int, int]:
        """What changes when another process has written. Raises StoreError."""
        trips = await self.search(Trips.generation) if self._searching.opened else 0
        return await self.look(History.generation), trips

    async def examine(self) -> str:
        """Look for damage beside the lanes, which nobody waits for; what was found, in words, empty where nothing was.

        From then on nothing is written to a ledger whose structure is damaged. Raises StoreError where it cannot be
        looked at now.
        """
        found = await asyncio.to_thread(quick_look, self._path, LEDGER)
        if found.whole:
            self._damage = damaged_words(self._path, found.whole)
        return self._damage or (damaged_rows_words(self._path, found.rows) if found.rows else "")

    async def verify(self) -> None:
        """See that the ledger may still be written, and that no damage was found in it. Raises StoreError."""
        if self._damage:
            raise StoreDamaged(self._damage)
        await self.look(lambda history: history.verify(self._marks, self._writer))

    async def close(self) -> None:
        """Close what is open, after what was begun, and end the threads. May be called again."""
        for lane in (self._writing, self._reading, self._searching):
            await lane.close()
