"""Owns `refund-tui backup`, and the parts that `refund-tui restore` also uses: verified copies of the ledger.

Never changes the ledger.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from refund_tui.commands import OK
from refund_tui.commands.output import print_out
from refund_tui.desk.storage import maintenance_of, storage_of
from refund_tui.errors import StoreUnusable, UsageError
from refund_tui.host.clock import SystemClock
from refund_tui.payments.body import build_body

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings

_EXAMPLES = """\
examples:
  refund-tui backup /var/backups/refund-tui             one more backup there
  refund-tui backup /var/backups/refund-tui --keep 30   and delete older ones

Each backup is a folder with the ledger, the trips and a list. It is made while
others work, and checked like refund-tui verify does before it gets its name."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the folder, and how many backups are kept."""
    parser.epilog = _EXAMPLES
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="where backups are kept, best on another disk")
    parser.add_argument(
        "--keep",
        metavar="NUMBER",
        type=int,
        help="then delete the oldest backups of this ledger there, so that as many remain",
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Make a backup, print where it is, and delete old ones if asked. Raises StoreError, UsageError."""
    if arguments.keep is not None and arguments.keep < 1:
        raise UsageError("--keep must be 1 or more: no backup was made")
    if not storage_of(settings).exists():
        raise StoreUnusable(f"there is no ledger at {storage_of(settings).place} yet: no backup was made")
    maintenance = maintenance_of(settings)
    made = maintenance.back_up(arguments.folder.absolute(), SystemClock().now(), build_body)
    print_out(f"backup    {made.folder}")
    print_out(f"holds     refunds {made.checked.refunds:,} · events {made.checked.events:,}, complete and unaltered")
    print_out(f"head      {made.checked.head}")
    if arguments.keep is not None:
        for folder in maintenance.prune_backups(arguments.folder.absolute(), made, arguments.keep):
            print_out(f"deleted   {folder}")
    return OK
