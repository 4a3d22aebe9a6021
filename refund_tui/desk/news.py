"""Owns the news of the desk and its listeners. A listener that fails never stops the sending.

News only says that something changed. A listener must read the ledger again.
"""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from refund_tui.core.refunds import Event, Refund
from refund_tui.errors import RefundTuiError
from refund_tui.host.crash_file import write_crash

REFRESH_WITHIN = 0.5
"""Seconds that news wait for the new summary. If the ledger is locked longer, they are announced without it."""

NO_CHANGE = frozenset(("receipt_printed", "accepted_again", "late_answer"))
"""The kinds of events that do not change a refund."""


@dataclass(frozen=True, slots=True)
class Changed:
    """This process changed a refund, and the change is on disk. `kind` is the kind of its event."""

    refund: Refund
    kind: str


@dataclass(frozen=True, slots=True)
class Unsaved:
    """The service answered, but the answer could not be written yet. It is kept in memory, and writing is tried again.

    `fault` is the traceback if a fault of this program was the cause; else empty.
    """

    key: str
    why: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem that a person should look at. No refund changed.

    `fault` is the traceback if it is a fault of this program; else empty. It is written to a file for support. `lasts`:
    it is announced once, and its end is announced by `Over`.
    """

    why: str
    fault: str = ""
    lasts: bool = False


@dataclass(frozen=True, slots=True)
class Over:
    """The problem that `Trouble` announced with these words has ended."""

    why: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another process has changed the ledger or the trips.

    `changes` holds the refunds that were changed since the last look, by any process, and no longer continue, and
    `requests` the events by which somebody asked for what two people must ask for.
    """

    changes: tuple[Changed, ...] = ()
    requests: tuple[Event, ...] = ()


def fault_of(error: Exception) -> str:
    """The traceback of a fault of this program; empty for an error with a message for a person."""
    return "" if isinstance(error, RefundTuiError) else "".join(traceback.format_exception(error))


News = Changed | Unsaved | Trouble | Over | Elsewhere


class Listeners:
    """Sends each piece of news to all listeners, on the event loop.

    `refresh` is awaited first, so that the listeners see the new summary. A fault of this program is written to a file
    in `folder`, for support.
    """

    def __init__(self, refresh: Callable[[], Awaitable[object]], folder: Path) -> None:
        self._refresh, self._folder = refresh, folder
        self._listeners: list[Callable[[News], None]] = []
        self._failed: list[Callable[[News], None]] = []

    def add(self, callback: Callable[[News], None]) -> Callable[[], None]:
        """Call `callback` with all news from now on. Call the result to stop that."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    async def tell(self, news: News) -> None:
        """Call all listeners with this news."""
        with contextlib.suppress(Exception):  # news is announced even if the summary cannot be read
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
        """Announce a listener's failure, once for each listener. It is still called with news."""
        if listener not in self._failed:
            self._failed.append(listener)
            why = f"this program could not show a change ({error!r}); the refunds continue"
            await self.tell(Trouble(why, fault_of(error)))


class Standing:
    """Announces a problem once, although it is found several times, and then its end."""

    def __init__(self, tell: Callable[[News], Awaitable[None]]) -> None:
        self._tell, self._told = tell, ""

    async def found(self, why: str, fault: str = "") -> None:
        """The problem exists now."""
        if why != self._told:
            await self.over()
            self._told = why
            await self._tell(Trouble(why, fault, lasts=True))

    async def over(self) -> None:
        """The problem does not exist now."""
        if told := self._told:
            self._told = ""
            await self._tell(Over(told))
