"""The terminal ends after a time without a key: it counts down, keeps the draft, and says what did not happen."""

from __future__ import annotations

from pathlib import Path

from tests.flows.stage import LIMITED, Stage, program, refunds


async def pass_time(stage: Stage, seconds: float) -> None:
    """Move the clock, and let the program look at it."""
    stage.clock.advance(seconds)
    stage.app._tick()
    await stage.pilot.pause()


async def ended(stage: Stage) -> list[str]:
    """What is printed after the end, which has come."""
    assert stage.app.return_code == 0
    return stage.app.parting


async def test_without_the_setting_nothing_ends(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await pass_time(stage, 1_000_000)
        assert stage.app.return_code is None
        assert "No key" not in stage.text


async def test_the_last_minute_is_counted_down_and_any_key_stays(tmp_path: Path) -> None:
    async with program(tmp_path, idle_end="15") as stage:
        await stage.open("R-1002")
        await pass_time(stage, 839)
        assert "No key" not in stage.text
        await pass_time(stage, 2)
        await stage.until("ends in 59 s. Press any key to stay. Drafts are kept.")
        await stage.press("f1")
        await stage.until("explains this screen")
        await pass_time(stage, 871)
        await stage.until("ends in 29 s.")
        assert "explains this screen" not in stage.text, "help would hide it"
        await stage.press("4")
        await stage.idle()
        assert "No key" not in stage.text
        await pass_time(stage, 800)
        assert stage.app.return_code is None


async def test_a_sentence_is_shown_again_after_the_countdown(tmp_path: Path) -> None:
    async with program(tmp_path, idle_end="2") as stage:
        await stage.ask("R-1002", "2.00")
        await stage.press("f4")
        await stage.until("Nothing was refunded on trip")
        await pass_time(stage, 90)
        await stage.until("ends in 30 s")
        assert "Nothing was refunded on trip" not in stage.text
        await stage.press("down")
        await stage.until("Nothing was refunded on trip")


async def test_it_ends_in_order_and_the_draft_is_there_at_the_next_start(tmp_path: Path) -> None:
    async with program(tmp_path, idle_end="15") as stage:
        await stage.open("R-1002")
        await stage.press("7.25")
        await stage.idle()
        await pass_time(stage, 900)
        assert await ended(stage) == ["No key was pressed for 15 minutes, so the terminal ended."]
    async with program(tmp_path, trips=False) as stage:
        await stage.until("was kept: 7.25 on trip")


async def test_an_unanswered_question_refunds_nothing_and_that_is_said(tmp_path: Path) -> None:
    async with program(tmp_path, idle_end="15") as stage:
        await stage.ask("R-1002", "2.00")
        await pass_time(stage, 900)
        [said] = await ended(stage)
        assert said.endswith("so the terminal ended. Nothing was refunded on trip b7d20e94…001002.")
    async with program(tmp_path, trips=False) as stage:
        assert await refunds(stage) == []
        await stage.until("was kept: 2.00 on trip")


async def test_open_refunds_are_named_and_go_on_at_the_next_start(tmp_path: Path) -> None:
    async with program(tmp_path, LIMITED, idle_end="15") as stage:
        await stage.refund("R-1002", "2.00")
        await stage.until("WAITING")
        await pass_time(stage, 900)
        [said] = await ended(stage)
    assert "1 refund is still open and will go on when refund-tui or refund-tui resume next runs." in said
    async with program(tmp_path, trips=False) as stage:
        await stage.until("next 10:00")
        stage.clock.advance(900)
        stage.desk.wake()
        await stage.until("● 2.00 back")
