"""Faults of the clock, at the desk: jumps, reboots, a wrong host clock, the change of the hour, the last day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from refund_tui.core.money import Money
from refund_tui.core.outcomes import Accepted, Answer, Doubt, RateLimited, Uncertain, Unreachable
from refund_tui.core.refunds import State
from refund_tui.core.rules import Refused
from refund_tui.core.trips import Trip
from refund_tui.desk.desk import Desk
from refund_tui.desk.news import Trouble
from tests.support.clock import NOON, FakeClock
from tests.support.desks import STORE, TRIP, desk_over, intent
from tests.support.ears import Ears
from tests.support.service import ScriptedService

LIMITED = RateLimited(Answer(429, "slow down"), 600.0)


async def waiting(desk: Desk) -> Ears:
    """A refund that the service asked to wait 600 s."""
    ears = Ears(desk)
    desk.begin()
    refund = await desk.take(intent())
    await ears.until_state(refund.key, State.WAITING)
    return ears


def left(desk: Desk) -> float:
    [wait] = desk.summary.waits
    return wait.remaining(desk.now())


@pytest.mark.parametrize("jump", [-3 * 3600, -60, 60, 3 * 3600])
async def test_a_jump_of_the_wall_clock_neither_cuts_nor_stretches_a_wait(tmp_path: Path, jump: int) -> None:
    clock, service = FakeClock(), ScriptedService(LIMITED)
    async with desk_over(tmp_path, service, clock=clock) as desk:
        await waiting(desk)
        clock.advance(100)
        clock.jump(jump)
        desk.wake()
        await desk.drain(wait=False)
        assert left(desk) == pytest.approx(500)
        assert len(service.requests) == 1
        clock.advance(501)
        desk.wake()
        await desk.drain()
        assert len(service.requests) == 2


@pytest.mark.parametrize("jump", [-24 * 3600, 0])
async def test_after_a_reboot_the_wait_is_never_longer_than_it_was(tmp_path: Path, jump: int) -> None:
    clock = FakeClock()
    async with desk_over(tmp_path, ScriptedService(LIMITED), clock=clock) as desk:
        await waiting(desk)
    clock.advance(100)
    clock.reboot(down=60)
    clock.jump(jump)
    service = ScriptedService()
    async with desk_over(tmp_path, service, clock=clock, alive=lambda _holder: False) as desk:
        desk.begin()
        await desk.drain(wait=False)
        assert left(desk) <= 600
        if jump == 0:
            assert left(desk) == pytest.approx(440)
        clock.advance(601)
        desk.wake()
        await desk.drain()
        assert len(service.requests) == 1


async def test_a_virtual_machine_that_was_paused_for_a_day_asks_nothing_again_by_itself(tmp_path: Path) -> None:
    """Its ticks stopped, and the wall clock was corrected afterwards. The larger of the two times counts."""
    clock, service = FakeClock(), ScriptedService(Uncertain(Answer(503, "busy"), Doubt.UNAVAILABLE, 60.0))
    async with desk_over(tmp_path, service, clock=clock) as desk:
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent())
        await ears.until_state(refund.key, State.WAITING)
        clock.jump(25 * 3600)
        clock.advance(61)
        desk.wake()
        unknown = await ears.until_state(refund.key, State.UNKNOWN)
    assert "asking again may pay twice" in unknown.life.why
    assert len(service.requests) == 1


async def test_a_host_clock_that_is_minutes_wrong_is_told(tmp_path: Path) -> None:
    clock = FakeClock()
    service = ScriptedService(Accepted(Answer(200, "accepted", server_date=NOON - timedelta(minutes=9)), "REC1"))
    async with desk_over(tmp_path, service, clock=clock) as desk:
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent())
        await ears.until_state(refund.key, State.ACCEPTED)
    told = [news.why for news in ears.heard if isinstance(news, Trouble)]
    assert told == ["this host's clock is 9 min ahead of the service's: have it corrected"]


async def window(folder: Path, now: datetime) -> bool:
    """Whether a trip of 2 March, 23:30 in Berlin, can still be refunded at `now`."""
    began = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
    async with desk_over(folder, ScriptedService(), clock=FakeClock(at=now)) as desk:
        await desk.trips.put([Trip(STORE, TRIP, began=began, captured=Money(5000, "EUR"))])
        try:
            await desk.take(intent(100), second_yes=True)
        except Refused as refused:
            return "window closed" not in str(refused)
        return True


async def test_the_last_day_counts_whole_in_the_store_s_time_zone(tmp_path: Path) -> None:
    midnight = datetime(2026, 3, 9, 23, 0, tzinfo=UTC)
    assert await window(tmp_path / "a", midnight - timedelta(seconds=1))
    assert not await window(tmp_path / "b", midnight)


async def test_the_night_the_hour_changes_is_an_hour_shorter(tmp_path: Path) -> None:
    began = datetime(2026, 3, 22, 12, 0, tzinfo=UTC)
    async with desk_over(tmp_path, ScriptedService()) as desk:
        closes = desk.window_closes(Trip(STORE, TRIP, began=began))
    assert closes == datetime(2026, 3, 29, 22, 0, tzinfo=UTC), "midnight in Berlin, which is summer time by then"


async def test_a_window_that_closes_while_the_network_is_down_asks_a_person(tmp_path: Path) -> None:
    clock, service = FakeClock(), ScriptedService(Unreachable(Answer(None, "no network")))
    async with desk_over(tmp_path, service, clock=clock) as desk:
        trip = Trip(STORE, TRIP, began=NOON - timedelta(days=7), captured=Money(5000, "EUR"))
        await desk.trips.put([trip])
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent())
        await ears.until_state(refund.key, State.WAITING)
        clock.advance(24 * 3600)
        desk.wake()
        blocked = await ears.until_state(refund.key, State.BLOCKED)
    assert "window closed" in blocked.life.why
    assert not blocked.life.maybe_executed
    assert len(service.requests) == 1
