"""Owns the choice of what keeps the refunds: the ledger and the trips that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refund_tui.host.high_water_files import marks_outside
from refund_tui.store.sqlite.maintenance import SqliteMaintenance
from refund_tui.store.sqlite.storage import SqliteStorage

if TYPE_CHECKING:
    from refund_tui.core.hosts import Host
    from refund_tui.desk.ports import Maintenance, Storage
    from refund_tui.settings.load import Settings


def storage_of(settings: Settings, host: Host | None = None) -> Storage:
    """Where the settings say that the refunds are kept; nothing is opened yet. `host` is the one that writes."""
    return _sqlite(settings, host)


def maintenance_of(settings: Settings) -> Maintenance:
    """The upkeep of the same."""
    return SqliteMaintenance(_sqlite(settings))


def _sqlite(settings: Settings, host: Host | None = None) -> SqliteStorage:
    return SqliteStorage(
        settings.data_dir,
        shared=settings.shared,
        any_file_system=settings.allow_network_filesystem,
        outside=marks_outside(settings),
        host=host,
    )
