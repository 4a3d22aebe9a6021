"""Owns the texts of the question before the program ends while refunds are open."""

from __future__ import annotations

from refund_tui.core.text import visible

OPEN = "These refunds are still open:"
FOLLOWS = "They are recorded and go on, with the same id, when refund-tui or refund-tui resume next runs."
AWAITED = "A request is under way. If you quit now, its refund may become UNKNOWN although it was paid."
ANSWER_AWAITED = "An answer is still awaited."


def not_listed(error: Exception) -> str:
    """The open refunds could not be read."""
    return f"They cannot be listed now: {visible(str(error), 300)}.\n"


def not_from_here(refunds: str) -> str:
    """Open refunds of other services."""
    return f"\n\n{refunds}: not sent from here."
