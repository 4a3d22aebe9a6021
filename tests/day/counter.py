"""The clerk at the counter: keys, and after each of them the screen compared with the ledger and the books."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.day.colleague import Colleague
from tests.day.observer import Observer, Observers
from tests.day.seen import Screen
from tests.day.shop import Shop
from tests.day.test_elsewhere import HERE, agreed, comes_true, looked_at
from tests.day.truth import Truth
from tests.flows.stage import NAMED_KEYS, Stage
from tests.support.patience import PATIENCE


class Counter:
    """One clerk at the keys; `typed` is what was typed for this shopper."""

    def __init__(self, stage: Stage, shop: Shop, folder: Path, observers: Observers, *others: Colleague) -> None:
        self.stage, self.shop, self._folder, self._observers, self._others = stage, shop, folder, observers, others
        self.typed: set[str] = set()
        self._seen: object = None
        """What was on disk, and when, as all screens were compared last."""

    @property
    def truth(self) -> Truth:
        """The data on disk."""
        return looked_at(self.stage, self._folder).truth

    async def look(self) -> None:
        """Compare the screen with the disk."""
        await self.stage.idle()
        await agreed(self.stage, self._folder, self.typed)

    async def look_around(self) -> None:
        """Compare the disk with the payments and, if anything changed, what stands on the other terminals with it."""
        truth = self.truth
        assert self.shop.disagreements(truth) == []
        if (seen := (truth.texts, self.stage.clock.at)) != self._seen:
            await asyncio.gather(*(self._look_at(one) for one in self._observers.all))
            self._seen = seen

    async def _look_at(self, one: Observer) -> None:
        async def present() -> Screen:
            text = await asyncio.to_thread(one.text)
            return Screen(text, self.truth, self.stage.clock.at, {*HERE, *self.typed})

        await comes_true(present)

    async def press(self, *keys: str, sees: str = "") -> None:
        """Press keys, each by its name, or type a word; look after each. In the end `sees` is on the screen."""
        for key in keys:
            if key not in NAMED_KEYS:
                self.typed.add(key)
            await self.stage.press(key)
            await self.look()
        if sees:
            await self.sees(sees)
        await self.look_around()

    async def sees(self, words: str) -> None:
        """Wait until the words are there, and look."""
        await self.stage.until(words)
        await self.look()

    async def passes(self, seconds: float) -> None:
        """Let time pass in every process: they run on one host, which has one clock."""
        self.stage.clock.advance(seconds)
        for other in self._others:
            await asyncio.to_thread(other.advance, seconds)
        await asyncio.to_thread(self._observers.advance, seconds)
        self.stage.desk.wake()
        await self.look()
        await self.look_around()

    async def opens(self, find: str) -> None:
        """From anywhere to the form of the trip that `find` finds, for the next shopper."""
        self.typed = set()
        await self.passes(97)
        await asyncio.to_thread(self._observers.follow, find)
        await self.press("f2", find, sees="1 trip")
        await self.press("enter", sees="Amount")

    async def asks(self, *keys: str) -> None:
        """From the form to the question."""
        await self.press(*keys, "f10", sees="go back")

    async def says(self, key: str = "y", *, sees: str = "") -> None:
        """Answer the question when its keys are accepted."""
        await self.passes(1)
        await self.stage.until_lit(key)
        await self.press(key, sees=sees)

    async def serves(self, find: str, *keys: str, sees: str = "● ACCEPTED") -> None:
        """One shopper, from Lookup to the end of the refund."""
        await self.opens(find)
        await self.asks(*keys)
        await self.says(sees=sees)
        await self.press("f2", "f4", "f3")

    async def goes_round(self) -> None:
        """Every screen, and every view of the refund that was made last; back to where that is."""
        await self.press("f2", "f4", sees="newest first")
        await self.press("home", "enter", sees="Request id")
        await self.press("ctrl+o", sees="Answers as they came")
        await self.press("ctrl+o", "ctrl+r", sees="REFUND")
        await self.press("escape", "escape", "f3")

    async def until_disk(self, *states: str) -> None:
        """Wait until no refund is in one of these states."""
        async with asyncio.timeout(PATIENCE):
            while self.truth.count(*states):
                await self.stage.pilot.pause(0.05)
        await self.look()
        await self.look_around()
