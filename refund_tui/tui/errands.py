"""Owns work that must not hold a key up, and the line on which what happens, or fails, is announced."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from textual.app import App

from refund_tui.core.lifecycle import NotPossible
from refund_tui.core.text import visible
from refund_tui.errors import RefundTuiError
from refund_tui.tui.line.plain import Plain, literal

LONGEST = 300
"""Characters of an announcement that are shown."""


class Errands(App[int]):
    """An app that works in the background, until it is `deaf`: before its files are open, and on the way out."""

    def __init__(self) -> None:
        super().__init__()
        self.deaf = True
        self.announcement = Plain("", id="announcement")
        self._working: set[asyncio.Task[None]] = set()
        self._newest: dict[str, asyncio.Task[None]] = {}

    def announce(self, words: str) -> None:
        """Say something once, wherever the clerk is; it stays until something else is said, or a question is asked."""
        told = (f"{self.hour()}  ", "$muted"), visible(words, LONGEST)
        self.announcement.show(literal(*told) if words else "")

    def failed(self, error: Exception) -> None:
        """Say that this program made a mistake, and go on."""
        raise NotImplementedError

    def hour(self) -> str:
        """The time of an announcement, as the store has it."""
        raise NotImplementedError

    def in_background(self, work: Coroutine[object, object, None], group: str = "") -> None:
        """Do `work` without holding a key up; what fails in it is announced.

        Reading work of the same `group` is given up for the newest; work that changes something has no group.
        """
        if self.deaf:
            work.close()
            return
        task = asyncio.create_task(self._announcing(work))
        task.add_done_callback(lambda done: self._forget(done, work))
        if group and (older := self._newest.get(group)):
            older.cancel()
        if group:
            self._newest[group] = task
        self._working.add(task)

    async def finish_errands(self) -> None:
        """Take no more work, and return when what is under way has ended."""
        self.deaf = True
        await asyncio.gather(*self._working, return_exceptions=True)

    def _forget(self, task: asyncio.Task[None], work: Coroutine[object, object, None]) -> None:
        work.close()
        self._working.discard(task)

    async def _announcing(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except (RefundTuiError, NotPossible) as error:
            self.announce(str(error))
        except Exception as error:  # noqa: BLE001 one fault of ours must not end the terminal, nor be passed over
            if not self.deaf:  # on the way out the widgets are gone before the work is
                self.failed(error)
