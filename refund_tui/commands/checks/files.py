"""Owns the checks of the data folder: access, modes, free space, SQLite. Removes the file that it writes."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from refund_tui.commands.checks import Result, fail, ok, warn
from refund_tui.commands.checks.ledger import check_evidence, check_ledger, check_records, check_trips, lost_ledger
from refund_tui.desk.storage import maintenance_of, storage_of
from refund_tui.errors import ConfigError, StoreError
from refund_tui.host.mounts import file_system, is_network
from refund_tui.host.paths import check_readable, ledger_path, trips_path

if TYPE_CHECKING:
    from refund_tui.desk.storage import Maintenance
    from refund_tui.settings.load import Settings

LEAST_ROOM = 50_000_000
"""The least free bytes on the disk. A refund needs a few thousand."""


def check_files(settings: Settings) -> Iterator[Result]:
    """The folder, the files in it, and whether a ledger can be kept there."""
    maintenance = maintenance_of(settings)
    yield ok(*maintenance.engine())
    yield from _export_dir(settings)
    folder = settings.data_dir
    if lost := lost_ledger(settings):
        yield lost
    try:
        check_readable(folder)
    except ConfigError as error:
        yield fail("data folder", str(error), "nothing can be read or recorded")
        return
    if not folder.exists():
        if not lost:
            yield ok("data folder", f"{folder} does not exist yet; the first start creates it")
        return
    yield _file_system(settings)
    yield from _modes(folder, 0o700, 0o770, settings.shared)
    for path in (ledger_path(folder), trips_path(folder)):
        if path.exists():
            yield from _modes(path, 0o600, 0o660, settings.shared)
    yield _room(folder)
    yield _trial(folder, maintenance)
    yield from check_ledger(settings)
    yield from check_records(storage_of(settings))
    yield from check_evidence(settings)
    yield from check_trips(settings)


def _export_dir(settings: Settings) -> Iterator[Result]:
    """Whether exports and receipts can be written."""
    folder = settings.export_dir
    if folder is None:
        if settings.kiosk:
            yield warn("export_dir", "is not set: this kiosk writes no exports and no receipts", "set it to a folder")
    elif not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        yield warn("export_dir", f"{folder} is no folder that this account can write", "make it, or correct its mode")
    elif folder.stat().st_mode & stat.S_IWOTH:
        yield warn("export_dir", f"{folder} can be written by everybody", f"chmod o-w {folder}")


def _file_system(settings: Settings) -> Result:
    kind = file_system(settings.data_dir)
    says = f"{settings.data_dir} is on {kind}"
    if not is_network(kind):
        return ok("file system", says)
    if settings.allow_network_filesystem:
        return warn("file system", f"{says}, which the settings allow", "let no other host use this data folder")
    remedy = "move the data folder to a local disk: locks and syncs over a network cannot be trusted; nothing is sent"
    return fail("file system", says, remedy)


def _modes(path: Path, own: int, shared: int, is_shared: bool) -> Iterator[Result]:
    """Whether only the right accounts can read and write the files."""
    allowed = shared if is_shared else own
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & ~allowed & 0o777:
        yield warn("mode", f"{path} is {mode:04o}, open to others", f"chmod {allowed:o} {path}")
    else:
        yield ok("mode", f"{path} is {mode:04o}")


def _room(folder: Path) -> Result:
    free = shutil.disk_usage(folder).free
    says = f"{free // 1_000_000:,} MB free"
    return (
        ok("disk", says)
        if free >= LEAST_ROOM
        else warn("disk", says, "make room: without it no refund can be recorded")
    )


def _trial(folder: Path, maintenance: Maintenance) -> Result:
    if not os.access(folder, os.W_OK):
        return warn("ledger trial", f"{folder} cannot be written by this account", "refunds can be reviewed, not made")
    try:
        maintenance.try_temporary_ledger()
    except StoreError as error:
        return fail("ledger trial", str(error), "no ledger can be kept here: choose another data_dir")
    except OSError as error:
        return fail("ledger trial", f"{error.strerror} in {folder}", "correct the folder's permissions")
    return ok("ledger trial", "a ledger can be kept here: journal, syncs and locks work")
