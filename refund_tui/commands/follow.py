"""Owns how a refund is followed without a screen: a sentence for each change, and a few lines while it waits.

Shows only what the ledger says. Never writes faster than a person or a screen reader can read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo

from refund_tui.core.damage import Damaged
from refund_tui.core.refunds import Attempt, Refund, State
from refund_tui.core.text import visible
from refund_tui.core.times import countdown
from refund_tui.core.waits import left_to_wait
from refund_tui.desk.desk import Desk
from refund_tui.desk.news import Changed, News, Trouble, Unsaved
from refund_tui.errors import RecordUnusable, StoreBusy, StoreChanged, StoreDamaged, StoreError

COUNTDOWN = (3600, 1800, 900, 600, 300, 120, 60, 30, 20, 10, 5, 4, 3, 2, 1)
"""The numbers of seconds left at which a waiting refund gets another line."""


class Follower:
    """Follows one refund of a desk until it is decided or needs a person."""

    def __init__(self, desk: Desk, key: str, say: Callable[[str], None]) -> None:
        self._desk, self._key, self._say = desk, key, say
        self._changed = asyncio.Event()
        self._shown: str | None = None
        self._shown_left, self._shown_awaited = float("inf"), False
        self._shown_problems: set[str] = set()
        desk.listen(self._on_news)

    def _on_news(self, news: News) -> None:
        match news:
            case Changed(refund=refund) if refund.key == self._key:
                self._show(refund)
            case Unsaved(why=why) | Trouble(why=why):
                self._say_once(why)
        self._changed.set()

    async def until_decided(self, *, wait: bool) -> Refund:
        """The refund when it is decided or needs a person; without `wait` also if it has to wait. Raises StoreError."""
        while True:
            self._changed.clear()
            found = await self._read()
            if found is not None:
                refund, awaited = found
                left = self.left(refund)
                if (_decided(refund) and not awaited) or (left > 0 and not wait):
                    return refund
                self._show_awaited(_decided(refund))
                self._count_down(left)
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0):  # wait_for in Python 3.11 can lose a ctrl+c
                    await self._changed.wait()

    async def _read(self) -> tuple[Refund, bool] | None:
        """The refund as it is on disk, and whether one of its requests has no answer yet.

        None while the ledger cannot be read and the desk still has to write to it. Raises StoreError.
        """
        try:
            await self._desk.verify()
            awaited = await self._awaited()  # read first, so that an answer in between is not missed
            refund = await self._desk.history.get(self._key)
        except StoreError as error:
            lasting = isinstance(error, StoreChanged | StoreDamaged)  # waiting does not repair it
            if lasting or not (self._desk.on_the_wire or isinstance(error, StoreBusy)):
                raise
            self._say_once(f"{error}: this continues by itself when that is over")
            return None
        if refund is None:
            raise StoreChanged("the refund is no longer in the ledger: was an older copy of it put back?")
        if isinstance(refund, Damaged):
            raise RecordUnusable(refund.sentence)
        if self._key in self._desk.unsaved:
            return None
        self._show(refund)
        return refund, awaited and refund.open  # an accepted refund waits for no further answer

    async def _awaited(self) -> bool:
        """Whether a request of the refund has no answer on record."""
        attempts = await self._desk.history.attempts(self._key)
        return any(isinstance(one, Attempt) and one.ended_at is None for one in attempts)

    def _say_once(self, sentence: str) -> None:
        """Print a problem once, although it is reported at each try, until the refund changes."""
        if sentence not in self._shown_problems:
            self._shown_problems.add(sentence)
            self._say(visible(sentence))

    def _show(self, refund: Refund) -> None:
        """Print a change once, although it may be both announced and read."""
        sentence, first = _sentence(refund), self._shown is None
        if sentence != self._shown:
            self._shown, self._shown_left = sentence, float("inf")
            self._shown_problems.clear()
            if not (first and refund.state is State.QUEUED):
                self._say(sentence)

    def _show_awaited(self, awaited: bool) -> None:
        if awaited and not self._shown_awaited:
            self._say("  one of its requests has no answer yet: waiting for it")
        self._shown_awaited = awaited

    def left(self, refund: Refund) -> float:
        """Seconds until it may be sent, by its own wait and the account's; 0 while it is being sent."""
        return left_to_wait(refund.life, self._desk.summary.gate, self._desk.now())

    def _count_down(self, left: float) -> None:
        first = self._shown_left == float("inf")
        if left > 0 and (first or any(left <= mark < self._shown_left for mark in COUNTDOWN)):
            self._say(f"  waiting, next attempt in {countdown(left)}")
            self._shown_left = left


def next_attempt(left: float, now: datetime, zone: tzinfo) -> str:
    """The time of the next attempt, `left` seconds after `now`: by the store's clock, and as a countdown."""
    at = (now + timedelta(seconds=left)).astimezone(zone)
    return f"next attempt at {at:%Y-%m-%d %H:%M:%S %Z}, in {countdown(left)}"


def _decided(refund: Refund) -> bool:
    return not refund.state.goes_on


def _sentence(refund: Refund) -> str:
    doubt = "; the money may have moved" if refund.life.maybe_executed else ""
    return f"{refund.state}: {visible(refund.life.why) or 'recorded'}{doubt}"
