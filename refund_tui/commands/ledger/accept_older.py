"""Owns `refund-tui ledger accept-older`: a person takes a ledger that lacks what was seen here, and says why.

Sends nothing. What is open in that ledger goes on when the program next runs, with the doubt that it was sent before.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from refund_tui.commands import OK
from refund_tui.commands.ledger.because import add_because, because
from refund_tui.commands.output import say
from refund_tui.desk.opening import maintenance_of
from refund_tui.host.clock import SystemClock

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The reason."""
    add_because(parser, "why it is right to go on without what is missing; it stays in the ledger")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Accept the ledger as it is. Raises UsageError where there is nothing to accept, StoreError."""
    why = because(arguments)
    doubts = maintenance_of(settings).accept_older(why, settings.clerk, SystemClock().now())
    say(f"Accepted and recorded. Open refunds that may have been paid meanwhile: {doubts}. Nothing was sent.")
    return OK
