"""Owns one thread for one file, so that the screen never waits for a disk and no two threads share a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class Closable(Protocol):
    """A file that is open."""

    def close(self) -> None:
        """Close it."""


F = TypeVar("F", bound=Closable)


class FileThread(Generic[F]):
    """Runs calls on one file, one after the other, in a thread of its own.

    A call that was begun is finished, even if nobody waits for it. `close` also closes a file that is being opened.
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
        """Open the file by calling `opening`, which may raise, in the thread."""

        def hold() -> None:
            self._file = opening()

        begun = self._pool.submit(hold)  # raises where no thread can be started
        self._begun = True
        await asyncio.wrap_future(begun)

    async def run(self, call: Callable[[F], T]) -> T:
        """Run `call` on the file in the thread; returns what it returns and raises what it raises."""

        def on_file() -> T:
            if self._file is None:
                raise RuntimeError("the desk is not open")
            return call(self._file)

        return await asyncio.wrap_future(self._pool.submit(on_file))

    async def close(self) -> None:
        """Finish the calls that were begun, close the file and end the thread. May be called again."""
        if self._begun:
            self._begun = False
            await asyncio.wrap_future(self._pool.submit(self._let_go))
        self._pool.shutdown(wait=True)

    def _let_go(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
