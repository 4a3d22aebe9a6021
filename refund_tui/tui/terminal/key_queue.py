"""Owns the order of keys: each one is handled to its end before the next, however fast they come.

A scanner, a paste without brackets or a clerk who knows the way sends `5.00`, Tab and `1` in one piece; forwarded at
once, all of it would land in the field that had the cursor first.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

PATIENCE = 5.0
"""Seconds for which a key's handling may hold the next key back: a busy disk's, never a network's."""


class KeyQueue(App[int]):
    """An app that hands keys and pastes out one at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[events.Event] = deque()
        self._handling = False
        self._typing: asyncio.Task[None] | None = None

    async def on_event(self, event: events.Event) -> None:
        """Handle what is typed at once, or after what was typed before it; all else goes on as ever."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._handling:
            self._typed.append(event)
        else:
            self._handling, before = True, self._pumps()
            try:
                await super().on_event(event)
            finally:
                self._typing = asyncio.create_task(self._go_on(before), name="typist")

    async def on_unmount(self) -> None:
        """Hand nothing out any more."""
        if self._typing is not None:
            self._typing.cancel()

    async def _go_on(self, before: Sequence[MessagePump]) -> None:
        """Wait for what the first key caused, then hand out what was typed meanwhile, key by key."""
        try:
            await self._patiently(self._caused(before))
            while self._typed:
                await self._patiently(self._handle(self._typed.popleft()))
        finally:
            self._handling = False

    async def _patiently(self, work: Awaitable[None]) -> None:
        try:
            await asyncio.wait_for(work, PATIENCE)
        except TimeoutError:
            self._give_up_what_was_typed_ahead()

    def _give_up_what_was_typed_ahead(self) -> None:
        """Half an amount is worse than none: what waited behind a key that never ended goes nowhere."""
        lost = len(self._typed)
        self._typed.clear()
        if lost:
            self.keys_were_lost(lost)

    def keys_were_lost(self, number: int) -> None:
        """So many keys went nowhere; tell whoever typed them."""

    async def _handle(self, event: events.Event) -> None:
        """Hand out one key, and return when all that it caused has ended."""
        before = self._pumps()
        await self._done(self, super().on_event, event)
        await self._caused(before)

    async def _caused(self, before: Sequence[MessagePump]) -> None:
        """Return when what a key caused has ended, wherever it sent the cursor from `before`."""
        await self._settled(before)
        await self._done(self, _nothing)  # Textual moves the cursor after what asked for it has ended
        if (now := self._pumps()) != before:
            await self._settled(now)

    async def _settled(self, pumps: Sequence[MessagePump]) -> None:
        """Return when these have nothing left to handle, each after what the one before it has passed on.

        Twice, since a message begins its way in the queue of who sends it, behind what asks whether that is empty.
        """
        for pump in (*pumps, *pumps):
            await self._done(pump, _nothing)

    def _pumps(self) -> list[MessagePump]:
        """The widget with the cursor and all it stands in, up to the app: the way of a key and of what it causes."""
        return [*(self.focused or self.screen).ancestors_with_self]

    @staticmethod
    async def _done(pump: MessagePump, call: Callable[..., Awaitable[None]], *arguments: object) -> None:
        """Have `pump` run `call` after what it has to do, and return when that is done."""
        done = asyncio.Event()

        async def run() -> None:
            try:
                await call(*arguments)
            finally:
                done.set()

        if pump.call_later(run):
            await done.wait()


async def _nothing() -> None:
    """What is run when only its turn matters."""
