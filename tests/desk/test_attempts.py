"""What an open attempt forbids, when another process may end it, and what a sender that wakes up late can do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from refund_tui.core.lifecycle import NotPossible
from refund_tui.core.outcomes import Answer, Doubt, NeedsRepair, Outcome, Repair, Uncertain
from refund_tui.core.refunds import Action, Holder, Refund, State
from refund_tui.core.rules import Refused
from refund_tui.core.waits import Policy
from refund_tui.desk.actions import Evidence
from refund_tui.desk.desk import GRACE, Desk
from refund_tui.errors import ConfigError
from refund_tui.settings.load import load_settings
from tests.support.clock import FakeClock
from tests.support.desks import desk_over, intent
from tests.support.ears import Ears
from tests.support.ledgers import sound
from tests.support.patience import soon
from tests.support.service import ScriptedService, accepted

UNPAID = Evidence(paid=False, reference="T-1", said_by="processor", when="2026-03-02")
LIMIT = Policy().longest_attempt
FORBIDDEN = NeedsRepair(Answer(403, "the role lacks execute-api"), Repair.CREDENTIALS)


@dataclass
class Line:
    """A request that stays on the wire until the test answers it."""

    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    outcome: Outcome | None = None

    async def carry(self, _body: bytes) -> Outcome:
        self.arrived.set()
        await soon(self.answered.wait())
        assert self.outcome is not None
        return self.outcome

    def answer(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.answered.set()


@asynccontextmanager
async def on_the_wire(folder: Path, clock: FakeClock) -> AsyncIterator[tuple[Desk, Refund, Line, ScriptedService]]:
    """A desk whose first request is on the wire."""
    line = Line()
    service = ScriptedService(line.carry)
    async with desk_over(folder, service, clock=clock) as desk:
        desk.begin()
        refund = await desk.take(intent())
        await soon(line.arrived.wait())
        yield desk, refund, line, service
        if line.outcome is None:
            line.answer(Uncertain(Answer(), Doubt.TIMEOUT))


def judged(verdict: bool | None) -> Callable[[Holder], bool | None]:
    return lambda _holder: verdict


async def state(desk: Desk, key: str) -> State:
    found = await desk.history.get(key)
    assert isinstance(found, Refund)
    return found.state


async def kinds(desk: Desk, key: str) -> list[str]:
    return [event.kind for event in sound(await desk.history.events(key))]


async def test_a_stopped_refund_is_not_settled_while_its_request_is_on_the_wire(tmp_path: Path) -> None:
    """Settled as not paid, it would allow another refund, and then both could be paid."""
    async with on_the_wire(tmp_path, FakeClock()) as (desk, refund, line, _service):
        await desk.act(refund.key, Action.STOP)
        with pytest.raises(NotPossible) as caught:
            await desk.act(refund.key, Action.SETTLE, evidence=UNPAID)
        told = str(caught.value)
        assert "began 0 s ago, by process 5" in told
        assert "its money may still move. Nothing was changed" in told
        assert "or in 15 min at the latest" in told
        with pytest.raises(Refused, match="UNKNOWN"):
            await desk.take(intent(), second_yes=True)
        ears = Ears(desk)
        line.answer(accepted())
        await ears.until_state(refund.key, State.ACCEPTED)


async def test_a_stopped_refund_is_settled_once_its_request_has_ended(tmp_path: Path) -> None:
    async with on_the_wire(tmp_path, FakeClock()) as (desk, refund, line, _service):
        await desk.act(refund.key, Action.STOP)
        ears = Ears(desk)
        line.answer(Uncertain(Answer(), Doubt.TIMEOUT))
        await ears.until(lambda: has_ended(desk, refund.key))
        settled = await desk.act(refund.key, Action.SETTLE, evidence=UNPAID)
        assert settled.state is State.SETTLED_UNPAID


async def has_ended(desk: Desk, key: str) -> bool:
    return all(attempt.ended_at for attempt in sound(await desk.history.attempts(key)))


async def test_asking_again_sends_nothing_until_the_request_on_the_wire_has_ended(tmp_path: Path) -> None:
    async with on_the_wire(tmp_path, FakeClock()) as (desk, refund, line, service):
        await desk.act(refund.key, Action.STOP)
        await desk.act(refund.key, Action.ASK_AGAIN)
        other = ScriptedService()
        async with desk_over(tmp_path, other) as second:
            second.begin()
            await second.drain(wait=False)
            assert other.requests == []
        ears = Ears(desk)
        line.answer(Uncertain(Answer(), Doubt.TIMEOUT))
        await ears.until_state(refund.key, State.ACCEPTED)
        assert service.requests == [refund.body, refund.body]


@pytest.mark.parametrize("verdict", [True, None])
async def test_another_terminal_lets_an_attempt_alone_whose_sender_may_live(
    tmp_path: Path, verdict: bool | None
) -> None:
    """The wall clock does not matter: within one boot the ticks decide."""
    clock, other = FakeClock(), ScriptedService()
    async with on_the_wire(tmp_path, clock) as (_desk, refund, _line, _service):
        async with desk_over(tmp_path, other, clock=clock, alive=judged(verdict)) as second:
            clock.advance(LIMIT - 1)
            clock.jump(25 * 3600)
            second.begin()
            await second.drain(wait=False)
            assert await state(second, refund.key) is State.SENDING
            await second.act(refund.key, Action.STOP)
            with pytest.raises(NotPossible):
                await second.act(refund.key, Action.SETTLE, evidence=UNPAID)
        assert other.requests == []


async def test_what_cannot_be_judged_is_taken_over_when_no_attempt_can_be_so_old(tmp_path: Path) -> None:
    clock, other = FakeClock(), ScriptedService()
    async with on_the_wire(tmp_path, clock) as (_desk, refund, _line, _service):
        async with desk_over(tmp_path, other, clock=clock, alive=judged(None)) as second:
            clock.advance(LIMIT)
            ears = Ears(second)
            second.begin()
            doubted = await ears.until_state(refund.key, State.WAITING)
            assert doubted.life.maybe_executed
            clock.advance(60)
            second.wake()
            await ears.until_state(refund.key, State.ACCEPTED)
        assert other.requests == [refund.body], "the same key and the same bytes"


@pytest.mark.parametrize("wall", [LIMIT, -LIMIT])
async def test_a_sender_of_another_boot_is_given_up_by_the_wall_clock(tmp_path: Path, wall: float) -> None:
    """As after a reboot with a new host name.

    Also if the clock was wrong, so that the attempt seems to be in the future.
    """
    clock = FakeClock()
    async with on_the_wire(tmp_path, clock) as (_desk, refund, _line, _service):
        there = FakeClock(boot="another-boot", ticks=5.0)
        async with desk_over(tmp_path, ScriptedService(), clock=there, alive=judged(None)) as second:
            ears = Ears(second)
            second.begin()
            await second.drain(wait=False)
            assert await state(second, refund.key) is State.SENDING
            there.jump(wall)
            second.wake()
            await ears.until_state(refund.key, State.WAITING, State.UNKNOWN)


async def test_a_person_can_settle_what_outlived_every_request_and_a_late_yes_raises_the_alarm(tmp_path: Path) -> None:
    """Its process lives, but is suspended. A person does not have to wait for it without end."""
    clock = FakeClock()
    async with on_the_wire(tmp_path, clock) as (desk, refund, line, _service):
        clock.advance(LIMIT)
        async with desk_over(tmp_path, ScriptedService(), clock=clock, alive=judged(True)) as second:
            await second.act(refund.key, Action.STOP)
            settled = await second.act(refund.key, Action.SETTLE, evidence=UNPAID)
            assert settled.state is State.SETTLED_UNPAID
        ears = Ears(desk)
        line.answer(accepted("LATE"))
        await ears.until(lambda: has_alarm(desk, refund.key))
        assert await state(desk, refund.key) is State.SETTLED_UNPAID
        assert (await kinds(desk, refund.key))[-2:] == ["settled", "late_acceptance"]


async def has_alarm(desk: Desk, key: str) -> bool:
    found = await desk.history.get(key)
    return isinstance(found, Refund) and found.life.alarm


async def test_a_process_that_was_suspended_does_not_overwrite_the_newer_attempt(tmp_path: Path) -> None:
    """Its 403 is not the answer to the request that is under way now."""
    clock = FakeClock()
    async with on_the_wire(tmp_path, clock) as (sleeper, refund, late, _service):
        newer = Line()
        async with desk_over(tmp_path, ScriptedService(newer.carry), clock=clock, alive=judged(False)) as second:
            ears = Ears(second)
            second.begin()
            await ears.until_state(refund.key, State.WAITING)
            clock.advance(60)
            second.wake()
            await soon(newer.arrived.wait())
            heard = Ears(sleeper)
            late.answer(FORBIDDEN)
            await heard.until(lambda: heard_late(heard))
            assert await state(sleeper, refund.key) is State.SENDING
            newer.answer(accepted("NEWER"))
            done = await ears.until_state(refund.key, State.ACCEPTED)
            assert done.life.reconciliation_id == "NEWER"


async def heard_late(ears: Ears) -> bool:
    return "late_answer" in ears.kinds


async def test_a_request_that_has_not_left_in_time_is_not_sent(tmp_path: Path) -> None:
    """The program was suspended after it recorded the attempt. Another process may have ended it and settled."""
    clock, service = FakeClock(), ScriptedService()

    def slow() -> ScriptedService:
        clock.advance(LIMIT)
        return service

    async with desk_over(tmp_path, service, clock=clock, connect=slow) as desk:
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent())
        waiting = await ears.until_state(refund.key, State.WAITING)
        assert "nothing was sent" in waiting.life.why
        assert not waiting.life.maybe_executed
        assert service.requests == []


def test_no_setting_lets_a_request_outlive_its_attempt(tmp_path: Path) -> None:
    longest = load_settings({"data_dir": str(tmp_path), "request_timeout": "600"}, {}).request_timeout
    with pytest.raises(ConfigError):
        load_settings({"data_dir": str(tmp_path), "request_timeout": "601"}, {})
    policy = Policy()
    assert policy.to_leave + longest + GRACE < policy.longest_attempt
