"""Owns who hears the desk's news, and that nobody who hears it can end the sending."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from refund_tui.desk.news import News, Trouble, Unsaved, fault_of
from refund_tui.host.crash_file import write_crash

REFRESH_WITHIN = 0.5
"""Seconds that news wait for the summary. While another program holds the ledger, they are told without it."""


class Listeners:
    """Tells each piece of news to all listeners, on the event loop.

    `refresh` is awaited before, so that the listeners find what is open as it is by then. A fault of this program is
    written to a file in `folder`, for support.
    """

    def __init__(self, refresh: Callable[[], Awaitable[object]], folder: Path) -> None:
        self._refresh, self._folder = refresh, folder
        self._listeners: list[Callable[[News], None]] = []
        self._failed: list[Callable[[News], None]] = []

    def add(self, callback: Callable[[News], None]) -> Callable[[], None]:
        """Have `callback` hear all news from now on. Returns what ends that."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    async def tell(self, news: News) -> None:
        """Tell it to all."""
        with contextlib.suppress(Exception):  # news is announced even where the summary cannot be read
            async with asyncio.timeout(REFRESH_WITHIN):
                await self._refresh()
        if isinstance(news, Trouble | Unsaved) and news.fault:
            file = await asyncio.to_thread(write_crash, news.fault, self._folder)
            news = replace(news, why=f"{news.why}. For support: {file}") if file else news
        for listener in tuple(self._listeners):
            try:
                listener(news)
            except Exception as error:  # noqa: BLE001 a listener that fails must not stop the sending
                await self._tell_fault(listener, error)

    async def _tell_fault(self, listener: Callable[[News], None], error: Exception) -> None:
        """Announce once for each listener that it failed; it is still called with news."""
        if listener not in self._failed:
            self._failed.append(listener)
            why = f"this program could not show a change ({error!r}); the refunds go on"
            await self.tell(Trouble(why, fault_of(error)))
