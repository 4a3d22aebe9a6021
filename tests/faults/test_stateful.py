"""Whatever clerks, crashes, clocks and the service do in whatever order, the ledger and the service's books agree.

The real desk, a real SQLite file, real HTTP to the sandbox; only the clock is the test's. Deeper, and with what it came
to, by `STATEFUL_EXAMPLES=500 python -m pytest -n0 -s tests/faults/test_stateful.py -k whatever_happens`.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, settings, strategies
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from refund_tui.core import lifecycle
from refund_tui.core.fields import new_key
from refund_tui.core.lifecycle import Decision, NotPossible, Policy, possible
from refund_tui.core.money import Money
from refund_tui.core.outcomes import Answer, Doubt, Outcome, Uncertain, Unreachable
from refund_tui.core.refunds import Action, Event, Holder, Life, Refund, State
from refund_tui.core.rules import Refused
from refund_tui.core.times import Mark
from refund_tui.core.trips import Trip
from refund_tui.desk import Desk, Evidence, ending
from refund_tui.desk.ending import Flight
from refund_tui.desk.sender import Sender
from refund_tui.sandbox import SandboxThread, parse_script
from refund_tui.store.history import Filter
from tests.support.clock import FakeClock
from tests.support.desks import STORE, intent, other_process
from tests.support.desks import settings as desk_settings
from tests.support.ledgers import sound

T = TypeVar("T")
CAPTURED = 3_000
CLERKS = ("ana", "ben")
TRIPS = ("trip-0", "trip-1", "trip-2")
FAULTS: tuple[dict[str, Any] | None, ...] = (
    None, None, {"drop": "after"}, {"drop": "before"}, {"status": 500}, {"status": 500, "execute": True},
    {"status": 503, "retryAfter": "5"}, {"status": 429, "retryAfter": "5"}, {"status": 400}, {"status": 403},
    {"cut": "body", "execute": True}, {"garbage": "html", "execute": False}, {"shape": "empty"}, {"status": 202},
)  # fmt: skip


class Shop(RuleBasedStateMachine):
    """Two clerks' processes on one ledger, a service that misbehaves, and time."""

    seen_in_all: ClassVar[Counter[str]] = Counter()
    """What all histories of a run came to."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="stateful-"))
        self.clock, self.dead = FakeClock(), set[Holder]()
        self.service = SandboxThread(any_trip=True).start()
        self.desks: dict[str, Desk] = {}
        self.late: list[tuple[Desk, Flight, Outcome]] = []
        self.abandoned: list[Desk] = []
        self.seen: dict[str, Refund] = {}
        self.told: tuple[Event, ...] = ()
        known = [Trip(STORE, trip, captured=Money(CAPTURED, "EUR")) for trip in TRIPS]
        self.run(self.desk("ana").search(lambda trips: trips.put(known)))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something asynchronous to its end."""
        return self.loop.run_until_complete(work)

    def desk(self, clerk: str) -> Desk:
        """The clerk's running process; a new one after the last has died."""
        if clerk not in self.desks:
            told = desk_settings(self.folder, base_url=self.service.url, clerk=clerk)
            desk = Desk(
                told, clock=self.clock, random=lambda: 0.5, holder=other_process(), alive=lambda h: h not in self.dead
            )
            self.run(desk.open())
            self.run(desk._files.write(lambda ledger: ledger.anchor(self.clock.mark())))
            self.desks[clerk] = desk
        return self.desks[clerk]

    def refunds(self) -> list[Refund]:
        """The ledger, newest first."""
        return self.run(self.desk("ana").look(lambda history: sound(history.rows(Filter(), 0, 1_000))))

    # --- what people and the world do

    @initialize()
    def open_the_shop(self) -> None:
        """There is something to send from the first."""
        for trip in TRIPS[1:]:
            self.run(self.desk("ben").take(intent(1250, trip=trip)))

    @rule(
        clerk=strategies.sampled_from(CLERKS),
        trip=strategies.sampled_from(TRIPS),
        minor=strategies.sampled_from([500, 1250]),
    )
    def take(self, clerk: str, trip: str, minor: int) -> None:
        try:
            self.run(self.desk(clerk).take(intent(minor, trip=trip), second_yes=True))
        except Refused:
            return

    @rule(clerk=strategies.sampled_from(CLERKS), fault=strategies.sampled_from(FAULTS), patient=strategies.booleans())
    def send(self, clerk: str, fault: dict[str, Any] | None, patient: bool) -> None:
        """One look of a clerk's desk at the ledger; if it rests and he is patient, another when something is due."""
        self.service.play(parse_script({"refund": [fault] if fault else []}))
        desk = self.desk(clerk)
        rest = self.run(desk._sender._step())
        if rest and patient:
            self.clock.advance(rest + 0.001)
            self.run(desk._sender._step())

    @rule(clerk=strategies.sampled_from(CLERKS), fault=strategies.sampled_from(FAULTS), sent=strategies.booleans())
    def crash(self, clerk: str, fault: dict[str, Any] | None, sent: bool) -> None:
        """The process dies after its attempt was recorded, before or after its request left."""
        self.service.play(parse_script({"refund": [fault] if fault else []}))
        desk = self.desk(clerk)
        plan = self.run(desk._files.write(desk._sender._plan))
        if plan.rest:
            self.clock.advance(plan.rest + 0.001)
            plan = self.run(desk._files.write(desk._sender._plan))
        if plan.flight is not None and sent:
            outcome = self.run(desk._sender._answer(plan.flight))
            self.late.append((desk, plan.flight, outcome))
        self._die(clerk)

    def _die(self, clerk: str) -> None:
        self.dead.add(self.desks[clerk]._sender._terms.holder)
        self.abandoned.append(self.desks.pop(clerk))

    @precondition(lambda self: bool(self.late))
    @rule(data=strategies.data())
    def late_answer(self, data: strategies.DataObject) -> None:
        """One taken for dead was only slow, and now writes what it heard."""
        place = data.draw(strategies.integers(0, len(self.late) - 1))
        desk, flight, outcome = self.late.pop(place)
        self.run(desk._sender._record_once(flight, outcome, self.clock.mark()))

    @rule(
        passed=strategies.sampled_from([1.0, 61.0, 90_000.0]),
        jump=strategies.sampled_from([0.0, -7_200.0, 7_200.0]),
        reboots=strategies.sampled_from([False, False, True]),
    )
    def time_passes(self, passed: float, jump: float, reboots: bool) -> None:
        """At most beyond what the service is trusted to remember. The wall clock may be set meanwhile; with the host go
        down all who run on it, the slow ones too."""
        self.clock.jump(jump)
        if not reboots:
            self.clock.advance(passed)
            return
        for clerk in list(self.desks):
            self._die(clerk)
        self.late.clear()
        self.clock.reboot(passed)

    @rule(data=strategies.data(), clerk=strategies.sampled_from(CLERKS))
    def person(self, data: strategies.DataObject, clerk: str) -> None:
        """A clerk does one of the things that can be done about a refund; a settlement tells the truth."""
        doable = [(refund.key, action) for refund in self.refunds() for action in sorted(possible(refund.life))]
        if not doable:
            return
        key, action = data.draw(strategies.sampled_from(doable))
        paid = self.service.books.times_executed(key) > 0
        proof = Evidence(paid, "T-1", "the processor", "today") if action is Action.SETTLE else None
        try:
            self.run(self.desk(clerk).act(key, action, evidence=proof))
        except NotPossible:
            return

    # --- what must hold after each of it

    @invariant()
    def the_ledger_and_the_books_agree(self) -> None:
        counted: Counter[str] = Counter()
        for refund in self.refunds():
            times, state = self.service.books.times_executed(refund.key), refund.state
            assert times <= 1, f"{refund.key} was paid {times} times"
            assert times or state not in (State.ACCEPTED, State.SETTLED_PAID), f"{state}, and nothing moved"
            assert not times or state.counts, f"{state}, and the money moved"
            counted[refund.intent.trip_id] += refund.intent.amount.minor if state.counts else 0
            self._no_silent_change(refund)
        assert all(minor <= CAPTURED for minor in counted.values()), counted
        moved = {execution.request_id for execution in self.service.books.executions}
        assert moved <= self.seen.keys(), f"{moved - self.seen.keys()}: the money moved, and the ledger has no such id"

    @invariant()
    def events_are_only_added(self) -> None:
        events = self.run(self.desk("ana").look(lambda history: history.events_since(0, 10_000)))
        assert events[: len(self.told)] == self.told
        self.told = tuple(sound(events))

    def _no_silent_change(self, refund: Refund) -> None:
        before = self.seen.get(refund.key)
        if before is not None:
            assert refund.version >= before.version
            assert before.state is refund.state or not before.state.terminal, f"{before.state} became {refund.state}"
            fell = before.life.maybe_executed and not refund.life.maybe_executed
            assert not fell or refund.state.terminal, "the doubt fell silently"
            assert refund.body == before.body
        self.seen[refund.key] = refund

    def teardown(self) -> None:
        books = self.service.books
        self.seen_in_all.update(histories=1, deaths=len(self.dead), events=len(self.told))
        self.seen_in_all.update(requests=len(books.arrivals), executions=len(books.executions))
        for desk in [*self.desks.values(), *self.abandoned]:
            self.run(desk.close())
        self.service.stop()
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        shutil.rmtree(self.folder)


