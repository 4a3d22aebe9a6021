"""Owns the steps that can happen in test_stateful, and what must be true after each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies
from hypothesis.stateful import initialize, invariant, precondition, rule

from refund_tui.core import waits
from refund_tui.core.lifecycle import NotPossible, possible
from refund_tui.core.refunds import APPROVED, ATTEMPT_STARTED, Action, Refund, State
from refund_tui.core.rules import Refused
from refund_tui.desk.actions import Evidence
from refund_tui.desk.approvals import APPROVING
from refund_tui.desk.desk import Desk
from refund_tui.errors import ConfigError, StoreError
from refund_tui.host.paths import ledger_path
from refund_tui.sandbox import parse_script
from tests.faults.premises import CAPTURED, CLERKS, LIMIT, TRIPS, Premises
from tests.support.desks import intent, other_process
from tests.support.desks import settings as desk_settings
from tests.support.ledgers import all_events

FAR = 400 * 86_400.0
"""The seconds by which a wall clock is set back: to before the first record of the ledger, so that it can be noticed.


"""

FAULTS: tuple[dict[str, Any] | None, ...] = (
    None, None, {"drop": "after"}, {"drop": "before"}, {"status": 500}, {"status": 500, "execute": True},
    {"status": 503, "retryAfter": "5"}, {"status": 429, "retryAfter": "5"}, {"status": 400}, {"status": 403},
    {"cut": "body", "execute": True}, {"garbage": "html", "execute": False}, {"shape": "empty"}, {"status": 202},
)  # fmt: skip


class Shop(Premises):
    """The steps of clerks, processes, service, clocks and files, and what must be true after each step."""

    # --- what people and the world do

    @initialize()
    def open_the_shop(self) -> None:
        """Start with refunds to send, and one that needs an approval."""
        self.take(clerk="ana", trip=TRIPS[0], minor=2_000)
        for trip in TRIPS[1:]:
            self.run(self.desk("ben").take(intent(1250, trip=trip)))

    @rule(
        clerk=strategies.sampled_from(CLERKS),
        trip=strategies.sampled_from(TRIPS),
        minor=strategies.sampled_from([500, 1250, 2000]),
    )
    def take(self, clerk: str, trip: str, minor: int) -> None:
        try:
            refund = self.run(self.desk(clerk).take(intent(minor, trip=trip), second_yes=True))
        except Refused:
            return
        if minor > self.limit:
            self.needing[refund.key] = clerk

    @rule(minor=strategies.sampled_from([400, LIMIT, 5_000]))
    def the_limit_changes(self, minor: int) -> None:
        """The operator changes the limit. What was asked for before stays as it was."""
        self.limit = minor
        for desk in self.desks.values():
            desk.settings = desk.settings.replace(**self.site_rules())

    @precondition(lambda self: any(refund.state is State.AWAITING_APPROVAL for refund in self.refunds()))
    @rule(
        data=strategies.data(), clerk=strategies.sampled_from(CLERKS), action=strategies.sampled_from(sorted(APPROVING))
    )
    def decide(self, data: strategies.DataObject, clerk: str, action: Action) -> None:
        """A clerk approves or declines a refund; the one who asked for it is refused."""
        awaiting = [refund for refund in self.refunds() if refund.state is State.AWAITING_APPROVAL]
        refund = data.draw(strategies.sampled_from(awaiting))
        try:
            self.run(self.desk(clerk).decide(refund.key, action, "looked at it"))
        except NotPossible:
            assert clerk == refund.clerk

    @rule(clerk=strategies.sampled_from(CLERKS), fault=strategies.sampled_from(FAULTS), patient=strategies.booleans())
    def send(self, clerk: str, fault: dict[str, Any] | None, patient: bool) -> None:
        """One step of a clerk's sender. If it rests and the clerk is patient, another step when a refund is due."""
        self.service.play(parse_script({"refund": [fault] if fault else []}))
        desk = self.desk(clerk)
        with self.others_are_let_alone(desk):
            rest = self.run(desk.sender.step())
        if rest and patient:
            self.passes(rest + 0.001)
            self.run(desk.sender.step())

    @rule(clerk=strategies.sampled_from(CLERKS), fault=strategies.sampled_from(FAULTS), sent=strategies.booleans())
    def crash(self, clerk: str, fault: dict[str, Any] | None, sent: bool) -> None:
        """The process dies after its attempt was recorded, before or after its request left."""
        self.service.play(parse_script({"refund": [fault] if fault else []}))
        desk = self.desk(clerk)
        in_flight = self._begin(clerk)
        if in_flight is not None and sent:
            self.late.append((desk, in_flight, self.run(desk.sender.answer(in_flight))))
        self._die(clerk)

    @rule(clerk=strategies.sampled_from(CLERKS))
    def stands_still(self, clerk: str) -> None:
        """The process is suspended after it recorded its attempt. The clerk continues in another process."""
        in_flight = self._begin(clerk)
        if in_flight is not None:
            self.still.append((self.desks.pop(clerk), in_flight))

    @precondition(lambda self: bool(self.still))
    @rule(data=strategies.data(), fault=strategies.sampled_from(FAULTS))
    def wakes(self, data: strategies.DataObject, fault: dict[str, Any] | None) -> None:
        """A suspended process continues where it was."""
        self.wake(data.draw(strategies.integers(0, len(self.still) - 1)), fault)

    def wake(self, place: int, fault: dict[str, Any] | None) -> None:
        """The suspended process at `place` continues and ends."""
        self.service.play(parse_script({"refund": [fault] if fault else []}))
        desk, in_flight = self.still.pop(place)
        outcome = self.run(desk.sender.answer(in_flight))
        self.run(desk.sender.record_once(in_flight, outcome, self.clock.now()))
        self.dead.add(desk.holder)
        self.abandoned.append(desk)

    @precondition(lambda self: bool(self.late))
    @rule(data=strategies.data())
    def late_answer(self, data: strategies.DataObject) -> None:
        """A process that seemed dead was only slow, and now writes the answer."""
        place = data.draw(strategies.integers(0, len(self.late) - 1))
        desk, in_flight, outcome = self.late.pop(place)
        self.run(desk.sender.record_once(in_flight, outcome, self.clock.now()))

    @rule(
        passed=strategies.sampled_from([1.0, 61.0, 1_000.0, 90_000.0]),
        jump=strategies.sampled_from([0.0, -FAR, 7_200.0]),
        reboots=strategies.sampled_from([False, False, True]),
    )
    def time_passes(self, passed: float, jump: float, reboots: bool) -> None:
        """Time passes, at most a little more than the key horizon.

        The wall clock may be set, or the host may reboot, which ends all its processes.
        """
        if jump >= 0 or not self.paused:
            self.clock.jump(jump)
            self.set_back = self.set_back or jump < 0
        if not reboots:
            self.passes(passed)
            return
        for clerk in list(self.desks):
            self._die(clerk)
        self.late.clear()
        self.abandoned += [desk for desk, _in_flight in self.still]
        self.dead |= {desk.holder for desk, _in_flight in self.still}
        self.still.clear()
        self.clock.reboot(passed)
        self.truth += timedelta(seconds=passed)

    @precondition(lambda self: not self.set_back)
    @rule(passed=strategies.sampled_from([1_000.0, 90_000.0]))
    def the_host_is_paused(self, passed: float) -> None:
        """The host is paused like a virtual machine: its ticks stop, and its wall clock is corrected afterwards."""
        self.paused = True
        self.clock.jump(passed)
        self.truth += timedelta(seconds=passed)

    @rule(clerk=strategies.sampled_from(CLERKS))
    def an_older_copy_is_put_back(self, clerk: str) -> None:
        """An older copy replaces the ledger until somebody notices. Nothing must be sent from it."""
        path, desk = ledger_path(self.folder), self.desk(clerk)
        newest, told = path.read_bytes(), self.run(desk.files.look(lambda history: history.last_seq()))
        if self.copy is None or self.copy[0] >= told:
            self.copy = told, newest
            return
        arrived = len(self.service.books.arrivals)
        path.write_bytes(self.copy[1])
        try:
            with suppress(StoreError):  # raised by any write
                self.run(desk.sender.step())
            with pytest.raises(StoreError):
                self.run(desk.take(intent(500, trip=TRIPS[0]), second_yes=True))
        finally:
            path.write_bytes(newest)
        assert len(self.service.books.arrivals) == arrived, "something was sent from an older copy"

    @rule()
    def another_service_is_set(self) -> None:
        """A clerk's settings name another service for this ledger: nothing is recorded, asked or sent there."""
        told = desk_settings(self.folder, base_url=self.stranger.url, clerk="cy")
        desk = Desk(told, clock=self.clock, random=lambda: 0.5, holder=other_process(), alive=lambda _holder: None)
        self.run(desk.open())
        self.abandoned.append(desk)
        self.run(desk.sender.step())
        with pytest.raises(ConfigError):
            self.run(desk.take(intent(500, trip=TRIPS[0]), second_yes=True))
        for refund in self.refunds():
            for action in (Action.ASK_AGAIN, Action.GO_ON):
                with pytest.raises((ConfigError, NotPossible)):
                    self.run(desk.act(refund.key, action))
        assert not self.stranger.books.arrivals, "a refund left for a service that it was not made for"

    @rule(data=strategies.data(), clerk=strategies.sampled_from(CLERKS))
    def person(self, data: strategies.DataObject, clerk: str) -> None:
        """A clerk does a possible action, but follows warnings. A settlement is always true."""
        doable = [(refund, action) for refund in self.refunds() for action in sorted(possible(refund.life))]
        if not doable:
            return
        refund, action = data.draw(strategies.sampled_from(doable))
        key, policy = refund.key, self.desk(clerk).policy
        if action is Action.ASK_AGAIN and waits.horizon_left(refund.life, self.clock.now(), policy) <= 0:
            return  # the question says that it may pay twice
        paid = self.service.books.times_executed(key) > 0
        proof = Evidence(paid, "T-1", "the processor", "today") if action is Action.SETTLE else None
        try:
            self.run(self.desk(clerk).act(key, action, evidence=proof))
        except NotPossible:
            return

    # --- what must hold after each of it

    @contextmanager
    def others_are_let_alone(self, desk: Desk) -> Iterator[None]:
        """Check that `desk` ends no attempt of another container whose request may still be under way."""
        mine = desk.holder
        young = {
            (attempt.key, attempt.number)
            for attempt in self._under_way(desk)
            if attempt.holder.namespace != mine.namespace and attempt.started.boot == self.clock.boot
            if self.clock.ticks - attempt.started.ticks < desk.policy.longest_attempt
        }
        yield
        ended = young - {(attempt.key, attempt.number) for attempt in self._under_way(desk)}
        assert not ended, "an attempt of another container was ended while its request may be on the wire"

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
    def nothing_is_sent_unapproved(self) -> None:
        """Of each refund above its limit, the other clerk's approval stands before its first attempt."""
        for key, clerk in self.needing.items():
            kinds = [(event.kind, event.who) for event in self.told if event.key == key]
            begun = [at for at, (kind, _who) in enumerate(kinds) if kind == ATTEMPT_STARTED]
            approved = [at for at, (kind, who) in enumerate(kinds) if kind == APPROVED and who != clerk]
            assert not begun or (approved and approved[0] < begun[0]), f"{key} was sent, and nobody else approved it"

    @invariant()
    def events_are_only_added(self) -> None:
        events = tuple(all_events(ledger_path(self.folder)))
        assert events[: len(self.told)] == self.told
        self.told = events

    def _no_silent_change(self, refund: Refund) -> None:
        before = self.seen.get(refund.key)
        if before is not None:
            assert refund.version >= before.version
            assert before.state is refund.state or not before.state.terminal, f"{before.state} became {refund.state}"
            fell = before.life.maybe_executed and not refund.life.maybe_executed
            assert not fell or refund.state.terminal, "the doubt fell silently"
            assert refund.body == before.body
        self.seen[refund.key] = refund
