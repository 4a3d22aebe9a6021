"""Owns background work, for which no key waits. Work is accepted from the opening of the files until the app ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

from refund_tui.core.lifecycle import NotPossible
from refund_tui.errors import RefundTuiError, StoreBusy

ANSWER_WITHIN = 2.0
"""Seconds that a key waits for what it reads: other keys wait behind it, and a lock may last for minutes."""


class Unanswered(StoreBusy):
    """The files did not answer while a key waited."""

    unread = True

    def __init__(self) -> None:
        super().__init__("the ledger does not answer: nothing was opened or changed; try again in a moment")


@asynccontextmanager
async def answered() -> AsyncIterator[None]:
    """Only reads are awaited within. Raises Unanswered after ANSWER_WITHIN seconds."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            yield
    except TimeoutError:
        raise Unanswered from None


class BackgroundWork:
    """Runs work in asyncio tasks. `tell` is called with errors for a person, `failed` with faults of the program."""

    def __init__(self, tell: Callable[[Exception], None], failed: Callable[[Exception], None]) -> None:
        self._tell, self._failed = tell, failed
        self._working: set[asyncio.Task[None]] = set()
        self._newest: dict[str, asyncio.Task[None]] = {}
        self.open = False

    def do(self, work: Coroutine[object, object, None], group: str = "") -> None:
        """Start `work`. It cancels older work of the same `group`; work that changes something must have no group."""
        if not self.open:
            work.close()
            return
        task = asyncio.create_task(self._telling(work))
        task.add_done_callback(lambda done: self._forget(done, work))
        if group:
            if older := self._newest.get(group):
                older.cancel()
            self._newest[group] = task
        self._working.add(task)

    @property
    def busy(self) -> bool:
        """Whether work is under way."""
        return bool(self._working)

    async def close(self) -> None:
        """Accept no more work. Returns when all running work has ended."""
        self.open = False
        await asyncio.gather(*self._working, return_exceptions=True)

    def _forget(self, task: asyncio.Task[None], work: Coroutine[object, object, None]) -> None:
        work.close()
        self._working.discard(task)

    async def _telling(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except (RefundTuiError, NotPossible) as error:
            self._tell(error)
        except Exception as error:  # noqa: BLE001 a fault of the program must be shown, and must not end it
            if self.open:  # while the app ends, work may fail because its widgets are gone
                self._failed(error)
