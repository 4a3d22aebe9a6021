"""Owns how the program opens a ledger to write: on a trusted file system, by its host, with its high-water marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refund_tui.host.high_water_files import marks_of
from refund_tui.host.machine import this_host
from refund_tui.host.mounts import refuse_network
from refund_tui.host.paths import ledger_path
from refund_tui.store.sqlite.ledger import Ledger
from refund_tui.store.sqlite.writing_host import HostGuard

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings
    from refund_tui.store.sqlite.high_water_mark import HighWaterMarks


def open_ledger(settings: Settings, marks: HighWaterMarks | None = None, writer: HostGuard | None = None) -> Ledger:
    """The ledger that the settings name, open. Raises StoreError, also where it must not be written here."""
    check_file_system(settings)
    path, marks = ledger_path(settings.data_dir), marks or marks_of(settings)
    return Ledger.open(path, shared=settings.shared, marks=marks, host=writer or HostGuard(this_host()))


def check_file_system(settings: Settings) -> None:
    """See that the data folder's file system can be trusted, unless the operator vouches for it. Raises StoreError."""
    if not settings.allow_network_filesystem:
        refuse_network(settings.data_dir)
