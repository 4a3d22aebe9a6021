"""Owns `refund-tui ledger move-here`: a person moves the ledger to this host; then no other host may use it.

Sends nothing. Attempts that the other host left open are handled as after a process that died.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from refund_tui.commands import OK
from refund_tui.commands.ledger.because import add_because, because
from refund_tui.commands.output import print_out
from refund_tui.core.text import visible
from refund_tui.desk.opening import maintenance_of, storage_of
from refund_tui.errors import StoreUnusable
from refund_tui.host.clock import SystemClock

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the reason."""
    add_because(parser, "why no other host uses it any more; it is recorded")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Move the ledger to this host. Raises UsageError if it is here already, StoreError."""
    why, storage = because(arguments), storage_of(settings)
    if not storage.exists():
        raise StoreUnusable(f"there is no ledger at {storage.place}: nothing was changed")
    host = maintenance_of(settings).move_here(why, settings.clerk, SystemClock().now())
    print_out(f"{visible(host.name)} writes this ledger from now on. It is recorded; nothing was sent.")
    return OK
