"""Owns the order of keys: each key is handled completely before the next one.

A scanner, a paste without brackets or a fast clerk sends `5.00`, Tab and `1` at once. Textual alone would forward all
of them to the field that has the focus at that moment.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

KEY_TIMEOUT = 5.0
"""The most seconds for handling one key. This is enough for a slow disk. No key waits for a network."""


class KeyQueue(App[int]):
    """An app that forwards keys and pastes one at a time. `handling` is true while one is being handled."""

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[events.Event] = deque()
        self.handling = False
        self._typing: asyncio.Task[None] | None = None

    async def on_event(self, event: events.Event) -> None:
        """Handle a key or paste now, or queue it if another one is being handled."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        self.key_came()
        if self.handling:
            self._typed.append(event)
        else:
            self.handling, before = True, self._pumps()
            try:
                await super().on_event(event)
            finally:
                self._typing = asyncio.create_task(self._go_on(before), name="typist")

    async def on_unmount(self) -> None:
        """Stop handing out keys."""
        if self._typing is not None:
            self._typing.cancel()

    async def _go_on(self, before: Sequence[MessagePump]) -> None:
        """Wait for the effects of the first key, then forward the queue, key by key."""
        try:
            await self._with_timeout(self._wait_for_effects(before))
            while self._typed:
                await self._with_timeout(self._handle(self._typed.popleft()))
        finally:
            self.handling = False

    async def _with_timeout(self, work: Awaitable[None]) -> None:
        try:
            await asyncio.wait_for(work, KEY_TIMEOUT)
        except TimeoutError:
            self._drop_queue()

    def _drop_queue(self) -> None:
        """Drop the keys after one that took too long: a part of an amount is worse than none."""
        lost = len(self._typed)
        self._typed.clear()
        if lost:
            self.keys_dropped(lost)

    def key_came(self) -> None:
        """Called for each key and each paste, before it is handled."""

    def keys_dropped(self, number: int) -> None:
        """Called with the number of dropped keys."""

    async def _handle(self, event: events.Event) -> None:
        """Forward one key. Returns when all its effects have ended."""
        before = self._pumps()
        await self._run_in(self, super().on_event, event)
        await self._wait_for_effects(before)

    async def _wait_for_effects(self, before: Sequence[MessagePump]) -> None:
        """Return when the effects of a key have ended, also if it moved the focus away from `before`."""
        await self._wait_until_handled(before)
        await self._run_in(self, _nothing)  # Textual moves the focus only after the handler that asked for it
        if (now := self._pumps()) != before:
            await self._wait_until_handled(now)

    async def _wait_until_handled(self, pumps: Sequence[MessagePump]) -> None:
        """Return when these widgets have handled all their messages, in the order in which messages bubble.

        Wait twice, because a handler may post a message behind our first check.
        """
        for pump in (*pumps, *pumps):
            await self._run_in(pump, _nothing)

    def _pumps(self) -> list[MessagePump]:
        """The focused widget and its ancestors, up to the app: a key and its messages go through them."""
        return [*(self.focused or self.screen).ancestors_with_self]

    @staticmethod
    async def _run_in(pump: MessagePump, call: Callable[..., Awaitable[None]], *arguments: object) -> None:
        """Have `pump` run `call` after its other messages, and return when that is done."""
        done = asyncio.Event()

        async def run() -> None:
            try:
                await call(*arguments)
            finally:
                done.set()

        if pump.call_later(run):
            await done.wait()


async def _nothing() -> None:
    """Do nothing. Only its place in the queue matters."""
