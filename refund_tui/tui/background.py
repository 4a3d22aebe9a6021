"""Owns the work that must not hold a key up: it is taken between the opening of the files and the way out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from refund_tui.core.lifecycle import NotPossible
from refund_tui.errors import RefundTuiError


class BackgroundWork:
    """Does work in tasks of its own. `tell` hears what could not be done, `failed` what was a mistake of ours."""

    def __init__(self, tell: Callable[[str], None], failed: Callable[[Exception], None]) -> None:
        self._tell, self._failed = tell, failed
        self._working: set[asyncio.Task[None]] = set()
        self._newest: dict[str, asyncio.Task[None]] = {}
        self.open = False

    def do(self, work: Coroutine[object, object, None], group: str = "") -> None:
        """Do `work`. Reading work of one `group` is given up for the newest; work that changes something has none."""
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

    async def close(self) -> None:
        """Take no more work, and return when what is under way has ended."""
        self.open = False
        await asyncio.gather(*self._working, return_exceptions=True)

    def _forget(self, task: asyncio.Task[None], work: Coroutine[object, object, None]) -> None:
        work.close()
        self._working.discard(task)

    async def _telling(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except (RefundTuiError, NotPossible) as error:
            self._tell(str(error))
        except Exception as error:  # noqa: BLE001 one fault of ours must not end the terminal, nor be passed over
            if self.open:  # on the way out the widgets are gone before the work is
                self._failed(error)
