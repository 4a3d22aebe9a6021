"""One clerk asks for a refund above the limit, another approves or declines it; each terminal says what is."""

from __future__ import annotations

from pathlib import Path

import pytest

from refund_tui.core.money import Money
from refund_tui.core.refunds import Action, State
from refund_tui.core.trips import Trip
from tests.flows.stage import Stage, program, refunds
from tests.support.approvals import SITE
from tests.support.desks import STORE, TRIP, desk_over, intent
from tests.support.ears import Ears
from tests.support.service import ScriptedService

LOW = {**SITE, "approve_above": {"EUR": Money(1_000, "EUR")}}
"""Above 10.00 EUR a second person is needed."""


@pytest.fixture(autouse=True)
def watchful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refund_tui.desk.watch.WATCH", 0.02)


def url_of(stage: Stage) -> str:
    return str(stage.desk.settings.base_url)


async def test_the_asker_is_told_before_asking_and_at_the_end_and_when_another_declined(tmp_path: Path) -> None:
    async with program(tmp_path, clerk="ana", **LOW) as ana:
        await ana.open("R-1001")
        await ana.press("10.00")
        assert "approval" not in ana.text
        await ana.press("ctrl+u", "12.00")
        await ana.until("needs the approval of another person: 12.00 EUR is above 10.00 EUR")
        await ana.press("tab", "1", "f10")
        await ana.until("ask for an approval")
        assert ana.shows("by another person, before it is sent: 12.00 EUR is above 10.00 EUR")
        ana.clock.advance(1)
        await ana.press("y")
        await ana.until("You asked for it, so another person must approve it. F9 cancels it.")
        assert "▷ AWAITING_APPROVAL" in ana.text
        assert "1 AWAITING_APPROVAL" in ana.text.splitlines()[0]
        assert "Approve" not in ana.text, "its keys are not offered to who asked for it"
        [refund] = await refunds(ana)
        async with desk_over(
            tmp_path, ScriptedService(), clerk="ben", base_url=url_of(ana), clock=ana.clock, **LOW
        ) as ben:
            await ben.decide(refund.key, Action.DECLINE, "not this trip")
        await ana.until("– CANCELLED 12.00 EUR for VISA 4242 · declined by ben: not this trip")


async def test_an_approver_hears_of_it_finds_it_and_approves_it_with_a_word(tmp_path: Path) -> None:
    async with program(tmp_path, clerk="ben", **LOW) as ben:
        async with desk_over(
            tmp_path, ScriptedService(), clerk="ana", base_url=url_of(ben), clock=ben.clock, **LOW
        ) as ana:
            refund = await ana.take(intent(2_000, note="the whole basket"))
        await ben.until("▷ AWAITING_APPROVAL 20.00 EUR")
        await ben.press("f4", "u")
        await ben.until("state:AWAITING_APPROVAL,UNKNOWN,BLOCKED")
        await ben.press("down", "enter")
        await ben.until("a approves it, d declines it, each with a word.")
        await ben.press("a")
        await ben.until("Approve this refund?")
        assert "Asked by     ana" in ben.text
        assert "the whole basket" in ben.text
        await ben.press("f10")
        await ben.until("type why, in a few words")
        await ben.press(*"seen", "f10")
        await ben.until("Your word    seen")
        ben.clock.advance(1)
        await ben.press("y")
        await ben.until("● ACCEPTED")
        await ben.press("ctrl+r")
        await ben.until("Approved")
        receipt = await ben.desk.preview_receipt(refund.key)
    assert "Clerk                                ana\nApproved                             ben\n" in receipt


async def test_who_comes_second_is_told_and_nothing_is_done_twice(tmp_path: Path) -> None:
    async with program(tmp_path, clerk="ben", **LOW) as ben:
        async with desk_over(
            tmp_path, ScriptedService(), clerk="ana", base_url=url_of(ben), clock=ben.clock, **LOW
        ) as ana:
            refund = await ana.take(intent(2_000))
            await ben.press("f4")
            await ben.until("AWAITING_APPROVAL")
            await ben.press("down", "enter")
            await ben.until("a approves it")
            await ben.press("d")
            await ben.until("Decline this refund?")
            await ben.press(*"no", "f10")
            await ben.until("Your word    no")
            await ana.act(refund.key, Action.CANCEL)
            await ben.until("– CANCELLED")
            assert "Decline this refund?" not in ben.text, "the question is closed: nothing is left to decide"
        assert [one.state for one in await refunds(ben)] == [State.CANCELLED]


async def test_a_clerk_who_is_no_approver_is_told_so(tmp_path: Path) -> None:
    async with program(tmp_path, clerk="dan", **LOW) as dan:
        async with desk_over(
            tmp_path, ScriptedService(), clerk="ana", base_url=url_of(dan), clock=dan.clock, **LOW
        ) as ana:
            await ana.take(intent(2_000))
        await dan.press("f4")
        await dan.until("AWAITING_APPROVAL")
        await dan.press("down", "enter")
        await dan.until("A person whom the site's file names must approve it; you are not one.")
        await dan.press("a", "d")
        await dan.idle()
        assert "this refund?" not in dan.text


async def test_after_its_window_the_approver_is_told_what_follows(tmp_path: Path) -> None:
    async with program(tmp_path, clerk="ben", **LOW) as ben:
        async with desk_over(
            tmp_path, ScriptedService(), clerk="ana", base_url=url_of(ben), clock=ben.clock, **LOW
        ) as ana:
            await ana.trips.put([Trip(STORE, TRIP, began=ben.clock.now().at)])
            refund = await ana.take(intent(2_000))
        ben.clock.advance(30 * 86_400.0)
        await ben.press("f4")
        await ben.until("AWAITING_APPROVAL")
        await ben.press("down", "enter")
        await ben.until("Its refund window has closed: approved, it is BLOCKED until a person goes on.")
        ears = Ears(ben.desk)
        await ben.desk.decide(refund.key, Action.APPROVE, "late, but right")
        await ears.until_state(refund.key, State.BLOCKED)
        await ben.until("■ BLOCKED")
