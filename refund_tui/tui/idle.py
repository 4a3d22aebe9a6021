"""Owns when the terminal ends because no key comes (`idle_end`), and what is said then. Reads no clock."""

from __future__ import annotations

from refund_tui.core.times import Instant

COUNTED = 60
"""The last seconds, which are counted down on the screen."""


class IdleEnd:
    """Counts the time since the last key. With `minutes` None it never ends."""

    def __init__(self, minutes: int | None) -> None:
        self.minutes = minutes
        self._last: float | None = None

    def key(self, now: Instant) -> None:
        """Note that a key came."""
        self._last = now.ticks

    def left(self, now: Instant) -> int | None:
        """Whole seconds until the end, 0 if it is due; None if that is more than COUNTED seconds away."""
        if self.minutes is None:
            return None
        if self._last is None:
            self._last = now.ticks
        left = self._last + self.minutes * 60 - now.ticks
        return max(0, round(left)) if left <= COUNTED else None
