"""Owns the announcement below the screens: one sentence, which is removed when its screen is left.

It decides how long a sentence stays, never its words.
"""

from __future__ import annotations

from datetime import tzinfo

from textual.content import Content

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
        self._told_at = 0.0
        self._unread_at: int | None = None
        self._news = self._left = False
        self._words = self._standing = ""
        self._sentence = literal()
        self._urgent = False

    def announce(self, words: str, now: Instant, *, news: bool = False, unread_at: int | None = None) -> None:
        """Show a sentence until the screen is left; `news` at least for NEWS_STAY seconds. "" shows none.

        `unread_at`: it says that a file could not be read after so many looks; another look ends it, once it was read.
        """
        self._told_at, self._news, self._left = now.ticks, news, False
        self._words, self._unread_at = words, unread_at
        hour = f"{now.at.astimezone(self._zone):%H:%M}"
        self._sentence = literal((f"{hour}  ", "$muted"), visible(words, LONGEST)) if words else literal()
        if not self._urgent:
            self.show(self._sentence)

    def show(self, text: str | Content) -> None:
        """Show a text, with the bar that tells it from the text above."""
        super().show(text)
        self.set_class(bool(self.shown), "-told")

    def interrupt(self, words: str) -> None:
        """Show these words in place of the sentence; "" shows the sentence again."""
        self._urgent = bool(words)
        self.show(literal((words, "bold")) if words else self._sentence)

    def stand(self, words: str) -> None:
        """Show these words when there are no others, until they are withdrawn."""
        self._standing = words

    def withdraw(self, words: str, now: Instant) -> None:
        """Remove these words, which are no longer true."""
        if self._standing == words:
            self._standing = ""
        if self._words == words:
            self.announce("", now)

    def leave(self, now: Instant, looks: int) -> None:
        """Note that the screen or the shopper of the sentence was left."""
        self._left = True
        self.tick(now, looks)

    def tick(self, now: Instant, looks: int) -> None:
        """Remove a sentence whose screen was left, or that is no longer true, once its time is over."""
        stayed = now.ticks >= self._told_at + NEWS_STAY
        untrue = self._unread_at is not None and looks > self._unread_at
        if (self._left and not self._news) or ((self._left or untrue) and stayed):
            self.announce("", now)
        if self._standing and not self._words:
            self.announce(self._standing, now)
