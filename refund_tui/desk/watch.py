"""Owns the watch over the files: whether other processes wrote, and whether the ledger is damaged.

Announces what it finds and wakes the sender. Decides nothing and writes no refund.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from refund_tui.desk.files import Files
from refund_tui.desk.news import Elsewhere, News, Trouble, fault_of
from refund_tui.errors import StoreError

WATCH = 1.0
"""Seconds between two looks at whether another process wrote; each look is one PRAGMA."""

LONG_SEARCH = 2.0
"""Seconds for which a command waits for the end of the search through all rows; a large ledger takes minutes."""


class Watcher:
    """Watches one desk's files, in tasks of its own."""

    def __init__(self, files: Files, tell: Callable[[News], Awaitable[None]], wake: Callable[[], None]) -> None:
        self._files, self._tell, self._wake = files, tell, wake
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        """Start watching, and look for damage once."""
        self._tasks = [
            asyncio.create_task(self._watch(), name="watcher"),
            asyncio.create_task(self._examine(), name="examiner"),
            asyncio.create_task(self._walk(), name="walker"),
        ]

    async def examined(self) -> None:
        """Return when the quick search for damage has ended, and the long one or `LONG_SEARCH` seconds."""
        if self._tasks:
            _, examiner, walker = self._tasks
            await asyncio.wait([examiner])
            await asyncio.wait([walker], timeout=LONG_SEARCH)

    async def close(self) -> None:
        """End the tasks."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _examine(self) -> None:
        if self._files.no_trips:
            await self._tell(Trouble(self._files.no_trips))
        await self._look(self._files.examine)

    async def _walk(self) -> None:
        await asyncio.wait([self._tasks[1]])
        await self._look(self._files.walk)

    async def _look(self, search: Callable[[], Awaitable[str]]) -> None:
        try:
            found = await search()
        except StoreError:
            return  # it cannot be looked at now, which the watch says too; the next start looks again
        if found:
            await self._tell(Trouble(found))

    async def _watch(self) -> None:
        """Notice within about a second that another process wrote. Nothing is sent to the terminal for it."""
        seen: tuple[int, int] | None = None
        while True:
            try:
                now = await self._files.changes_seen()
                if now != seen:
                    await self._files.remember()
                if seen is not None and now != seen:
                    await self._tell(Elsewhere())
                    self._wake()
                seen = now
            except StoreError as error:
                await self._tell(Trouble(str(error)))
            except Exception as error:  # noqa: BLE001 a fault of this program must not end the watch
                why = f"watching the ledger failed by a fault of this program ({error!r})"
                await self._tell(Trouble(why, fault_of(error)))
            await asyncio.sleep(WATCH)
