"""Owns the checks of what the ledger and the trips file hold: whether all that was seen is there, and undamaged.

Changes neither. SQLite's full check is made of a copy, so that it keeps no refund waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from refund_tui.commands.checks import Result, fail, ok, warn
from refund_tui.core.filters import Filter
from refund_tui.core.hosts import MOVE
from refund_tui.core.ledger_health import Findings
from refund_tui.desk.opening import maintenance_of, storage_of
from refund_tui.errors import StoreError
from refund_tui.host.machine import this_host
from refund_tui.host.paths import ledger_path, trips_path

if TYPE_CHECKING:
    from refund_tui.desk.ports import Maintenance, Storage
    from refund_tui.settings.load import Settings

_RESTORE = "put a good copy in its place, or ask for help; do not delete it"


def lost_ledger(settings: Settings) -> Result | None:
    """That the ledger held something and is gone; None where that is not so."""
    try:
        storage_of(settings).refuse_lost()
    except StoreError as error:
        return fail("ledger", str(error), "make no refund by other means before it is found")
    return None


def check_ledger(settings: Settings) -> Iterator[Result]:
    """Its high-water marks, whether it holds all that was seen, its shape, and SQLite's full check."""
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
    yield _host(storage)
    yield _damage("ledger check", maintenance.examine_ledger, _RESTORE)


def check_trips(settings: Settings) -> Iterator[Result]:
    """Whether the trips file is undamaged; it is no loss where it is not."""
    if trips_path(settings.data_dir).exists():
        remedy = "move it away, then import the trips again: refund-tui trips import FILE"
        yield _damage("trips file check", maintenance_of(settings).examine_trips, remedy)


def _marks(maintenance: Maintenance) -> Iterator[Result]:
    for mark in maintenance.marks():
        if mark.problem:
            yield fail("high-water mark", mark.problem, "nothing is sent until then")
        elif mark.seq is None:
            yield warn("high-water mark", f"{mark.place} is not there", "it is made when the terminal is next opened")
        else:
            yield ok("high-water mark", f"{mark.place} knows {mark.seq:,} changes")


def _complete(storage: Storage) -> Result:
    try:
        with closing(storage.open_history()) as history:
            history.check()
    except StoreError as error:
        return fail("ledger complete", str(error), "nothing is sent until then")
    return ok("ledger complete", "every change that was seen here is in it")


def _host(storage: Storage) -> Result:
    mine = this_host()
    try:
        with closing(storage.open_history()) as history:
            told = history.writer()
    except StoreError as error:
        return fail("ledger host", str(error), "nothing is sent until then")
    if told is None or told.is_same(mine):
        return ok("ledger host", f"{mine.name} writes it")
    return fail("ledger host", f"{told.name} writes it, not {mine.name}", f"work there; {MOVE}")


def _damage(name: str, examine: Callable[[], Findings | None], remedy: str) -> Result:
    try:
        found = examine()
    except (StoreError, OSError) as error:
        return fail(name, str(error), "ask again when that is over")
    if found is None:
        return warn(name, "there is no room for the copy that is looked through", "make room, then ask again")
    if found.whole or found.rows:
        return fail(name, "; ".join([*found.whole, *found.rows]), remedy)
    return ok(name, "tables, indexes and triggers are this program's, and SQLite finds no damage")
