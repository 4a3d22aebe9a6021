"""A person ends a wait by keys at 80x24: the wait of the account, and that of one refund."""

from __future__ import annotations

from pathlib import Path

import pytest

from refund_tui.core.outcomes import Answer, Doubt, RateLimited, Uncertain
from refund_tui.core.refunds import State
from refund_tui.host.paths import ledger_path
from tests.flows.stage import Stage, program, refunds
from tests.support.approvals import SITE
from tests.support.desks import desk_over
from tests.support.ledgers import all_events
from tests.support.service import ScriptedService

TWO_DAYS = 172_800.0
POISONED = RateLimited(Answer(429, "the service takes no more requests for now (429)"), TWO_DAYS)
BUSY = Uncertain(Answer(503, "the service is unavailable (503)"), Doubt.UNAVAILABLE, 600.0)


async def _two_held(stage: Stage) -> None:
    await stage.refund("R-1004", "5.00")
    await stage.until("WAITING")
    await stage.refund("R-1001", "6.00")
    await stage.until("2 waiting · next 48:00:00" if stage.desk.held == TWO_DAYS else "2 waiting · next 47:59:5")


async def test_a_wrong_header_is_opened_with_a_word_and_all_goes_with_its_own_id(tmp_path: Path) -> None:
    async with program(tmp_path, POISONED) as stage:
        assert "End wait" not in stage.text
        await _two_held(stage)
        before = [(refund.key, refund.body) for refund in await refunds(stage)]
        assert stage.shows("with the same id; ^G ends that wait."), "a long wait names the key"
        await stage.press("f2", "escape")
        await stage.until("^G  End wait")
        await stage.press("ctrl+g")
        await stage.until("2 refunds are held by it")
        assert "04 Mar 13:0" in stage.text
        await stage.press("enter")
        await stage.until("type the reason, in a few words")
        await stage.press("support said so", "enter")
        await stage.until("nothing open")
        assert "End wait" not in stage.text
        after = await refunds(stage)
        events = all_events(ledger_path(stage.desk.settings.data_dir))
    assert [(refund.key, refund.body) for refund in after] == before
    assert {refund.state for refund in after} == {State.ACCEPTED}
    assert [event.why for event in events if event.kind == "gate_opened"] == ["support said so"]


async def test_where_two_must_end_the_wait_the_approver_is_told_who_asked_and_does_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("refund_tui.desk.watch.WATCH", 0.02)
    two = {**SITE, "approve_above": {}, "approvers_only": ("open_gate",)}
    async with program(tmp_path, POISONED, clerk="ben", **two) as ben:
        await ben.refund("R-1004", "5.00")
        await ben.until("WAITING")
        url = str(ben.desk.settings.base_url)
        async with desk_over(tmp_path, ScriptedService(), clerk="ana", base_url=url, clock=ben.clock, **two) as ana:
            assert await ana.open_gate("the header is wrong") is not None
        await ben.until("ana asks to end the account's wait: the header is wrong. An approver must do the same")
        await ben.press("f2", "escape", "ctrl+g")
        await ben.until("End the wait of the whole account?")
        await ben.press("support said so", "enter")
        await ben.until("nothing open")
    [opened] = [event for event in all_events(ledger_path(ben.desk.settings.data_dir)) if event.kind == "gate_opened"]
    assert (opened.who, opened.data["asked_by"].split()[0]) == ("ben", "ana")


async def test_the_first_of_two_is_told_that_an_approver_must_do_the_same(tmp_path: Path) -> None:
    two = {**SITE, "approve_above": {}, "approvers_only": ("open_gate",)}
    async with program(tmp_path, POISONED, clerk="ana", **two) as ana:
        await ana.refund("R-1004", "5.00")
        await ana.until("WAITING")
        await ana.press("f2", "escape", "ctrl+g")
        await ana.until("End the wait of the whole account?")
        assert ana.shows("Two people must do this here, and the second must be an approver")
        await ana.press("the header is wrong", "enter")
        await ana.until("Asked and recorded; an approver must do the same. Nothing has changed yet.")
        assert ana.desk.held > 0


async def test_escape_ends_no_wait_and_goes_back(tmp_path: Path) -> None:
    async with program(tmp_path, POISONED) as stage:
        await _two_held(stage)
        await stage.press("f4")
        await stage.until("2 refunds, newest first")
        await stage.press("ctrl+p", "end the", "enter")
        await stage.until("Because")
        await stage.press("never mind", "escape")
        await stage.until("2 refunds, newest first")
        assert stage.desk.held > 0


async def test_one_refunds_own_wait_is_ended_with_the_doubt_told(tmp_path: Path) -> None:
    async with program(tmp_path, BUSY) as stage:
        await stage.refund("R-1001", "5.00")
        await stage.until("WAITING")
        [waiting] = await refunds(stage)
        await stage.press("f8")
        await stage.until("Ask the service now?")
        assert stage.shows("Otherwise it would wait until")
        assert stage.shows("Safe for another 1 d")
        stage.clock.advance(1)
        await stage.press("y")
        await stage.until("ACCEPTED")
        [done] = await refunds(stage)
    assert (done.key, done.body) == (waiting.key, waiting.body)


async def test_a_refund_that_the_account_holds_says_what_ends_that(tmp_path: Path) -> None:
    async with program(tmp_path, POISONED) as stage:
        await stage.refund("R-1004", "5.00")
        await stage.until("WAITING")
        await stage.press("f8")
        await stage.until("Ask the service now?")
        assert stage.shows("The whole account waits, though, until 04 Mar 13:0")
        assert stage.shows("^G ends that wait")


async def test_a_refund_that_was_accepted_meanwhile_is_shown_so_when_its_screen_is_shown_again(tmp_path: Path) -> None:
    async with program(tmp_path, BUSY) as stage:
        await stage.refund("R-1001", "5.00")
        await stage.until("WAITING")
        await stage.press("f4")
        await stage.until("1 refund, newest first")
        stage.clock.advance(600)
        await stage.until("● ACCEPTED 5.00 EUR")
        await stage.press("f3")
        await stage.until("the service accepted it")
        assert "WAITING" not in stage.text


async def test_a_question_goes_when_what_it_asks_is_no_longer_possible(tmp_path: Path) -> None:
    async with program(tmp_path, BUSY) as stage:
        await stage.refund("R-1001", "5.00")
        await stage.until("WAITING")
        await stage.press("f8")
        await stage.until("Ask the service now?")
        stage.clock.advance(600)
        await stage.until("the service accepted it")
        assert "Ask the service now?" not in stage.text
