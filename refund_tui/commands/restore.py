"""Owns `refund-tui restore`: a backup replaces the ledger. Refunds that the backup lacks become UNKNOWN.

Sends nothing. The replaced ledger is kept.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from refund_tui.commands import OK, PERSON
from refund_tui.commands.arguments import add_because, because
from refund_tui.commands.output import print_out
from refund_tui.desk.storage import maintenance_of
from refund_tui.host.clock import SystemClock
from refund_tui.payments.body import build_body

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings

_EXAMPLES = """\
example:
  refund-tui restore /var/backups/refund-tui/refund-tui-3f2a-20261125T0300 \\
    --because "the disk failed"

End all other refund-tui first. Refunds that the backup does not know, or that
were open in it, may have been paid meanwhile: they count against their trips,
and those that nobody can send again safely are UNKNOWN until a person has
looked. The replaced ledger stays in the data folder under another name."""

_MISSING = """\
MISSING   Refunds were made after this backup, and it is not known which: the
          replaced ledger is lost, or cannot be read. Until you have compared
          with the processor's records nothing is sent. Then accept it:
          refund-tui ledger accept-older --because "WHY\""""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the backup and the reason."""
    parser.epilog = _EXAMPLES
    parser.add_argument("backup", metavar="BACKUP", type=Path, help="a folder that refund-tui backup made")
    add_because(parser, "why; it is recorded")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Restore. Exit code 0, or PERSON if refunds need a person now. Raises StoreError, UsageError."""
    why = because(arguments)
    done = maintenance_of(settings).restore(
        arguments.backup.absolute(), why, settings.clerk, SystemClock().now(), build_body
    )
    print_out(f"restored  the ledger as it was at {done.contents.made_at}, head {done.contents.head_seq}")
    print_out(f"kept      {done.kept or 'nothing: there was no ledger'}")
    print_out(f"in doubt  {done.doubts} that were open in the backup: they may have been paid since")
    print_out(f"UNKNOWN   {done.unknown} that the backup lacks: find out whether they were paid, then settle them")
    if not done.accepted:
        print_out(_MISSING)
    print_out("Nothing was sent.")
    return OK if done.accepted and not done.unknown else PERSON
