"""Owns `refund-tui history`: prints refunds, as a table, JSON lines or CSV. Reads only; needs no network.

Never prints control characters of text that came from outside.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import tzinfo
from typing import TYPE_CHECKING

from refund_tui.commands import OK, PERSON
from refund_tui.commands.output import OUT, print_err
from refund_tui.core.damage import DAMAGED, Damaged
from refund_tui.core.filters import MOST_TRIPS, SHAPES, Filter, Query, QueryError
from refund_tui.core.ledger_identity import open_elsewhere
from refund_tui.core.text import uncut, visible
from refund_tui.desk.storage import storage_of
from refund_tui.desk.trip_words import searched
from refund_tui.errors import StoreError, UsageError
from refund_tui.host.clock import SystemClock
from refund_tui.store.export import Csv, JsonLines, RefundRows, refunds

if TYPE_CHECKING:
    from refund_tui.desk.ports import HistoryPort
    from refund_tui.desk.storage import Storage
    from refund_tui.settings.load import Settings

NOT_TRUSTED = StoreError.exit_code

_WORDS = "\n  ".join(SHAPES.values())
_EXAMPLES = f"""\
examples:
  refund-tui history --limit 20                     the newest 20
  refund-tui history state:AWAITING_APPROVAL        those that need an approval
  refund-tui history day:today clerk:ana "amount:>100"
  refund-tui history card:2142                      by the card's last four digits
  refund-tui history day:2026-03 --csv > march.csv
  refund-tui history --json | jq -r .reconciliation_id

the words are the same as in the terminal's filter line:
  {_WORDS}
  open; any other word is an amount (44.39), the beginning of an id, of a receipt, of
  a card's last four digits or of an article's word, or a part of a note

