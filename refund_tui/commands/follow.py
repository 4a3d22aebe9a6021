"""Owns how a refund is followed on a plain line: its changes as sentences, its waits as a line now and then.

Shows only what the ledger says. Never writes faster than a person or a screen reader can read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo

from refund_tui.core.damaged_rows import Damaged
from refund_tui.core.lifecycle import left_to_wait
from refund_tui.core.refunds import Attempt, Refund, State
from refund_tui.core.text import visible
from refund_tui.core.times import countdown
from refund_tui.desk.desk import Desk
from refund_tui.desk.news import Changed, News, Trouble, Unsaved
from refund_tui.errors import RecordUnusable, StoreBusy, StoreChanged, StoreDamaged, StoreError

MARKS = (3600, 1800, 900, 600, 300, 120, 60, 30, 20, 10, 5, 4, 3, 2, 1)
"""Seconds left at which a wait says another line."""


class Follower:
    """Follows one refund of a desk until nothing more becomes of it by itself."""

    def __init__(self, desk: Desk, key: str, say: Callable[[str], None]) -> None:
        self._desk, self._key, self._say = desk, key, say
        self._changed = asyncio.Event()
        self._said: str | None = None
        self._said_left, self._said_awaited = float("inf"), False
        self._troubles: set[str] = set()
        desk.listen(self._hear)

    def _hear(self, news: News) -> None:
        match news:
            case Changed(refund=refund) if refund.key == self._key:
                self._tell(refund)
            case Unsaved(why=why) | Trouble(why=why):
                self._say_once(why)
        self._changed.set()

    async def until_decided(self, *, wait: bool) -> Refund:
        """The refund once it is decided or needs a person; without `wait`, once it has to wait. Raises StoreError."""
        while True:
            self._changed.clear()
            found = await self._read()
            if found is not None:
                refund, awaited = found
                left = self.left(refund)
                if (_decided(refund) and not awaited) or (left > 0 and not wait):
                    return refund
                self._say_awaited(_decided(refund))
                self._count_down(left)
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0):  # wait_for of Python 3.11 loses a ctrl+c that comes with the news
                    await self._changed.wait()

    async def _read(self) -> tuple[Refund, bool] | None:
        """The refund as it is on disk, and whether a request of it is on its way.

        None while that cannot be told and the desk still has something to write. Raises StoreError.
        """
        try:
            await self._desk.verify()
            awaited = await self._awaited()  # first, so that no answer falls between
            refund = await self._desk.history.get(self._key)
        except StoreError as error:
            lasting = isinstance(error, StoreChanged | StoreDamaged)  # waiting does not mend it
            if lasting or not (self._desk.on_the_wire or isinstance(error, StoreBusy)):
                raise
            self._say_once(f"{error}: this goes on by itself when that is over")
            return None
        if refund is None:
            raise StoreChanged("the refund is no longer in the ledger: was an older copy of it put back?")
        if isinstance(refund, Damaged):
            raise RecordUnusable(refund.sentence)
        if self._key in self._desk.unsaved:
            return None
        self._tell(refund)
        return refund, awaited and refund.open  # what was accepted awaits nothing more

    async def _awaited(self) -> bool:
        """Whether a request of the refund has no answer on record."""
        attempts = await self._desk.history.attempts(self._key)
        return any(isinstance(one, Attempt) and one.ended_at is None for one in attempts)

    def _say_once(self, sentence: str) -> None:
        """A failure that lasts is told at each try: say it once, until something has changed."""
        if sentence not in self._troubles:
            self._troubles.add(sentence)
            self._say(visible(sentence))

    def _tell(self, refund: Refund) -> None:
        """Say a change once, whether it was heard or read first, and whoever made it."""
        sentence, first = _sentence(refund), self._said is None
        if sentence != self._said:
            self._said, self._said_left = sentence, float("inf")
            self._troubles.clear()
            if not (first and refund.state is State.QUEUED):
                self._say(sentence)

    def _say_awaited(self, awaited: bool) -> None:
        if awaited and not self._said_awaited:
            self._say("  its request is still on its way: the answer is waited for")
        self._said_awaited = awaited

    def left(self, refund: Refund) -> float:
        """Seconds until it may be sent: its own wait, or the account's, which holds it too; 0 while it is sent."""
        return left_to_wait(refund.life, self._desk.summary.gate, self._desk.now())

    def _count_down(self, left: float) -> None:
        first = self._said_left == float("inf")
        if left > 0 and (first or any(left <= mark < self._said_left for mark in MARKS)):
            self._say(f"  waiting, next attempt in {countdown(left)}")
            self._said_left = left


def next_attempt(left: float, now: datetime, zone: tzinfo) -> str:
    """When the next attempt goes, `left` seconds after `now`: by the store's clock, and how long that is."""
    at = (now + timedelta(seconds=left)).astimezone(zone)
    return f"next attempt at {at:%Y-%m-%d %H:%M:%S %Z}, in {countdown(left)}"


def _decided(refund: Refund) -> bool:
    return not refund.state.goes_on


def _sentence(refund: Refund) -> str:
    doubt = "; the money may have moved" if refund.life.maybe_executed else ""
    return f"{refund.state}: {visible(refund.life.why) or 'recorded'}{doubt}"
