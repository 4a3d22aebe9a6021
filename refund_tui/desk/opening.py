"""Owns the choice of the storage: where the ledger and the trips of these settings are kept, and in which form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refund_tui.host.high_water_files import marks_outside
from refund_tui.store.sqlite.maintenance import SqliteMaintenance
from refund_tui.store.sqlite.storage import SqliteStorage

if TYPE_CHECKING:
    from refund_tui.core.ledger_identity import Host
    from refund_tui.desk.ports import Maintenance, Storage
    from refund_tui.settings.load import Settings


def storage_of(settings: Settings, host: Host | None = None) -> Storage:
    """The storage that the settings name; nothing is opened yet. `host` is this host, if not to be found out."""
    return _sqlite(settings, host)


def maintenance_of(settings: Settings) -> Maintenance:
    """What an operator can do with that storage."""
    return SqliteMaintenance(_sqlite(settings))


def _sqlite(settings: Settings, host: Host | None = None) -> SqliteStorage:
    return SqliteStorage(
        settings.data_dir,
        shared=settings.shared,
        any_file_system=settings.allow_network_filesystem,
        outside=marks_outside(settings),
        host=host,
    )
