"""Owns one situation of the model: what the ledger says, what is on the wire, and what the service really did.

A situation is told relative to its present instant, so that the same situation at another time is the same value.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from refund_tui.core.refunds import Life, State
from refund_tui.core.times import Instant, Wait
from refund_tui.core.waits import Policy

HORIZON = 100.0
"""Seconds for which both sides remember an id: the service exactly so long, counted from the execution."""

PAUSE = 60.0
"""Seconds of a longer time in which nothing is sent: more than half a horizon, and more than any request lasts."""

POLICY = Policy(
    base=10.0, cap=10.0, least=10.0, longest=500.0, horizon=HORIZON, most_doubts=3, to_leave=30.0, longest_attempt=PAUSE
)

JUMP = 300.0
"""Seconds by which a wall clock jumps: further than anything the refund remembers."""

BOOT, EARLIER = "this boot", "an earlier boot"
NOW = Instant(datetime(2026, 3, 2, 12, 0, tzinfo=UTC), BOOT, 0.0)
_LONG_AGO = 400.0


@dataclass(frozen=True, slots=True)
class SentRequest:
    """One attempt's request: `open` in the ledger, `awaited` by a living process, and what the service did with it.

    `left` is False while its sender, who may stand still, has not sent it yet. `service` is 0 for the refund's own.
    """

    key: int
    sent: Instant
    open: bool = True
    awaited: bool = True
    executed: bool = False
    refused: bool = False
    left: bool = True
    service: int = 0

    @property
    def pending(self) -> bool:
        """Whether the service may still execute it."""
        return self.left and not (self.executed or self.refused)

    @property
    def over(self) -> bool:
        """Whether nothing can come of it any more."""
        return not (self.open or self.awaited or self.pending)


@dataclass(frozen=True, slots=True)
class World:
    """`memory` holds the service's ids with their age; `moved` counts how often money moved.

    `leave` is a person's leave, given after the warning, to ask once past the horizon; `warned` that one was given;
    `early` that one settled as unpaid while the sender of a request that was taken over still awaited it. `clocks` and
    `pauses` bound what may still happen to clocks and how often time passes. `set_wrong` and `paused` say what was done
    to clocks: not both, for then neither tells how much time has passed. `apart`: the processes are in containers, so
    that none can tell whether another lives. `services` is how many services desks are pointed at, `copies` how often
    the ledger of before the first attempt may be put back; it is `behind` what its processes have seen then.
    """

    life: Life = field(default_factory=lambda: Life(State.QUEUED))
    requests: tuple[SentRequest, ...] = ()
    memory: tuple[tuple[int, float], ...] = ()
    moved: int = 0
    key: int = 0
    window: datetime | None = None
    leave: bool = False
    warned: bool = False
    early: bool = False
    clocks: int = 2
    pauses: int = 3
    set_wrong: bool = False
    paused: bool = False
    apart: bool = False
    services: int = 1
    copies: int = 0
    behind: bool = False

    def copied_back(self) -> World:
        """The world with the ledger of before the first attempt; who awaits an answer still does."""
        requests = tuple(replace(request, open=False) for request in self.requests)
        kept = tuple(request for request in requests if not request.over)
        return replace(self, life=Life(State.QUEUED), requests=kept, copies=self.copies - 1, behind=True)

    def remembers(self, key: int) -> bool:
        """Whether the service still knows this id."""
        return any(known == key and age < HORIZON for known, age in self.memory)

    def forgot(self, key: int) -> bool:
        """Whether the service executed this id so long ago that it would execute it again."""
        return any(known == key for known, _ in self.memory) and not self.remembers(key)

    @property
    def may_still_move(self) -> bool:
        """Whether some request may yet be executed."""
        return any(request.pending for request in self.requests)

    def with_life(self, life: Life) -> World:
        """The same world with another life; what no rule reads is left out, so that equal situations are equal."""
        return replace(self, life=replace(life, why="", tries=0))

    def put(self, old: SentRequest, new: SentRequest | None) -> World:
        """The same world with one request changed, or gone."""
        kept = tuple(new if request is old else request for request in self.requests)
        return replace(self, requests=tuple(request for request in kept if request and not request.over))

    def later(self, seconds: float, *, paused: bool = False) -> World:
        """The world after `seconds` in which nobody does anything. A request lasts no longer than a pause.

        While the host was `paused`, as a virtual machine is, its ticks stood still; its wall clock was set right after.
        """
        ticks = 0.0 if paused else seconds
        moved = self._told_anew(lambda mark: _shifted(mark, wall=seconds, ticks=ticks))
        memory = tuple((key, min(age + seconds, HORIZON)) for key, age in moved.memory)
        requests = tuple(replace(r, refused=r.refused or (seconds >= PAUSE and r.pending)) for r in moved.requests)
        window = self.window and self.window - timedelta(seconds=seconds)
        requests = tuple(request for request in requests if not request.over)
        return replace(moved, memory=memory, requests=requests, window=window, paused=moved.paused or paused)

    def wall_jumps(self, seconds: float) -> World:
        """The world after somebody set the wall clock; no time passes."""
        window = self.window and self.window - timedelta(seconds=seconds)
        moved = self._told_anew(lambda mark: _shifted(mark, wall=seconds, ticks=0.0))
        return replace(moved, window=window, set_wrong=True)

    def reboots(self) -> World:
        """The world after a reboot: every process is gone, and the waits are told in the new boot's ticks."""
        marked = self._told_anew(_of_earlier_boot)
        requests = tuple(replace(request, awaited=False) for request in marked.requests)
        life = marked.life
        if life.wait is not None:
            life = replace(life, wait=life.wait.anchored(NOW))
        return replace(marked, requests=tuple(r for r in requests if not r.over), life=life)

    def _told_anew(self, shift: _Shift) -> World:
        life = self.life
        wait = life.wait and Wait(shift(life.wait.start), life.wait.seconds)
        first = life.first_sent and shift(life.first_sent)
        requests = tuple(replace(request, sent=shift(request.sent)) for request in self.requests)
        return replace(self, life=replace(life, wait=wait, first_sent=first), requests=requests)


class _Shift(Protocol):
    def __call__(self, mark: Instant, /) -> Instant: ...


def _shifted(mark: Instant, *, wall: float, ticks: float) -> Instant:
    at = max(mark.at - timedelta(seconds=wall), NOW.at - timedelta(seconds=_LONG_AGO))
    return Instant(at, mark.boot, max(mark.ticks - ticks, -_LONG_AGO) if mark.boot == BOOT else 0.0)


def _of_earlier_boot(mark: Instant) -> Instant:
    return Instant(mark.at, EARLIER, 0.0)


FRESH = World()
