"""Owns the checks of what the ledger and the trips file hold: whether all that was seen is there, and undamaged.

Changes neither. SQLite's full check is made of a copy, so that it keeps no refund waiting.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from refund_tui.commands.checks import Result, fail, ok, warn
from refund_tui.errors import StoreError
from refund_tui.host.high_water_files import marks_of
from refund_tui.host.machine import this_host
from refund_tui.host.paths import ledger_path, trips_path
from refund_tui.store.sqlite.examine import Findings, full_look
from refund_tui.store.sqlite.health import try_reading
from refund_tui.store.sqlite.high_water_mark import HighWaterMarks
from refund_tui.store.sqlite.history import History
from refund_tui.store.sqlite.migrations import Schema
from refund_tui.store.sqlite.schema import LEDGER
from refund_tui.store.sqlite.trip_schema import TRIPS
from refund_tui.store.sqlite.writing_host import MOVE

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings

_RESTORE = "put a good copy in its place, or ask for help; do not delete it"


def lost_ledger(settings: Settings) -> Result | None:
    """That the ledger held something and is gone; None where that is not so."""
    try:
        marks_of(settings).refuse_lost()
    except StoreError as error:
        return fail("ledger", str(error), "make no refund by other means before it is found")
    return None


def check_ledger(settings: Settings) -> Iterator[Result]:
    """Its high-water marks, whether it holds all that was seen, its shape, and SQLite's full check."""
    path, marks = ledger_path(settings.data_dir), marks_of(settings)
    if not path.exists() or path.stat().st_size == 0:
        return
    yield from _marks(marks)
    try:
        count = try_reading(path)
    except StoreError as error:
        yield fail("ledger", str(error), _RESTORE)
        return
    yield ok("ledger", f"refunds recorded: {count:,}")
    yield _complete(path, marks)
    yield _host(path)
    yield from _damage(path, LEDGER, _RESTORE)


def check_trips(settings: Settings) -> Iterator[Result]:
    """Whether the trips file is undamaged; it is no loss where it is not."""
    path = trips_path(settings.data_dir)
    if path.exists():
        yield from _damage(path, TRIPS, "move it away, then import the trips again: refund-tui trips import FILE")


def _marks(marks: HighWaterMarks) -> Iterator[Result]:
    for file in marks.files:
        try:
            mark = file.read()
        except StoreError as error:
            yield fail("high-water mark", str(error), "nothing is sent until then")
            continue
        if mark is None:
            yield warn("high-water mark", f"{file.path} is not there", "it is made when the terminal is next opened")
        else:
            yield ok("high-water mark", f"{file.path} knows {mark.seq:,} changes")


def _complete(path: Path, marks: HighWaterMarks) -> Result:
    try:
        with closing(History.open(path)) as history:
            history.check(marks)
    except StoreError as error:
        return fail("ledger complete", str(error), "nothing is sent until then")
    return ok("ledger complete", "every change that was seen here is in it")


def _host(path: Path) -> Result:
    mine = this_host()
    try:
        with closing(History.open(path)) as history:
            told = history.writer()
    except StoreError as error:
        return fail("ledger host", str(error), "nothing is sent until then")
    if told is None or told.is_same(mine):
        return ok("ledger host", f"{mine.name} writes it")
    return fail("ledger host", f"{told.name} writes it, not {mine.name}", f"work there; {MOVE}")


def _damage(path: Path, kind: Schema, remedy: str) -> Iterator[Result]:
    name = f"{kind.name} check"
    room = shutil.disk_usage(path.parent).free
    if room < 2 * path.stat().st_size:
        yield warn(name, "there is no room for the copy that is looked through", "make room, then ask again")
        return
    with tempfile.TemporaryDirectory(prefix=".doctor-", dir=path.parent if _may_write(path) else None) as scratch:
        try:
            yield _told(name, full_look(path, kind, Path(scratch)), remedy)
        except (StoreError, OSError) as error:
            yield fail(name, str(error), "ask again when that is over")


def _told(name: str, found: Findings, remedy: str) -> Result:
    if found.whole or found.rows:
        return fail(name, "; ".join([*found.whole, *found.rows]), remedy)
    return ok(name, "tables, indexes and triggers are this program's, and SQLite finds no damage")


def _may_write(path: Path) -> bool:
    return os.access(path.parent, os.W_OK)
