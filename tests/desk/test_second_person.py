"""Ending the account's wait and raising a captured amount can need two people, the second of them an approver."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from refund_tui.core.lifecycle import NotPossible
from refund_tui.core.money import Money
from refund_tui.core.outcomes import Answer, RateLimited
from refund_tui.core.refunds import Event, State
from refund_tui.core.times import stamp
from refund_tui.desk.desk import Desk
from refund_tui.host.paths import ledger_path
from refund_tui.payments.body import build_body
from refund_tui.store.sqlite.verify import verify
from tests.support.approvals import ME, desks
from tests.support.clock import FakeClock
from tests.support.desks import STORE, TRIP, intent
from tests.support.ears import Ears
from tests.support.ledgers import all_events
from tests.support.service import ScriptedService

ACTS: Mapping[str, Any] = {"approvers_only": ("open_gate", "raise_ceiling")}
FIFTY = Money(5_000, "EUR")
POISONED = RateLimited(Answer(429, "asked to wait"), 300_000.0)
FIRST = "Asked and recorded; an approver must do the same. Nothing has changed yet."


async def say(desk: Desk, amount: Money = FIFTY, trip: str = TRIP) -> str | None:
    """What the clerk is told who states a captured amount; None if it counts now."""
    awaited = await desk.set_ceiling(STORE, trip, amount, "the till roll")
    return awaited.words if awaited else None


async def captured(desk: Desk) -> Money | None:
    return (await desk.trips.balance(STORE, TRIP)).captured


def events(folder: Path, *kinds: str) -> list[Event]:
    return [event for event in all_events(ledger_path(folder)) if event.kind in kinds]


def problems(folder: Path) -> tuple[str, ...]:
    return verify(ledger_path(folder), build_body, lambda _done, _total: None).problems


async def test_a_raised_amount_counts_after_an_approver_stated_the_same(tmp_path: Path) -> None:
    clock = FakeClock()
    async with desks(tmp_path, ScriptedService(), "ana", "ben", clock=clock, **ACTS) as (ana, ben):
        asked_at = stamp(clock.now().at)
        assert await say(ana) == FIRST
        assert await captured(ana) is None
        clock.advance(300.0)
        assert await say(ben) is None
        assert await captured(ana) == FIFTY
        [asked] = events(tmp_path, "ceiling_asked")
        [done] = events(tmp_path, "ceiling_set")
    trip = {"store_id": STORE, "trip_id": TRIP, "captured": "50.00 EUR"}
    assert (asked.who, asked.why, asked.data) == ("ana", "the till roll", trip)
    first = {"asked_by": f"ana (account {ME})", "asked_at": asked_at, "request": str(asked.seq)}
    assert (done.who, done.data) == ("ben", trip | first | {"told_apart_by": "name"})
    assert problems(tmp_path) == ()


async def test_what_is_not_exactly_the_same_is_another_request(tmp_path: Path) -> None:
    async with desks(tmp_path, ScriptedService(), "ana", "ben", **ACTS) as (ana, ben):
        await say(ana)
        assert await say(ben, Money(5_001, "EUR")) == FIRST
        assert await say(ben, Money(5_000, "JPY")) == FIRST
        assert await say(ben, trip="trip-2") == FIRST
        assert await captured(ana) is None
        assert events(tmp_path, "ceiling_set") == []


async def test_who_asks_again_changes_nothing_and_reads_who_asked(tmp_path: Path) -> None:
    clock = FakeClock()
    async with desks(tmp_path, ScriptedService(), "ana", "ANA", clock=clock, **ACTS) as (ana, same):
        await say(ana)
        clock.advance(300.0)
        before = all_events(ledger_path(tmp_path))
        for desk in (ana, same):
            told = await say(desk)
            assert told is not None
            assert told.startswith(f"ana (account {ME}) asked for this 5 min ago, and you work as {desk.clerk}")
            assert "An approver must do the same, who is another person" in told
        assert all_events(ledger_path(tmp_path)) == before


@pytest.mark.parametrize("changes", [{"shared_accounts": ()}, {"approvers": ("ana",)}])
async def test_a_name_alone_is_no_second_person_and_no_approver(tmp_path: Path, changes: dict[str, Any]) -> None:
    """On one account that is not shared, and by somebody whom the site's file does not name."""
    async with desks(tmp_path, ScriptedService(), "ana", "ben", **ACTS, **{"approvers": (ME,), **changes}) as (
        ana,
        ben,
    ):
        await say(ana)
        for _ in range(2):
            told = await say(ben)
            assert told is not None
            assert f"and you work as ben (account {ME})" in told
        assert [event.who for event in events(tmp_path, "ceiling_asked")] == ["ana", "ben"], "each of them once"
        assert await captured(ana) is None


