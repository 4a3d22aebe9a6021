"""Owns what ends a command that waits: a signal, or news that could not be said. It ends in order, the desk closed.

Never ends anything itself: it raises where the command waits, and the command closes what it has open.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, TypeVar

from refund_tui.commands.output import Ended

if TYPE_CHECKING:
    from typing import Never

T = TypeVar("T")

GOES_ON = "what was recorded goes on when refund-tui, or refund-tui resume, runs again"
NOTHING = "nothing was recorded and nothing was sent"
"""What the end of a command means for refunds."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Ended):
    """A signal ended the command."""


class Stopping:
    """Hears the signals from its making on; for use in a running loop, whose end gives them back."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._end: asyncio.Future[Exception] = loop.create_future()
        for number in _heard():
            loop.add_signal_handler(number, self._stop, _stopped(number))

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

    def _stop(self, why: Exception) -> None:
        if not self._end.done():
            self._end.set_result(why)


@contextmanager
def raising_signals() -> Iterator[None]:
    """Have the signals raise Stopped at once, while a line is read; asyncio would hear them only after it."""
    before = {number: signal.signal(number, _raise) for number in _heard()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _heard() -> list[signal.Signals]:
    """The signals that end a command, but what nohup or a shell's background job has it ignore."""
    return [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]


def _stopped(number: int) -> Stopped:
    return Stopped(f"ended by {signal.Signals(number).name}", 128 + number)


def _raise(number: int, _frame: FrameType | None) -> Never:
    raise _stopped(number)
