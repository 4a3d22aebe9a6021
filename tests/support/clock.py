"""A clock that only moves when a test moves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from refund_tui.core.times import Instant

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class FakeClock:
    """Wall time, ticks and boot. Tests move each of them alone or together."""

    at: datetime = NOON
    ticks: float = 1_000.0
    boot: str = "boot-1"

    def now(self) -> Instant:
        """The present instant, as the test has set it."""
        return Instant(self.at, self.boot, self.ticks)

    def advance(self, seconds: float) -> None:
        """Let time pass, as it does on a healthy host."""
        self.at += timedelta(seconds=seconds)
        self.ticks += seconds

    def jump(self, seconds: float) -> None:
        """Set the wall clock forward or back; no time passes."""
        self.at += timedelta(seconds=seconds)

    def reboot(self, down: float = 60.0) -> None:
        """Reboot after `down` seconds: a new boot id, and ticks from zero."""
        self.at += timedelta(seconds=down)
        self.boot, self.ticks = self.boot + "+", 5.0
