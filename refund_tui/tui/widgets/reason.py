"""Owns the choice of a reason: one digit, or up and down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from refund_tui.core.reasons import ReasonCode
from refund_tui.tui.line.plain import Plain


class ReasonPicker(Plain, can_focus=True):
    """The five reason codes in the order of the contract, each with its digit."""

    DEFAULT_CSS = "ReasonPicker { height: 5; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(code.digit), f"pick({code.digit})", code.words, show=False) for code in ReasonCode),
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
    ]

    @dataclass
    class Picked(Message):
        """A reason was chosen."""

        reason: ReasonCode

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id)
        self.reason: ReasonCode | None = None

    def on_mount(self) -> None:
        """Show the choices."""
        self._redraw()

    def choose(self, reason: ReasonCode | None) -> None:
        """Set the reason from outside, without a message."""
        self.reason = reason
        self._redraw()

    def action_pick(self, digit: int) -> None:
        """Choose by digit."""
        self.choose(ReasonCode.by_digit(digit))
        if self.reason is not None:
            self.post_message(self.Picked(self.reason))

    def action_step(self, by: int) -> None:
        """Choose the one above or below."""
        at = self.reason.digit + by if self.reason else 1
        self.action_pick(max(1, min(len(ReasonCode), at)))

    def _redraw(self) -> None:
        lines = [f"{'›' if code is self.reason else ' '} {code.digit} {code.words}" for code in ReasonCode]
        self.show("\n".join(lines))
