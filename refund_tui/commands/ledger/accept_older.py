"""Owns `refund-tui ledger accept-older`: a person takes a ledger that lacks what was seen here, and says why.

Sends nothing. What is open in that ledger goes on when the program next runs, with the doubt that it was sent before.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from refund_tui.commands import OK
from refund_tui.commands.ledger.because import add_because, because
from refund_tui.commands.output import say
from refund_tui.desk.opening import check_file_system
from refund_tui.host.clock import SystemClock
from refund_tui.host.high_water_files import marks_of
from refund_tui.host.machine import this_host
from refund_tui.host.paths import ledger_path, make_data_dir
from refund_tui.store.sqlite.acceptance import accept_older
from refund_tui.store.sqlite.writing_host import HostGuard

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The reason."""
    add_because(parser, "why it is right to go on without what is missing; it stays in the ledger")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Accept the ledger as it is. Raises UsageError where there is nothing to accept, StoreError."""
    why = because(arguments)
    check_file_system(settings)
    make_data_dir(settings.data_dir, shared=settings.shared)
    doubts = accept_older(
        ledger_path(settings.data_dir), marks_of(settings), HostGuard(this_host()), why, settings.clerk,
        SystemClock().now(), shared=settings.shared,
    )  # fmt: skip
    say(f"Accepted and recorded. Open refunds that may have been paid meanwhile: {doubts}. Nothing was sent.")
    return OK
