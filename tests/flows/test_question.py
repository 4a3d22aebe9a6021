"""The question before money moves: it shows when its keys are accepted, and leaving it is announced."""

from __future__ import annotations

from pathlib import Path

import pytest

from refund_tui.host.paths import ledger_path
from refund_tui.store.sqlite.connection import Patience
from tests.flows.stage import LIMITED, program, refunds
from tests.support.desks import desk_over, intent
from tests.support.obstacles import held
from tests.support.service import ScriptedService


async def test_the_keys_are_lit_once_they_are_heard_and_nothing_moves(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.ask("R-1001", "5.00")
        assert not stage.lit("y")
        assert not stage.lit("n")
        before = stage.text
        stage.clock.advance(0.6)
        await stage.until_lit("y")
        assert stage.lit("n")
        assert stage.text == before
        await stage.press("y")
        await stage.until("ACCEPTED")


async def test_a_yes_pressed_three_times_too_early_is_reported_and_pays_nothing(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.ask("R-1001", "5.00")
        stage.clock.advance(0.2)
        for _ in range(3):
            stage.clock.advance(0.2)
            await stage.press("y")
        await stage.until("Too early: y was not taken.")
        assert await refunds(stage) == []
        assert not stage.lit("y")
        stage.clock.advance(0.6)
        await stage.until_lit("y")
        await stage.press("y")
        await stage.until("ACCEPTED")
        assert len(await refunds(stage)) == 1


@pytest.mark.parametrize("key", ["f2", "f4"])
async def test_leaving_the_question_unanswered_is_said_and_one_key_goes_back(tmp_path: Path, key: str) -> None:
    async with program(tmp_path) as stage:
        await stage.ask("R-1001", "5.00")
        await stage.press("y", key)
        await stage.until("Nothing was refunded on trip 3f8a51c2")
        await stage.until("F3 goes back to the question.")
        assert await refunds(stage) == []
        stage.clock.advance(5)
        await stage.press("f3")
        await stage.until("Refund 5.00 EUR to")
        assert "Nothing was refunded" not in stage.text
        await stage.press("y")
        await stage.idle()
        assert await refunds(stage) == [], "the question that is come back to is deaf again"
        stage.clock.advance(1)
        await stage.press("y")
        await stage.until("ACCEPTED")


async def test_leaving_another_question_unanswered_is_said(tmp_path: Path) -> None:
    async with program(tmp_path, LIMITED) as stage:
        await stage.refund("R-1004", "9.05")
        await stage.until("WAITING")
        await stage.press("f9", "f2")
        await stage.until("Nothing was done: a question is still without an answer. F3 goes back to the question.")
        await stage.press("f4", "enter")
        await stage.until("Attempts")
        await stage.press("f9", "f2")
        await stage.until("Nothing was done: a question is still without an answer. F4 goes back to the question.")


async def test_a_question_whose_amount_a_colleague_took_says_how_little_is_left_and_pays_nothing(
    tmp_path: Path,
) -> None:
    async with program(tmp_path) as stage:
        await stage.ask("R-1001", "12.00")
        [trip] = await stage.desk.trips.find("R-1001", 0, 1)
        base_url = stage.desk.settings.base_url
        async with desk_over(tmp_path, ScriptedService(), clerk="ben", base_url=base_url) as ben:
            await ben.take(intent(1000, trip=trip.trip_id))
        await stage.reread()
        await stage.until("Refund 12.00 EUR to VISA 4242: only 8.40 EUR is left")
        assert "stays" not in stage.text
        stage.clock.advance(1)
        await stage.press("y")
        await stage.until("only 8.40 EUR is left to refund")
        assert len(await refunds(stage)) == 1


async def test_a_yes_that_is_still_being_recorded_says_so_and_leaving_does_not_say_that_nothing_was_refunded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Patience.__init__, "__defaults__", (1_000,))
    async with program(tmp_path) as stage:
        await stage.ask("R-1001", "5.00")
        stage.clock.advance(1)
        await stage.until_lit("y")
        with held(ledger_path(tmp_path)):
            await stage.press("y")
            await stage.sees("Your yes was taken and is being recorded")
            assert not stage.lit("y")
            await stage.press("f2")
            await stage.sees("Find")
            assert not stage.shows("Nothing was refunded")
            await stage.sees("A refund is being recorded")
        await stage.until("● ACCEPTED 5.00 EUR")
        assert [str(refund.intent.amount) for refund in await refunds(stage)] == ["5.00 EUR"]
