"""Owns this host's clocks: the wall clock and the count of seconds since boot.

The only module that reads them; everything else is handed a `Clock`, so that tests own the time.
"""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

from refund_tui.core.times import Instant

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TICKING = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def boot_id() -> str:
    """What names this boot of the host; where the platform has no such name, one for this process alone."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return _OWN_BOOT


def named(boot: str) -> bool:
    """Whether `boot` names a boot of the host, not one process on a platform that has no such name."""
    return not boot.startswith(_UNNAMED)


_UNNAMED = "process-"
_OWN_BOOT = f"{_UNNAMED}{uuid.uuid4()}"


class SystemClock:
    """The host's own time."""

    def __init__(self) -> None:
        self._boot = boot_id()

    def now(self) -> Instant:
        """The present instant."""
        return Instant(datetime.now(UTC), self._boot, time.clock_gettime(_TICKING))
