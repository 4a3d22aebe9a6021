"""Owns `refund-tui decline`: another person declines a refund that is above the limits. Sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refund_tui.commands import OK, approve
from refund_tui.commands.output import print_out
from refund_tui.core.refunds import Action

if TYPE_CHECKING:
    import argparse

    from refund_tui.settings.load import Settings

add_arguments = approve.add_arguments


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Decline a refund. Raises RefundTuiError, also if this person may not."""
    refund = approve.decided(arguments, settings, Action.DECLINE)
    print_out(f"Declined: {refund.state}. No money moved; what it would have taken can be refunded again.")
    return OK