DEPTH = settings(
    max_examples=int(os.environ.get("STATEFUL_EXAMPLES", "25")),
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


def test_whatever_happens_the_ledger_and_the_books_agree() -> None:
    Shop.seen_in_all.clear()
    run_state_machine_as_test(Shop, settings=DEPTH)
    print(", ".join(f"{count:,} {what}" for what, count in Shop.seen_in_all.items()))
    assert Shop.seen_in_all["requests"] >= Shop.seen_in_all["histories"] / 4, "too little was sent to show anything"


@contextmanager
def shop_played() -> Iterator[Shop]:
    """A shop that a test plays by itself."""
    shop = Shop()
    try:
        yield shop
    finally:
        shop.teardown()


def test_a_desk_that_takes_no_answer_for_not_sent_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def as_if_not_sent(
        life: Life, outcome: Uncertain, _sent: Mark, now: Mark, policy: Policy, random: float
    ) -> Decision:
        return lifecycle._unreachable(life, Unreachable(outcome.answer), now, policy, random)

    monkeypatch.setattr(lifecycle, "_uncertain", as_if_not_sent)
    with shop_played() as shop:
        shop.take(clerk="ana", trip=TRIPS[0], minor=500)
        shop.send(clerk="ana", fault={"drop": "after"}, patient=False)
        [refund] = shop.refunds()
        shop.run(shop.desk("ben").act(refund.key, Action.CANCEL))
        with pytest.raises(AssertionError, match="CANCELLED, and the money moved"):
            shop.the_ledger_and_the_books_agree()


def test_a_desk_that_asks_again_under_a_new_id_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    sent, answer = set[str](), Sender._answer

    async def answer_anew(desk: Sender, flight: Flight) -> Outcome:
        again, refund = flight.refund.key in sent, flight.refund
        sent.add(refund.key)
        anew = replace(refund, body=refund.body.replace(refund.key.encode(), new_key().encode()))
        return await answer(desk, replace(flight, refund=anew if again else refund))

    monkeypatch.setattr(Sender, "_answer", answer_anew)
    with shop_played() as shop:
        shop.take(clerk="ana", trip=TRIPS[0], minor=500)
        shop.send(clerk="ana", fault={"drop": "after"}, patient=False)
        shop.the_ledger_and_the_books_agree()
        shop.send(clerk="ana", fault=None, patient=True)
        with pytest.raises(AssertionError, match="the ledger has no such id"):
            shop.the_ledger_and_the_books_agree()


def test_a_desk_that_takes_over_the_dead_without_doubt_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_doubt(answer: Answer, _doubt: Doubt) -> Outcome:
        return Unreachable(answer)

    monkeypatch.setattr(ending, "Uncertain", without_doubt)
    with shop_played() as shop:
        shop.take(clerk="ben", trip=TRIPS[0], minor=500)
        shop.crash("ben", None, sent=True)
        shop.send("ana", {"status": 400}, patient=True)
        with pytest.raises(AssertionError, match="REJECTED, and the money moved"):
            shop.the_ledger_and_the_books_agree()
