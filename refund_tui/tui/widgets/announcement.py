"""Owns the announcement below the screens: one sentence, which is removed when its screen is left.

It decides how long a sentence stays, never its words.
"""

from __future__ import annotations

from datetime import tzinfo

from refund_tui.core.text import visible
from refund_tui.core.times import Instant
from refund_tui.tui.widgets.plain_text import Plain, literal

LONGEST = 380
"""The most characters of an announcement."""

NEWS_STAY = 10.0
"""The fewest seconds for which news are shown, because they may come when the clerk leaves the screen."""


class Announcement(Plain):
    """One sentence with its time."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__("", id="announcement")
        self._zone = zone
        self._stays_until: float | None = None
        self._left = False

    def announce(self, words: str, now: Instant, *, news: bool = False) -> None:
        """Show a sentence until the screen is left; `news` at least for NEWS_STAY seconds. "" shows none."""
        self._stays_until, self._left = now.ticks + NEWS_STAY if news else None, False
        hour = f"{now.at.astimezone(self._zone):%H:%M}"
        self.show(literal((f"{hour}  ", "$muted"), visible(words, LONGEST)) if words else "")

    def leave(self, now: Instant) -> None:
        """Note that the screen or the shopper of the sentence was left."""
        self._left = True
        self.tick(now)

    def tick(self, now: Instant) -> None:
        """Remove a sentence whose screen was left, once its time is over."""
        if self._left and (self._stays_until is None or now.ticks >= self._stays_until):
            self.announce("", now)
