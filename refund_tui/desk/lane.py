"""Owns one thread for one file, so that no key waits for a disk and no connection is shared between threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Lane:
    """Runs calls one after the other in a thread of its own; what was begun is finished, even if nobody waits."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `call` returns or raises."""
        return await asyncio.wrap_future(self._pool.submit(call, *args, **kwargs))

    def close(self) -> None:
        """End the thread after what it has begun."""
        self._pool.shutdown(wait=True)
