"""Owns the question before money moves: deaf for its first half second, and to Enter always."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.events import Key
from textual.message import Message

from refund_tui.core.times import Mark
from refund_tui.tui.line.plain import Plain

DEAF = 0.5
"""Seconds for which nothing is heard, so that a key held or struck twice confirms nothing."""


class ConfirmPanel(Plain, can_focus=True):
    """Repeats what will be done and hears `yes`, `n` and Escape; the yes key is `y`, or another where that is said."""

    @dataclass
    class Answered(Message):
        """A person decided."""

        yes: bool
        yes_key: str

    def __init__(self, now: Callable[[], Mark], *, id: str | None = None) -> None:
        super().__init__("", id=id)
        self._now = now
        self._opened: Mark | None = None
        self._yes_key = "y"

    def ask(self, words: str, yes_key: str = "y") -> None:
        """Show the question; the time of deafness begins now."""
        self._yes_key, self._opened = yes_key, self._now()
        self.show(words)
        self.focus()

    def on_key(self, event: Key) -> None:
        """Hear an answer, or nothing."""
        if event.key not in (self._yes_key, "n", "escape", "enter", "space", "tab", "shift+tab"):
            return
        event.stop()
        event.prevent_default()
        if self._opened is None or self._now().since(self._opened) < DEAF:
            return
        if event.key in (self._yes_key, "n", "escape"):
            self._opened = None
            self.post_message(self.Answered(event.key == self._yes_key, self._yes_key))
