"""A refund above the limits waits for another person. Nothing is sent before, and both names stand in its events."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from refund_tui.core import lifecycle
from refund_tui.core.lifecycle import Decision, NotPossible
from refund_tui.core.money import Money
from refund_tui.core.outcomes import Answer, Doubt, Uncertain
from refund_tui.core.refunds import Action, Event, Refund, State, approval_of
from refund_tui.core.trips import Trip
from refund_tui.desk.actions import Evidence
from refund_tui.desk.desk import Desk
from refund_tui.errors import ConfigError
from tests.support.approvals import BY_DAY, ME, desks
from tests.support.clock import FakeClock
from tests.support.desks import STORE, TRIP, intent
from tests.support.ears import Ears
from tests.support.service import ScriptedService, accepted


async def state_of(desk: Desk, refund: Refund) -> State:
    found = await desk.history.get(refund.key)
    assert isinstance(found, Refund)
    return found.state


async def decided_by(desk: Desk, refund: Refund) -> Event:
    found = approval_of(await desk.history.events(refund.key))
    assert found is not None
    return found


async def test_a_refund_above_the_limit_waits_counts_and_is_sent_after_another_approved(tmp_path: Path) -> None:
    service = ScriptedService(accepted("REC1"))
    async with desks(tmp_path, service, "ana", "ben") as (ana, ben):
        ears = Ears(ana)
        ana.begin()
        refund = await ana.take(intent(10_001))
        assert (refund.state, refund.life.why) == (State.AWAITING_APPROVAL, "100.01 EUR is above 100.00 EUR")
        assert (await ana.trips.balance(STORE, TRIP)).refunded == 10_001
        await ana.drain()
        assert service.requests == []
        assert (await ben.refresh())[State.AWAITING_APPROVAL] == 1
        approved = await ben.decide(refund.key, Action.APPROVE, "seen the receipt")
        assert approved.state is State.QUEUED
        ana.wake()
        await ears.until_state(refund.key, State.ACCEPTED)
        event = await decided_by(ana, refund)
        assert (event.who, event.why) == ("ben", "approved by ben: seen the receipt")
        assert event.data == {"asked_by": f"ana (account {ME})", "word": "seen the receipt", "told_apart_by": "name"}


async def test_at_the_limit_nobody_is_asked_and_without_a_limit_for_a_currency_somebody_is(tmp_path: Path) -> None:
    async with desks(tmp_path, ScriptedService(), "ana") as (ana,):
        assert (await ana.take(intent(10_000))).state is State.QUEUED
        refund = await ana.take(intent(100, trip="trip-2", currency="JPY"))
        assert (refund.state, refund.life.why) == (State.AWAITING_APPROVAL, "no limit is set for JPY")


async def test_the_sum_of_one_clerk_in_one_day_of_the_store(tmp_path: Path) -> None:
    """Of 3 x 40.00 the third is above 100.00. Another clerk, and another day in Berlin, begin anew."""
    clock = FakeClock()
    async with desks(tmp_path, ScriptedService(), "ana", "ben", clock=clock, **BY_DAY) as (ana, ben):
        states = [(await ana.take(intent(4_000, trip=f"trip-{n}"))).state for n in range(3)]
        assert states == [State.QUEUED, State.QUEUED, State.AWAITING_APPROVAL]
        told = "with the other refunds of this day, 130.00 EUR is above 100.00 EUR"
        limits = ana.settings.limits
        assert limits.exceeded(Money(1_000, "EUR"), await ana.asked_today("EUR")) == told
        assert (await ana.asked_today("JPY"), await ben.asked_today("EUR")) == (0, 0)
        assert (await ben.take(intent(4_000, trip="trip-8"))).state is State.QUEUED
        clock.advance(86_400.0)
        assert (await ana.take(intent(4_000, trip="trip-9"))).state is State.QUEUED


async def test_two_terminals_of_one_clerk_do_not_both_slip_under_the_sum_of_the_day(tmp_path: Path) -> None:
    async with desks(tmp_path, ScriptedService(), "ana", "ana", **BY_DAY) as (one, other):
        taken = await asyncio.gather(one.take(intent(6_000, trip="trip-1")), other.take(intent(6_000, trip="trip-2")))
        assert sorted(refund.state for refund in taken) == [State.AWAITING_APPROVAL, State.QUEUED]


@pytest.mark.parametrize(
    ("clerk", "changes", "says"),
    [
        ("ana", {"approvers": ("ana", "ben")}, "ana (account {}) asked for this refund, and you work as ana"),
        ("ANA", {"approvers": ("ANA",)}, "another person, with another account, must decide"),
        ("ben", {"shared_accounts": (), "approvers": (ME,)}, "another person, with another account, must decide"),
        ("dan", {}, "dan (account {}) may not approve refunds: the site's file names the approvers"),
        ("ben", {"approvers": ()}, "may not approve refunds"),
        ("ben", {"shared_accounts": ()}, "may not approve refunds"),
    ],
)
async def test_who_may_not_decide(tmp_path: Path, clerk: str, changes: dict[str, Any], says: str) -> None:
    async with desks(tmp_path, ScriptedService(), "ana") as (ana,):
        refund = await ana.take(intent(20_000))
    async with desks(tmp_path, ScriptedService(), clerk, **changes) as (desk,):
        for action in (Action.APPROVE, Action.DECLINE):
            with pytest.raises(NotPossible, match=re.escape(says.format(ME))):
                await desk.decide(refund.key, action, "because")
        assert await state_of(desk, refund) is State.AWAITING_APPROVAL


async def test_a_decision_needs_a_word(tmp_path: Path) -> None:
    async with desks(tmp_path, ScriptedService(), "ana", "ben") as (ana, ben):
        refund = await ana.take(intent(20_000))
        with pytest.raises(NotPossible, match="say why"):
            await ben.decide(refund.key, Action.APPROVE, "  ")
        assert await state_of(ben, refund) is State.AWAITING_APPROVAL


async def test_what_is_declined_is_free_again_and_may_be_asked_for_anew(tmp_path: Path) -> None:
    async with desks(tmp_path, ScriptedService(), "ana", "ben") as (ana, ben):
        refund = await ana.take(intent(20_000))
        declined = await ben.decide(refund.key, Action.DECLINE, "wrong trip")
        assert (declined.state, declined.life.why) == (State.CANCELLED, "declined by ben: wrong trip")
        assert (await ana.trips.balance(STORE, TRIP)).refunded == 0
        again = await ana.take(intent(20_000))
        assert again.state is State.AWAITING_APPROVAL
        assert again.key != refund.key


async def test_a_limit_changed_meanwhile_changes_nothing_that_was_asked_for(tmp_path: Path) -> None:
    async with desks(tmp_path, ScriptedService(), "ana", "ben") as (ana, ben):
        awaiting, approved = await ana.take(intent(20_000)), await ana.take(intent(30_000, trip="trip-2"))
        await ben.decide(approved.key, Action.APPROVE, "seen")
    service = ScriptedService()
    for limit in (1, 1_000_000):
        async with desks(tmp_path, service, "ana", approve_above={"EUR": Money(limit, "EUR")}) as (ana,):
            ana.begin()
            await ana.drain()
            assert await state_of(ana, awaiting) is State.AWAITING_APPROVAL
            assert await state_of(ana, approved) is State.ACCEPTED
    assert len(service.requests) == 1


async def test_approved_after_its_window_it_is_blocked_until_a_person_goes_on(tmp_path: Path) -> None:
    clock, service = FakeClock(), ScriptedService()
    async with desks(tmp_path, service, "ana", "ben", clock=clock) as (ana, ben):
        await ana.trips.put([Trip(STORE, TRIP, began=clock.now().at)])
        refund = await ana.take(intent(20_000))
        clock.advance(30 * 86_400.0)
        assert (await ben.decide(refund.key, Action.APPROVE, "late, but right")).state is State.QUEUED
        ben.begin()
        await ben.drain()
        found = await ben.history.get(refund.key)
        assert isinstance(found, Refund)
        assert (found.state, service.requests) == (State.BLOCKED, [])
        assert "the refund window closed before the service took it" in found.life.why
        await ana.act(refund.key, Action.GO_ON)
        ben.wake()
        await ben.drain()
        assert await state_of(ben, refund) is State.ACCEPTED


async def test_of_an_approval_and_a_cancellation_at_once_exactly_one_wins(tmp_path: Path) -> None:
    async with desks(tmp_path, ScriptedService(), "ana", "ben", "cem") as (ana, ben, cem):
        refund = await ana.take(intent(20_000))
        results = await asyncio.gather(
            ben.decide(refund.key, Action.APPROVE, "fine"),
            ana.act(refund.key, Action.CANCEL),
            cem.decide(refund.key, Action.DECLINE, "no"),
            return_exceptions=True,
        )
        events = [event for event in await ana.history.events(refund.key) if isinstance(event, Event)]
        # A cancellation right after the approval is a second decision about a refund that was not sent yet.
        assert [event.kind for event in events] in (
            ["recorded", "approved", "cancelled"], ["recorded", "cancelled"], ["recorded", "declined"]
        )  # fmt: skip
        told = [str(one) for one in results if isinstance(one, NotPossible)]
        assert len(told) == len(results) - len(events) + 1
        assert all("is not possible now" in one for one in told)


async def test_what_was_never_approved_is_not_sent_on_any_way(tmp_path: Path) -> None:
    """After an older copy was accepted it counts as possibly paid: it can be stopped and settled, never asked again."""
    service = ScriptedService()
    async with desks(tmp_path, service, "ana", "ben") as (ana, ben):
        refund = await ana.take(intent(20_000))
        await ana.files.write(lambda ledger: ledger.change(refund, _in_doubt(refund), "ana", ana.now()))
        assert (await ana.act(refund.key, Action.STOP)).state is State.UNKNOWN
        with pytest.raises(NotPossible, match="was never approved, so it is not sent"):
            await ana.act(refund.key, Action.ASK_AGAIN)
        settled = await ben.act(refund.key, Action.SETTLE, evidence=Evidence(False, "T-1", "the bank", "today"))
        assert (settled.state, service.requests) == (State.SETTLED_UNPAID, [])


def _in_doubt(refund: Refund) -> Decision:
    return Decision(lifecycle.mark_maybe_executed(refund.life, FakeClock().now()), "older_copy_accepted", "doubt")


@pytest.mark.parametrize("kind", ["recorded", "went_on", "approved"])
async def test_the_sender_sends_nothing_without_an_approval_of_another_person(tmp_path: Path, kind: str) -> None:
    """Somebody writes the state and an event with a right hash, with this program's own parts, but not an approval."""
    service = ScriptedService()
    async with desks(tmp_path, service, "ana") as (ana,):
        refund = await ana.take(intent(20_000))
        forged = Decision(replace(refund.life, state=State.QUEUED), kind, "approved by ana: fine")
        await ana.files.write(lambda ledger: ledger.change(refund, forged, "ana", ana.now(), {"told_apart_by": "name"}))
        ana.begin()
        await ana.drain()
        found = await ana.history.get(refund.key)
        assert isinstance(found, Refund)
        assert (found.state, found.life.alarm, service.requests) == (State.BLOCKED, True, [])
        says = "is an approval by ana" if kind == "approved" else "lets it be sent, and nobody has approved it"
        assert says in found.life.why


