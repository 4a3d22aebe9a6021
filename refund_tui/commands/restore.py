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

End all other refund-tui first. Refunds that the replaced ledger knows better
than the backup are UNKNOWN until a person has looked, and count against their
trips. Refunds that did not change since the backup go on. The replaced ledger
stays in the data folder under another name."""

_MISSING = """\
MISSING   It is not known which refunds were made after this backup:
          {}.
          Until you have compared with the processor's records nothing is sent.
          Then accept it: refund-tui ledger accept-older --because "WHY\""""


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
    print_out(f"in doubt  {done.doubts} that changed after the backup: UNKNOWN now, with what the replaced ledger says")
    print_out(f"UNKNOWN   {done.unknown} that the backup lacks: find out whether they were paid, then settle them")
    print_out(f"taken     {done.others} services, stated amounts and waits, newer than the backup")
    if done.missing:
        print_out(_MISSING.format(done.missing))
    print_out("Nothing was sent.")
    return PERSON if done.missing or done.unknown or done.doubts else OK
