"""Owns this host's clocks: the wall clock and the count of seconds since boot.

The only module that reads them. Everything else is given a `Clock`, so that tests can set the time.
"""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

from refund_tui.core.times import Instant

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TICKS = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def boot_id() -> str:
    """The id of this boot of the host. A platform without boot ids gives each process an id of its own."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return _PROCESS_ID


def is_boot_id(boot: str) -> bool:
    """Whether `boot` is the id of a boot, and not the id of one process on a platform without boot ids."""
    return not boot.startswith(_PROCESS)


_PROCESS = "process-"
_PROCESS_ID = f"{_PROCESS}{uuid.uuid4()}"


class SystemClock:
    """The host's clocks."""

    def __init__(self) -> None:
        self._boot = boot_id()

    def now(self) -> Instant:
        """The current time by both clocks."""
        return Instant(datetime.now(UTC), self._boot, time.clock_gettime(_TICKS))
