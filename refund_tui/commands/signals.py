"""Owns how signals and failed output end a command that waits, so that it closes the desk before it ends.

Never ends the program itself: it raises an exception where the command waits.
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

GOES_ON = "what was recorded continues when refund-tui or refund-tui resume runs again"
NOTHING = "nothing was recorded and nothing was sent"
"""What the end of a command means for its refunds."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Ended):
    """A signal ended the command."""


class StopSignals:
    """Handles the signals from its creation to the end of the process. Create it inside a running event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._end: asyncio.Future[Exception] = self._loop.create_future()
        self._stopped: Stopped | None = None
        self._raising = False
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # ignored by nohup, or by a shell for a background job
                signal.signal(number, self._on_signal)

    def guarded(self, call: Callable[[T], None]) -> Callable[[T], None]:
        """A wrapper of `call`: an exception of `call` ends the command and is not raised to the caller."""

        def guarded(value: T) -> None:
            try:
                call(value)
            except Exception as error:  # noqa: BLE001 raised again where the command waits
                self._stop(error)

        return guarded

    def check(self) -> None:
        """Raise the exception that ends the command, if there is one."""
        if self._stopped is not None:
            raise self._stopped
        if self._end.done():
            raise self._end.result()

    async def run(self, work: Coroutine[object, object, T], timeout: float | None = None) -> T:
        """The result of `work`. Raises what ends the command first, and TimeoutError after `timeout` seconds."""
        task = asyncio.ensure_future(work)
        await asyncio.wait((task, self._end), timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        if self._end.done() or not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self.check()
            raise TimeoutError
        return task.result()

    @contextmanager
    def raise_at_once(self) -> Iterator[None]:
        """Inside this, a signal (also an earlier one) raises Stopped at once: reading a line blocks the event loop."""
        self._raising = True
        try:
            self.check()
            yield
        finally:
            self._raising = False

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._stopped = Stopped(f"ended by {signal.Signals(number).name}", 128 + number)
        if self._raising or self._loop.is_closed():
            raise self._stopped
        self._loop.call_soon_threadsafe(self._stop, self._stopped)

    def _stop(self, why: Exception) -> None:
        if not self._end.done():
            self._end.set_result(why)
