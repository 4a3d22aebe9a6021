"""A listener on a desk: tests wait for its news, never for time to pass."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from refund_tui.core.refunds import Refund, State
from refund_tui.desk.desk import Desk
from refund_tui.desk.news import Changed, Elsewhere, News, Trouble, Unsaved
from tests.support.patience import PATIENCE


class Ears:
    """All news of a desk, and ways to wait for a condition."""

    def __init__(self, desk: Desk) -> None:
        self.heard: list[News] = []
        self._desk = desk
        self._new = asyncio.Event()
        desk.listen(self._hear)

    def _hear(self, news: News) -> None:
        self.heard.append(news)
        self._new.set()

    @property
    def kinds(self) -> list[str]:
        """The kinds of the changes, in order."""
        return [news.kind for news in self.heard if isinstance(news, Changed)]

    async def until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Return when `holds()` is true. It is checked after each piece of news."""
        async with asyncio.timeout(PATIENCE):
            while not await holds():
                self._new.clear()
                await self._new.wait()

    def has(self, kind: type[Trouble | Unsaved | Elsewhere], words: str = "") -> bool:
        """Whether there was news of this kind with these words."""
        return any(isinstance(news, kind) and words in getattr(news, "why", "") for news in self.heard)

    async def until_news(self, kind: type[Trouble | Unsaved | Elsewhere], words: str = "") -> None:
        """Return when there was such news."""

        async def said() -> bool:
            return self.has(kind, words)

        await self.until(said)

    async def until_kind(self, kind: str) -> None:
        """Return when a change of this kind was announced. Its state was on disk before."""

        async def said() -> bool:
            return kind in self.kinds

        await self.until(said)

    async def until_state(self, key: str, *states: State) -> Refund:
        """The refund `key` when its state is one of `states`."""
        found: list[Refund] = []

        async def reached() -> bool:
            refund = await self._desk.history.get(key)
            found[:] = [refund] if isinstance(refund, Refund) else []
            return isinstance(refund, Refund) and refund.state in states

        await self.until(reached)
        return found[0]
