"""Owns `refund-tui trips import`: imports trips from files, and names each record that it leaves out.

Exit codes: 0 everything was imported, 1 some records were left out, 2 a file could not be read, 3 the trips file or the
ledger could not be written, 130 interrupted. What was imported before stays imported. The ledger records each import;
without that, nothing is imported. The imported trips are compared with the captured amounts in the ledger. The
comparison changes nothing and never stops an import.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from refund_tui.commands.output import ERR, print_err, print_out
from refund_tui.core.money import Money
from refund_tui.core.rules import RAISE
from refund_tui.core.text import visible
from refund_tui.core.trips import Trip, folded_trip
from refund_tui.desk.import_record import ImportRecord, Rise, rises
from refund_tui.desk.ports import HistoryPort, LedgerPort
from refund_tui.desk.storage import Storage, storage_of
from refund_tui.errors import StoreError, UsageError
from refund_tui.host.clock import SystemClock

if TYPE_CHECKING:
    from refund_tui.desk.ports import TripsPort
    from refund_tui.settings.load import Settings
    from refund_tui.store.imports import LeftOut, TripReader

BATCH = 1_000
"""The most records in one transaction."""

BATCH_BYTES = 1024 * 1024
"""The approximate bytes of a file in one transaction, so that many large records are not in memory together."""

INTERRUPTED = 130

STDIN = "-"

_EXAMPLES = """\
files may be JSON, JSON lines, CSV or bodies of Create Purchases; the format is recognized by content.

  refund-tui trips import today.json
  retailer-export --since yesterday | refund-tui trips import -
