"""Owns how a refund is followed on a plain line: its changes as sentences, its waits as a line now and then.

Shows only what the ledger says. Never writes faster than a person or a screen reader can read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

from refund_tui.core.refunds import Refund, State
from refund_tui.core.text import visible
from refund_tui.core.times import countdown, left_of
from refund_tui.desk import Changed, Desk, News, Trouble, Unsaved
from refund_tui.errors import StoreChanged

MARKS = (3600, 1800, 900, 600, 300, 120, 60, 30, 20, 10, 5, 4, 3, 2, 1)
"""Seconds left at which a wait says another line."""


class Follower:
    """Follows one refund of a desk until nothing more becomes of it by itself."""

    def __init__(self, desk: Desk, key: str, say: Callable[[str], None]) -> None:
        self._desk, self._key, self._say = desk, key, say
        self._changed = asyncio.Event()
        self._said_left = float("inf")
        desk.listen(self._hear)

    def _hear(self, news: News) -> None:
        match news:
            case Changed(refund=refund) if refund.key == self._key:
                self._say(_sentence(refund))
                self._said_left = float("inf")
            case Unsaved(why=why) | Trouble(why=why):
                self._say(visible(why))
        self._changed.set()

    async def until_decided(self, *, wait: bool) -> Refund:
        """The refund once it is decided or needs a person; without `wait`, once it has to wait. Raises StoreError."""
        while True:
            self._changed.clear()
            refund = await self._desk.look(lambda history: history.get(self._key))
            if refund is None:
                raise StoreChanged("the refund is no longer in the ledger: was an older copy of it put back?")
            if not refund.open or refund.state in (State.UNKNOWN, State.BLOCKED):
                return refund
            left = self.left(refund)
            if left > 0 and not wait:
                return refund
            self._count_down(left)
            try:
                await asyncio.wait_for(self._changed.wait(), 1.0)
            except TimeoutError:
                continue

    def left(self, refund: Refund) -> float:
        """Seconds until it may be sent: its own wait, or the account's, which holds it too; 0 while it is sent."""
        if not refund.state.sendable:
            return 0.0
        return left_of(self._desk.now(), refund.life.wait, self._desk.summary.gate)

    def _count_down(self, left: float) -> None:
        first = self._said_left == float("inf")
        if left > 0 and (first or any(left <= mark < self._said_left for mark in MARKS)):
            self._say(f"  waiting, next attempt in {countdown(left)}")
            self._said_left = left


def next_attempt(left: float, now: datetime, zone: tzinfo) -> str:
    """When the next attempt goes, `left` seconds after `now`: by the store's clock, and how long that is."""
    at = (now + timedelta(seconds=left)).astimezone(zone)
    return f"next attempt at {at:%Y-%m-%d %H:%M:%S %Z}, in {countdown(left)}"


def _sentence(refund: Refund) -> str:
    doubt = "; the money may have moved" if refund.life.maybe_executed else ""
    return f"{refund.state}: {visible(refund.life.why) or 'recorded'}{doubt}"
