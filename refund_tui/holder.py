"""Owns who sends: this process as the holder of an attempt, and whether another holder still lives.

Never guesses a death: a holder on another host is taken for alive.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

from refund_tui.clock import boot_id
from refund_tui.core.refunds import Holder


def this_process() -> Holder:
    """This process's lease: host, boot, pid and start, which together are never used again."""
    return Holder(socket.gethostname(), boot_id(), os.getpid(), _started(os.getpid()) or "")


def alive(holder: Holder) -> bool:
    """Whether a holder may still be sending; one of another host cannot be known and counts as alive."""
    if holder.host != socket.gethostname():
        return True
    if holder.boot != boot_id():
        return False
    if not holder.started:
        return _exists(holder.pid)
    return _started(holder.pid) == holder.started


def _started(pid: int) -> str | None:
    """When a process started, in the kernel's ticks since boot; None when it is gone, or a zombie."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = told.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields[19]


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