ACTS: Mapping[str, Any] = {"approvers_only": ("settle_unpaid", "open_gate", "raise_ceiling")}
NOT_PAID = Evidence(False, "T-1", "the bank", "today")


async def test_nobody_settles_a_refund_of_their_own_as_not_paid(tmp_path: Path) -> None:
    service = ScriptedService(*(Uncertain(Answer(None, "cut off"), Doubt.TIMEOUT) for _ in range(2)))
    async with desks(tmp_path, service, "ana", "ben", "cem", **ACTS) as (ana, ben, cem):
        keys = []
        for desk, trip in ((ana, "trip-1"), (ben, "trip-2")):
            desk.begin()
            refund = await desk.take(intent(500, trip=trip))
            await Ears(desk).until_state(refund.key, State.WAITING)
            await desk.act(refund.key, Action.STOP)
            keys.append(refund.key)
        with pytest.raises(ConfigError, match="leaves settle_unpaid to its approvers"):
            await ana.act(keys[0], Action.SETTLE, evidence=NOT_PAID)
        with pytest.raises(NotPossible, match="another person, with another account, must decide"):
            await ben.act(keys[1], Action.SETTLE, evidence=NOT_PAID)
        assert (await cem.act(keys[1], Action.SETTLE, evidence=NOT_PAID)).state is State.SETTLED_UNPAID
        assert (
            await ana.act(keys[0], Action.SETTLE, evidence=replace(NOT_PAID, paid=True))
        ).state is State.SETTLED_PAID
