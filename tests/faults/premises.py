"""Two clerks' processes, each in a container, on one ledger, a service that misbehaves, and time: for test_stateful.

The real desk, a real SQLite file, real HTTP to the sandbox; only the clock is the test's. Two things stay out that no
terminal can tell, as in tests/model: a wall clock set back over a reboot so that it contradicts nothing, and one set
back on a host that was paused.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from hypothesis.stateful import RuleBasedStateMachine

from refund_tui.core.filters import Filter
from refund_tui.core.money import Money
from refund_tui.core.outcomes import Outcome
from refund_tui.core.refunds import Attempt, Event, Holder, Refund
from refund_tui.core.trips import Trip
from refund_tui.desk.attempt_end import InFlight
from refund_tui.desk.desk import Desk
from refund_tui.sandbox import SandboxThread
from tests.support.clock import FakeClock
from tests.support.desks import STORE, other_process
from tests.support.desks import settings as desk_settings
from tests.support.ledgers import sound

T = TypeVar("T")
CAPTURED = 3_000
HORIZON = 86_400.0
"""Seconds for which the service remembers an id, and for which the desk trusts it to."""

CLERKS = ("ana", "ben")
TRIPS = ("trip-0", "trip-1", "trip-2")


class Premises(RuleBasedStateMachine):
    """The files, the processes, the services and the clock. `truth` is the time that the service goes by."""

    seen_in_all: ClassVar[Counter[str]] = Counter()
    """What all histories of a run came to."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="stateful-"))
        self.clock, self.dead = FakeClock(), set[Holder]()
        self.truth, self.paused, self.set_back = self.clock.at, False, False
        self.service = SandboxThread(any_trip=True, key_memory=HORIZON, wall=lambda: self.truth).start()
        self.stranger = SandboxThread(any_trip=True).start()
        self.desks: dict[str, Desk] = {}
        self.late: list[tuple[Desk, InFlight, Outcome]] = []
        self.still: list[tuple[Desk, InFlight]] = []
        self.copy: tuple[int, bytes] | None = None
        self.abandoned: list[Desk] = []
        self.seen: dict[str, Refund] = {}
        self.told: tuple[Event, ...] = ()
        known = [Trip(STORE, trip, captured=Money(CAPTURED, "EUR")) for trip in TRIPS]
        self.run(self.desk("ana").trips.put(known))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something asynchronous to its end."""
        return self.loop.run_until_complete(work)

    def desk(self, clerk: str) -> Desk:
        """The clerk's running process; a new one after the last has died."""
        if clerk not in self.desks:
            told = desk_settings(self.folder, base_url=self.service.url, clerk=clerk)
            mine = replace(other_process(), namespace=f"pid:[{CLERKS.index(clerk)}]")
            desk = Desk(told, clock=self.clock, random=lambda: 0.5, holder=mine, alive=self._judge(mine))
            self.run(desk.open())
            self.run(desk.files.write(lambda ledger: ledger.anchor(self.clock.now())))
            self.desks[clerk] = desk
        return self.desks[clerk]

    def _judge(self, mine: Holder) -> Callable[[Holder], bool | None]:
        """Who lives, as far as a process can tell: of another container it cannot."""
        return lambda other: other not in self.dead if other.namespace == mine.namespace else None

    def refunds(self) -> list[Refund]:
        """The ledger, newest first."""
        return sound(self.run(self.desk("ana").history.rows(Filter(), 0, 1_000)))

    def _begin(self, clerk: str) -> InFlight | None:
        """An attempt that is on record, if one is due soon; its request has not left."""
        desk = self.desk(clerk)
        plan = self.run(desk.files.write(desk.sender.plan))
        if plan.in_flight is None and plan.rest:
            self.passes(plan.rest + 0.001)
            plan = self.run(desk.files.write(desk.sender.plan))
        return plan.in_flight

    def _die(self, clerk: str) -> None:
        self.dead.add(self.desks[clerk].holder)
        self.abandoned.append(self.desks.pop(clerk))

    def passes(self, seconds: float) -> None:
        """Time passes, and every clock knows."""
        self.clock.advance(seconds)
        self.truth += timedelta(seconds=seconds)

    def _under_way(self, desk: Desk) -> list[Attempt]:
        pairs = self.run(desk.files.write(lambda ledger: ledger.under_way(desk.endpoint)))
        return sound(attempt for _refund, attempt in pairs)

    def teardown(self) -> None:
        books = self.service.books
        self.seen_in_all.update(histories=1, deaths=len(self.dead), events=len(self.told))
        self.seen_in_all.update(requests=len(books.arrivals), executions=len(books.executions))
        for desk in [*self.desks.values(), *self.abandoned, *(desk for desk, _in_flight in self.still)]:
            self.run(desk.close())
        self.service.stop()
        self.stranger.stop()
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        shutil.rmtree(self.folder)
