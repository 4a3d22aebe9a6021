"""Owns the choice of a reason: the reason codes in the order of the contract, in plain words."""

from __future__ import annotations

from refund_tui.core.reasons import ReasonCode
from refund_tui.tui.widgets.choice import Choice


class ReasonPicker(Choice):
    """One digit for each reason."""

    DEFAULT_CSS = f"ReasonPicker {{ height: {len(ReasonCode)}; }}"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__([code.words for code in ReasonCode], id=id)

    @property
    def reason(self) -> ReasonCode | None:
        """The reason chosen."""
        return ReasonCode.by_digit(self.picked) if self.picked else None
