"""Owns `refund-tui redact`: removes the personal data of old closed refunds, old drafts and old trips.

The evidence stays whole. Sends nothing, and never touches a refund that is open.
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from refund_tui.commands import FAILED, OK
from refund_tui.commands.arguments import add_because, because
from refund_tui.commands.output import ERR, print_err, print_out
from refund_tui.core.days import read_limit
from refund_tui.core.redaction import RedactionCounts, RedactionOrder
from refund_tui.core.text import visible
from refund_tui.desk.storage import maintenance_of, storage_of
from refund_tui.errors import StoreUnusable, UsageError
from refund_tui.host.clock import SystemClock

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings

_EXAMPLES = """\
examples:
  refund-tui redact --older-than 400d --because "our retention rule" --dry-run
  refund-tui redact --older-than 2025-01 --because "our retention rule"

Note, articles, card and receipt of closed refunds that did not change since then
are removed, and drafts and trips of that age are deleted. Who asked for which
amount on which trip stays, and refund-tui verify still proves it. At the end
both files are written again: others wait for that, so do it when few work.
Backups and exports keep the texts: see refund-tui manual privacy."""

_YES = "redact"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the age, the reason, and the dry run."""
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "--older-than", required=True, metavar="AGE", help="days such as 400d, or a day or month that ends it: 2025-01"
    )
    add_because(parser, "why; it is recorded")
    parser.add_argument("--dry-run", action="store_true", help="only print how many records it concerns")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Count, ask on a terminal, then redact. Exit code 0, or FAILED without a yes. Raises UsageError, StoreError."""
    storage, now = storage_of(settings), SystemClock().now()
    order = RedactionOrder(_limit(arguments.older_than, settings, now.at), settings.clerk, because(arguments))
    storage.refuse_lost()
    if not storage.exists():
        raise StoreUnusable(f"there is no ledger at {storage.place} yet: nothing was changed")
    settings.require_clerk()
    if not storage.owned():
        raise UsageError(f"only the account that owns {storage.place}, or root, may redact it: nothing was changed")
    maintenance = maintenance_of(settings)
    counts = maintenance.redactable(order, now)
    _print_counts(counts, order.older_than.astimezone(settings.zone))
    if arguments.dry_run or counts.nothing:
        print_out("Nothing was changed.")
        return OK
    if not _agreed():
        print_out("Nothing was changed.")
        return FAILED
    done = maintenance.redact(order, now)
    print_out(
        f"Redacted and recorded: refunds {done.counts.refunds:,} · drafts {done.counts.drafts:,} · "
        f"trips {done.counts.trips:,}. Both files were written again."
    )
    for copy in done.copies:
        print_err(f"refund-tui: {copy} is an older copy and still holds the texts: delete it when you do not need it")
    return OK


def _limit(text: str, settings: Settings, now: datetime) -> datetime:
    """The limit of the age. Raises UsageError if refunds of that age may still be needed."""
    limit = read_limit(text, now, settings.zone)
    if limit is None:
        raise UsageError(f"--older-than {visible(text, 20)} is no age: use 400d, 2025-01 or 2025-01-31")
    least = timedelta(days=settings.refund_window_days, hours=settings.key_horizon_hours)
    if limit > now - least:
        days = -(-least // timedelta(days=1))
        raise UsageError(
            f"trips can be refunded for {settings.refund_window_days} days, and refunds are sent again for "
            f"{settings.key_horizon_hours} hours: --older-than must be {days}d or more. Nothing was changed"
        )
    return limit


def _print_counts(counts: RedactionCounts, limit: datetime) -> None:
    print_out(f"older than  {limit:%Y-%m-%d %H:%M %Z}".rstrip())
    print_out(f"refunds     {counts.refunds:,} lose note, articles, card and receipt")
    print_out(f"drafts      {counts.drafts:,} are deleted")
    print_out(f"trips       {counts.trips:,} are deleted")
    if counts.undated:
        print_out(f"            {counts.undated:,} have no time and are kept")
    if counts.altered:
        print_out(f"kept        {counts.altered:,} refunds that differ from their events: run refund-tui verify")
    if counts.unfinished:
        print_out("unfinished  an earlier redaction was stopped: this one ends it")


def _agreed() -> bool:
    """Ask, if a person is at a terminal. A timer is not asked: its command says what it wants."""
    if sys.stdin is None or not sys.stdin.isatty():
        return True
    ERR.write(f"The texts cannot be brought back. Type {_YES} and Enter; anything else changes nothing: ")
    ERR.flush()
    return sys.stdin.readline().strip() == _YES
