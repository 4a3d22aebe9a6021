"""Owns who sends: this process as the holder of an attempt, and whether another holder still lives.

Never guesses a death: of a holder on another host or in another container it says that it does not know.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

from refund_tui.core.refunds import Holder
from refund_tui.host.clock import boot_id, named


def this_process() -> Holder:
    """This process's lease: host, boot, namespace, pid and start, which together are never used again."""
    return Holder(socket.gethostname(), boot_id(), os.getpid(), _started(os.getpid()), _namespace())


def alive(holder: Holder) -> bool | None:
    """Whether a holder may still be sending; None where this process cannot know.

    Within one boot the host's name is not asked, for it can be changed; but a pid of another namespace, as another
    container is, names another process here. Another boot of this host is over; another host's may not be.
    """
    here = boot_id()
    if holder.boot == here and named(here):
        return _runs(holder) if holder.namespace and holder.namespace == _namespace() else None
    if holder.host != socket.gethostname() or named(holder.boot) != named(here):
        return None
    return False if named(here) else _runs(holder)


def _runs(holder: Holder) -> bool:
    """Whether the process of this pid is the holder, and still does something."""
    told = _stat(holder.pid)
    if told is None:  # gone, or hidden: /proc may be closed to other accounts, or not be there at all
        return _exists(holder.pid)
    state, started = told
    return state not in "ZX" and started == (holder.started or started)


def _namespace() -> str:
    """What names the space in which this process's pid counts; empty where /proc does not tell, or tells another's."""
    try:
        here = Path("/proc/self").readlink().name == str(os.getpid())
        return str(Path("/proc/self/ns/pid").readlink()) if here else ""
    except OSError:
        return ""


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
