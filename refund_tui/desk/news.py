"""Owns what the desk announces, who hears it, and that nobody who hears it can end the sending.

News only says that something changed: a listener reads the ledger again.
"""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from refund_tui.core.refunds import Refund
from refund_tui.errors import RefundTuiError
from refund_tui.host.crash_file import write_crash

REFRESH_WITHIN = 0.5
"""Seconds that news wait for the summary. While another program holds the ledger, they are told without it."""

NO_CHANGE = frozenset(("receipt_printed", "accepted_again", "late_answer"))
"""The kinds of events after which a refund stands as before."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A refund was changed by this process, and that is on disk; `kind` is the kind of the change's event."""

    refund: Refund
    kind: str


@dataclass(frozen=True, slots=True)
class Unsaved:
    """The service answered, but the answer could not be written yet: it is kept in memory and written again.

    `fault` is the traceback where that failed by a fault of this program.
    """

    key: str
    why: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that a person should see to; no refund changed by it.

    `fault` is the traceback where it is a fault of this program: the desk has it written to a file for support.
    """

    why: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another process has changed the ledger or the trips.

    `changes` has each refund that was changed since the last look and does not go on: by others, or by this process.
    """

    changes: tuple[Changed, ...] = ()


def fault_of(error: Exception) -> str:
    """The traceback of a fault of this program; empty for an error that a person can act on."""
    return "" if isinstance(error, RefundTuiError) else "".join(traceback.format_exception(error))


News = Changed | Unsaved | Trouble | Elsewhere


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
        """Call all listeners with the news."""
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
