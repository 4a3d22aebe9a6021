"""Owns the identity of this host: a hash of its machine id that only this program uses, its boot id, its name."""

from __future__ import annotations

import hashlib
import re
import socket
from collections.abc import Iterable
from pathlib import Path

from refund_tui.core.ledger_identity import Host
from refund_tui.host.clock import boot_id, is_boot_id
from refund_tui.host.paths import NAME

_MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


def this_host(files: Iterable[Path] = _MACHINE_IDS) -> Host:
    """This host, as it is now. The machine id is confidential, so only a hash of it is returned."""
    boot = boot_id()
    return Host(_machine(files), boot if is_boot_id(boot) else "", socket.gethostname())


def _machine(files: Iterable[Path]) -> str:
    for path in files:
        try:
            machine_id = path.read_text().strip()
        except (OSError, UnicodeDecodeError):
            continue
        if re.fullmatch(r"[0-9a-f]{32}", machine_id):
            return hashlib.sha256(f"{NAME} {machine_id}".encode()).hexdigest()[:32]
    return ""