"""


@dataclass
class ImportTally:
    """How many records of one file, or of all files, were new, changed, unchanged or left out."""

    new: int = 0
    changed: int = 0
    same: int = 0
    left_out: int = 0

    def __str__(self) -> str:
        return f"{self.new:,} new, {self.changed:,} changed, {self.same:,} unchanged, {self.left_out:,} left out"

    def add(self, other: ImportTally) -> None:
        """Add the counts of another tally."""
        self.new += other.new
        self.changed += other.changed
        self.same += other.same
        self.left_out += other.left_out


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the subcommand and its arguments."""
    commands = parser.add_subparsers(dest="trips_command", metavar="COMMAND", required=True)
    importing = commands.add_parser(
        "import",
        help="read files of trips, so that they can be found in the terminal",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    importing.add_argument("files", nargs="+", metavar="FILE", help="a file of trips, or - for standard input")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Import the files one after the other; the exit code. Raises StoreError, also if the ledger cannot record it."""
    storage = storage_of(settings)
    with (
        closing(storage.open_trips()) as trips,
        closing(storage.open_ledger()) as ledger,
        closing(CapturedComparison(storage, _say)) as comparison,
    ):
        return _import_all(arguments.files, trips, ledger, comparison, settings.clerk)


def _import_all(
    files: Sequence[str], trips: TripsPort, ledger: LedgerPort, comparison: CapturedComparison, clerk: str
) -> int:
    total, unread, clock = ImportTally(), False, SystemClock()
    try:
        for name in files:
            unread |= not _import(name, trips, total, comparison, ImportRecord(ledger, clerk, clock, name))
    except KeyboardInterrupt:
        _say(f"stopped. What was imported so far stays ({total}); import again for the rest.")
        return INTERRUPTED
    finally:
        comparison.report()
    if len(files) > 1:
        print_out(f"all files: {total}")
    return 2 if unread else int(total.left_out > 0)


def _import(
    name: str, trips: TripsPort, total: ImportTally, comparison: CapturedComparison, record: ImportRecord
) -> bool:
    """Import one file and print the counts. Whether it could be read to its end."""
    from refund_tui.store.imports import TripReader  # loads pydantic

    shown, tally = _shown(name), ImportTally()
    try:
        with _opened(name) as stream, _progress(name, shown) as show:
            reader = TripReader(stream)
            with _recorded(record, reader, tally):
                storing = _storing(trips, tally, record, comparison)
                for _ in _stored(reader, storing, tally, lambda left: _say(f"{shown}: {left}")):
                    show(reader.taken)
                reader.finish()
    except (OSError, UsageError) as error:
        reason = error.strerror or type(error).__name__ if isinstance(error, OSError) else str(error)
        _say(f"{shown} cannot be read: {reason} ({tally})")
        return False
    finally:
        total.add(tally)
    if reader.dropped:
        names = ", ".join(f"{field} ({count:,})" for field, count in reader.dropped.items())
        _say(f"{shown}: fields that are not kept: {names}")
    print_out(f"{shown}: {tally}")
    return True


@contextmanager
def _recorded(record: ImportRecord, reader: TripReader, tally: ImportTally) -> Iterator[None]:
    """Have the ledger record how the reading of a file ended, however that was."""
    how = "not read to its end"
    try:
        yield
        how = "read to its end"
    finally:
        record.end(asdict(tally), reader.sha256, how)


def _storing(
    trips: TripsPort, tally: ImportTally, record: ImportRecord, comparison: CapturedComparison
) -> Callable[[Sequence[Trip]], None]:
    """A function that stores trips, once the ledger records what that raises."""

    def store(good: Sequence[Trip]) -> None:
        record.before(rises(good, trips.captured(good), comparison.compare(good)))
        new, changed, same = trips.put(good)
        tally.add(ImportTally(new, changed, same))

    return store


def _stored(
    reader: TripReader, store: Callable[[Sequence[Trip]], None], tally: ImportTally, say: Callable[[str], None]
) -> Iterator[None]:
    """Store the trips of the file in batches. A step for each batch."""
    records = iter(reader)
    while batch := _batch(records, reader):
        good = [one for one in batch if isinstance(one, Trip)]
        if good:
            store(good)
        for one in batch:
            if not isinstance(one, Trip):
                tally.left_out += 1
                say(f"{one.where}: left out: {one.reason}")
        yield


def _batch(records: Iterator[Trip | LeftOut], reader: TripReader) -> list[Trip | LeftOut]:
    """The next records, limited in number and bytes; empty at the end of the file."""
    begin, batch = reader.taken, list(itertools.islice(records, 1))
    while len(batch) < BATCH and reader.taken - begin < BATCH_BYTES and (record := next(records, None)):
        batch.append(record)
    return batch


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == STDIN:
        yield sys.stdin.buffer
        return
    with Path(name).open("rb") as stream:
        yield stream


@contextmanager
def _progress(name: str, shown: str) -> Iterator[Callable[[int], None]]:
    """A progress bar if standard error is a terminal, else nothing."""
    if not ERR.isatty():
        yield lambda _taken: None
        return
    from rich.console import Console  # loaded only for a progress bar
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    size = None if name == STDIN else Path(name).stat().st_size
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(shown, total=size)
        yield lambda taken: progress.update(task, completed=taken)


def _shown(name: str) -> str:
    return "standard input" if name == STDIN else visible(name)


def _say(sentence: str) -> None:
    """Print one message line without control characters."""
    print_err(visible(sentence, 2_000))


MOST_NAMED = 20
"""The most trips that are named. The number of the others is printed."""


class CapturedComparison:
    """The trips for which a file has a higher captured amount than the ledger, or another currency."""

    def __init__(self, storage: Storage, say: Callable[[str], None]) -> None:
        self._say = say
        self._found: dict[str, tuple[Trip, Money]] = {}
        self._history: HistoryPort | None = None
        if storage.exists():
            self._try(lambda: self._open(storage))

    def close(self) -> None:
        """Close the ledger."""
        if self._history is not None:
            self._history.close()
            self._history = None

    def compare(self, trips: Iterable[Trip]) -> list[Rise]:
        """Compare some trips of the file with the ledger. Those that differ, with the ledger's amount."""
        trip_of = {folded_trip(trip.store_id, trip.trip_id): trip for trip in trips if trip.captured}
        self._try(lambda: self._compare(trip_of))
        return [self._found[name] for name in trip_of if name in self._found]

    def report(self) -> None:
        """Print the differences, and which amount counts."""
        if self._found:
            one = len(self._found) == 1
            self._say(
                f"{len(self._found):,} {'trip has' if one else 'trips have'} another captured amount than the ledger. "
                f"The ledger's amount counts; if you know the right amount, state it with {RAISE}"
            )
        for trip, counted in list(self._found.values())[:MOST_NAMED]:
            self._say(f"{trip.trip_id} of {trip.store_id}: {counted} in the ledger, {trip.captured} in the file")
        if len(self._found) > MOST_NAMED:
            self._say(f"and {len(self._found) - MOST_NAMED:,} more")

    def _open(self, storage: Storage) -> None:
        self._history = storage.open_history()

    def _compare(self, trip_of: dict[str, Trip]) -> None:
        balances = self._history.balances(trip_of.values()) if self._history else {}
        for name, balance in balances.items():
            now, amount = balance.known, balance.by_ledger
            if now and amount and (now.currency != amount.currency or now.minor > amount.minor):
                self._found[name] = (trip_of[name], amount)

    def _try(self, read: Callable[[], None]) -> None:
        try:
            read()
        except StoreError as error:
            self._say(f"the captured amounts are not compared with the ledger's: {error}")
            self.close()
