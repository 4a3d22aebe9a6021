"""Owns what this host is called: by a machine id that only this program uses, by its boot, by its name."""

from __future__ import annotations

import hashlib
import re
import socket
from collections.abc import Iterable
from pathlib import Path

from refund_tui.core.hosts import Host
from refund_tui.host.clock import boot_id, named
from refund_tui.host.paths import NAME

_MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


def this_host(files: Iterable[Path] = _MACHINE_IDS) -> Host:
    """This host, as it is now. The machine id itself is confidential: only a hash of it leaves this function."""
    boot = boot_id()
    return Host(_machine(files), boot if named(boot) else "", socket.gethostname())


def _machine(files: Iterable[Path]) -> str:
    for path in files:
        try:
            told = path.read_text().strip()
        except (OSError, UnicodeDecodeError):
            continue
        if re.fullmatch(r"[0-9a-f]{32}", told):
            return hashlib.sha256(f"{NAME} {told}".encode()).hexdigest()[:32]
    return ""
