"""Owns `refund-tui ledger accept-older`: a person accepts a ledger that lacks events that were seen here.

Sends nothing. Open refunds of that ledger continue when the program runs again, as possibly paid.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from refund_tui.commands import OK
from refund_tui.commands.ledger.because import add_because, because
from refund_tui.commands.output import print_out
from refund_tui.desk.opening import maintenance_of
from refund_tui.host.clock import SystemClock

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the reason."""
    add_because(parser, "why it is right to continue without the missing events; it is recorded")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Accept the ledger as it is. Raises UsageError if nothing is missing, StoreError."""
    why = because(arguments)
    doubts = maintenance_of(settings).accept_older(why, settings.clerk, SystemClock().now())
    print_out(f"Accepted and recorded. Open refunds that may have been paid meanwhile: {doubts}. Nothing was sent.")
    return OK
