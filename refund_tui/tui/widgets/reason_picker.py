"""Owns the choice of a reason: the five reason codes in the order of the contract, in plain words."""

from __future__ import annotations

from refund_tui.core.reasons import ReasonCode
from refund_tui.tui.widgets.choice import Choice


class ReasonPicker(Choice):
    """One digit from 1 to 5."""

    DEFAULT_CSS = "ReasonPicker { height: 5; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__([code.words for code in ReasonCode], id=id)

    @property
    def reason(self) -> ReasonCode | None:
        """The reason chosen."""
        return ReasonCode.by_digit(self.picked) if self.picked else None