days are whole days in the store's time zone; since and until also take a time with
its offset: since:2026-03-01T09:00+01:00"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The formats and the filters."""
    parser.epilog = _EXAMPLES
    parser.add_argument("filter", nargs="*", metavar="WORD", help="such as state:UNKNOWN, day:today or a part of an id")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object per line")
    form.add_argument("--csv", action="store_true", help="print CSV for spreadsheets")
    parser.add_argument("--text", default="", help="the same as a WORD")
    parser.add_argument("--state", action="append", default=[], help="such as ACCEPTED; several with commas")
    parser.add_argument("--clerk", dest="by_clerk", metavar="NAME", help="who asked for it")
    parser.add_argument("--reason", metavar="CODE", help="such as DAMAGED_ITEM, or its digit")
    parser.add_argument("--since", metavar="DAY", help="asked for on this day or later")
    parser.add_argument("--until", metavar="DAY", help="asked for on this day or earlier")
    parser.add_argument("--limit", metavar="N", help="print at most N refunds, the newest")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the refunds that match. Raises UsageError, StoreError (also if the ledger is lost).

    Exit code 0, also if none matches; PERSON if a record cannot be read; NOT_TRUSTED if the ledger may be incomplete.
    """
    wanted = _filter(arguments, settings)
    limit = None if arguments.limit is None else _limit(arguments.limit)
    write = _writer(arguments, settings.zone)
    storage = storage_of(settings)
    storage.refuse_lost()
    if not storage.exists():
        print_err(f"refund-tui: no refund was made here yet: there is no ledger at {visible(storage.place)}")
        return 0
    history, damaged = storage.open_history(), 0
    try:
        found = _searched(wanted, storage)
        _print_unknown_clerk(history, wanted)
        for row in refunds(history, found, SystemClock().now(), limit):
            write(row)
            damaged += any(isinstance(one, Damaged) for one in (row.refund, *row.attempts))
        _print_open_elsewhere(history, settings)
        problem = _problem(history, storage)
    finally:
        history.close()
    return _exit_code(problem, damaged)


def _searched(wanted: Filter, storage: Storage) -> Filter:
    """The filter with the trips that its words find. Raises StoreError if a word needs trips that cannot be read."""
    if not wanted.trip_words:
        return wanted
    try:
        trips = storage.read_trips()
        if trips is None:
            return wanted
        with closing(trips):
            found = searched(wanted, trips)
    except StoreError as error:
        if wanted.of_trip:
            raise
        print_err(f"refund-tui: refunds cannot be found by the facts of their trips: {visible(str(error), 500)}")
        return wanted
    for word in found.narrowed_to:
        print_err(f"refund-tui: {visible(word, 40)} finds many trips: only the newest {MOST_TRIPS} were looked at")
    return found


def _print_unknown_clerk(history: HistoryPort, wanted: Filter) -> None:
    """Print that no clerk has this name, and the names that exist. Raises StoreError."""
    if wanted.clerk is None:
        return
    clerks = history.clerks()
    if wanted.clerk.casefold() not in map(str.casefold, clerks):
        known = ", ".join(visible(clerk, 40) for clerk in clerks[:20])
        print_err(f"refund-tui: no clerk here is called {visible(wanted.clerk, 40)}: the clerks are {known}")


def _problem(history: HistoryPort, storage: Storage) -> str:
    """Why the ledger may be incomplete or damaged; empty if it is neither."""
    try:
        history.check()
        return storage.examine().whole
    except StoreError as error:
        return str(error)


def _exit_code(problem: str, damaged: int) -> int:
    OUT.flush()
    if damaged:
        print_err(f"refund-tui: refunds with a record that cannot be read: {damaged}; refund-tui doctor names each")
    if problem:
        print_err(f"refund-tui: {visible(problem, 2_000)}")
        return NOT_TRUSTED
    return PERSON if damaged else OK


def _print_open_elsewhere(history: HistoryPort, settings: Settings) -> None:
    """Print how many open refunds are for other services. The filter does not matter. Raises StoreError."""
    if settings.base_url is None:
        return
    if elsewhere := open_elsewhere(history.elsewhere(history.ledger_services().endpoint_in_use(settings.service))):
        OUT.flush()
        print_err(f"refund-tui: {visible(elsewhere)}: not sent with these settings")


def _writer(arguments: argparse.Namespace, zone: tzinfo) -> Callable[[RefundRows], object]:
    if arguments.json:
        return JsonLines(OUT).write
    if arguments.csv:
        return Csv(OUT).write
    return lambda row: OUT.write(_line(row, zone) + "\n")


def _line(row: RefundRows, zone: tzinfo) -> str:
    """One refund on one line, in columns."""
    refund = row.refund
    if isinstance(refund, Damaged):
        return f"{DAMAGED}  {visible(refund.key)}  {visible(refund.trip_id)}  {visible(refund.sentence)}"
    asked, life = refund.intent, refund.life
    doubt = "!" if life.maybe_executed else " "
    return (
        f"{refund.created_at.astimezone(zone):%Y-%m-%d %H:%M}  {refund.state:14}{doubt} {asked.amount!s:>14}  "
        f"{asked.reason:14}  {len(row.attempts):2}x  {visible(refund.clerk, 16):16}  {visible(asked.trip_id)}  "
        f"{uncut(life.reconciliation_id or '-')}"
    )


def _filter(arguments: argparse.Namespace, settings: Settings) -> Filter:
    """The filter of the words and the flags together. Raises UsageError."""
    today = SystemClock().now().at.astimezone(settings.zone).date()
    query = Query(settings.zone, today, settings.currency)
    flags = {
        "state": ",".join(arguments.state), "clerk": arguments.by_clerk, "reason": arguments.reason,
        "since": arguments.since, "until": arguments.until,
    }  # fmt: skip
    try:
        wanted = query.read(" ".join(arguments.filter))
        for name, value in flags.items():
            wanted = query.narrowed(wanted, name, value or "")
    except QueryError as error:
        raise UsageError(visible(str(error), 200)) from error
    return replace(wanted, text=f"{wanted.text} {arguments.text}".strip())


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UsageError(f"--limit {visible(text, 40)} is not a number of refunds")
    return int(text)
