"""Owns instants and waits that stay right under a wrong clock, a reboot and a restart of the program.

Never reads a clock itself: an instant is handed in as an `Instant`, made by whoever owns a `Clock`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Instant:
    """One instant by two clocks, so that neither has to be trusted alone.

    `at` is wall time in UTC; `ticks` are seconds since the boot named by `boot`, a count that never jumps.
    """

    at: datetime
    boot: str
    ticks: float

    def since(self, earlier: Instant) -> float:
        """Seconds that have passed since `earlier` for certain, never negative.

        Within one boot the ticks decide, whatever the wall clock did; across a reboot only the wall clock is left, and
        where `earlier` has ticks that are still to come, since its record is damaged.
        """
        if self.boot == earlier.boot and self.ticks >= earlier.ticks:
            return self.ticks - earlier.ticks
        return max(0.0, (self.at - earlier.at).total_seconds())

    def longest_since(self, earlier: Instant) -> float:
        """Seconds that may have passed since `earlier` at the most: of the two clocks the one that says later counts.

        The ticks stand still while a virtual machine is paused, and the wall clock can be set back: neither may make
        an old instant look recent. Waits do not use this, since a jump of the wall clock would cut them short.
        """
        return max(self.since(earlier), (self.at - earlier.at).total_seconds())

    def contradicts(self, earlier: Instant) -> bool:
        """Whether the wall clock went back over a reboot: how long `earlier` is past cannot be told then."""
        return self.boot != earlier.boot and self.at < earlier.at


@dataclass(frozen=True, slots=True)
class Wait:
    """A pause of `seconds` that began at `start`; what remains of it never exceeds `seconds`."""

    start: Instant
    seconds: float

    def remaining(self, now: Instant) -> float:
        """Seconds still to wait at `now`: between 0 and `seconds`, however the clock jumped."""
        return max(0.0, self.seconds - now.since(self.start))

    def over(self, now: Instant) -> bool:
        """Whether nothing of the wait remains at `now`."""
        return self.remaining(now) <= 0

    def anchored(self, now: Instant) -> Wait:
        """The same wait, counted in the ticks of the present boot, so that a later clock jump cannot stretch it."""
        if self.start.boot == now.boot and self.start.ticks <= now.ticks:
            return self
        return Wait(now, self.remaining(now))

    @property
    def not_before(self) -> datetime:
        """The wall time (UTC) at which the wait was meant to end."""
        return self.start.at + timedelta(seconds=self.seconds)


class Clock(Protocol):
    """Where instants come from; the one that reads this host is `refund_tui.host.clock.SystemClock`."""

    def now(self) -> Instant:
        """The present instant."""
        ...


def last_day(began: datetime, days: int, zone: tzinfo) -> date:
    """The last day, in the store's time zone, on which a trip that began at `began` can be refunded.

    Payment service, refund, "7 days from the date of the trip": the date is the store's, and its last day counts whole.
    A day beyond the calendar is the calendar's last.
    """
    try:
        return began.astimezone(zone).date() + timedelta(days=days)
    except OverflowError:
        return date.max


def window_closes(began: datetime, days: int, zone: tzinfo) -> datetime:
    """The instant (UTC) at which the refund window closes: midnight, in the store's zone, after its last day."""
    last = last_day(began, days, zone)
    if last == date.max:
        return datetime.max.replace(tzinfo=UTC)
    return midnight(last + timedelta(days=1), zone)


def midnight(day: date, zone: tzinfo) -> datetime:
    """The instant (UTC) at which a day of the store begins. Raises OverflowError beyond the calendar."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def countdown(seconds: float) -> str:
    """`mm:ss` for a wait, rounded up so that 00:00 means over; from 100 minutes on `h:mm:ss`."""
    whole = max(0, -int(-seconds // 1))
    if whole < 6000:
        return f"{whole // 60:02d}:{whole % 60:02d}"
    return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"


def span(seconds: float) -> str:
    """A longer stretch of time in two units, as a person says it: `2 d 4 h`, `21 h 14 min`, `9 min`, `42 s`."""
    whole = max(0, int(seconds))
    days, hours, minutes = whole // 86400, whole % 86400 // 3600, whole % 3600 // 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{whole} s"


SKEW = 120.0
"""Seconds by which this host's clock may differ from the service's before a person is told; a signature allows 300."""


def skew_words(seconds: float) -> str:
    """How this host's clock differs from the service's; `seconds` are positive where it is ahead."""
    return f"this host's clock is {span(abs(seconds))} {'ahead of' if seconds > 0 else 'behind'} the service's"


def stamp(instant: datetime) -> str:
    """UTC in ISO 8601 with milliseconds and `Z`, the one way an instant is written to disk or printed as data."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def unstamp(text: str) -> datetime:
    """The instant that `stamp` wrote, or any ISO 8601 time with an offset; ValueError for anything else."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone: end it with Z or an offset such as +01:00")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text!r} is before the year 1 or after 9999 in UTC") from None
