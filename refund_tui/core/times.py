"""Owns instants and waits that stay correct under a wrong clock, a reboot and a restart of the program.

Never reads a clock: the caller passes each `Instant`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Instant:
    """One instant by two clocks, because each of them can be wrong.

    `at` is the wall clock in UTC. `ticks` are seconds since the boot with the id `boot`; they never jump.
    """

    at: datetime
    boot: str
    ticks: float

    def since(self, earlier: Instant) -> float:
        """Seconds since `earlier`, never negative. Use it for waits.

        Within one boot the ticks decide. The wall clock decides after a reboot, and if the ticks of `earlier` are in
        the future: then its record is damaged.
        """
        if self.boot == earlier.boot and self.ticks >= earlier.ticks:
            return self.ticks - earlier.ticks
        return max(0.0, (self.at - earlier.at).total_seconds())

    def longest_since(self, earlier: Instant) -> float:
        """The most seconds that may have passed since `earlier`: the larger value of the two clocks.

        The ticks stop while a virtual machine is paused, and the wall clock can be set back. An old instant must not
        look recent in either case. Never use it for waits: a jump of the wall clock would shorten them.
        """
        return max(self.since(earlier), (self.at - earlier.at).total_seconds())

    def contradicts(self, earlier: Instant) -> bool:
        """Whether the wall clock was set back across a reboot. Then the time since `earlier` is not known."""
        return self.boot != earlier.boot and self.at < earlier.at


@dataclass(frozen=True, slots=True)
class Wait:
    """A pause of `seconds` that began at `start`."""

    start: Instant
    seconds: float

    def remaining(self, now: Instant) -> float:
        """Seconds left to wait at `now`: always between 0 and `seconds`, also after a clock jump."""
        return max(0.0, self.seconds - now.since(self.start))

    def over(self, now: Instant) -> bool:
        """Whether the wait has ended at `now`."""
        return self.remaining(now) <= 0

    def anchored(self, now: Instant) -> Wait:
        """The same wait with a start in the present boot, so that a later clock jump cannot make it longer."""
        if self.start.boot == now.boot and self.start.ticks <= now.ticks:
            return self
        return Wait(now, self.remaining(now))

    @property
    def not_before(self) -> datetime:
        """The wall time (UTC) at which the wait was meant to end."""
        return self.start.at + timedelta(seconds=self.seconds)

    def ends(self, now: Instant) -> datetime:
        """The wall time (UTC) of its end, computed at `now`.

        It differs from `not_before` if the clock has jumped since.

        It is the same at each look while the clock goes right, since less than a second is no jump.
        """
        found = now.at + timedelta(seconds=self.remaining(now))
        return self.not_before if abs((found - self.not_before).total_seconds()) < 1 else found


class Clock(Protocol):
    """The source of instants. `refund_tui.host.clock.SystemClock` reads this host's clocks."""

    def now(self) -> Instant:
        """The present instant."""
        ...


def last_day(began: datetime, days: int, zone: tzinfo) -> date:
    """The last day, in the store's time zone, on which a trip that began at `began` can be refunded.

    "7 days from the date of the trip" (contract page: the window): the date is in the store's time zone, and the
    whole last day counts. A day after the end of the calendar becomes `date.max`.
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


def local(instant: datetime, zone: tzinfo) -> datetime:
    """`instant` in the store's zone, for words. An instant at the end of the calendar stays as it is."""
    try:
        return instant.astimezone(zone)
    except OverflowError:
        return instant


def midnight(day: date, zone: tzinfo) -> datetime:
    """The instant (UTC) at which `day` begins in the store's zone. Raises OverflowError outside the calendar."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def countdown(seconds: float) -> str:
    """A wait as `mm:ss`, from 100 minutes as `h:mm:ss`. Rounded up, so that 00:00 means that it is over."""
    whole = max(0, -int(-seconds // 1))
    if whole < 6000:
        return f"{whole // 60:02d}:{whole % 60:02d}"
    return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"


def span(seconds: float) -> str:
    """A duration in at most two units: `2 d 4 h`, `21 h 14 min`, `9 min`, `42 s`."""
    whole = max(0, int(seconds))
    days, hours, minutes = whole // 86400, whole % 86400 // 3600, whole % 3600 // 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{whole} s"


SKEW = 120.0
"""A difference between the clocks of this host and of the service, in seconds, that is shown. A signature allows 300.
"""


def skew_words(seconds: float) -> str:
    """How this host's clock differs from the service's. `seconds` is positive if this host is ahead."""
    return f"this host's clock is {span(abs(seconds))} {'ahead of' if seconds > 0 else 'behind'} the service's"


def stamp(instant: datetime) -> str:
    """UTC in ISO 8601 with milliseconds and `Z`. Every instant on disk and in output as data has this form."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def unstamp(text: str) -> datetime:
    """The instant that `stamp` wrote, or any ISO 8601 time with an offset. Raises ValueError."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone: end it with Z or an offset such as +01:00")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text!r} is before the year 1 or after 9999 in UTC") from None
