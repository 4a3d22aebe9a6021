"""Owns the checks of the ledger and the trips file: whether they are complete and undamaged, and for which service.

Changes neither. SQLite's full check runs on a copy, so that no refund has to wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from refund_tui.commands.checks import Result, fail, ok, warn
from refund_tui.core.damage import DAMAGED, Damaged, Findings
from refund_tui.core.filters import Filter
from refund_tui.core.ledger_identity import LOOPBACK, MOVE, open_elsewhere
from refund_tui.desk.storage import maintenance_of, storage_of
from refund_tui.errors import StoreError
from refund_tui.host.machine import this_host
from refund_tui.host.paths import SYSLOG, ledger_path, trips_path
from refund_tui.payments.body import build_body

if TYPE_CHECKING:
    from refund_tui.desk.storage import Maintenance, Storage
    from refund_tui.settings.load import Settings

SHOWN = 20
"""The most wrong records that are named. The check stops there."""

_RESTORE = "put a good copy in its place, or ask for help; do not delete it"
_RESTORE_RECORDS = "put a good copy of the ledger in its place, or ask for help; the other refunds continue"
_UNMARKED = "nothing is sent until it is put back, or a person accepts the ledger: refund-tui ledger accept-older"
_NO_SERVICE = "not named yet: the next terminal that the ledger's owner opens names it"


def lost_ledger(settings: Settings) -> Result | None:
    """A failure if the ledger had refunds and is gone, else None."""
    try:
        storage_of(settings).refuse_lost()
    except StoreError as error:
        return fail("ledger", str(error), "make no refund in another way until it is found")
    return None


def check_ledger(settings: Settings) -> Iterator[Result]:
    """Check the ledger's high-water marks, completeness, host and tables, and run SQLite's full check."""
    path = ledger_path(settings.data_dir)
    if not path.exists() or path.stat().st_size == 0:
        return
    storage, maintenance = storage_of(settings), maintenance_of(settings)
    yield from _marks(maintenance)
    try:
        with closing(storage.open_history()) as history:
            count = history.count(Filter())
    except StoreError as error:
        yield fail("ledger", str(error), _RESTORE)
        return
    yield ok("ledger", f"refunds recorded: {count:,}")
    yield _complete(storage)
    yield from _head_log(storage, settings.head_log)
    yield _host(storage)
    yield _damage("ledger check", maintenance.examine_ledger, _RESTORE)


def check_trips(settings: Settings) -> Iterator[Result]:
    """Whether the trips file is undamaged. If it is damaged, nothing is lost: the trips can be imported again."""
    if trips_path(settings.data_dir).exists():
        remedy = "move it away, then import the trips again: refund-tui trips import FILE"
        yield _damage("trips file check", maintenance_of(settings).examine_trips, remedy)


def _marks(maintenance: Maintenance) -> Iterator[Result]:
    marks = maintenance.marks()
    if all(mark.seq is None and not mark.problem for mark in marks):
        yield fail("high-water mark", "there is none: the ledger may be an older copy that was copied here", _UNMARKED)
        return
    for mark in marks:
        if mark.problem:
            yield fail("high-water mark", mark.problem, "nothing is sent until then")
        elif mark.seq is None:
            yield warn("high-water mark", f"{mark.place} is not there", "the next start of the terminal creates it")
        else:
            yield ok("high-water mark", f"{mark.place} is at change {mark.seq:,}")


def _complete(storage: Storage) -> Result:
    try:
        with closing(storage.open_history()) as history:
            history.check()
    except StoreError as error:
        return fail("ledger complete", str(error), "nothing is sent until then")
    return ok("ledger complete", "every change that was seen here is in it")


def _head_log(storage: Storage, target: str | None) -> Iterator[Result]:
    """Whether the file with the heads has the newest one. What syslog keeps is not looked at."""
    if target is None or target == SYSLOG:
        return
    try:
        last = Path(target).read_text(encoding="utf-8", errors="replace").splitlines()[-1:]
        with closing(storage.open_history()) as history:
            head = str(history.head())
    except (StoreError, OSError) as error:
        yield fail(
            "head log", f"{target} cannot be compared with the ledger: {error}", "correct its path or permissions"
        )
        return
    if last and last[0].endswith(f" head {head}"):
        yield ok("head log", f"{target} has the newest head")
    else:
        yield warn("head log", f"{target} lacks the newest head", "check that each account may append to it")


def _host(storage: Storage) -> Result:
    mine = this_host()
    try:
        with closing(storage.open_history()) as history:
            writer = history.writer()
    except StoreError as error:
        return fail("ledger host", str(error), "nothing is sent until then")
    if writer is None or writer.is_same(mine):
        return ok("ledger host", f"{mine.name} writes it")
    return fail("ledger host", f"{writer.name} writes it, not {mine.name}", f"work there; {MOVE}")


def _damage(name: str, examine: Callable[[], Findings | None], remedy: str) -> Result:
    try:
        found = examine()
    except (StoreError, OSError) as error:
        return fail(name, str(error), "run this again later")
    if found is None:
        return warn(name, "there is no room on the disk for the copy that is checked", "make room, then run this again")
    if found.whole or found.rows:
        return fail(name, "; ".join([*found.whole, *found.rows]), remedy)
    return ok(name, "its tables, indexes and triggers are right, and SQLite finds no damage")


def check_service_of_ledger(settings: Settings) -> Iterator[Result]:
    """Whether these settings name the ledger's service, and which refunds are open for other services.

    Says nothing about a ledger that cannot be read: `check_ledger` reports that.
    """
    try:
        with closing(storage_of(settings).open_history()) as history:
            ledger_services = history.ledger_services()
            elsewhere = history.elsewhere(ledger_services.endpoint_in_use(settings.service))
    except StoreError:
        return
    refusal = ledger_services.refusal(settings.service) if settings.base_url and ledger_services.environment else None
    if refusal:
        yield fail("ledger's service", refusal, "until then nothing is sent with these settings")
    else:
        yield ok("ledger's service", str(ledger_services) if ledger_services.environment else _NO_SERVICE)
    if open_words := open_elsewhere(elsewhere):
        yield warn("ledger's service", open_words, _remedy(LOOPBACK in elsewhere))


def _remedy(unnamed: bool) -> str:
    if unnamed:
        return f"version 0.1.0 did not record which {LOOPBACK} service: set it with refund-tui ledger assign-endpoint"
    return "run refund-tui resume with base_url set to it"


def check_records(storage: Storage) -> Iterator[Result]:
    """Each row that cannot be read."""
    if not storage.exists():
        return
    try:
        with closing(storage.open_history()) as history:
            found = [fail("records", _unreadable(row), _RESTORE_RECORDS) for row in islice(history.damaged(), SHOWN)]
    except StoreError:
        return  # check_ledger reports it
    yield from found or [ok("records", "each record can be read")]


def _unreadable(row: Damaged) -> str:
    key = f" of the refund {row.key}" if row.key and row.table != "refund" else f" {row.key}".rstrip()
    return f"{DAMAGED}: {row.table} {row.row}{key} cannot be read ({row.why})"


def check_evidence(settings: Settings) -> Iterator[Result]:
    """Whether the ledger is what its events say; see `refund-tui verify`."""
    if not storage_of(settings).exists():
        return
    try:
        found = maintenance_of(settings).verify(build_body, lambda _done, _total: None)
    except StoreError:
        return  # check_ledger reports it
    for problem in found.problems:
        yield fail("evidence", problem, _RESTORE_RECORDS)
    if not found.problems:
        yield ok("evidence", f"no record was altered, added or removed; head {found.head}")
