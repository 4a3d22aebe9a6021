"""Owns what ends a command that waits: a signal, or news that could not be said. It ends in order, the desk closed.

Never ends anything itself: it raises where the command waits, and the command closes what it has open.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from refund_tui.commands.output import Ended

T = TypeVar("T")

GOES_ON = "what was recorded goes on when refund-tui, or refund-tui resume, runs again"
NOTHING = "nothing was recorded and nothing was sent"
"""What the end of a command means for refunds."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Ended):
    """A signal ended the command."""


class Stopping:
    """Hears the signals from its making on, to the end of the process; for use in a running loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._end: asyncio.Future[Exception] = self._loop.create_future()
        self._stopped: Stopped | None = None
        self._raising = False
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # by nohup, or by a shell for a background job
                signal.signal(number, self._hear)

    def guarded(self, call: Callable[[T], None]) -> Callable[[T], None]:
        """`call`, whose failure ends the command in place of whoever calls it."""

        def guarded(value: T) -> None:
            try:
                call(value)
            except Exception as error:  # noqa: BLE001 it is raised again where the command waits
                self._stop(error)

        return guarded

    def check(self) -> None:
        """Raise what was to end the command, if anything was."""
        if self._stopped is not None:
            raise self._stopped
        if self._end.done():
            raise self._end.result()

    async def over(self, work: Coroutine[object, object, T], timeout: float | None = None) -> T:
        """What `work` returns. Raises what ends the command before, and TimeoutError after `timeout` seconds."""
        task = asyncio.ensure_future(work)
        await asyncio.wait((task, self._end), timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        if self._end.done() or not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self.check()
            raise TimeoutError
        return task.result()

    @contextmanager
    def raising(self) -> Iterator[None]:
        """Have a signal, also one that came before, raise Stopped at once: a line that is read holds the loop up."""
        self._raising = True
        try:
            self.check()
            yield
        finally:
            self._raising = False

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        self._stopped = Stopped(f"ended by {signal.Signals(number).name}", 128 + number)
        if self._raising or self._loop.is_closed():
            raise self._stopped
        self._loop.call_soon_threadsafe(self._stop, self._stopped)

    def _stop(self, why: Exception) -> None:
        if not self._end.done():
            self._end.set_result(why)
