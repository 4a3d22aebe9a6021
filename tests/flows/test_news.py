"""Which news are announced to a clerk, also of refunds that another process sent, and how long they stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from refund_tui.core.refunds import Action, State
from refund_tui.host.paths import ledger_path
from tests.flows.stage import FORBIDDEN, OFFLINE, Stage, program, refunds
from tests.support.desks import desk_over, intent
from tests.support.ears import Ears
from tests.support.ledgers import all_events
from tests.support.service import ScriptedService


@pytest.fixture(autouse=True)
def watchful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refund_tui.desk.watch.WATCH", 0.02)


def url_of(stage: Stage) -> str:
    return str(stage.desk.settings.base_url)


async def test_the_end_of_a_refund_is_announced_to_who_asked_when_another_clerks_process_sent_it(
    tmp_path: Path,
) -> None:
    async with program(tmp_path, OFFLINE) as ana:
        await ana.refund("R-1001", "5.00")
        await ana.until("NO NETWORK")
        await ana.press("f2")
        ana.clock.advance(20)
        async with desk_over(tmp_path, ScriptedService(), clerk="ben", base_url=url_of(ana), clock=ana.clock) as ben:
            ana.clock.advance(600)
            ears = Ears(ben)
            ben.begin()
            [refund] = await refunds(ana)
            await ears.until_state(refund.key, State.ACCEPTED)
        await ana.until("● ACCEPTED 5.00 EUR")
        assert "NO NETWORK" not in ana.text, "another process has reached the service"


async def test_the_end_of_anothers_refund_is_not_announced_to_the_clerk_whose_process_sent_it(tmp_path: Path) -> None:
    async with program(tmp_path, clerk="ben") as ben:
        async with desk_over(tmp_path, ScriptedService(), clerk="ana", base_url=url_of(ben), clock=ben.clock) as ana:
            refund = await ana.take(intent(500))
        ben.desk.wake()
        await ben.press("f4")
        await ben.until("● ACCEPTED")
        assert "ACCEPTED 5.00 EUR" not in ben.text
        events = [event for event in all_events(ledger_path(tmp_path)) if event.key == refund.key]
    assert {event.who for event in events} == {"ana", "ana (automatic)"}, "nothing of it was done by ben"


async def test_who_acts_on_anothers_refund_is_told_its_end_too(tmp_path: Path) -> None:
    async with program(tmp_path, OFFLINE, clerk="ben") as ben:
        async with desk_over(tmp_path, ScriptedService(), clerk="ana", base_url=url_of(ben), clock=ben.clock) as ana:
            refund = await ana.take(intent(700))
        ben.desk.wake()
        await ben.until("1 waiting")
        await ben.desk.act(refund.key, Action.CANCEL)
        await ben.until("CANCELLED 7.00 EUR")


async def test_no_network_is_said_where_another_process_did_not_reach_the_service(tmp_path: Path) -> None:
    async with (
        program(tmp_path) as ana,
        desk_over(tmp_path, ScriptedService(OFFLINE), clerk="ben", base_url=url_of(ana)) as ben,
    ):
        ears = Ears(ben)
        refund = await ben.take(intent(700))
        ben.begin()
        await ears.until_state(refund.key, State.WAITING)
        await ana.until("NO NETWORK")


async def test_a_message_of_a_form_goes_with_it_and_news_after_ten_seconds(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1001")
        await stage.press("4.00", "f5")
        await stage.until("The amount was 4.00")
        await stage.press("f2")
        await stage.idle()
        assert not stage.shows("The amount was")
        await stage.refund("R-1002", "5.00")
        await stage.until("● ACCEPTED 5.00 EUR")
        await stage.press("f2", "R")
        await stage.idle()
        assert stage.shows("● ACCEPTED 5.00 EUR"), "news that have just come are read before they go"
        stage.clock.advance(11)
        await stage.press("-")
        await stage.idle()
        assert not stage.shows("● ACCEPTED 5.00 EUR")


async def test_where_a_receipt_was_written_is_not_said_to_the_next_shopper(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.refund("R-1001", "5.00")
        await stage.until("ACCEPTED")
        await stage.press("ctrl+r")
        await stage.until("w  To a file")
        await stage.press("w")
        await stage.until("The receipt was written")
        await stage.press("escape")
        await stage.idle()
        assert not stage.shows("The receipt was written")


async def test_what_blocks_a_refund_is_not_said_on_the_next_shoppers_screen(tmp_path: Path) -> None:
    async with program(tmp_path, FORBIDDEN) as stage:
        await stage.refund("R-1001", "5.00")
        await stage.until("■ BLOCKED 5.00 EUR")
        cause = "the role lacks execute-api:Invoke"
        assert stage.shows(cause)
        stage.clock.advance(11)
        await stage.open("R-1002")
        assert not stage.shows(cause)
        assert "BLOCKED 5.00 EUR" not in stage.text
        assert "1 BLOCKED" in stage.text, "the status line goes on counting it"
