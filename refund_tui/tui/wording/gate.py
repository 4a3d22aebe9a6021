"""Owns the text of the screen that ends the wait of the whole account."""

from __future__ import annotations

from refund_tui.core.text import visible
from refund_tui.desk.desk import Desk
from refund_tui.tui.widgets.plain_text import Part
from refund_tui.tui.wording.states import moment

_FOLLOWS = (
    "\n\nOnce the wait is ended, refunds with no wait of their own are sent at once, one after the other, each with "
    "its own id. If the service still takes no requests, it asks to wait again. Nothing is paid twice by it.\n\nThe "
    "reason stays in the ledger."
)
OVER = "The account does not wait any more: its refunds are sent by themselves."
NO_REASON = "type why, in a few words; Escape goes back and ends nothing"


def gate_question(desk: Desk) -> list[Part]:
    """What waits and until when, and what follows from ending the wait."""
    summary, now = desk.summary, desk.now().at
    until = moment(summary.gate.not_before, desk.settings.zone, now) if summary.gate else ""
    number = summary.to_send
    held = f"The service asked the account {visible(desk.endpoint, 60)} to wait until {until}."
    return [
        ("End the wait of the whole account?", "bold"),
        f"\n\n{held} {number} {'refund is' if number == 1 else 'refunds are'} held by it.",
        _FOLLOWS,
    ]
