"""Owns the choice of one among a few: one digit, or up and down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from refund_tui.tui.widgets.plain_text import Plain


class Choice(Plain, can_focus=True):
    """At most nine possibilities, each with its digit; `picked` is the digit chosen, None at first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(digit), f"pick({digit})", show=False) for digit in range(1, 10)),
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
    ]

    @dataclass
    class Picked(Message):
        """Something was chosen."""

        digit: int

    def __init__(self, possibilities: Sequence[str], *, id: str | None = None) -> None:
        super().__init__("", id=id)
        self._possibilities = possibilities
        self.picked: int | None = None

    def on_mount(self) -> None:
        """Show the choices."""
        self.choose(self.picked)

    def choose(self, digit: int | None) -> None:
        """Choose from outside, without a message; None chooses nothing."""
        self.picked = digit
        lines = [f"{'›' if n == digit else ' '} {n} {words}" for n, words in enumerate(self._possibilities, 1)]
        self.show("\n".join(lines))

    def action_pick(self, digit: int) -> None:
        """Choose by digit."""
        if digit <= len(self._possibilities):
            self.choose(digit)
            self.post_message(self.Picked(digit))

    def action_step(self, by: int) -> None:
        """Choose the one above or below."""
        at = self.picked + by if self.picked else 1
        self.action_pick(max(1, min(len(self._possibilities), at)))
