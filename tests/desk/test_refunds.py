"""A refund at the desk, from record to end: real files, a scripted service, a clock that only tests move."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from refund_tui.core.lifecycle import NotPossible
from refund_tui.core.outcomes import (
    Accepted,
    Answer,
    Doubt,
    NeedsRepair,
    RateLimited,
    Rejected,
    Repair,
    Uncertain,
    Unreachable,
)
from refund_tui.core.refunds import Action, Refund, State
from refund_tui.core.rules import NeedsSecondYes, Refused
from refund_tui.core.times import stamp
from refund_tui.desk.desk import Desk
from refund_tui.desk.news import Elsewhere, Unsaved
from refund_tui.desk.watch import WATCH
from refund_tui.host.paths import ledger_path
from tests.support.clock import FakeClock
from tests.support.desks import TRIP, desk_over, intent, other_process
from tests.support.ears import Ears
from tests.support.ledgers import all_events, connection_of, sound
from tests.support.patience import soon
from tests.support.service import ScriptedService, accepted, never


def answer(status: int | None = None, detail: str = "as scripted") -> Answer:
    return Answer(status=status, detail=detail)


LIMITED = RateLimited(answer(429), 600.0)
TIMED_OUT = Uncertain(answer(), Doubt.TIMEOUT)


async def outcomes(desk: Desk, refund: Refund) -> list[str | None]:
    return [attempt.outcome for attempt in sound(await desk.history.attempts(refund.key))]


async def test_a_refund_is_recorded_sent_and_accepted(tmp_path: Path) -> None:
    service = ScriptedService(accepted("REC42"))
    async with desk_over(tmp_path, service) as desk:
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent())
        done = await ears.until_state(refund.key, State.ACCEPTED)
        assert done.life.reconciliation_id == "REC42"
        assert service.requests == [refund.body]
        assert await outcomes(desk, refund) == ["accepted"]
    assert [kind for kind in ears.kinds if kind != "attempt_started"] == ["recorded", "accepted"]


async def test_a_rate_limit_holds_every_refund_and_the_same_bytes_go_again(tmp_path: Path) -> None:
    clock, service = FakeClock(), ScriptedService(LIMITED)
    async with desk_over(tmp_path, service, clock=clock) as desk:
        ears = Ears(desk)
        desk.begin()
        first = await desk.take(intent())
        await ears.until_state(first.key, State.WAITING)
        second = await desk.take(intent(700, trip="another-trip"))
        clock.advance(599)
        desk.wake()
        await desk.drain(wait=False)
        assert len(service.requests) == 1, "the gate holds the whole account"
        clock.advance(2)
        desk.wake()
        await ears.until_state(first.key, State.ACCEPTED)
        await ears.until_state(second.key, State.ACCEPTED)
        assert service.requests[:2] == [first.body, first.body]
        assert await outcomes(desk, first) == ["rate_limited", "accepted"]


TWO_DAYS = 172_800.0
POISONED = RateLimited(Answer(429, "asked to wait"), TWO_DAYS)


async def test_a_wait_of_two_days_is_kept_and_a_person_can_end_it_for_all(tmp_path: Path) -> None:
    clock, service = FakeClock(), ScriptedService(POISONED)
    async with desk_over(tmp_path, service, clock=clock) as desk, desk_over(tmp_path, service, clock=clock) as other:
        ears = Ears(desk)
        other.begin()
        desk.begin()
        first = await desk.take(intent())
        await ears.until_state(first.key, State.WAITING)
        second = await desk.take(intent(700, trip="another-trip"))
        assert desk.summary.gate is not None
        assert desk.summary.gate.remaining(desk.now()) == TWO_DAYS
        until = stamp(desk.summary.gate.not_before)
        await other.open_gate("  the service's support said so  ")
        await ears.until_state(first.key, State.ACCEPTED)
        await ears.until_state(second.key, State.ACCEPTED)
        assert (await desk.files.look(lambda history: history.summary(desk.endpoint))).gate is None
        events = all_events(ledger_path(tmp_path))
    [opened] = [event for event in events if event.kind == "gate_opened"]
    assert (opened.key, opened.why, opened.who) == (None, "the service's support said so", "ana")
    assert opened.data == {"endpoint": desk.endpoint, "until": until}
    [ended] = [event for event in events if event.kind == "wait_ended"]
    assert (ended.key, ended.before, ended.after) == (first.key, State.WAITING, State.WAITING)


@pytest.mark.parametrize(("word", "told"), [(" ", "say why"), ("x" * 201, "at most 200"), ("fine", "does not wait")])
async def test_the_account_is_not_opened_without_a_word_or_a_wait(tmp_path: Path, word: str, told: str) -> None:
    async with desk_over(tmp_path, ScriptedService()) as desk:
        before = await desk.files.look(lambda history: history.last_seq())
        with pytest.raises(NotPossible, match=told):
            await desk.open_gate(word)
        assert await desk.files.look(lambda history: history.last_seq()) == before


async def test_the_wait_of_a_503_is_kept_within_the_window_and_a_person_can_end_it(tmp_path: Path) -> None:
    busy = Uncertain(Answer(503, "unavailable"), Doubt.UNAVAILABLE, TWO_DAYS)
    clock, service = FakeClock(), ScriptedService(busy)
    async with desk_over(tmp_path, service, clock=clock, key_horizon_hours=72) as desk:
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent())
        waiting = await ears.until_state(refund.key, State.WAITING)
        assert waiting.life.wait is not None
        assert waiting.life.wait.seconds == TWO_DAYS
        await desk.act(refund.key, Action.TRY_NOW)
        done = await ears.until_state(refund.key, State.ACCEPTED)
        assert done.life.reconciliation_id
        assert service.requests == [refund.body] * 2


async def test_an_outage_is_asked_through_at_a_growing_distance_with_the_same_bytes(tmp_path: Path) -> None:
    failed = Uncertain(Answer(500, "the service failed"), Doubt.SERVER_ERROR)
    clock, service, waited = FakeClock(), ScriptedService(*[failed] * 12), list[float]()
    async with desk_over(tmp_path, service, clock=clock) as desk:
        ears = Ears(desk)
        desk.begin()
        key = (await desk.take(intent())).key

        async def waits_again() -> bool:
            found = await desk.history.get(key)
            if not isinstance(found, Refund) or found.life.wait is None or found.life.tries != len(waited) + 1:
                return False
            waited.append(found.life.wait.remaining(desk.now()))
            return True

        for _attempt in range(12):
            await ears.until(waits_again)
            clock.advance(waited[-1])
            desk.wake()
        done = await ears.until_state(key, State.ACCEPTED)
    assert waited == [*map(float, (1, 2, 4, 8, 16, 32, 64, 128, 256)), 300.0, 300.0, 300.0]
    assert service.requests == [done.body] * 13


async def test_no_wait_is_longer_than_the_refund_window(tmp_path: Path) -> None:
    endless = RateLimited(Answer(429, "asked to wait"), 2.0**31)
    async with desk_over(tmp_path, ScriptedService(endless), refund_window_days=30) as desk:
        ears = Ears(desk)
        desk.begin()
        waiting = await ears.until_state((await desk.take(intent())).key, State.WAITING)
        assert waiting.life.wait is not None
        assert waiting.life.wait.seconds == 30 * 86_400


async def test_a_wait_goes_on_in_the_next_process_from_what_is_left(tmp_path: Path) -> None:
    clock = FakeClock()
    async with desk_over(tmp_path, ScriptedService(LIMITED), clock=clock) as desk:
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent())
        await ears.until_state(refund.key, State.WAITING)
    clock.advance(100)
    service = ScriptedService()
    async with desk_over(tmp_path, service, clock=clock, alive=lambda _holder: False) as desk:
        ears = Ears(desk)
        [wait] = desk.summary.waits
        assert wait.remaining(desk.now()) == pytest.approx(500)
        desk.begin()
        await desk.drain(wait=False)
        assert service.requests == []
        clock.advance(501)
        desk.wake()
        await ears.until_state(refund.key, State.ACCEPTED)
        assert service.requests == [refund.body]


async def test_a_timeout_then_a_400_is_unknown_never_rejected(tmp_path: Path) -> None:
    clock, service = FakeClock(), ScriptedService(TIMED_OUT, Rejected(answer(400), "BadRequestException"))
    async with desk_over(tmp_path, service, clock=clock) as desk:
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent())
        waiting = await ears.until_state(refund.key, State.WAITING)
        assert waiting.life.maybe_executed
        clock.advance(60)
        desk.wake()
        unknown = await ears.until_state(refund.key, State.UNKNOWN)
        assert unknown.life.maybe_executed
        with pytest.raises(NotPossible):
            await desk.act(refund.key, Action.CANCEL)
        with pytest.raises(Refused, match="UNKNOWN"):
            await desk.take(intent(100))


async def test_a_dead_process_is_taken_over_with_the_doubt_and_the_same_bytes(tmp_path: Path) -> None:
    clock, dead = FakeClock(), other_process()
    async with desk_over(tmp_path, ScriptedService(), clock=clock, holder=dead) as desk:
        refund = await desk.take(intent())
        attempt = await desk.files.write(lambda ledger: ledger.begin(refund, dead, desk.now()))
        assert attempt is not None
    service = ScriptedService()
    async with desk_over(tmp_path, service, clock=clock, alive=lambda holder: holder != dead) as desk:
        ears = Ears(desk)
        desk.begin()
        taken = await ears.until_state(refund.key, State.WAITING)
        assert taken.life.maybe_executed
        clock.advance(5)
        desk.wake()
        await ears.until_state(refund.key, State.ACCEPTED)
        assert service.requests == [refund.body]
        assert await outcomes(desk, refund) == ["process_died", "accepted"]


async def test_a_living_process_keeps_its_refund(tmp_path: Path) -> None:
    busy, clock = other_process(), FakeClock()
    async with desk_over(tmp_path, ScriptedService(), clock=clock, holder=busy) as first:
        refund = await first.take(intent())
        await first.files.write(lambda ledger: ledger.begin(refund, busy, first.now()))
        service = ScriptedService()
        async with desk_over(tmp_path, service, clock=clock) as second:
            second.begin()
            await second.drain(wait=False)
            assert service.requests == []


async def test_stopped_while_on_the_wire_and_a_late_yes_is_still_a_yes(tmp_path: Path) -> None:
    service = ScriptedService()

    async def stop_first(_body: bytes) -> object:
        [(refund, _attempt)] = await desk.files.write(lambda ledger: ledger.under_way(desk.endpoint))
        await desk.act(refund.key, Action.STOP)
        return accepted("LATE")

    service.script.append(stop_first)  # type: ignore[arg-type]
    async with desk_over(tmp_path, service) as desk:
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent())
        done = await ears.until_state(refund.key, State.ACCEPTED)
        assert done.life.reconciliation_id == "LATE"
        assert "stop" in ears.kinds


async def test_blocked_waits_for_a_person_and_then_the_same_refund_goes_on(tmp_path: Path) -> None:
    forbidden = NeedsRepair(answer(403, "the role lacks execute-api"), Repair.CREDENTIALS)
    service = ScriptedService(forbidden)
    async with desk_over(tmp_path, service) as desk:
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent())
        blocked = await ears.until_state(refund.key, State.BLOCKED)
        assert "execute-api" in blocked.life.why
        assert not blocked.life.maybe_executed
        await desk.act(refund.key, Action.GO_ON)
        await ears.until_state(refund.key, State.ACCEPTED)
        assert service.requests == [refund.body, refund.body]


async def test_offline_is_waited_out_and_can_be_cancelled(tmp_path: Path) -> None:
    async with desk_over(tmp_path, ScriptedService(Unreachable(answer()))) as desk:
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent())
        await ears.until_state(refund.key, State.WAITING)
        await desk.act(refund.key, Action.CANCEL)
        assert (await ears.until_state(refund.key, State.CANCELLED)).life.why.endswith("no money moved")


async def test_the_key_horizon_ends_automatic_sending_and_a_person_may_still_ask_once(tmp_path: Path) -> None:
    clock, service = FakeClock(), ScriptedService(Uncertain(answer(503), Doubt.UNAVAILABLE, 3600.0))
    async with desk_over(tmp_path, service, clock=clock, key_horizon_hours=2) as desk:
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent())
        await ears.until_state(refund.key, State.WAITING)
        clock.advance(2 * 3600 + 1)
        desk.wake()
        await ears.until_state(refund.key, State.UNKNOWN)
        assert len(service.requests) == 1
        await desk.act(refund.key, Action.ASK_AGAIN)
        await ears.until_state(refund.key, State.ACCEPTED)
        assert service.requests == [refund.body, refund.body]


async def test_the_same_amount_twice_needs_a_second_yes(tmp_path: Path) -> None:
    async with desk_over(tmp_path, ScriptedService()) as desk:
        first = await desk.take(intent())
        with pytest.raises(NeedsSecondYes) as caught:
            await desk.take(intent())
        assert [refund.key for refund in caught.value.alike] == [first.key]
        second = await desk.take(intent(), second_yes=True)
        balance = await desk.trips.balance(intent().store_id, TRIP)
        assert [refund.key for refund in balance.refunds] == [second.key, first.key]


async def test_an_answer_that_cannot_be_written_is_kept_said_and_written_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("refund_tui.desk.sender.AGAIN", 0.01)
    service = ScriptedService()

    async def full_disk(_body: bytes) -> object:
        await desk.files.write(lambda ledger: connection_of(ledger).executescript("VACUUM; PRAGMA max_page_count = 1"))
        return Accepted(Answer(200, "accepted", raw="x" * 4000), "REC7")

    service.script.append(full_disk)  # type: ignore[arg-type]
    async with desk_over(tmp_path, service) as desk:
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent(note="n" * 200))
        await ears.until_news(Unsaved)
        assert "accepted, not saved" in desk.unsaved[refund.key]
        stored = await desk.history.get(refund.key)
        assert isinstance(stored, Refund)
        assert stored.state is State.SENDING, "the screen must not show what is not on disk"
        await desk.files.write(
            lambda ledger: connection_of(ledger).execute("PRAGMA max_page_count = 100000000").fetchone()
        )
        await ears.until_state(refund.key, State.ACCEPTED)
        assert desk.unsaved == {}
        assert service.requests == [refund.body]


async def test_every_change_is_told_only_after_it_is_on_disk(tmp_path: Path) -> None:
    async with desk_over(tmp_path, ScriptedService(LIMITED)) as desk:
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent())
        await ears.until_kind("rate_limited")
        events = sound(await desk.history.events(refund.key))
        assert [event.kind for event in events] == ["recorded", "attempt_started", "rate_limited"]
        assert ears.kinds == [event.kind for event in events]


async def test_what_one_terminal_does_the_others_notice_within_two_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert WATCH <= 1.0, "a look each second, and its reading, fit in two"
    monkeypatch.setattr("refund_tui.desk.watch.WATCH", 0.01)
    monkeypatch.setattr("refund_tui.desk.desk.GRACE", 0.0)
    silent = ScriptedService(never(), never())
    async with desk_over(tmp_path, ScriptedService()) as one, desk_over(tmp_path, silent) as other:
        await one.take(intent())
        ears, looked = Ears(other), asyncio.Event()

        async def remember() -> None:
            looked.set()  # the watcher's first look is done

        monkeypatch.setattr(other.files, "remember", remember)
        other.begin()
        await soon(looked.wait())
        await one.take(intent(700), second_yes=True)

        async def noticed() -> bool:
            return ears.has(Elsewhere) and other.summary.going_on == 2

        await ears.until(noticed)
