"""Owns who sends: this process as the holder of an attempt, and whether another holder still lives.

Never guesses a death: a holder on another host is taken for alive.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

from refund_tui.clock import boot_id, named
from refund_tui.core.refunds import Holder


def this_process() -> Holder:
    """This process's lease: host, boot, pid and start, which together are never used again."""
    return Holder(socket.gethostname(), boot_id(), os.getpid(), _started(os.getpid()))


def alive(holder: Holder) -> bool:
    """Whether a holder may still be sending; one of another host cannot be known and counts as alive."""
    if holder.host != socket.gethostname():
        return True
    if named(holder.boot) and holder.boot != boot_id():
        return False
    told = _stat(holder.pid)
    if told is None:  # gone, or hidden: /proc may be closed to other accounts, or not be there at all
        return _exists(holder.pid)
    state, started = told
    return state not in "ZX" and started == (holder.started or started)


def _started(pid: int) -> str:
    told = _stat(pid)
    return told[1] if told else ""


def _stat(pid: int) -> tuple[str, str] | None:
    """A process's state (one letter) and its start in the kernel's ticks since boot; None when that cannot be read."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    fields = told.rpartition(")")[2].split()
    return fields[0], fields[19]


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
