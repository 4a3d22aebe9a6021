"""Owns `refund-tui verify`: proves from the events alone that nobody altered, removed or added a record.

Changes nothing, and needs no network. Names the first thing that does not fit, and what to do.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Self

from refund_tui.commands import FAILED, OK
from refund_tui.commands.output import ERR, print_err, print_out
from refund_tui.core.evidence import SHOWN_DIGITS, Verification, Witness
from refund_tui.desk.storage import maintenance_of, storage_of
from refund_tui.errors import StoreError, StoreUnusable, UsageError
from refund_tui.payments.body import build_body

if TYPE_CHECKING:
    from refund_tui.desk.storage import Storage
    from refund_tui.settings.load import Settings

_EXAMPLES = f"""\
examples:
  refund-tui verify                         check the chain, each refund, each sum
  refund-tui verify --against heads.log     also against heads kept elsewhere
  refund-tui verify >> /mnt/audit/heads.log keep today's head on another disk

A head is the number of an event and its hash, as this command, receipts,
exports and the head log show it. A file given with --against may hold any
text: each number that is followed by at least {SHOWN_DIGITS} digits of a hash counts."""

_HEAD = re.compile(rf"\b([0-9]{{1,18}}) ([0-9a-f]{{{SHOWN_DIGITS},64}})\b")

_NEXT = (
    "Somebody, or a fault of the disk, altered the ledger. Nothing was changed now. Keep this file as it is, make no "
    "new refund with it, and compare it with the newest backup and with the processor's records"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the files with heads."""
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "--against", metavar="FILE", action="append", default=[], type=Path, help="a file with heads of this ledger"
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Check the evidence. Exit code 0, or FAILED if something does not fit. Raises StoreError, UsageError."""
    storage = storage_of(settings)
    storage.refuse_lost()
    if not storage.exists():
        raise StoreUnusable(f"there is no ledger at {storage.place} yet: no refund was made here")
    witnesses = [witness for path in arguments.against for witness in _heads_in(path)]
    with _Progress() as progress:
        found = maintenance_of(settings).verify(build_body, progress.show, witnesses)
    problems = [*found.problems, *_older(storage)]
    _print_found(storage, found, fits=not problems)
    for problem in problems:
        print_err(f"refund-tui: {problem}")
    if found.more:
        print_err(f"refund-tui: and {found.more:,} more")
    if problems:
        print_err(f"refund-tui: {_NEXT}")
    return FAILED if problems else OK


def _heads_in(path: Path) -> Iterator[Witness]:
    """The heads in a file. Raises UsageError if there are none."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): nothing was checked") from error
    heads = [(number, *head) for number, line in enumerate(lines, 1) for head in _HEAD.findall(line)]
    if not heads:
        raise UsageError(f"{path} has no head of a ledger (a number and a hash): nothing was checked")
    return (Witness(int(seq), digits, f"line {number} of {path}") for number, seq, digits in heads)


def _older(storage: Storage) -> Iterable[str]:
    """A sentence if the ledger lacks events that a high-water mark names."""
    try:
        with closing(storage.open_history()) as history:
            history.check()
    except StoreError as error:
        return [str(error)]
    return []


def _print_found(storage: Storage, found: Verification, *, fits: bool) -> None:
    print_out(f"ledger    {storage.place}")
    print_out(f"checked   events {found.events:,} · refunds {found.refunds:,} · attempts {found.attempts:,}")
    if found.redacted:
        print_out(f"redacted  refunds {found.redacted:,}: note, articles, card and receipt were removed, as events say")
    print_out(f"paid      {', '.join(str(amount) for amount in found.paid) or 'nothing'}")
    print_out(f"head      {found.head}")
    print_out(f"evidence  {'complete and unaltered' if fits else 'DOES NOT FIT'}")


class _Progress:
    """Shows on a terminal how much is checked, in one line that ends with the check."""

    def __init__(self) -> None:
        self._shown = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown >= 0:
            ERR.write("\n")
            ERR.flush()

    def show(self, done: int, total: int) -> None:
        """Show how many rows are checked, and of how many."""
        percent = 100 * done // max(total, 1)
        if ERR.isatty() and percent != self._shown:
            self._shown = percent
            ERR.write(f"\rchecked {percent} % of {total:,} rows")
            ERR.flush()
