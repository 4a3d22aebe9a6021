"""Owns one thread for one file, so that no key waits for a disk and no connection is shared between threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class Closable(Protocol):
    """A file that is open."""

    def close(self) -> None:
        """Let go of it."""


F = TypeVar("F", bound=Closable)


class FileThread(Generic[F]):
    """Runs calls on one file, one after the other, in a thread of its own.

    What was begun is finished, even if nobody waits: a file that was opened meanwhile is closed with the lane.
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
        """Hold what `opening` returns, until the lane is closed. Raises what it raises."""

        def hold() -> None:
            self._file = opening()

        begun = self._pool.submit(hold)  # raises where no thread can be started
        self._begun = True
        await asyncio.wrap_future(begun)

    async def run(self, call: Callable[[F], T]) -> T:
        """What `call` returns or raises for the file."""

        def on_file() -> T:
            if self._file is None:
                raise RuntimeError("the desk is not open")
            return call(self._file)

        return await asyncio.wrap_future(self._pool.submit(on_file))

    async def close(self) -> None:
        """Close the file and end the thread, after what it has begun. May be called again."""
        if self._begun:
            self._begun = False
            await asyncio.wrap_future(self._pool.submit(self._let_go))
        self._pool.shutdown(wait=True)

    def _let_go(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
