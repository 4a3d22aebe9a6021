"""Owns who holds the lease of an attempt: this process, and whether the holder of another lease still runs.

Never guesses: it says that it does not know about a process on another host or in another container. What follows for
the attempt is decided in `core.lease`.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

from refund_tui.core.refunds import Holder
from refund_tui.host.clock import boot_id, is_boot_id


def this_process() -> Holder:
    """This process as the holder of an attempt. Host, boot, pid, start time and namespace together are never reused."""
    return Holder(socket.gethostname(), boot_id(), os.getpid(), _started(os.getpid()), _namespace())


def alive(holder: Holder) -> bool | None:
    """Whether a holder may still be sending; None if this process cannot know.

    In the same boot the host's name is ignored, since it can be changed. A pid of another namespace (another container)
    is a different process here. A holder of an earlier boot of this host is dead; one of another host may live.
    """
    here = boot_id()
    if holder.boot == here and is_boot_id(here):
        return _runs(holder) if holder.namespace and holder.namespace == _namespace() else None
    if holder.host != socket.gethostname() or is_boot_id(holder.boot) != is_boot_id(here):
        return None
    return False if is_boot_id(here) else _runs(holder)


def _runs(holder: Holder) -> bool:
    """Whether the process with this pid is the holder and has not ended."""
    stat = _stat(holder.pid)
    if stat is None:  # the process is gone, or /proc is missing or hides the processes of other accounts
        return _exists(holder.pid)
    state, started = stat
    return state not in "ZX" and started == (holder.started or started)


def _namespace() -> str:
    """The pid namespace of this process; empty if there is no /proc, or it is that of another namespace."""
    try:
        own_proc = Path("/proc/self").readlink().name == str(os.getpid())
        return str(Path("/proc/self/ns/pid").readlink()) if own_proc else ""
    except OSError:
        return ""


def _started(pid: int) -> str:
    stat = _stat(pid)
    return stat[1] if stat else ""


def _stat(pid: int) -> tuple[str, str] | None:
    """A process's state (one letter) and its start in kernel ticks since boot; None if they cannot be read."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return fields[0], fields[19]


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
