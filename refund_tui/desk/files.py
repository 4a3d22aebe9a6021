"""Owns the desk's open files, each with its own thread: the ledger for writing, the history for reading, the trips.

So the screen never waits for a disk, and no two threads share a connection. Never holds a transaction across an await:
each call is a whole transaction or a short read.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, Protocol, TypeVar

from refund_tui.desk.ports import HistoryPort, LedgerPort, TripsPort
from refund_tui.desk.storage import Storage
from refund_tui.errors import StoreDamaged, StoreError

T = TypeVar("T")


class Closable(Protocol):
    """A file that is open."""

    def close(self) -> None:
        """Close it."""


F = TypeVar("F", bound=Closable)


class FileThread(Generic[F]):
    """Runs calls on one file, one after the other, in its own thread.

    A call that has begun is finished, even if nobody waits for it. `close` also closes a file that is being opened.
    """

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._file: F | None = None
        self._begun = False

    @property
    def opened(self) -> bool:
        """Whether the file is open."""
        return self._file is not None

    async def open(self, opening: Callable[[], F]) -> None:
        """Open the file by calling `opening` in the thread. Raises what `opening` raises."""

        def hold() -> None:
            self._file = opening()

        begun = self._pool.submit(hold)  # raises where no thread can be started
        self._begun = True
        await asyncio.wrap_future(begun)

    async def run(self, call: Callable[[F], T]) -> T:
        """Run `call` on the file in the thread. Returns and raises what `call` returns and raises."""

        def on_file() -> T:
            if self._file is None:
                raise RuntimeError("the desk is not open")
            return call(self._file)

        return await asyncio.wrap_future(self._pool.submit(on_file))

    async def close(self) -> None:
        """Finish the calls that have begun, close the file and end the thread. A second call does nothing."""
        if self._begun:
            self._begun = False
            await asyncio.wrap_future(self._pool.submit(self._let_go))
        self._pool.shutdown(wait=True)

    def _let_go(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class Files:
    """The ledger, the history and the trips of one storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._writing = FileThread[LedgerPort]("ledger")
        self._reading = FileThread[HistoryPort]("history")
        self._searching = FileThread[TripsPort]("trips")
        self.no_trips = ""
        """Why the trips cannot be used; empty if they can."""
        self._damage = ""
        """Why the ledger must not be written; empty if it may."""
        self.damaged_ended = 0
        """How many closed refunds cannot be read, as far as the ledger was checked."""
        self._closing = threading.Event()

    async def open(self) -> None:
        """Open all three. The ledger is first, because it creates the file that the history reads.

        Raises StoreError, also if the ledger must not be written on this host. Unusable trips are no error here:
        waiting refunds continue without them, and a search for trips raises StoreDamaged.
        """
        await self._writing.open(self._storage.open_ledger)
        await self._reading.open(self._storage.open_history)
        try:
            await self._searching.open(self._storage.open_trips)
        except StoreError as error:
            self.no_trips = str(error)

    async def write(self, call: Callable[[LedgerPort], T]) -> T:
        """Run `call` on the ledger, in its thread. Raises StoreError, also if the ledger was found to be damaged."""
        if self._damage:
            raise StoreDamaged(self._damage)
        return await self._writing.run(call)

    async def look(self, call: Callable[[HistoryPort], T]) -> T:
        """Run `call` on the history, in its thread. Raises StoreError."""
        return await self._reading.run(call)

    async def search(self, call: Callable[[TripsPort], T]) -> T:
        """Run `call` on the trips, in their thread. Raises StoreError."""
        if self.no_trips:
            raise StoreDamaged(self.no_trips)
        return await self._searching.run(call)

    async def remember(self) -> None:
        """Raise the high-water marks on disk. Raises StoreError, also if the ledger was replaced by an older copy."""
        if self._reading.opened:
            await self.look(lambda history: history.remember())

    async def changes_seen(self) -> int:
        """A number that changes when another process has written to the ledger. Raises StoreError."""
        return await self.look(lambda history: history.changes_seen())

    async def trip_changes_seen(self) -> int:
        """A number that changes when another process has written the trips; always 0 if they cannot be used."""
        return await self.search(lambda trips: trips.changes_seen()) if self._searching.opened else 0

    async def examine(self) -> str:
        """Run the quick check for damage in another thread, so that no call waits for it.

        A sentence, empty if all is well.

        Afterwards nothing is written to a ledger whose structure is damaged. Raises StoreError if the check cannot run
        now.
        """
        found = await asyncio.to_thread(self._storage.examine)
        self._damage = found.whole
        return found.whole or found.rows

    async def walk(self) -> str:
        """Check the whole ledger for damage in another thread; this may take minutes. A sentence, empty if all is well.

        It ends early when the files are closed. Raises StoreError if it cannot continue.
        """
        if self._damage:
            return ""
        found = await asyncio.to_thread(self._storage.walk, self._closing.wait)
        self._damage = found.whole
        self.damaged_ended = found.ended
        return found.whole or found.rows

    @property
    def damaged(self) -> bool:
        """Whether the ledger's structure was found to be damaged."""
        return bool(self._damage)

    async def verify(self) -> None:
        """Check that the ledger may still be written, and that no damage was found in it. Raises StoreError."""
        if self._damage:
            raise StoreDamaged(self._damage)
        await self.look(lambda history: history.verify())

    def hurry(self) -> None:
        """Wait only a short time for other programs from now on, also in calls that already wait: this program ends."""
        self._storage.hurry()

    async def close(self) -> None:
        """Finish the calls that have begun, close the files and end the threads. A second call does nothing."""
        self._closing.set()
        for thread in (self._writing, self._reading, self._searching):
            await thread.close()
