"""Owns one situation of the model: the ledger, the requests under way, and what the service really did.

Times are relative to the present instant, so that the same situation at another time is the same value.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from refund_tui.core.refunds import Life, State
from refund_tui.core.times import Instant, Wait
from refund_tui.core.waits import Policy

HORIZON = 100.0
"""Seconds for which both sides remember an id. The service counts from the execution."""

PAUSE = 60.0
"""Seconds of a long pause: more than half a horizon, and more than any request lasts."""

POLICY = Policy(base=10.0, cap=10.0, least=10.0, longest=500.0, horizon=HORIZON, to_leave=30.0, longest_attempt=PAUSE)

JUMP = 300.0
"""Seconds of a jump of the wall clock: longer than any time in the refund."""

BOOT, EARLIER = "this boot", "an earlier boot"
NOW = Instant(datetime(2026, 3, 2, 12, 0, tzinfo=UTC), BOOT, 0.0)
_LONG_AGO = 400.0


@dataclass(frozen=True, slots=True)
class SentRequest:
    """One attempt's request: `open` in the ledger, `awaited` by a living process, and what the service did with it.

    `left` is False while its sender has not sent it yet. `service` is 0 for the refund's own service.
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
        """Whether it can have no effect any more."""
        return not (self.open or self.awaited or self.pending)


@dataclass(frozen=True, slots=True)
class World:
    """`memory` holds the service's ids with their age; `moved` counts how often money moved.

    `leave` is a person's permission, given after the warning, to ask once after the horizon. `warned`: one was given.
    `early`: a person settled as unpaid while the sender of an ended attempt still waited for the answer. `clocks` and
    `pauses` limit how often clocks change and time passes. `set_wrong` and `paused` say what was done to clocks; never
    both, because then no clock shows the time that passed. `apart`: the processes are in containers, so that none knows
    whether another lives. `services` is the number of services that desks use. `copies` is how often the ledger from
    before the first attempt may be put back; then it is `behind` what its processes have seen until a person accepts
    it. `replaced`: the newer ledger had closed the refund as not paid, so that another one may be paid instead.
    `approved`: no approval was needed, or another person gave it. `limits` is how often the limit may change.
    `went_on`: a person let it go on although its window may have closed.
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
    replaced: bool = False
    approved: bool = True
    limits: int = 0
    went_on: bool = False

    def copied_back(self) -> World:
        """The world with the ledger from before the first attempt. Processes that wait for an answer still wait."""
        requests = tuple(replace(request, open=False) for request in self.requests)
        kept = tuple(request for request in requests if not request.over)
        newer, copies = not self.life.state.counts, self.copies - 1
        return replace(self, life=Life(State.QUEUED), requests=kept, copies=copies, behind=True, replaced=newer)

    def accepted(self, life: Life) -> World:
        """The world after a person accepted the older copy as it is."""
        return replace(self.with_life(life), behind=False)

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
        """The same world with another life. Fields that no rule reads are removed, so that equal worlds are equal."""
        return replace(self, life=replace(life, why="", tries=0, doubts=0))

    def put(self, old: SentRequest, new: SentRequest | None) -> World:
        """The same world with one request changed, or gone."""
        kept = tuple(new if request is old else request for request in self.requests)
        return replace(self, requests=tuple(request for request in kept if request and not request.over))

    def later(self, seconds: float, *, paused: bool = False) -> World:
        """The world after `seconds` without events. A request does not last longer than a pause.

        If the host was `paused` like a virtual machine, its ticks stopped, and its wall clock was corrected afterwards.
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
        """The world after a reboot: every process is gone, and the waits use the ticks of the new boot."""
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
