"""The environment of test_stateful: two clerks' processes, each in a container, one ledger, a faulty service, and time.

The desk, the SQLite file and the HTTP to the sandbox are real; only the clock is the test's. Two cases are left out,
because no program can notice them (see tests/model): a wall clock that was set back across a reboot without a
contradiction, and one that was set back on a paused host.
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
from refund_tui.core.refunds import APPROVED, DECLINED, Attempt, Event, Holder, Refund
from refund_tui.core.trips import Trip
from refund_tui.desk.attempt_end import InFlight
from refund_tui.desk.desk import Desk
from refund_tui.sandbox import SandboxThread
from tests.support.approvals import SITE
from tests.support.clock import FakeClock
from tests.support.desks import STORE, other_process
from tests.support.desks import settings as desk_settings
from tests.support.ledgers import sound

T = TypeVar("T")
CAPTURED = 3_000
HORIZON = 86_400.0
"""The seconds for which the service remembers an id. It is also the desk's key horizon."""

LIMIT = 1_500
"""Above this a refund needs the other clerk's approval, until the limit changes."""

CLERKS = ("ana", "ben")
TRIPS = ("trip-0", "trip-1", "trip-2")


class Premises(RuleBasedStateMachine):
    """The files, the processes, the services and the clock. `truth` is the service's time."""

    seen_in_all: ClassVar[Counter[str]] = Counter()
    """Counts over all histories of a run."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="stateful-"))
        self.clock, self.dead = FakeClock(), set[Holder]()
        self.truth, self.paused, self.set_back = self.clock.at, False, False
        self.service = SandboxThread(any_trip=True, key_memory=HORIZON, wall=lambda: self.truth).start()
        self.stranger = SandboxThread(any_trip=True).start()
        self.desks: dict[str, Desk] = {}
        self.limit = LIMIT
        self.needing: dict[str, str] = {}
        """Who asked for each refund that was above the limit then, by its key."""
        self.late: list[tuple[Desk, InFlight, Outcome]] = []
        self.still: list[tuple[Desk, InFlight]] = []
        self.copy: tuple[int, bytes] | None = None
        self.abandoned: list[Desk] = []
        self.seen: dict[str, Refund] = {}
        self.told: tuple[Event, ...] = ()
        known = [Trip(STORE, trip, captured=Money(CAPTURED, "EUR")) for trip in TRIPS]
        self.run(self.desk("ana").trips.put(known))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end."""
        return self.loop.run_until_complete(work)

    def desk(self, clerk: str) -> Desk:
        """The clerk's running process, or a new one if the last one died."""
        if clerk not in self.desks:
            told = desk_settings(self.folder, base_url=self.service.url, clerk=clerk, **self.site_rules())
            mine = replace(other_process(), namespace=f"pid:[{CLERKS.index(clerk)}]")
            desk = Desk(told, clock=self.clock, random=lambda: 0.5, holder=mine, alive=self._judge(mine))
            self.run(desk.open())
            self.run(desk.files.write(lambda ledger: ledger.anchor(self.clock.now())))
            self.desks[clerk] = desk
        return self.desks[clerk]

    def site_rules(self) -> dict[str, Any]:
        """The site's rules: on this account each clerk is a person, and both may approve."""
        return {**SITE, "approve_above": {"EUR": Money(self.limit, "EUR")}, "approvers": CLERKS}

    def _judge(self, mine: Holder) -> Callable[[Holder], bool | None]:
        """Whether a holder lives; None for a process of another container."""
        return lambda other: other not in self.dead if other.namespace == mine.namespace else None

    def refunds(self) -> list[Refund]:
        """The ledger, newest first."""
        return sound(self.run(self.desk("ana").history.rows(Filter(), 0, 1_000)))

    def _begin(self, clerk: str) -> InFlight | None:
        """A recorded attempt whose request was not sent yet, if one is due soon."""
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
        """Time passes on every clock."""
        self.clock.advance(seconds)
        self.truth += timedelta(seconds=seconds)

    def _under_way(self, desk: Desk) -> list[Attempt]:
        pairs = self.run(desk.files.write(lambda ledger: ledger.under_way(desk.endpoint)))
        return sound(attempt for _refund, attempt in pairs)

    def teardown(self) -> None:
        books = self.service.books
        self.seen_in_all.update(histories=1, deaths=len(self.dead), events=len(self.told))
        self.seen_in_all.update(requests=len(books.arrivals), executions=len(books.executions))
        self.seen_in_all.update(event.kind for event in self.told if event.kind in (APPROVED, DECLINED))
        for desk in [*self.desks.values(), *self.abandoned, *(desk for desk, _in_flight in self.still)]:
            self.run(desk.close())
        self.service.stop()
        self.stranger.stop()
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        shutil.rmtree(self.folder)