async def test_the_only_approver_may_ask_first_and_carry_out_what_a_clerk_asked_then(tmp_path: Path) -> None:
    async with desks(tmp_path, ScriptedService(), "ana", "ben", **ACTS, approvers=("ben",)) as (ana, ben):
        assert await say(ben) == FIRST
        told = await say(ana)
        assert told is not None
        assert "Your request is recorded too." in told
        assert await captured(ana) is None
        assert await say(ben) is None
        assert await captured(ana) == FIFTY


async def test_a_request_ends_after_a_day_and_when_another_amount_is_stated(tmp_path: Path) -> None:
    clock = FakeClock()
    async with desks(tmp_path, ScriptedService(), "ana", "ben", "cem", clock=clock, **ACTS) as (ana, ben, cem):
        await say(ana)
        clock.advance(86_401.0)
        assert await say(ben) == FIRST, "the request of yesterday has ended"
        assert await say(cem) is None
        sixty = Money(6_000, "EUR")
        await say(ana, sixty)
        assert await say(ana, Money(4_000, "EUR")) is None, "less needs nobody else"
        assert await say(ben, sixty) == FIRST
        assert await captured(ana) == Money(4_000, "EUR")


async def test_the_wait_of_the_account_is_ended_by_two(tmp_path: Path) -> None:
    clock = FakeClock()
    async with desks(tmp_path, ScriptedService(POISONED), "ana", "ben", clock=clock, **ACTS) as (ana, ben):
        with pytest.raises(NotPossible, match="does not wait"):
            await ana.open_gate("it is wrong")
        ears = Ears(ana)
        ana.begin()
        refund = await ana.take(intent(500))
        await ears.until_state(refund.key, State.WAITING)
        asked = await ana.open_gate("it is wrong")
        assert asked is not None
        assert asked.words == FIRST
        assert ana.held > 0
        assert await ben.open_gate("support said so") is None
        ana.wake()
        await ears.until_state(refund.key, State.ACCEPTED)
        [asking], [opened] = events(tmp_path, "gate_asked"), events(tmp_path, "gate_opened")
    assert asking.data.keys() == {"endpoint", "until"}
    assert opened.data.items() > asking.data.items()
    assert (opened.who, opened.data["asked_by"], opened.data["told_apart_by"]) == ("ben", f"ana (account {ME})", "name")
    assert problems(tmp_path) == ()


@pytest.mark.parametrize(
    ("request_of", "who", "way"),
    [("ceiling_asked", "ben", "account"), ("ceiling_asked", "ana", "name"), ("imported", "ben", "name")],
)
async def test_verify_names_an_act_whose_second_person_is_no_other(
    tmp_path: Path, request_of: str, who: str, way: str
) -> None:
    data = {"store_id": STORE, "trip_id": TRIP, "captured": "50.00 EUR"}
    async with desks(tmp_path, ScriptedService(), "ana") as (ana,):
        await ana.files.write(lambda ledger: ledger.note(request_of, "why", "ana", ana.now(), data))
        [asked] = events(tmp_path, request_of)
        claim = data | {"request": str(asked.seq), "told_apart_by": way}
        await ana.files.write(lambda ledger: ledger.note("ceiling_set", "why", who, ana.now(), claim))
    [told] = problems(tmp_path)
    assert told.endswith("(ceiling_set) says that two people asked for it, and no other person did")
