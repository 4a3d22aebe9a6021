"""A clerk's usual work by keys at 80x24: find, refund, confirm, watch, next trip."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from refund_tui.core.outcomes import Accepted, Answer, Outcome
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import Action, State
from tests.flows.stage import LIMITED, OFFLINE, UNKNOWN_TRIP, program, refunds
from tests.support.patience import soon
from tests.support.service import accepted, never


async def test_a_known_trip_is_refunded_in_under_ten_keys_beside_the_amount(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.press("R-1002")
        await stage.until("1 trip")
        await stage.press("enter", "5.00", "tab", "3", "f10")
        await stage.until("go back")
        assert await refunds(stage) == [], "nothing is recorded before the yes"
        stage.clock.advance(0.6)
        await stage.press("y")
        await stage.until("ACCEPTED")
        [refund] = await refunds(stage)
    assert (refund.state, str(refund.intent.amount)) == (State.ACCEPTED, "5.00 EUR")
    assert refund.intent.reason is ReasonCode.UNWANTED_ITEM


async def test_the_next_shopper_is_served_while_the_first_refund_is_on_the_wire(tmp_path: Path) -> None:
    async with program(tmp_path, never()) as stage:
        await stage.refund("R-1001", "3.40")
        await stage.until("SENDING")
        await stage.refund("R-1002", "5.00")
        await stage.until("QUEUED")
        assert [str(refund.intent.amount) for refund in await refunds(stage)] == ["5.00 EUR", "3.40 EUR"]


async def test_the_next_shoppers_trip_is_typed_over_the_last_one(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.press("R-1001")
        await stage.until("1 trip")
        await stage.press("enter", "f2", "R-1002", "enter")
        await stage.until("Trip b7d20e94")


async def test_the_countdown_is_in_every_place_and_the_end_is_announced_there_once(tmp_path: Path) -> None:
    async with program(tmp_path, LIMITED) as stage:
        await stage.refund("R-1004", "9.05")
        await stage.until("WAITING")
        await stage.press("f2")
        stage.clock.advance(541)
        await stage.until("next 00:59")
        await stage.press("f4")
        await stage.until("next 00:59")
        await stage.press("f2")
        stage.clock.advance(60)
        stage.desk.wake()
        await stage.until("● ACCEPTED 9.05 EUR")
        assert stage.text.count("ACCEPTED") == 1
        await stage.until("nothing open")


@pytest.mark.parametrize("key", ["y", "n", "escape", "enter"])
async def test_the_question_ignores_keys_in_its_first_half_second(tmp_path: Path, key: str) -> None:
    async with program(tmp_path) as stage:
        await stage.ask("R-1001", "5.00")
        stage.clock.advance(0.4)
        await stage.press(key)
        await stage.idle()
        assert "y  refund it" in stage.text
        assert await refunds(stage) == []


async def test_enter_alone_never_confirms(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.ask("R-1001", "5.00")
        stage.clock.advance(5)
        await stage.press("enter", "enter")
        await stage.idle()
        assert "y  refund it" in stage.text
        assert await refunds(stage) == []


async def test_in_production_a_large_amount_is_typed_again(tmp_path: Path) -> None:
    async with program(tmp_path, environment="PRODUCTION", confirm_above="4") as stage:
        assert "PRODUCTION" in stage.text
        await stage.refund("R-1001", "5.00")
        await stage.until("type the amount again")
        await stage.press("5.01", "enter")
        await stage.until("That is not the amount")
        assert await refunds(stage) == []
        await stage.press("ctrl+u", "5.00", "enter")
        await stage.until("ACCEPTED")


@pytest.mark.parametrize("key", ["n", "escape"])
async def test_going_back_keeps_what_was_typed(tmp_path: Path, key: str) -> None:
    async with program(tmp_path) as stage:
        await stage.ask("R-1001", "5.00", "2")
        stage.clock.advance(1)
        await stage.press(key)
        await stage.until("› 2 past its date")
        assert "5.00" in stage.text
        assert await refunds(stage) == []


async def test_a_refund_like_an_earlier_one_needs_a_second_yes_of_its_own(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.refund("R-1001", "5.00")
        await stage.until("ACCEPTED")
        await stage.refund("R-1001", "5.00")
        await stage.until("This trip already has")
        await stage.press("d")
        stage.clock.advance(1)
        await stage.press("y", "enter")
        await stage.idle()
        assert len(await refunds(stage)) == 1, "neither an early d, nor y, nor Enter is the second yes"
        await stage.press("d")
        await stage.until("Attempts")
        assert len(await refunds(stage)) == 2


async def test_a_trip_that_is_not_known_here_says_so_and_can_be_refunded(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open_unknown()
        assert "F6" in stage.text
        await stage.press("5.00", "tab", "5", "ctrl+s")
        await stage.until("what was captured is not known here")
        stage.clock.advance(1)
        await stage.press("y")
        await stage.until("ACCEPTED")
        [refund] = await refunds(stage)
    assert refund.intent.trip_id == UNKNOWN_TRIP


async def test_leaving_with_an_open_refund_names_it_and_what_becomes_of_it(tmp_path: Path) -> None:
    async with program(tmp_path, LIMITED) as stage:
        await stage.refund("R-1004", "9.05")
        await stage.until("WAITING")
        await stage.press("ctrl+q")
        await stage.until("still open")
        assert "9.05 EUR" in stage.text
        assert "continue" in stage.text
        await stage.press("ctrl+q")
        await stage.idle()
        assert stage.pilot.app.return_code == 0


async def test_leaving_while_the_answer_of_a_stopped_refund_is_awaited_says_so(tmp_path: Path) -> None:
    answered = asyncio.Event()

    async def slow(_body: bytes) -> Outcome:
        await soon(answered.wait())
        return accepted()

    async with program(tmp_path, slow) as stage:
        await stage.refund("R-1004", "9.05")
        await stage.until("SENDING")
        [refund] = await refunds(stage)
        await stage.desk.act(refund.key, Action.STOP)
        await stage.until("UNKNOWN")
        await stage.press("ctrl+q")
        await stage.until("One answer has not come yet.")
        answered.set()
        await stage.until("ACCEPTED")
        await stage.press("f2", "ctrl+q")
        await stage.idle()
        assert stage.pilot.app.return_code == 0


async def test_with_nothing_open_one_key_leaves(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.press("ctrl+q")
        await stage.idle()
        assert stage.pilot.app.return_code == 0


async def test_a_draft_outlives_escape_and_the_next_start(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        await stage.press("7.25", "tab", "4", "escape")
        await stage.until("1 trip")
    async with program(tmp_path) as stage:
        await stage.until("Draft of 13:00 was kept: 7.25 on trip b7d20e94")
        await stage.press("f3")
        await stage.until("of 13.79 EUR left")
        assert "7.25" in stage.text
        assert "› 4 billed wrongly" in stage.text


async def test_an_amount_typed_over_a_draft_replaces_it(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        await stage.press("7.25", "tab", "4", "escape")
        await stage.open("R-1002")
        await stage.press("3.10", "f10")
        await stage.until("Refund 3.10 EUR to")


async def test_a_key_pressed_while_the_question_ignores_keys_prolongs_that_time(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.ask("R-1001", "5.00")
        for _ in range(5):  # a held key, which a slow line delivers in groups
            await stage.press("y")
            stage.clock.advance(0.4)
        assert await refunds(stage) == []
        stage.clock.advance(0.5)
        await stage.press("y")
        await stage.until("ACCEPTED")


async def test_a_draft_is_kept_also_if_the_next_trip_is_opened_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("refund_tui.tui.drafts.SAVE_AFTER", 60)  # the next trip is opened before that
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        await stage.press("7.25")
        await stage.open("R-1001")
        await stage.open("R-1002")
        await stage.until("7.25")


async def test_without_a_draft_nothing_is_offered_at_the_start(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        assert "draft" not in stage.text
        await stage.press("f3")
        assert "Lookup" in stage.text.splitlines()[0]


async def test_what_was_announced_gives_way_to_a_question(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.refund("R-1001", "5.00")
        await stage.until("13:00  ● ACCEPTED 5.00 EUR to VISA 4242 · 13.40 left of 18.40")
        await stage.ask("R-1002", "1.00")
        assert "ACCEPTED" not in stage.text


async def test_with_no_network_the_bar_says_so_until_the_service_answers(tmp_path: Path) -> None:
    async with program(tmp_path, OFFLINE) as stage:
        await stage.refund("R-1001", "5.00")
        await stage.until("NO NETWORK")
        await stage.until("WAITING")
        stage.clock.advance(60)
        stage.desk.wake()
        await stage.until("ACCEPTED")
        await stage.until_not("NO NETWORK")


async def test_hostile_words_of_the_service_are_shown_as_they_are(tmp_path: Path) -> None:
    hostile = Accepted(Answer(200, "[@click=app.quit]x[/] \x1b[31m\u202e"), "[bold]R1")
    async with program(tmp_path, hostile) as stage:
        await stage.refund("R-1001", "5.00")
        await stage.until("[bold]R1")
        await stage.until("[@click=app.quit]x[/] ␛[31m‹202E›")
