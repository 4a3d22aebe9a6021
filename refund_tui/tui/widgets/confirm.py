"""Owns the question before money moves: deaf for its first half second, and to Enter always."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.message import Message
from textual.widgets import Input

from refund_tui.core.times import Mark
from refund_tui.tui.fields import field
from refund_tui.tui.line.plain import Plain, literal

DEAF = 0.5
"""Seconds for which nothing is heard, so that a key held or struck twice confirms nothing."""


class ConfirmPanel(Vertical, can_focus=True):
    """Repeats what will be done; hears its yes key, `n` and Escape, and nothing else.

    Where an amount must be typed again, the yes key only opens a field for it, and Enter with that very amount answers.
    """

    @dataclass
    class Answered(Message):
        """A person decided."""

        yes: bool
        yes_key: str

    def __init__(self, now: Callable[[], Mark], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._now = now
        self._opened: Mark | None = None
        self._yes_key = "y"
        self._typed_again: str | None = None

    def compose(self) -> ComposeResult:
        """The words, and the field for an amount that must be typed again."""
        yield Plain("", classes="words")
        yield field("again")
        yield Plain("", classes="wrong")

    def ask(self, words: str, yes_key: str = "y", *, typed_again: str | None = None) -> None:
        """Show the question; the time of deafness begins now."""
        self._yes_key, self._opened, self._typed_again = yes_key, self._now(), typed_again
        title, _, rest = words.partition("\n")
        self.query_one(".words", Plain).show(literal((title, "bold"), f"\n{rest}"))
        self.query_one(".wrong", Plain).show("")
        self.query_one("#again").display = False
        self.focus()

    def on_key(self, event: Key) -> None:
        """Hear an answer, or nothing."""
        asked = self.has_focus
        if (event.key in (self._yes_key, "n", "enter", "tab", "shift+tab") and asked) or event.key == "escape":
            event.stop()
            event.prevent_default()
            if self._opened is not None and self._now().since(self._opened) >= DEAF:
                self._hear(event.key)

    def _hear(self, key: str) -> None:
        if key == self._yes_key and self._typed_again is not None:
            again = self.query_one("#again", Input)
            again.value, again.display = "", True
            again.focus()
            self.query_one(".wrong", Plain).show("This is real money: type the amount again, then Enter.")
        elif key in (self._yes_key, "n", "escape"):
            self._answer(key == self._yes_key)

    def _answer(self, yes: bool) -> None:
        self._opened = None
        self.post_message(self.Answered(yes, self._yes_key))

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        if message.value.strip() == self._typed_again:
            self._answer(True)
        else:
            self.query_one(".wrong", Plain).show(
                f"That is not the amount: type {self._typed_again}, or Escape goes back."
            )
